// Polls jobs on Flamenco, each with a request of its own: the list contains every job there ever
// was. The tasks are read if the job itself does not tell enough: when it has ended, and now and
// then while it makes no progress.
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob, JobStatus as FlamencoJobStatus } from "../../services/flamenco-objects.ts";
import type { JobQuery, JobStatus } from "./farm.ts";
import { findFailedTask, formatActivity, formatFailure, formatMissingMovie, readCause } from "./flamenco-cause.ts";
import { type Machines, openMachines } from "./flamenco-machines.ts";
import {
  isFailedOrCanceled,
  keepStatus,
  type ManagerInfo,
  makePolledJob,
  makeStatus,
  type PolledJob,
  scheduleCheck,
} from "./flamenco-polled-job.ts";
import { countTasks, readActivity, type TaskActivity } from "./flamenco-tasks.ts";
import { attempt, forEachUntilFalse, makeRequestBudget, type RequestBudget } from "./request-budget.ts";

/** The most requests in one poll, and in a whole pass with everything requested before the poll. */
const POLL_REQUESTS_MAX = 22;
const PASS_REQUESTS_MAX = 46;
/** To read why a task failed. */
const CAUSE_REQUESTS = 2;
/**
 * If an idle machine takes none of the open tasks for this long, these wait for the failed ones.
 */
const IDLE_MACHINE_MS = 15_000;

type Poll = {
  flamenco: Flamenco;
  manager: ManagerInfo;
  budget: RequestBudget;
  machines: Machines;
  polledJobs: PolledJob[];
};

/** @param isOurs whether it is the job that was submitted */
export async function pollFlamencoJobs(
  queries: readonly JobQuery[],
  flamenco: Flamenco,
  manager: ManagerInfo,
  isOurs: (job: FlamencoJob, jobKey: string) => boolean,
): Promise<ReadonlyMap<string, JobStatus | "gone">> {
  const budget = makeRequestBudget(Math.max(1, Math.min(POLL_REQUESTS_MAX, PASS_REQUESTS_MAX - flamenco.requests())));
  const poll: Poll = { flamenco, manager, budget, machines: openMachines(flamenco, budget), polledJobs: [] };
  const statuses = new Map<string, JobStatus | "gone">();
  const failures: unknown[] = [];
  await forEachUntilFalse(queries, manager.concurrency, async (query) => {
    if (!budget.take()) return false;
    try {
      const job = await flamenco.job(query.job.id);
      if (job === undefined || !isOurs(job, query.jobKey)) statuses.set(query.job.id, "gone");
      else poll.polledJobs.push(makePolledJob(query, job, manager));
      return true;
    } catch (thrown) {
      failures.push(thrown);
      return false;
    }
  });
  // A job without an answer is polled next time. Without any answer, Flamenco can't be reached.
  if (failures.length > 0 && statuses.size + poll.polledJobs.length === 0) throw failures[0];
  await readTasks(poll);
  // Ended jobs first: somebody is waiting for the reason.
  const byUrgency = poll.polledJobs.toSorted((a, b) => Number(isFailedOrCanceled(b)) - Number(isFailedOrCanceled(a)));
  for (const polled of byUrgency) {
    const status = await readStatus(polled, poll);
    if (status !== undefined) statuses.set(polled.job.id, status);
  }
  return statuses;
}

/** Managers before 3.8 report the progress of a job in these states only through its tasks. */
const COUNTED_BY_TASKS: readonly FlamencoJobStatus[] = ["active", "paused", "pause-requested", "cancel-requested"];

async function readTasks({ flamenco, manager, budget, polledJobs }: Poll): Promise<void> {
  const isCounted = ({ job: { status } }: PolledJob) => manager.minor < 8 && COUNTED_BY_TASKS.includes(status);
  const isChecked = ({ job: { status }, isCheckDue, query }: PolledJob) =>
    isCheckDue && (status !== "queued" || isLeftByMachines(query));
  // The cause takes two more requests: reserve them for each ended job, and for one that turns out
  // to be stuck.
  const ended = polledJobs
    .filter(isFailedOrCanceled)
    .slice(0, Math.max(1, Math.floor(budget.remaining() / (1 + CAUSE_REQUESTS))));
  const others = polledJobs
    .filter((polled) => !isFailedOrCanceled(polled) && (isCounted(polled) || isChecked(polled)))
    .toSorted((a, b) => a.memo.at - b.memo.at);
  const reserved = CAUSE_REQUESTS * Math.max(1, ended.length);
  await forEachUntilFalse([...ended, ...others], manager.concurrency, async (polled) => {
    if (budget.remaining() <= reserved || !budget.take()) return false;
    const tasks = await attempt(() => flamenco.tasks(polled.job.id));
    const progress = tasks === undefined || tasks.length === 0 ? polled.progress : countTasks(polled.job, tasks);
    const counted = { ...polled, progress };
    const updated = manager.minor < 8 ? scheduleCheck(counted, manager) : counted;
    polledJobs.splice(polledJobs.indexOf(polled), 1, { ...updated, tasks, hasUnreadableTasks: tasks === undefined });
    // If one list can't be read in time, the others would use up the time of the pass.
    return tasks !== undefined;
  });
}

