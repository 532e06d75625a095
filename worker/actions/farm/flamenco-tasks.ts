// What the tasks of a Flamenco job do. The status of the job does not tell: it stays `active`
// forever if few tasks failed, or if all open tasks were paused.
import type { FlamencoJob, FlamencoTask } from "../../services/flamenco-objects.ts";
import { SIMPLE_RENDER } from "../../settings/flamenco-job-types.ts";
import type { JobStatus } from "./farm.ts";
import { parseFrames } from "./frames.ts";

/**
 * - `stuck`: a task failed or was canceled, and no other task can continue
 * - `maybe-stuck`: a task failed, none is active, and the open ones may depend on it: Flamenco does
 *   not report dependencies
 * - `waiting`: no task is active, and none failed for good
 */
export type TaskActivity = "running" | "paused" | "done" | "movie-missing" | "stuck" | "maybe-stuck" | "waiting";

type Job = Pick<FlamencoJob, "status" | "type">;

export function readActivity({ status, type }: Job, tasks: readonly FlamencoTask[]): TaskActivity | undefined {
  if (tasks.length === 0) return undefined;
  const count = (...wanted: FlamencoTask["status"][]) => tasks.filter((task) => wanted.includes(task.status)).length;
  if (count("completed") === tasks.length) return "done";
  const broken = count("failed", "canceled");
  const open = tasks.filter((task) => task.status === "queued" || task.status === "soft-failed");
  const hasEnded = status === "failed" || status === "canceled";
  if (!hasEnded && count("active") > 0) return "running";
  if (!hasEnded && count("paused") > 0) return "paused";
  const missing = tasks.filter((task) => task.status !== "completed");
  const isStuck =
    broken > 0 && open.every((task) => task.status === "queued" && type === SIMPLE_RENDER && isMovie(type, task));
  if (hasEnded || isStuck)
    return missing.length < tasks.length && missing.every((task) => isMovie(type, task)) ? "movie-missing" : "stuck";
  return broken > 0 ? "maybe-stuck" : "waiting";
}

/** The preview movie, which Flamenco's own job type makes last, from all frames. */
export const isMovie = (type: string, { task_type, name }: FlamencoTask) =>
  task_type === "ffmpeg" && (type === SIMPLE_RENDER || /preview/i.test(name));

export type Progress = Pick<JobStatus, "done" | "total">;

/**
 * Steps since 3.8, which are frames if Blender renders; tasks before 3.8. The preview movie counts
 * as neither.
 */
export function countTasks({ type }: Job, tasks: readonly FlamencoTask[]): Progress {
  const counted = tasks.filter((task) => !isMovie(type, task));
  const isDone = ({ status }: FlamencoTask) => status === "completed";
  const total = counted.reduce((sum, { steps_total }) => sum + steps_total, 0);
  if (total === 0) return { done: counted.filter(isDone).length, total: counted.length };
  const done = counted.reduce((sum, task) => sum + (isDone(task) ? task.steps_total : task.steps_completed), 0);
  return { done, total };
}

/**
 * The same from what the job itself reports. It counts no steps until its first task has reported:
 * until then the submitted frames are the total. Managers before 3.8 count no steps at all.
 */
export function countSteps(
  { settings, steps_completed: done, steps_total: total }: FlamencoJob,
  minor: number,
): Progress {
  const frames = parseFrames(settings.frames, Number.POSITIVE_INFINITY);
  if ("problem" in frames) return { done, total };
  if (total === 0) return { done: 0, total: minor >= 8 ? frames.count : 0 };
  return frames.count === total - 1 ? { done: Math.min(done, frames.count), total: frames.count } : { done, total };
}

/** Roughly the number of its tasks. Each takes about 400 bytes in the list of tasks. */
export function estimateTasks({ settings: { frames, chunk_size = 1 }, steps_total }: FlamencoJob): number {
  const parsed = parseFrames(frames, Number.POSITIVE_INFINITY);
  return Math.ceil(Math.max(steps_total, "problem" in parsed ? 0 : parsed.count) / Math.max(1, chunk_size));
}
