// Afanasy as a farm. Its ids are used again once a job is deleted, and its users are nobody's in particular: a job is ours if id, serial and user are
// what they were, and where our mark can be seen, if it is in it.
import { Failure } from "../../failure.ts";
import { BIT, type FarmJob } from "../../services/afanasy-answers.ts";
import { type Afanasy, HOST_NAME, openAfanasy } from "../../services/afanasy-client.ts";
import { type AfanasyTarget, type Silence, unreachable } from "../../services/afanasy-exchange.ts";
import { controlJob, isMarked, isSame, readMark, writeCustomData } from "./afanasy-control.ts";
import { judgeJobs, type Seen } from "./afanasy-poll.ts";
import type { AfanasyOrder } from "./afanasy-submission.ts";
import { ANSWER_MAX_MS, type Farm, type JobRef, type JobStanding, type Look } from "./farm.ts";

/** How many jobs are asked for at once. */
const JOBS_MAX = 200;
/** After a silence, whether it lives is asked, and what it took looked for: shortly, and only while all of that stays within ANSWER_MAX_MS. */
const PROBE_LATEST_MS = 3_000;
const PROBE_MAX_MS = 2_000;

export type AfanasyPlace = AfanasyTarget & { page?: string | undefined; at_once: number; standstill_minutes: number };

/** For tests. */
export type AfanasyTimes = { answerMaxMs?: number; now?: () => number };

/** @param users whose jobs are looked through for ours */
export function openAfanasyFarm(
  place: AfanasyPlace,
  users: readonly string[],
  signal: AbortSignal,
  { answerMaxMs = ANSWER_MAX_MS, now = Date.now }: AfanasyTimes = {},
): Farm<AfanasyOrder> {
  const afanasy = openAfanasy(place, signal, answerMaxMs);
  const probe = openAfanasy(place, signal, Math.min(answerMaxMs, PROBE_MAX_MS));
  return {
    title: "Afanasy",
    atOnce: place.at_once,
    standstillMs: place.standstill_minutes * 60_000,
    canPause: true,
    submit: (order, mark) => submit(afanasy, probe, order, mark),
    find: (marks) => find(afanasy, users, marks),
    look: (jobs) => look(afanasy, jobs, place.page, now),
    control: (job, mark, what) => controlJob(afanasy, job, mark, what),
  };
}

async function look(
  afanasy: Afanasy,
  jobs: readonly Look[],
  page: string | undefined,
  now: () => number,
): Promise<ReadonlyMap<string, JobStanding | "gone">> {
  const seen: Seen[] = [];
  const gone: string[] = [];
  for (let start = 0; start < jobs.length; start += JOBS_MAX) {
    const asked = jobs.slice(start, start + JOBS_MAX);
    const answered = await afanasy.readByIds(asked.map(({ job }) => Number(job.id)));
    for (const one of asked) {
      const same = answered.find((job) => isSame(job, one.job) && isMarked(job, one.mark));
      if (same === undefined) gone.push(one.job.id);
      else seen.push({ look: one, job: same });
    }
  }
  const whole = await unfold(
    afanasy,
    seen.map(({ job }) => job),
  );
  const judged = await judgeJobs(
    afanasy,
    seen.map((one) => ({ ...one, job: whole.get(one.job.serial) ?? one.job })),
    page,
    now,
  );
  return new Map<string, JobStanding | "gone">([...judged, ...gone.map((id) => [id, "gone"] as const)]);
}

async function submit(afanasy: Afanasy, probe: Afanasy, order: AfanasyOrder, mark: string): Promise<JobRef> {
  const job = { ...order.job, custom_data: writeCustomData(order, mark) };
  const began = Date.now();
  const answer = await afanasy.submit(job);
  if (!("silence" in answer)) return toRef(answer);
  if (answer.silence === "late" || Date.now() - began > PROBE_LATEST_MS) throw doubtful(answer);
  if (!(await probe.isAlive())) throw unreachable("It gave no answer to the job, nor to a question after it.");
  const found = (await find(probe, [job.user_name], [mark])).get(mark);
  if (found !== undefined) return found;
  // It answers, and has no such job: the way loses what is sent, or the server ended at this very job and was started again.
  throw new Failure("farm-broken", {
    text: "Afanasy closed the connection without an answer, answers again, and does not have the job. It is not sent again, for the server may have ended because of it.",
    advice:
      "Your TD looks into the server's log. Should it not have been restarted, something on the way drops the AFANASY header: use the relay.",
  });
}

const toRef = ({ id, serial }: { id: number; serial: number }): JobRef => ({ id: String(id), serial });

const doubtful = ({ silence }: Silence) =>
  unreachable(
    silence === "late"
      ? "It did not answer in time, and may have taken the job."
      : "It gave no answer, and may have taken the job.",
  );

/** The short form has what we wrote into a job in all versions we know. Where it has not, the whole is asked for of those that may be ours. */
async function find(
  afanasy: Afanasy,
  users: readonly string[],
  marks: readonly string[],
): Promise<ReadonlyMap<string, JobRef>> {
  const listed = await afanasy.readByUsers([...new Set(users)]);
  const hidden = listed.some(({ custom_data }) => custom_data !== undefined)
    ? []
    : listed.filter(({ user_name, host_name }) => users.includes(user_name) && ["", HOST_NAME].includes(host_name));
  const whole = hidden.length === 0 ? listed : await afanasy.readWhole(hidden.map(({ id }) => id));
  const wanted = new Set(marks);
  const found = whole.flatMap((job): [string, JobRef][] => {
    const mark = readMark(job);
    return mark !== undefined && wanted.has(mark) && job.serial > 0 ? [[mark, toRef(job)]] : [];
  });
  return new Map(found);
}

/** What tells a canceled job from a paused one is an annotation, which a short form may lack. */
async function unfold(afanasy: Afanasy, jobs: readonly FarmJob[]): Promise<ReadonlyMap<number, FarmJob>> {
  const unsure = jobs.filter(({ st, custom_data }) => (st & BIT.paused) !== 0 && custom_data === undefined);
  const whole = await afanasy.readWhole(unsure.map(({ id }) => id));
  return new Map(whole.map((job) => [job.serial, job]));
}
