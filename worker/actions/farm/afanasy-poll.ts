// Polls jobs on Afanasy: all with one request, and a few more for what that does not tell. A job
// whose tasks can't be rendered any more has failed, whatever the server calls it.
import { Failure } from "../../format/failure.ts";
import { joinSentences, message } from "../../format/message.ts";
import { BIT, type FarmJob, MACHINE_BIT, type Machine } from "../../services/afanasy-answers.ts";
import type { Afanasy } from "../../services/afanasy-client.ts";
import type { Avoided } from "../../services/afanasy-tasks.ts";
import { CAUSE_REQUESTS_MAX, findCause } from "./afanasy-cause.ts";
import { explainWait, formatForgiven, listCandidates, listReady, type WaitStatus } from "./afanasy-machines.ts";
import { isRunning, readStatus } from "./afanasy-status.ts";
import type { JobQuery, JobStatus } from "./farm.ts";

/**
 * Besides the request for all jobs. A pass has fifty requests on Cloudflare's smallest plan, and
 * feedback to Kitsu takes half of them.
 */
const REQUESTS_MAX = 18;
/** No more requests this long after the poll started: the other jobs come next time. */
const REQUESTS_PERIOD_MS = 6_000;
/** How long all machines must seem to refuse a job before it is examined. */
const REFUSED_MS = 8_000;
const REFUSAL_REQUESTS = 2;
/** If a machine is forgiven this soon, the job waits for it. */
const FORGIVEN_SOON_S = 900;
/**
 * A stopped job counts its frames within a second, and its programs end within a few. A program
 * that does not end is not awaited.
 */
const SETTLED_MS = 1_500;
const STOPPED_MAX_MS = 30_000;

/** A job, with its last known status. */
export type PolledJob = { query: JobQuery; job: FarmJob };

/** @returns the statuses by job id, without the jobs for which no time or no request was left */
export async function readStatuses(
  afanasy: Afanasy,
  polledJobs: readonly PolledJob[],
  url: string | undefined,
  now: () => number,
): Promise<Map<string, JobStatus>> {
  const client = limitRequests(afanasy, now);
  const stuck = polledJobs.filter(({ query, job }) => isStuck(job, query.lastStatus));
  const farm = stuck.length === 0 ? undefined : await attempt(() => readFarm(client, stuck));
  const statuses = new Map<string, JobStatus>();
  for (const polled of polledJobs) {
    const {
      isRefused,
      refusals = 0,
      ...wait
    }: WaitStatus = farm && stuck.includes(polled) ? explainWait(polled.job, farm.machines) : {};
    const status = { ...readStatus(polled.job, url), ...wait };
    const final =
      isRefused && farm
        ? await judgeAvoided(client, polled, status, { ...farm, refusals }, now())
        : await finishStatus(client, polled, status, now());
    if (final !== undefined) statuses.set(polled.query.job.id, final);
  }
  return statuses;
}

type LimitedAfanasy = Pick<
  Afanasy,
  "readMachines" | "readUsers" | "readAvoided" | "readTasks" | "readOutput" | "readTaskLog"
> & {
  /** whether there is time, and this many requests are left */
  hasLeft(requests: number): boolean;
};

function limitRequests(afanasy: Afanasy, now: () => number): LimitedAfanasy {
  const began = now();
  let sent = 0;
  const counted =
    <Args extends unknown[], T>(request: (...args: Args) => Promise<T>) =>
    (...args: Args) => {
      sent += 1;
      return request(...args);
    };
  return {
    hasLeft: (requests) => sent + requests <= REQUESTS_MAX && now() - began < REQUESTS_PERIOD_MS,
    readMachines: counted(afanasy.readMachines),
    readUsers: counted(afanasy.readUsers),
    readAvoided: counted(afanasy.readAvoided),
    readTasks: counted(afanasy.readTasks),
    readOutput: counted(afanasy.readOutput),
    readTaskLog: counted(afanasy.readTaskLog),
  };
}

/** Ready in two polls in a row, and no machine takes it. */
function isStuck(job: FarmJob, before: JobStatus | undefined): boolean {
  const isReady = (job.st & BIT.ready) !== 0 && (job.st & BIT.paused) === 0;
  return before?.state === "waiting" && isReady && !isRunning(job);
}

/**
 * `forgive`: after how many seconds the jobs of a user retry a machine, if the job has no value.
 */
type FarmState = { machines: Machine[]; forgive: ReadonlyMap<string, number> };

