/** The jobs of this Afanasy. They outlive its deaths, as they do on the disk of the real one. */
import { type AfanasyJob, readJob } from "./afanasy-job.ts";
import { Nodes, resetTask, setState, type TaskState } from "./work.ts";

export const RENDERS = ["node1", "node2", "node3", "node4"];
const OPERATIONS = ["start", "pause", "stop", "restart", "restart_errors", "restart_running", "restart_pause", "delete"] as const;
export type Operation = (typeof OPERATIONS)[number];

export const isOperation = (name: string): name is Operation => OPERATIONS.some((operation) => operation === name);

export class AfanasyJobs {
  readonly #jobs = new Map<number, AfanasyJob>();
  /** whoever ever had a job: they stay, without any */
  readonly users = new Set<string>();
  readonly #nodes: Nodes;
  #serial = 0;

  constructor(frameMs: number) {
    const onFrame = (now: number) => {
      for (const job of this.#jobs.values()) settle(job, now);
    };
    this.#nodes = new Nodes({ names: RENDERS, frameMs, triesMax: 3, onFrame }, Date.now());
  }

  advance(): void {
    this.#nodes.advance(() => this.list(), Date.now());
  }

  list(): AfanasyJob[] {
    return [...this.#jobs.values()];
  }

  find(id: number): AfanasyJob | undefined {
    return this.#jobs.get(id);
  }

  busyRenders(): ReadonlySet<string> {
    return this.#nodes.busy();
  }

  /** Undefined: the server dies of it. */
  register(given: unknown): AfanasyJob | undefined {
    const job = readJob(given, this.#lowestFreeId(), this.#serial + 1, Date.now());
    if (!job) return undefined;
    const original = job.name;
    for (let number = 1; this.list().some(({ name }) => name === job.name); number += 1) job.name = `${original}-${number}`;
    this.#serial = job.serial;
    this.#jobs.set(job.id, job);
    this.users.add(job.userName);
    return job;
  }

  delete(id: number): void {
    this.#jobs.delete(id);
  }

  operate(job: AfanasyJob, operation: Operation): void {
    if (operation === "delete") this.delete(job.id);
    const now = Date.now();
    const restart = (...states: TaskState[]) => {
      for (const task of job.tasks) if (states.length === 0 || states.includes(task.state)) resetTask(task, now);
      job.doneAt = 0;
    };
    if (operation === "restart" || operation === "restart_pause") restart();
    else if (operation === "restart_errors") restart("failed", "again");
    else if (operation === "restart_running" || operation === "stop") restart("running");
    if (operation === "start") hold(job, false);
    if (operation === "pause" || operation === "stop" || operation === "restart_pause") hold(job, true);
  }

  /** After the server was dead, when nothing was begun or ended: what was being rendered is begun again. */
  recover(): void {
    this.#nodes.skip(Date.now());
    for (const { tasks } of this.#jobs.values()) {
      for (const task of tasks) if (task.state === "running") setState(task, "ready", Date.now());
    }
  }

  /** What a new job is called by: those that were deleted leave theirs to it. 1 is the server's own. */
  #lowestFreeId(): number {
    let id = 2;
    while (this.#jobs.has(id)) id += 1;
    return id;
  }
}

function hold(job: AfanasyJob, isOffline: boolean): void {
  job.isOffline = isOffline;
  job.isHeld = isOffline;
}

function settle(job: AfanasyJob, now: number): void {
  if (job.startedAt === 0 && job.tasks.some(({ starts }) => starts > 0)) job.startedAt = now;
  if (job.doneAt === 0 && job.tasks.every(({ state }) => state === "done")) job.doneAt = now;
}
