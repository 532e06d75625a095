// A Flamenco job during one poll: what is known of it so far, and what is remembered for the next
// poll.
import { type Message, message } from "../../format/message.ts";
import type { FlamencoJob, JobStatus as FlamencoJobStatus, FlamencoTask } from "../../services/flamenco-objects.ts";
import type { JobQuery, JobState, JobStatus } from "./farm.ts";
import { countSteps, estimateTasks, type Progress, type TaskActivity } from "./flamenco-tasks.ts";

/**
 * How often the tasks of a job without progress are read: less often each time, and less often for
 * jobs with many tasks, whose list is long.
 */
const CHECK_MIN_MS = 8_000;
const CHECK_MAX_MS = 20_000;
const CHECK_PER_TASK_MS = 10;
const CHECK_GROWTH = 1.5;

/**
 * - `status`, `steps`: as of the last poll
 * - `at`: since when these are unchanged, or the last check, in epoch milliseconds
 * - `checks`: how many checks there were since
 * - `tries`: how many times the cause of a failure could not be read
 */
type Memo = { status: string; steps: number; at: number; checks: number; tries: number };

/**
 * `minor` is the manager's version: 9 for 3.9. `workerTag` is the tag of new submissions: managers
 * before 3.9 do not report the tag of a job.
 */
export type ManagerInfo = {
  page: string;
  concurrency: number;
  minor: number;
  workerTag?: string | undefined;
  now: () => number;
};

export type PolledJob = {
  query: JobQuery;
  job: FlamencoJob;
  progress: Progress;
  memo: Memo;
  /** no progress since the last poll */
  isUnchanged: boolean;
  /** unchanged for so long that its tasks must be checked */
  isCheckDue: boolean;
  tasks?: FlamencoTask[] | undefined;
  /** its tasks could not be read */
  hasUnreadableTasks?: boolean;
};

/** In these states, the tasks may do something else than the status of the job says. */
const DOUBTFUL: readonly FlamencoJobStatus[] = ["queued", "active", "paused", "pause-requested"];

export function makePolledJob(query: JobQuery, job: FlamencoJob, manager: ManagerInfo): PolledJob {
  const worker_tag = job.worker_tag ?? (manager.minor < 9 ? manager.workerTag : undefined);
  return scheduleCheck({ query, job: { ...job, worker_tag }, progress: countSteps(job, manager.minor) }, manager);
}

/** Decides whether a check is due. Called again once the progress is known more exactly. */
export function scheduleCheck(
  polled: Pick<PolledJob, "query" | "job" | "progress"> & Partial<PolledJob>,
  { now }: ManagerInfo,
): PolledJob {
  const { query, job, progress } = polled;
  const { status, steps, at = 0, checks = 0, tries = 0 } = query.lastStatus?.memo ?? {};
  const isUnchanged = status === job.status && steps === progress.done;
  const before = isUnchanged
    ? { at: Number(at), checks: Number(checks), tries: Number(tries) }
    : { at: now(), checks: 0, tries: 0 };
  const isCheckDue =
    isUnchanged && DOUBTFUL.includes(job.status) && now() - before.at >= checkIntervalOf(job, before.checks);
  return { ...polled, memo: { status: job.status, steps: progress.done, ...before }, isUnchanged, isCheckDue };
}

function checkIntervalOf(job: FlamencoJob, checks: number): number {
  const listMs = estimateTasks(job) * CHECK_PER_TASK_MS;
  const most = Math.max(CHECK_MAX_MS, 3 * listMs);
  return Math.min(most, Math.max(CHECK_MIN_MS, listMs) * CHECK_GROWTH ** Math.min(checks, 20));
}

export const isFailedOrCanceled = ({ job: { status } }: PolledJob) => status === "failed" || status === "canceled";

const STATES: Readonly<Record<FlamencoJobStatus, JobState>> = {
  "under-construction": "waiting",
  queued: "waiting",
  requeueing: "waiting",
  active: "running",
  "pause-requested": "running",
  "cancel-requested": "running",
  paused: "paused",
  canceled: "canceled",
  completed: "done",
  failed: "failed",
};
const TRANSITIONS: Partial<Record<FlamencoJobStatus, Message>> = {
  "cancel-requested": message("render.canceling"),
  "pause-requested": message("flamenco.pausing"),
};

type StatusDetails = Pick<JobStatus, "reason" | "waitReason" | "isQueued" | "warning">;

export function makeStatus(
  { job, progress, memo }: PolledJob,
  { page }: ManagerInfo,
  state: JobState,
  details: StatusDetails = {},
): JobStatus {
  const isRunning = state === "running";
  return {
    state,
    ...(isRunning && job.status === "pause-requested" && { isPausing: true }),
    ...progress,
    ...(isRunning && { reason: TRANSITIONS[job.status] }),
    ...details,
    url: `${page}/app/jobs/${job.id}`,
    memo,
  };
}

/**
 * The last state its tasks were found in, as long as nothing changes; otherwise the job's own
 * status.
 */
export function keepStatus(polled: PolledJob, manager: ManagerInfo, activity?: TaskActivity): JobStatus {
  if (activity === "running" || activity === "paused") return makeStatus(polled, manager, activity);
  const { state, waitReason, isQueued } = polled.query.lastStatus ?? {};
  const isKept = polled.isUnchanged && (state === "waiting" || state === "running" || state === "paused");
  return isKept
    ? makeStatus(polled, manager, state, { waitReason, isQueued })
    : makeStatus(polled, manager, STATES[polled.job.status]);
}
