// How a job stands, read off the bits of its state.
import type { FarmBlock, FarmJob } from "../services/afanasy-answers.ts";
import { BIT } from "../services/afanasy-answers.ts";
import type { JobStanding, JobState } from "./farm.ts";

/** Written at a job that a person stopped from Kitsu: to the server it is paused like any other. */
export const CANCELED = "Canceled from Kitsu";

export function readStanding(job: FarmJob, url: string | undefined): JobStanding {
  const total = job.blocks.reduce((sum, block) => sum + countFrames(block), 0);
  const state = readState(job);
  return {
    state,
    done: state === "done" ? total : Math.min(total, Math.floor((total * readPercentage(job)) / 100)),
    total,
    ...(url !== undefined && { url }),
    reason: explain(job),
  };
}

const TO_COME = BIT.ready | BIT.waitsForDependency | BIT.waitsForTime | BIT.errorReady | BIT.suspended;

/** A machine that began tasks is not there again, after a restart of the server or its own: a job has no bit for that, blocks count them. */
const isMissing = ({ st, blocks }: Pick<FarmJob, "st" | "blocks">) =>
  (st & BIT.waitsForReconnection) !== 0 || blocks.some(({ p_tasks_waitrec }) => p_tasks_waitrec > 0);

/**
 * Errors come first, but while other tasks run or can, the job is not over: they are rendered, and what failed may be tried again. Paused is what
 * somebody paused, whatever failed before.
 */
export function readState(job: Pick<FarmJob, "st" | "annotation" | "blocks">): JobState {
  const { st, annotation } = job;
  const has = (bit: number) => (st & bit) !== 0;
  if (has(BIT.paused) && !(has(BIT.done) && !has(BIT.error))) return annotation === CANCELED ? "canceled" : "paused";
  if (has(BIT.running)) return "running";
  if (has(BIT.error)) return has(TO_COME) || isMissing(job) ? "waiting" : "failed";
  if (has(BIT.done)) return "done";
  return "waiting";
}

/** Of all blocks, each by the number of its tasks. */
export function readPercentage({ blocks }: Pick<FarmJob, "blocks">): number {
  const tasks = blocks.reduce((sum, { tasks_num }) => sum + tasks_num, 0);
  return tasks === 0 ? 0 : blocks.reduce((sum, { p_percentage, tasks_num }) => sum + p_percentage * tasks_num, 0) / tasks;
}

function countFrames({ frame_first, frame_last, frames_inc = 1, tasks_num }: FarmBlock): number {
  if (frame_last === undefined || tasks_num === 0) return tasks_num;
  return Math.max(tasks_num, Math.floor((frame_last - (frame_first ?? 0)) / Math.max(1, frames_inc)) + 1);
}

function explain(job: FarmJob): string | undefined {
  const { st, state, blocks } = job;
  const [failed, tasks] = [
    blocks.reduce((sum, { p_tasks_error }) => sum + p_tasks_error, 0),
    blocks.reduce((sum, { tasks_num }) => sum + tasks_num, 0),
  ];
  const said = [
    failed > 0 && `${failed} of ${tasks} tasks failed`,
    failed === 0 && (st & BIT.error) !== 0 && `It failed (${state.trim() || "ERR"})`,
    (st & BIT.waitsForDependency) !== 0 && "It waits for another job",
    (st & BIT.waitsForTime) !== 0 && "It waits for its time",
    isMissing(job) && "A machine of the farm does not answer",
    (st & BIT.suspended) !== 0 && "It is suspended",
    (st & BIT.previewPending) !== 0 && "It waits for its preview to be approved",
  ];
  return said.filter(Boolean).join(". ") || undefined;
}
