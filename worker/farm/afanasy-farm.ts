// Afanasy as a farm. Its ids are used again once a job is deleted, and its users are nobody's in particular: a job is ours if id, serial and user are
// what they were, and where our mark can be seen, if it is in it.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { type Afanasy, type AfanasyTarget, HOST_NAME, openAfanasy, type Silence, unreachable } from "../services/afanasy.ts";
import { BIT, type FarmJob } from "../services/afanasy-answers.ts";
import type { AfanasyOrder } from "./afanasy-order.ts";
import { CANCELED, readStanding, readState } from "./afanasy-standing.ts";
import { ANSWER_MAX_MS, type Farm, type JobControl, type JobRef } from "./farm.ts";

/** How many jobs are asked for at once. */
const JOBS_MAX = 200;
/** After a silence, whether it lives is asked, and what it took looked for: shortly, and only while all of that stays within ANSWER_MAX_MS. */
const PROBE_LATEST_MS = 3_000;
const PROBE_MAX_MS = 2_000;

/** What is written into a job, for us and for scripts of the studio's. */
const CustomData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ kitsu_mark: v.string(), kitsu_user: v.fallback(v.optional(v.string()), undefined) }),
);

export type AfanasyPlace = AfanasyTarget & { page?: string | undefined; at_once: number; standstill_minutes: number };

/**
 * @param users whose jobs are looked through for ours
 * @param answerMaxMs for tests
 */
export function openAfanasyFarm(
  place: AfanasyPlace,
  users: readonly string[],
  signal: AbortSignal,
  answerMaxMs = ANSWER_MAX_MS,
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
    async look(jobs) {
      const found = new Map<string, FarmJob>();
      for (let start = 0; start < jobs.length; start += JOBS_MAX) {
        const asked = jobs.slice(start, start + JOBS_MAX);
        const answered = await afanasy.readByIds(asked.map(({ job }) => Number(job.id)));
        for (const { job, mark } of asked) {
          const same = answered.find((one) => isSame(one, job) && isMarked(one, mark));
          if (same !== undefined) found.set(job.id, same);
        }
      }
      const whole = await unfold(afanasy, [...found.values()]);
      return new Map(
        jobs.map(({ job: { id } }) => {
          const job = found.get(id);
          return [id, job === undefined ? "gone" : readStanding(whole.get(job.serial) ?? job, place.page)];
        }),
      );
    },
    control: (job, mark, what) => control(afanasy, job, mark, what),
  };
}

/** What stands in `custom_data`. Its user is there to be compared: a job's name and ids may be anybody's. */
export const writeCustomData = ({ job, kitsu }: AfanasyOrder, mark: string) =>
  JSON.stringify({ kitsu_mark: mark, kitsu_user: job.user_name, ...kitsu });

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
async function find(afanasy: Afanasy, users: readonly string[], marks: readonly string[]): Promise<ReadonlyMap<string, JobRef>> {
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

const readCustomData = ({ custom_data }: FarmJob) => {
  const parsed = v.safeParse(CustomData, custom_data);
  return parsed.success ? parsed.output : undefined;
};
const readMark = (job: FarmJob) => readCustomData(job)?.kitsu_mark;

const isSame = (one: FarmJob, job: JobRef) => String(one.id) === job.id && one.serial === job.serial;
const isMarked = (one: FarmJob, mark: string) => one.custom_data === undefined || readMark(one) === mark;

/** Asked anew each time: between two looks a person may have deleted it, and the id be another's. */
async function control(afanasy: Afanasy, ref: JobRef, mark: string, what: JobControl): Promise<undefined> {
  const answered = await afanasy.readWhole([Number(ref.id)]);
  const job = answered.find((one) => isSame(one, ref));
  if (job === undefined) {
    if (what === "cancel") return;
    throw refuse("It was deleted on the farm");
  }
  const written = readCustomData(job);
  if (written?.kitsu_mark !== mark || written.kitsu_user !== job.user_name) {
    throw refuse("The job of that number is not the one that was sent, or another user's by now");
  }
  const state = readState(job);
  if (state === "done") throw refuse("It is done already");
  if (what === "cancel" && state !== "canceled") {
    // Before it is stopped, or a crash in between would leave a job that looks as if somebody paused it.
    await afanasy.annotate(job, CANCELED);
    await afanasy.operate(job, "stop");
  }
  if (what === "pause" && (job.st & BIT.paused) === 0) await afanasy.operate(job, "pause");
  if (what === "resume" && (job.st & BIT.paused) !== 0) await afanasy.operate(job, "start");
  if (what === "restart") {
    if ((job.st & BIT.error) !== 0) await afanasy.operate(job, "restart_errors");
    else if (state !== "canceled") throw refuse("Nothing of it failed");
    if (state === "canceled") {
      await afanasy.annotate(job, "");
      await afanasy.operate(job, "start");
    }
  }
}

const refuse = (why: string) => new Failure("farm-refused", { text: `${why}.` });