async function readFarm(client: LimitedAfanasy, stuck: readonly PolledJob[]): Promise<FarmState> {
  const machines = await client.readMachines();
  const dependsOnUser = ({ job }: PolledJob) =>
    listReady(job).some(({ block }) => block.p_error_hosts > 0 && block.errors_forgive_time === undefined);
  const users = stuck.some(dependsOnUser) ? await client.readUsers() : [];
  return { machines, forgive: new Map(users.map(({ name, errors_forgive_time: seconds }) => [name, seconds ?? 0])) };
}

async function finishStatus(
  client: LimitedAfanasy,
  { query, job }: PolledJob,
  status: JobStatus,
  now: number,
): Promise<JobStatus | undefined> {
  if (status.state === "canceled") return finishCancel(job, status, query.lastStatus, now);
  return status.state === "failed" ? addCause(client, job, status) : status;
}

/**
 * The job has failed if this lasts, and if the names of the avoided machines confirm their number.
 */
async function judgeAvoided(
  client: LimitedAfanasy,
  { query, job }: PolledJob,
  status: JobStatus,
  { machines, forgive, refusals }: FarmState & { refusals: number },
  now: number,
): Promise<JobStatus | undefined> {
  const times = listReady(job).map(({ block }) => block.errors_forgive_time ?? forgive.get(job.user_name) ?? 0);
  const forgiven = Math.min(...times.filter((seconds) => seconds > 0));
  if (forgiven < FORGIVEN_SOON_S) {
    return { ...status, waitReason: formatForgiven(refusals, forgiven) };
  }
  const since = query.lastStatus?.checkedAt ?? now;
  const waits = { ...status, checkedAt: since };
  if (now - since < REFUSED_MS) return waits;
  if (!client.hasLeft(REFUSAL_REQUESTS + CAUSE_REQUESTS_MAX)) return undefined;
  const avoided = await attempt(() => client.readAvoided(job.id));
  const prospect = avoided && (await findCandidates(client, job, machines, avoided));
  if (avoided === undefined || prospect !== "none") return { ...waits, ...(prospect === "busy" && { isQueued: true }) };
  const names = avoided.flatMap((block) => [
    ...block.machines,
    ...[...block.tasks.values()].flatMap((hosts) => [...hosts]),
  ]);
  const count = new Set(names).size;
  const reason =
    status.reason === undefined
      ? message("afanasy.refusedByAll", { count })
      : joinSentences([status.reason, message("afanasy.restRefusedByAll", { count })]);
  return addCause(client, job, { ...status, state: "failed", reason, waitReason: undefined });
}

/**
 * Whether any machine is left to take it, by the names of the avoided machines. A block offers only
 * its first ready task: if that one avoids all remaining machines, the tasks after it are not
 * rendered either.
 */
async function findCandidates(
  client: LimitedAfanasy,
  job: FarmJob,
  machines: readonly Machine[],
  avoided: readonly Avoided[],
): Promise<"none" | "busy" | "some"> {
  const open = listReady(job).flatMap(({ block, index }) => {
    const left = listCandidates(job, block, machines).filter(({ name }) => !avoided[index]?.machines.has(name));
    return left.length === 0 ? [] : [{ index, left }];
  });
  if (open.length === 0) return "none";
  if (open.every(({ left }) => left.every(({ st }) => (st & MACHINE_BIT.busy) !== 0))) return "busy";
  const tasks = (await attempt(() => client.readTasks(job.id))) ?? [];
  const isStopped = open.every(({ index, left }) =>
    tasks.some(
      ({ block, task, states }) =>
        block === index &&
        states.includes("RDY") &&
        left.every(({ name }) => avoided[index]?.tasks.get(task)?.has(name)),
    ),
  );
  return isStopped ? "none" : "some";
}

async function addCause(client: LimitedAfanasy, job: FarmJob, status: JobStatus): Promise<JobStatus | undefined> {
  if (!client.hasLeft(CAUSE_REQUESTS_MAX)) return undefined;
  const cause = await attempt(() => findCause(client, job.id));
  return cause === undefined ? status : { ...status, reason: joinSentences([status.reason, cause]) };
}

/** Its frames are counted once its programs have ended, not when they were stopped. */
function finishCancel(job: FarmJob, status: JobStatus, before: JobStatus | undefined, now: number): JobStatus {
  const since = (before?.state === "paused" ? before.checkedAt : undefined) ?? now;
  const isSettled = now - since >= (isRunning(job) ? STOPPED_MAX_MS : SETTLED_MS);
  return isSettled ? status : { ...status, state: "paused", checkedAt: since };
}

/** A failed request for details must not fail the poll. */
async function attempt<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}
