// Afanasy as a farm. It reuses the ids of deleted jobs, and anyone can submit as any user. So a job
// is ours only if its id, serial and user are unchanged, and if it has our key, where that is
// visible.
import { Failure } from "../../format/failure.ts";
import { message } from "../../format/message.ts";
import { BIT, type FarmJob } from "../../services/afanasy-answers.ts";
import { type Afanasy, HOST_NAME, openAfanasy } from "../../services/afanasy-client.ts";
import { type AfanasyTarget, type Silence, unreachable } from "../../services/afanasy-exchange.ts";
import { controlJob, hasJobKey, isSameJob, readJobKey, writeCustomData } from "./afanasy-control.ts";
import { type PolledJob, readStatuses } from "./afanasy-poll.ts";
import type { AfanasySubmission } from "./afanasy-submission.ts";
import { ANSWER_MAX_MS, type Farm, type JobQuery, type JobRef, type JobStatus } from "./farm.ts";

/** The most jobs in one request. */
const JOBS_MAX = 200;
/**
 * If a submission gets no answer, a probe checks whether the server is alive and has the job. It is
 * short, and made only while everything stays within ANSWER_MAX_MS.
 */
const PROBE_LATEST_MS = 3_000;
const PROBE_MAX_MS = 2_000;

export type AfanasyConnection = AfanasyTarget & {
  page?: string | undefined;
  at_once: number;
  standstill_minutes: number;
};

/** For tests. */
export type AfanasyTimes = { answerMaxMs?: number; now?: () => number };

/** @param users whose jobs are searched for ours */
export function openAfanasyFarm(
  connection: AfanasyConnection,
  users: readonly string[],
  signal: AbortSignal,
  { answerMaxMs = ANSWER_MAX_MS, now = Date.now }: AfanasyTimes = {},
): Farm<AfanasySubmission> {
  const afanasy = openAfanasy(connection, signal, answerMaxMs);
  const probe = openAfanasy(connection, signal, Math.min(answerMaxMs, PROBE_MAX_MS));
  return {
    title: "Afanasy",
    concurrency: connection.at_once,
    standstillLimitMs: connection.standstill_minutes * 60_000,
    canPause: true,
    submit: (submission, jobKey) => submit(afanasy, probe, submission, jobKey),
    find: (jobKeys) => findJobs(afanasy, users, jobKeys),
    poll: (jobs) => pollJobs(afanasy, jobs, connection.page, now),
    control: (job, jobKey, command) => controlJob(afanasy, job, jobKey, command),
  };
}

async function pollJobs(
  afanasy: Afanasy,
  jobs: readonly JobQuery[],
  page: string | undefined,
  now: () => number,
): Promise<ReadonlyMap<string, JobStatus | "gone">> {
  const polled: PolledJob[] = [];
  const gone: string[] = [];
  for (let start = 0; start < jobs.length; start += JOBS_MAX) {
    const batch = jobs.slice(start, start + JOBS_MAX);
    const found = await afanasy.readByIds(batch.map(({ job }) => Number(job.id)));
    for (const one of batch) {
      const same = found.find((job) => isSameJob(job, one.job) && hasJobKey(job, one.jobKey));
      if (same === undefined) gone.push(one.job.id);
      else polled.push({ query: one, job: same });
    }
  }
  const whole = await readPausedWhole(
    afanasy,
    polled.map(({ job }) => job),
  );
  const statuses = await readStatuses(
    afanasy,
    polled.map((one) => ({ ...one, job: whole.get(one.job.serial) ?? one.job })),
    page,
    now,
  );
  return new Map<string, JobStatus | "gone">([...statuses, ...gone.map((id) => [id, "gone"] as const)]);
}

async function submit(
  afanasy: Afanasy,
  probe: Afanasy,
  submission: AfanasySubmission,
  jobKey: string,
): Promise<JobRef> {
  const job = { ...submission.job, custom_data: writeCustomData(submission, jobKey) };
  const began = Date.now();
  const answer = await afanasy.submit(job);
  if (!("silence" in answer)) return toRef(answer);
  if (answer.silence === "late" || Date.now() - began > PROBE_LATEST_MS) throw unconfirmed(answer);
  if (!(await probe.isAlive())) throw unreachable(message("afanasy.noAnswerTwice"));
  const found = (await findJobs(probe, [job.user_name], [jobKey])).get(jobKey);
  if (found !== undefined) return found;
  // Either something on the way drops submissions, or this job crashed the server, which was
  // restarted.
  throw new Failure("farm-broken", {
    text: message("afanasy.lost"),
    advice: message("afanasy.checkLog"),
  });
}

const toRef = ({ id, serial }: { id: number; serial: number }): JobRef => ({ id: String(id), serial });

const unconfirmed = ({ silence }: Silence) =>
  unreachable(message(silence === "late" ? "afanasy.lateMayHave" : "afanasy.noAnswerMayHave"));

/**
 * The short form of a job contains our data in all versions we know. If it does not, the jobs that
 * may be ours are read in full.
 */
async function findJobs(
  afanasy: Afanasy,
  users: readonly string[],
  jobKeys: readonly string[],
): Promise<ReadonlyMap<string, JobRef>> {
  const listed = await afanasy.readByUsers([...new Set(users)]);
  const hidden = listed.some(({ custom_data }) => custom_data !== undefined)
    ? []
    : listed.filter(({ user_name, host_name }) => users.includes(user_name) && ["", HOST_NAME].includes(host_name));
  const whole = hidden.length === 0 ? listed : await afanasy.readWhole(hidden.map(({ id }) => id));
  const wanted = new Set(jobKeys);
  const found = whole.flatMap((job): [string, JobRef][] => {
    const jobKey = readJobKey(job);
    return jobKey !== undefined && wanted.has(jobKey) && job.serial > 0 ? [[jobKey, toRef(job)]] : [];
  });
  return new Map(found);
}

/** Only an annotation tells a canceled job from a paused one, and a short form may lack it. */
async function readPausedWhole(afanasy: Afanasy, jobs: readonly FarmJob[]): Promise<ReadonlyMap<number, FarmJob>> {
  const unsure = jobs.filter(({ st, custom_data }) => (st & BIT.paused) !== 0 && custom_data === undefined);
  const whole = await afanasy.readWhole(unsure.map(({ id }) => id));
  return new Map(whole.map((job) => [job.serial, job]));
}
