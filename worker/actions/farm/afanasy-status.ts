// The status of a job, from the bits of its state and the counters of its blocks.
import { joinSentences, type Message, message } from "../../format/message.ts";
import type { FarmBlock, FarmJob } from "../../services/afanasy-answers.ts";
import { BIT } from "../../services/afanasy-answers.ts";
import type { JobState, JobStatus } from "./farm.ts";

/**
 * The annotation of a job that was canceled from Kitsu: for the server it is paused like any other.
 */
export const CANCELED = "Canceled from Kitsu";

export function readStatus(job: FarmJob, url: string | undefined): JobStatus {
  const total = job.blocks.reduce((sum, block) => sum + countFrames(block), 0);
  const state = readState(job);
  const reason = formatFailed(job);
  return {
    state,
    done: state === "done" ? total : countDone(job, total),
    total,
    ...(url !== undefined && { url }),
    ...(reason !== undefined && { reason }),
    ...(state === "waiting" && explainJobWait(job)),
  };
}

const STILL_TO_COME = BIT.ready | BIT.waitsForDependency | BIT.waitsForTime | BIT.errorReady | BIT.suspended;

/**
 * A machine that had started tasks has not come back after a restart, of the server or its own. A
 * job has no bit for that, but its blocks count such tasks.
 */
const isMissing = ({ st, blocks }: Pick<FarmJob, "st" | "blocks">) =>
  (st & BIT.waitsForReconnection) !== 0 || blocks.some(({ p_tasks_waitrec }) => p_tasks_waitrec > 0);

/** A locked job is about to disappear. Otherwise it would look paused. */
const isBeingDeleted = ({ st, locked }: Pick<FarmJob, "st" | "locked">) => locked && (st & BIT.paused) !== 0;

/** The bit may appear a second before a block's counter, or disappear a second after it. */
export const isRunning = ({ st, blocks }: Pick<FarmJob, "st" | "blocks">) =>
  (st & BIT.running) !== 0 || blocks.some(({ running_tasks_counter }) => running_tasks_counter > 0);

/**
 * A job with errors has failed only when no other task runs or can run: the others are rendered,
 * and failed ones may be retried. Tasks that wait for a failed task have no bit in the job's state,
 * because they never run. A paused job stays paused, whatever failed before.
 */
export function readState(job: Pick<FarmJob, "st" | "annotation" | "blocks" | "locked">): JobState {
  const { st, annotation } = job;
  const has = (bit: number) => (st & bit) !== 0;
  if (isBeingDeleted(job)) return "waiting";
  if (has(BIT.paused) && !(has(BIT.done) && !has(BIT.error))) return annotation === CANCELED ? "canceled" : "paused";
  if (isRunning(job)) return "running";
  if (has(BIT.error)) return has(STILL_TO_COME) || isMissing(job) ? "waiting" : "failed";
  if (has(BIT.done)) return "done";
  return "waiting";
}

/** Of all blocks, weighted by their number of tasks. */
export function readPercentage({ blocks }: Pick<FarmJob, "blocks">): number {
  const tasks = blocks.reduce((sum, { tasks_num }) => sum + tasks_num, 0);
  return tasks === 0
    ? 0
    : blocks.reduce((sum, { p_percentage, tasks_num }) => sum + p_percentage * tasks_num, 0) / tasks;
}

function countFrames({ frame_first, frame_last, frames_inc = 1, tasks_num }: FarmBlock): number {
  if (frame_last === undefined || tasks_num === 0) return tasks_num;
  return Math.max(tasks_num, Math.floor((frame_last - (frame_first ?? 0)) / Math.max(1, frames_inc)) + 1);
}

/**
 * From percentages, which include the frame in progress and are rounded down, or from the finished
 * tasks if that is more.
 */
function countDone(job: FarmJob, total: number): number {
  const tasks = job.blocks.reduce((sum, block) => sum + countDoneTasks(block), 0);
  return Math.min(total, Math.max(tasks, Math.floor((total * readPercentage(job)) / 100)));
}

/**
 * The last task of a block may be shorter, and the server does not tell whether it is among the
 * finished.
 */
function countDoneTasks(block: FarmBlock): number {
  const { tasks_num, frames_per_task = 1, p_tasks_done } = block;
  const frames = countFrames(block);
  if (p_tasks_done >= tasks_num) return frames;
  const missing = Math.max(0, frames_per_task * tasks_num - frames);
  return Math.max(0, p_tasks_done * frames_per_task - missing);
}

function formatFailed({ st, state, blocks }: FarmJob): Message | undefined {
  const failed = blocks.reduce((sum, { p_tasks_error }) => sum + p_tasks_error, 0);
  const total = blocks.reduce((sum, { tasks_num }) => sum + tasks_num, 0);
  if (failed > 0) return message("afanasy.tasksFailed", { failed, total });
  return (st & BIT.error) !== 0 ? message("afanasy.jobFailed", { state: state.trim() || "ERR" }) : undefined;
}

/** Why the job itself says it waits. afanasy-machines.ts knows about the machines. */
function explainJobWait(job: FarmJob): Pick<JobStatus, "waitReason" | "isQueued"> {
  const has = (bit: number) => (job.st & bit) !== 0;
  if (isBeingDeleted(job)) return { waitReason: message("afanasy.beingDeleted") };
  // It will start by itself, however late.
  if (has(BIT.waitsForTime)) return { waitReason: message("afanasy.waitsForTime"), isQueued: true };
  const reasons = [
    // Every new job has this bit for half a second.
    has(BIT.waitsForDependency) &&
      `${job.depend_mask}${job.depend_mask_global}` !== "" &&
      message("afanasy.waitsForJob"),
    isMissing(job) && message("afanasy.machineMissing"),
    has(BIT.suspended) && message("afanasy.tasksSuspended"),
    has(BIT.previewPending) && message("afanasy.waitsForPreview"),
  ];
  const waitReason = joinSentences(reasons);
  return waitReason === undefined ? {} : { waitReason };
}
