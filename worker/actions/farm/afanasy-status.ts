// How a job stands, read off the bits of its state and the counters of its blocks.
import type { FarmBlock, FarmJob } from "../../services/afanasy-answers.ts";
import { BIT } from "../../services/afanasy-answers.ts";
import type { JobStanding, JobState } from "./farm.ts";

/** Written at a job that a person stopped from Kitsu: to the server it is paused like any other. */
export const CANCELED = "Canceled from Kitsu";

export function readStanding(job: FarmJob, url: string | undefined): JobStanding {
  const total = job.blocks.reduce((sum, block) => sum + countFrames(block), 0);
  const state = readState(job);
  const reason = sayFailed(job);
  return {
    state,
    done: state === "done" ? total : countDone(job, total),
    total,
    ...(url !== undefined && { url }),
    ...(reason !== undefined && { reason }),
    ...(state === "waiting" && explainWait(job)),
  };
}

const TO_COME = BIT.ready | BIT.waitsForDependency | BIT.waitsForTime | BIT.errorReady | BIT.suspended;

/** A machine that began tasks is not there again, after a restart of the server or its own: a job has no bit for that, blocks count them. */
const isMissing = ({ st, blocks }: Pick<FarmJob, "st" | "blocks">) =>
  (st & BIT.waitsForReconnection) !== 0 || blocks.some(({ p_tasks_waitrec }) => p_tasks_waitrec > 0);

/** Locked, it is on its way out; it would look as if somebody had paused it. */
const isBeingDeleted = ({ st, locked }: Pick<FarmJob, "st" | "locked">) => locked && (st & BIT.paused) !== 0;

/** The bit may be there a second before a block's counter is, or go a second after it. */
export const isRunning = ({ st, blocks }: Pick<FarmJob, "st" | "blocks">) =>
  (st & BIT.running) !== 0 || blocks.some(({ running_tasks_counter }) => running_tasks_counter > 0);

/**
 * Errors come first, but while other tasks run or can, the job is not over: they are rendered, and what failed may be tried again. What waits for a
 * task that failed has no bit in the job's state, as it never comes. Paused is what somebody paused, whatever failed before.
 */
export function readState(job: Pick<FarmJob, "st" | "annotation" | "blocks" | "locked">): JobState {
  const { st, annotation } = job;
  const has = (bit: number) => (st & bit) !== 0;
  if (isBeingDeleted(job)) return "waiting";
  if (has(BIT.paused) && !(has(BIT.done) && !has(BIT.error))) return annotation === CANCELED ? "canceled" : "paused";
  if (isRunning(job)) return "running";
  if (has(BIT.error)) return has(TO_COME) || isMissing(job) ? "waiting" : "failed";
  if (has(BIT.done)) return "done";
  return "waiting";
}

/** Of all blocks, each by the number of its tasks. */
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

/** By percentages, which have a frame that is being rendered in them, and are rounded down; or by the tasks that are done, where that is more. */
function countDone(job: FarmJob, total: number): number {
  const tasks = job.blocks.reduce((sum, block) => sum + countDoneTasks(block), 0);
  return Math.min(total, Math.max(tasks, Math.floor((total * readPercentage(job)) / 100)));
}

/** The last task of a block may be shorter, and nobody says whether it is one of those that are done. */
function countDoneTasks(block: FarmBlock): number {
  const { tasks_num, frames_per_task = 1, p_tasks_done } = block;
  const frames = countFrames(block);
  if (p_tasks_done >= tasks_num) return frames;
  const missing = Math.max(0, frames_per_task * tasks_num - frames);
  return Math.max(0, p_tasks_done * frames_per_task - missing);
}

function sayFailed({ st, state, blocks }: FarmJob): string | undefined {
  const failed = blocks.reduce((sum, { p_tasks_error }) => sum + p_tasks_error, 0);
  const tasks = blocks.reduce((sum, { tasks_num }) => sum + tasks_num, 0);
  if (failed > 0) return `${failed} of ${tasks} tasks failed`;
  return (st & BIT.error) !== 0 ? `It failed (${state.trim() || "ERR"})` : undefined;
}

/** What the job itself says of why it waits. Which machines could take it is asked elsewhere. */
function explainWait(job: FarmJob): Pick<JobStanding, "hindrance" | "isQueued"> {
  const has = (bit: number) => (job.st & bit) !== 0;
  if (isBeingDeleted(job)) return { hindrance: "it is being deleted on the farm" };
  // Its time comes, however late.
  if (has(BIT.waitsForTime)) return { hindrance: "it waits for its time", isQueued: true };
  const said = [
    // The bit alone is what each new job has for half a second.
    has(BIT.waitsForDependency) && `${job.depend_mask}${job.depend_mask_global}` !== "" && "it waits for another job",
    isMissing(job) && "a machine does not answer",
    has(BIT.suspended) && "some of its tasks are suspended",
    has(BIT.previewPending) && "it waits for its preview to be approved",
  ];
  const hindrance = said.filter(Boolean).join(", and ");
  return hindrance === "" ? {} : { hindrance };
}
