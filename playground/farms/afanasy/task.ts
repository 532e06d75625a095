/** A task of a job: its states, and the output of its program. */
import { type Fate, reachedFate } from "../fate.ts";
import { ErrorHosts, writeTime } from "./hosts.ts";
import { readPace } from "./program.ts";

export type AfTask = {
  name: string;
  frames: readonly number[];
  command: string;
  state: "ready" | "running" | "done" | "error" | "suspended" | "skipped";
  /** it failed and is being retried */
  isRetried: boolean;
  /** the steps that a frame takes, and those done of the current frame */
  pace: number;
  steps: number;
  /** the number of frames that are done */
  done: number;
  starts: number;
  errors: number;
  machine: string | undefined;
  startedAt: number;
  endedAt: number;
  /** set when it was asked to stop: the steps until its program ends, and its state after that */
  stopping: { steps: number; then: AfTask["state"] } | undefined;
  hosts: ErrorHosts;
  /** one per start */
  outputs: string[];
  log: string[];
  fate: Fate | undefined;
};

export const newTask = (name: string, frames: readonly number[], command: string, fate: Fate | undefined): AfTask => ({
  ...{ name, frames, command, fate, state: "ready", isRetried: false, done: 0, starts: 0, errors: 0 },
  ...{ pace: readPace(command), steps: 0 },
  ...{
    machine: undefined,
    startedAt: 0,
    endedAt: 0,
    stopping: undefined,
    hosts: new ErrorHosts(),
    outputs: [],
    log: [],
  },
});

/** The real one also keeps only the end of the output. */
const OUTPUT_MAX_CHARS = 1_048_576;

export function logTask(task: AfTask, message: string, now: number): void {
  task.log.push(`${writeTime(now)}: afanasy: ${message}`);
}

export function startTask(task: AfTask, machine: string, now: number): void {
  Object.assign(task, { state: "running", isRetried: false, done: 0, steps: 0, machine, startedAt: now, endedAt: now });
  task.starts += 1;
  task.outputs.push("");
  logTask(task, `SESSION #${task.starts}: Starting on "${machine}"`, now);
}

/** Renders one step. @returns whether it failed just now */
export function renderStep(task: AfTask, now: number): boolean {
  task.steps += 1;
  return task.steps < task.pace ? false : renderFrame(task, now);
}

function renderFrame(task: AfTask, now: number): boolean {
  task.steps = 0;
  const { fate, done, frames } = task;
  const fateNow = reachedFate({ fate, done, size: frames.length });
  const frame = frames[Math.min(done, frames.length - 1)];
  if (fateNow === "stalls") return false;
  if (!fate?.isQuiet) print(task, `Fra:${frame} Mem:182.51M (Peak 190.01M) | Rendering frame ${frame}\n`);
  task.endedAt = now;
  if (fateNow === "fails") {
    if (fate?.says) print(task, `${fate.says}\n`);
    task.errors += 1;
    task.state = "error";
    logTask(task, "Finished error.", now);
    return true;
  }
  print(task, "Saved a frame\n");
  task.done += 1;
  if (task.done >= frames.length) {
    task.state = "done";
    logTask(task, "Finished success.", now);
  }
  return false;
}

function print(task: AfTask, text: string): void {
  const last = task.outputs.length - 1;
  task.outputs[last] = `${task.outputs[last] ?? ""}${text}`.slice(-OUTPUT_MAX_CHARS);
}

/** Restarts a task at a person's request. The error counts of the machines stay. */
export function restartTask(task: AfTask, then: AfTask["state"] = "ready"): void {
  if (task.state === "running") task.stopping ??= { steps: STOP_STEPS, then };
  else Object.assign(task, { state: then, isRetried: false, done: 0, errors: 0 });
}

/** How many steps a program takes to end. */
const STOP_STEPS = 3;

/** @returns whether its program has ended */
export function endStopping(task: AfTask, now: number): boolean {
  if (task.stopping === undefined) return false;
  task.stopping.steps -= 1;
  if (task.stopping.steps > 0) return false;
  Object.assign(task, { state: task.stopping.then, stopping: undefined, done: 0, errors: 0, endedAt: now });
  logTask(task, "Stopped.", now);
  return true;
}

/** Whether it has failed or hangs. */
export const hasMetFate = (task: AfTask): boolean =>
  task.hosts.size > 0 ||
  task.errors > 0 ||
  (task.starts > 0 && reachedFate({ ...task, size: task.frames.length }) === "stalls");

/** The percentage as the server counts it: at most 99 while it runs, and 0 if it failed. */
export function percentOf({ state, done, frames }: AfTask): number {
  if (state === "done" || state === "skipped") return 100;
  return state === "running" ? Math.min(99, Math.floor((100 * done) / frames.length)) : 0;
}