/** Undefined if there was no request left to find out: the job comes first the next time. */
async function readStatus(polled: PolledJob, poll: Poll): Promise<JobStatus | undefined> {
  const { manager } = poll;
  const { job, tasks } = polled;
  const activity = tasks && readActivity(job, tasks);
  if (job.status === "completed" || activity === "done") return makeStatus(polled, manager, "done");
  if (job.status === "canceled") {
    if (tasks === undefined && !hasRetried(polled))
      return polled.hasUnreadableTasks ? retryNextPoll(polled, manager) : undefined;
    return makeStatus(polled, manager, "canceled", { reason: formatActivity(job) || undefined });
  }
  if (job.status === "failed" || activity === "stuck" || activity === "movie-missing")
    return readEndStatus(polled, activity, poll);
  if (!polled.isCheckDue) return keepStatus(polled, manager, activity);
  const checked = { ...polled, memo: { ...polled.memo, at: manager.now(), checks: polled.memo.checks + 1 } };
  // Its tasks could not be read.
  if (activity === undefined && job.status !== "queued") return keepStatus(checked, manager);
  if (activity === "running" || activity === "paused") return makeStatus(checked, manager, activity);
  return readWaitingStatus(checked, activity, poll);
}

async function readWaitingStatus(
  polled: PolledJob,
  activity: TaskActivity | undefined,
  poll: Poll,
): Promise<JobStatus | undefined> {
  const { manager, machines, polledJobs } = poll;
  const { job, tasks = [], query } = polled;
  if (job.status === "queued" && polledJobs.some((other) => keepsMachinesBusyFor(other, polled)))
    return makeStatus(polled, manager, "waiting", { isQueued: true });
  const wait = await machines.explainWait(job, tasks, isLeftByMachines(query));
  const { waitReason, isQueued } = wait ?? query.lastStatus ?? {};
  if (wait?.isFree && isLeftByMachines(query) && activity === "maybe-stuck")
    return readEndStatus(polled, "stuck", poll);
  // A job that may wait for a failed task is checked again soon.
  const memo = activity === "maybe-stuck" ? { ...polled.memo, checks: 0 } : polled.memo;
  return makeStatus({ ...polled, memo }, manager, "waiting", { waitReason, isQueued });
}

const isLeftByMachines = ({ standstillMs = 0 }: JobQuery) => standstillMs >= IDLE_MACHINE_MS;

/** If a similar job of ours is rendered, the machines are awake and busy. */
const keepsMachinesBusyFor = ({ job, query }: PolledJob, waiting: PolledJob) =>
  job.status === "active" &&
  query.lastStatus?.state === "running" &&
  job.worker_tag === waiting.job.worker_tag &&
  job.type === waiting.job.type;

/** Includes the cause. If that can't be read, it is tried once more at the next poll. */
async function readEndStatus(
  polled: PolledJob,
  activity: TaskActivity | undefined,
  poll: Poll,
): Promise<JobStatus | undefined> {
  const { manager, flamenco, budget } = poll;
  const { job, tasks } = polled;
  if (tasks === undefined) {
    if (!polled.hasUnreadableTasks) return undefined;
    return hasRetried(polled)
      ? makeStatus(polled, manager, "failed", { reason: formatFailure(job, [], undefined) })
      : retryNextPoll(polled, manager);
  }
  const failedTask = findFailedTask(tasks);
  if (failedTask !== undefined && !budget.take(CAUSE_REQUESTS)) return undefined;
  const cause = failedTask && (await attempt(async () => ({ text: await readCause(failedTask, flamenco) })));
  if (failedTask !== undefined && cause === undefined && !hasRetried(polled)) return retryNextPoll(polled, manager);
  if (activity === "movie-missing")
    return makeStatus(polled, manager, "done", { warning: formatMissingMovie(cause?.text) });
  return makeStatus(polled, manager, "failed", { reason: formatFailure(job, tasks, cause?.text) });
}

const hasRetried = ({ memo: { tries } }: PolledJob) => tries > 0;

/** The status before: why the job has ended could not be read. */
function retryNextPoll({ memo, ...polled }: PolledJob, manager: ManagerInfo): JobStatus {
  const { state } = polled.query.lastStatus ?? {};
  const isHeld = state === "waiting" || state === "paused";
  return makeStatus({ ...polled, memo: { ...memo, tries: memo.tries + 1 } }, manager, isHeld ? state : "running");
}
