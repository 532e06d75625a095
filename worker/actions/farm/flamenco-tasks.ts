// What the tasks of a Flamenco job do. The job's own status does not tell: it is `active` for ever where few tasks failed, or where all that is left
// was paused.
import type { FlamencoJob, FlamencoTask } from "../../services/flamenco-objects.ts";
import { SIMPLE_RENDER } from "../../settings/flamenco-settings.ts";
import type { JobStanding } from "./farm.ts";
import { parseFrames } from "./frames.ts";

/**
 * - `stuck`: something failed or was canceled, and nothing else can go on
 * - `behind`: something failed, nothing is at work, and what is left may be waiting for just that: who waits for whom, Flamenco does not tell
 * - `waiting`: nothing is at work, and nothing failed for good
 */
export type Doing = "running" | "paused" | "done" | "movie-missing" | "stuck" | "behind" | "waiting";

type Job = Pick<FlamencoJob, "status" | "type">;

export function readDoing({ status, type }: Job, tasks: readonly FlamencoTask[]): Doing | undefined {
  if (tasks.length === 0) return undefined;
  const count = (...wanted: FlamencoTask["status"][]) => tasks.filter((task) => wanted.includes(task.status)).length;
  if (count("completed") === tasks.length) return "done";
  const broken = count("failed", "canceled");
  const open = tasks.filter((task) => task.status === "queued" || task.status === "soft-failed");
  const isEnded = status === "failed" || status === "canceled";
  if (!isEnded && count("active") > 0) return "running";
  if (!isEnded && count("paused") > 0) return "paused";
  const missing = tasks.filter((task) => task.status !== "completed");
  const isStuck =
    broken > 0 && open.every((task) => task.status === "queued" && type === SIMPLE_RENDER && isMovie(type, task));
  if (isEnded || isStuck)
    return missing.length < tasks.length && missing.every((task) => isMovie(type, task)) ? "movie-missing" : "stuck";
  return broken > 0 ? "behind" : "waiting";
}

/** The preview of what is rendered, which Flamenco's own job type makes last, of all frames. */
export const isMovie = (type: string, { task_type, name }: FlamencoTask) =>
  task_type === "ffmpeg" && (type === SIMPLE_RENDER || /preview/i.test(name));

export type Count = Pick<JobStanding, "done" | "total">;

/** Steps since 3.8, which are frames where Blender renders; tasks before. The preview movie is neither. */
export function countTasks({ type }: Job, tasks: readonly FlamencoTask[]): Count {
  const counted = tasks.filter((task) => !isMovie(type, task));
  const isDone = ({ status }: FlamencoTask) => status === "completed";
  const total = counted.reduce((sum, { steps_total }) => sum + steps_total, 0);
  if (total === 0) return { done: counted.filter(isDone).length, total: counted.length };
  const done = counted.reduce((sum, task) => sum + (isDone(task) ? task.steps_total : task.steps_completed), 0);
  return { done, total };
}

/**
 * The same by what the job says of itself. Before its first task has reported it counts no steps: then what was asked for is known. Managers before 3.8
 * count none at all.
 */
export function countSteps({ settings, steps_completed: done, steps_total: total }: FlamencoJob, minor: number): Count {
  const frames = parseFrames(settings.frames, Number.POSITIVE_INFINITY);
  if (typeof frames === "string") return { done, total };
  if (total === 0) return { done: 0, total: minor >= 8 ? frames.count : 0 };
  return frames.count === total - 1 ? { done: Math.min(done, frames.count), total: frames.count } : { done, total };
}

/** About how many tasks it has: their list has some 400 bytes for each. */
export function guessTasks({ settings: { frames, chunk_size = 1 }, steps_total }: FlamencoJob): number {
  const parsed = parseFrames(frames, Number.POSITIVE_INFINITY);
  return Math.ceil(Math.max(steps_total, typeof parsed === "string" ? 0 : parsed.count) / Math.max(1, chunk_size));
}
