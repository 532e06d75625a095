/** The render nodes of a farm: they take tasks in their order, and a frame is a step. Time passes when somebody looks. */
import { type Fate, meets } from "./fate.ts";

export type TaskState = "ready" | "running" | "again" | "done" | "failed" | "canceled" | "paused";

export type Task = {
  name: string;
  /** how many steps it has, and how many are done */
  size: number;
  done: number;
  state: TaskState;
  /** the last that had it */
  node: string | undefined;
  /** how often it was begun, and how often it failed, since a person last asked for it */
  starts: number;
  errors: number;
  startedAt: number | undefined;
  changedAt: number;
  /** is begun when all other tasks of its job are done */
  isLast: boolean;
  fate: Fate | undefined;
};

/** What nodes know of a job. */
export type Work = {
  priority: number;
  tasks: readonly Task[];
  /** nothing more of it is begun */
  isHeld: boolean;
  /** at most as many at once; undefined for as many as there are nodes */
  most?: number | undefined;
};

export const newTask = (name: string, size: number, now: number, more: Partial<Task> = {}): Task => ({
  name,
  size,
  done: 0,
  state: "ready",
  node: undefined,
  starts: 0,
  errors: 0,
  startedAt: undefined,
  changedAt: now,
  isLast: false,
  fate: undefined,
  ...more,
});

/** It has gone wrong, or hangs. */
export const hasMetFate = (task: Task): boolean => task.errors > 0 || (task.starts > 0 && meets(task) === "stalls");

/** As a person asks for it: from the first frame, and what was bad luck is better this time. */
export function resetTask(task: Task, now: number, isBetter = hasMetFate(task)): void {
  const fate = isBetter && task.fate?.isLuck ? undefined : task.fate;
  Object.assign(task, { ...newTask(task.name, task.size, now), isLast: task.isLast, fate });
}

export function setState(task: Task, state: TaskState, now: number): void {
  task.state = state;
  task.changedAt = now;
}

export type NodesOptions = {
  names: readonly string[];
  /** how long a frame takes, for every node */
  frameMs: number;
  /** how often a task may fail before it has failed */
  triesMax: number;
  /** called after each frame's time, with the time it then is */
  onFrame(now: number): void;
};

/** A farm left alone overnight does not count its hours one by one. */
const FRAMES_AT_ONCE_MAX = 20_000;

export class Nodes {
  readonly #options: NodesOptions;
  readonly #taken = new Map<string, Task>();
  #clock: number;

  constructor(options: NodesOptions, now: number) {
    this.#options = options;
    this.#clock = now;
  }

  /** Lets everything happen that had time to happen. */
  advance(works: () => readonly Work[], now: number): void {
    const { frameMs, onFrame } = this.#options;
    const frames = Math.floor((now - this.#clock) / frameMs);
    for (let frame = 0; frame < Math.min(frames, FRAMES_AT_ONCE_MAX); frame += 1) {
      this.#clock += frameMs;
      this.#render(works());
      onFrame(this.#clock);
    }
    if (frames > FRAMES_AT_ONCE_MAX) this.#clock = now;
  }

  /** What time there was is gone, and nothing happened in it. */
  skip(now: number): void {
    this.#clock = now;
  }

  /** Which nodes are at work now. */
  busy(): ReadonlySet<string> {
    return new Set([...this.#taken].filter(([name, task]) => holds(name, task)).map(([name]) => name));
  }

  #render(works: readonly Work[]): void {
    const queue = works.filter(({ isHeld }) => !isHeld).sort((a, b) => b.priority - a.priority);
    for (const name of this.#options.names) {
      const held = this.#taken.get(name);
      if (held && holds(name, held)) this.#step(held);
      if (!held || !holds(name, held)) this.#take(name, queue);
    }
  }

  #take(name: string, queue: readonly Work[]): void {
    const task = queue.map(nextOf).find((candidate) => candidate !== undefined);
    if (!task) {
      this.#taken.delete(name);
      return;
    }
    this.#taken.set(name, task);
    setState(task, "running", this.#clock);
    Object.assign(task, { node: name, done: 0, starts: task.starts + 1, startedAt: this.#clock });
  }

  #step(task: Task): void {
    const met = meets(task);
    if (met === "stalls") return;
    if (met === "fails") {
      task.errors += 1;
      setState(task, task.errors < this.#options.triesMax ? "again" : "failed", this.#clock);
      return;
    }
    task.done += 1;
    task.changedAt = this.#clock;
    if (task.done >= task.size) setState(task, "done", this.#clock);
  }
}

const holds = (name: string, task: Task) => task.state === "running" && task.node === name;

function nextOf({ tasks, most }: Work): Task | undefined {
  const running = tasks.filter(({ state }) => state === "running").length;
  if (most !== undefined && running >= most) return undefined;
  const isReady = ({ state }: Task) => state === "ready" || state === "again";
  return tasks.find((task) => isReady(task) && (!task.isLast || tasks.every((other) => other === task || other.state === "done")));
}
