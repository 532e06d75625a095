/** A task of a job: what becomes of it, and what its program prints. */
import { type Fate, meets } from "../fate.ts";
import { ErrorHosts, writeTime } from "./hosts.ts";
import { readPace } from "./program.ts";

export type AfTask = {
  name: string;
  frames: readonly number[];
  command: string;
  state: "ready" | "running" | "done" | "error" | "suspended" | "skipped";
  /** it failed, and is tried again */
  isRetried: boolean;
  /** how many steps a frame of it takes, and how many it is at the one that is rendered */
  pace: number;
  steps: number;
  /** how many of its frames are done */
  done: number;
  starts: number;
  errors: number;
  machine: string | undefined;
  startedAt: number;
  endedAt: number;
  /** it was told to stop: how many steps its program takes to end, and what it is then */
  stopping: { steps: number; then: AfTask["state"] } | undefined;
  hosts: ErrorHosts;
  /** of each start */
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

/** It keeps as much as the real one: the last of what was printed. */
const OUTPUT_MAX_CHARS = 1_048_576;

export function logTask(task: AfTask, said: string, now: number): void {
  task.log.push(`${writeTime(now)}: afanasy: ${said}`);
}

export function startTask(task: AfTask, machine: string, now: number): void {
  Object.assign(task, { state: "running", isRetried: false, done: 0, steps: 0, machine, startedAt: now, endedAt: now });
  task.starts += 1;
  task.outputs.push("");
  logTask(task, `SESSION #${task.starts}: Starting on "${machine}"`, now);
}

/** One step. @returns whether it went wrong just now */
export function renderStep(task: AfTask, now: number): boolean {
  task.steps += 1;
  return task.steps < task.pace ? false : renderFrame(task, now);
}

function renderFrame(task: AfTask, now: number): boolean {
  task.steps = 0;
  const { fate, done, frames } = task;
  const met = meets({ fate, done, size: frames.length });
  const frame = frames[Math.min(done, frames.length - 1)];
  if (met === "stalls") return false;
  if (!fate?.isQuiet) print(task, `Fra:${frame} Mem:182.51M (Peak 190.01M) | Rendering frame ${frame}\n`);
  task.endedAt = now;
  if (met === "fails") {
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

/** From the beginning, as a person asks for it. Of errors the machines remember. */
export function restartTask(task: AfTask, then: AfTask["state"] = "ready"): void {
  if (task.state === "running") task.stopping ??= { steps: STOP_STEPS, then };
  else Object.assign(task, { state: then, isRetried: false, done: 0, errors: 0 });
}

/** A program that is told to end takes its time. */
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

/** It has gone wrong, or hangs. */
export const hasMetFate = (task: AfTask): boolean =>
  task.hosts.size > 0 ||
  task.errors > 0 ||
  (task.starts > 0 && meets({ ...task, size: task.frames.length }) === "stalls");

/** Out of 100, as the server counts it: of what runs never all, and nothing of what failed. */
export function percentOf({ state, done, frames }: AfTask): number {
  if (state === "done" || state === "skipped") return 100;
  return state === "running" ? Math.min(99, Math.floor((100 * done) / frames.length)) : 0;
}
