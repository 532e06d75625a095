/**
 * How jobs and tasks change their status. A job takes any status that is requested, whatever its
 * current one is. Its tasks affect it only at the moment one of them changes.
 */
import type { JobStatus } from "./body.ts";
import { countOf, type Job, note, type Task, type TaskStatus } from "./job.ts";

/** A job fails when this whole percentage of its tasks has failed, and never with fewer. */
const FAILED_AT_PERCENT = 10;

export function changeTask(job: Job, task: Task, status: TaskStatus, now: number): void {
  const before = task.status;
  setTask(task, status, now);
  if (before !== status) note(task, now, `task changed status ${before} -> ${status}`);
  if (status === "completed") report(job, task, task.steps);
  if (status === "queued") report(job, task, 0);
  follow(job, status, now);
}

/** A job counts steps only after the first report. */
export function report(job: Job, task: Task, steps: number): void {
  task.stepsDone = Math.min(steps, task.steps);
  job.isSilent = false;
}

function follow(job: Job, status: TaskStatus, now: number): void {
  const become = (next: JobStatus, reason: string) => changeJob(job, next, reason, now);
  if (status === "queued") {
    if (job.status === "completed") become("requeueing", "task was queued");
  } else if (status === "active" || status === "soft-failed") {
    // This forgets a requested pause.
    if (job.status !== "active" && job.status !== "cancel-requested") become("active", `task became ${status}`);
  } else if (status === "canceled" && countOf(job, "active", "queued", "soft-failed") === 0)
    become("canceled", "canceled task was last runnable task of job, canceling job");
  else if (status === "failed" && isFailed(job)) become("failed", "too many tasks failed");
  else if (status === "completed" && countOf(job, "completed") === job.tasks.length)
    become("completed", "all tasks completed");
  else if (isPaused(job))
    become("paused", status === "paused" ? "last task got paused" : `no more active tasks after task ${NOUNS[status]}`);
  else if (job.status === "queued" && (status === "failed" || status === "completed"))
    become("active", status === "failed" ? "task failed, but not enough to fail the job" : "no more tasks to do");
}

const NOUNS: Partial<Record<TaskStatus, string>> = {
  completed: "completion",
  failed: "failure",
  canceled: "cancellation",
};
const isFailed = (job: Job) => Math.trunc((100 * countOf(job, "failed")) / job.tasks.length) >= FAILED_AT_PERCENT;
const isPaused = (job: Job) => job.status === "pause-requested" && countOf(job, "active") === 0;

export function changeJob(job: Job, status: JobStatus, reason: string, now: number): void {
  for (let next: JobStatus | undefined = status; next !== undefined && next !== job.status; ) {
    const before: JobStatus = job.status;
    Object.assign(job, { status: next, activity: `Changed to status "${next}": ${reason}`, updated: now });
    next = changeTasks(job, before, now);
  }
}

/**
 * Changes the tasks after a change of the job.
 * @returns the job's next status, if it changes again
 */
function changeTasks(job: Job, before: JobStatus, now: number): JobStatus | undefined {
  const set = (from: readonly TaskStatus[], to: TaskStatus, activity: string) => {
    for (const task of job.tasks) {
      if (!from.includes(task.status)) continue;
      setTask(task, to, now);
      task.activity = activity;
    }
  };
  const because = `because the job got status "${job.status}".`;
  switch (job.status) {
    case "cancel-requested":
    case "failed":
      set(["active", "queued", "soft-failed"], "canceled", `Manager cancelled this task ${because}`);
      return job.status === "failed" ? undefined : "canceled";
    case "pause-requested":
      set(["queued", "soft-failed"], "paused", `Manager paused this task ${because}`);
      return isPaused(job) ? "paused" : undefined;
    case "requeueing": {
      if (before === "under-construction") return undefined;
      const words = `Queued because job transitioned status from "${before}" to "requeueing"`;
      const isAll = before === "completed";
      set(isAll ? ["completed"] : ["canceled", "failed", "paused", "soft-failed"], "queued", words);
      for (const task of job.tasks) task.stepsDone = task.status === "completed" ? task.steps : 0;
      return "queued";
    }
    case "queued":
      return countOf(job, "completed") === job.tasks.length ? "completed" : undefined;
    default:
      return undefined;
  }
}

function setTask(task: Task, status: TaskStatus, now: number): void {
  task.status = status;
  task.updated = now;
}
