/**
 * The jobs of this Afanasy and its machines. They survive a crash, as on the disk of the real one.
 */
import { type AfBlock, type AfJob, readJob } from "./job.ts";
import { canTake, type Machine, newMachine } from "./machine.ts";
import { isBlocked, isDone, isReady } from "./states.ts";
import { type AfTask, endStopping, hasMetFate, logTask, renderStep, restartTask, startTask } from "./task.ts";
import { type AfUser, newUser } from "./user.ts";

const OPERATIONS = [
  ...["start", "pause", "stop", "restart", "restart_errors", "restart_running", "restart_pause"],
  ...["restart_skipped", "restart_done", "restart_warnings", "reset_error_hosts", "delete"],
] as const;

export const isOperation = (name: string): boolean => OPERATIONS.some((operation) => operation === name);

/** Limits the steps to catch up on, for example after a night without requests. */
const STEPS_AT_ONCE_MAX = 20_000;

export class AfanasyJobs {
  readonly #jobs = new Map<number, AfJob>();
  /** everyone who ever had a job, even if they have none now */
  readonly users = new Map<string, AfUser>();
  readonly machines: Machine[];
  readonly #frameMs: number;
  readonly #now: () => number;
  #clock: number;
  #serial = 0;

  /** @param frameMs how long a frame takes; time passes in steps of this length */
  constructor(frameMs: number, now: () => number, machines: readonly string[]) {
    this.#frameMs = frameMs;
    this.#now = now;
    this.#clock = now();
    this.machines = machines.map((name, index) => newMachine(name, index + 1));
  }

  /** Catches up with the clock. */
  advance(): void {
    const steps = Math.floor((this.#now() - this.#clock) / this.#frameMs);
    for (let step = 0; step < Math.min(steps, STEPS_AT_ONCE_MAX); step += 1) {
      this.#clock += this.#frameMs;
      this.#step();
    }
    if (steps > STEPS_AT_ONCE_MAX) this.#clock = this.#now();
  }

  list(): AfJob[] {
    return [...this.#jobs.values()];
  }

  find(id: number): AfJob | undefined {
    return this.#jobs.get(id);
  }

  /** @returns undefined if the job crashes the server */
  register(sent: unknown): AfJob | undefined {
    const job = readJob(sent, (name) => this.#readUser(name), this.#lowestFreeId(), this.#serial + 1, this.#now());
    if (!job) return undefined;
    const original = job.name;
    for (let number = 1; this.list().some(({ name }) => name === job.name); number += 1)
      job.name = `${original}-${number}`;
    this.#serial = job.serial;
    this.#jobs.set(job.id, job);
    return job;
  }

  delete(id: number): void {
    this.#jobs.delete(id);
  }

  operate(job: AfJob, operation: string): void {
    if (operation === "delete") this.#remove(job);
    const tasks = job.blocks.flatMap((block) => block.tasks);
    const restart = (state?: AfTask["state"]) => {
      for (const task of tasks) if (state === undefined || task.state === state) restartTask(task);
      job.doneAt = 0;
    };
    if (operation === "restart" || operation === "restart_pause") restart();
    if (operation === "restart_errors") restart("error");
    if (operation === "restart_running" || operation === "stop") restart("running");
    if (operation === "restart_skipped") restart("skipped");
    if (operation === "restart_done") restart("done");
    // No restart clears the error counts of machines, only this.
    if (operation === "reset_error_hosts") for (const block of job.blocks) resetHosts(block);
    if (operation.startsWith("restart") || operation === "reset_error_hosts") clearLuck(tasks);
    if (operation === "start") job.isOffline = false;
    if (operation === "pause" || operation === "stop" || operation === "restart_pause") job.isOffline = true;
  }

  /** Restarts after a crash: running tasks start again, and no machine is avoided any more. */
  recover(): void {
    this.#clock = this.#now();
    for (const machine of this.machines) machine.running = [];
    for (const { blocks } of this.#jobs.values()) {
      for (const block of blocks) {
        resetHosts(block);
        for (const task of block.tasks)
          if (task.state === "running") Object.assign(task, { state: "ready", done: 0, stopping: undefined });
      }
    }
  }

  /** Tasks on a machine that goes offline are ready again. */
  setMachine(name: string, state: Machine["state"]): void {
    const machine = this.machines.find((one) => one.name === name);
    if (!machine) return;
    machine.state = state;
    if (state !== "offline") return;
    for (const { task } of machine.running) {
      logTask(task, "Finished - render zombie.", this.#now());
      Object.assign(task, { state: "ready", done: 0, stopping: undefined });
    }
    machine.running = [];
  }

  #readUser(name: string): AfUser {
    const user = this.users.get(name) ?? newUser(name, this.users.size + 1);
    this.users.set(name, user);
    return user;
  }

  #remove(job: AfJob): void {
    const running = job.blocks.flatMap(({ tasks }) => tasks).filter(({ state }) => state === "running");
    if (running.length === 0) this.#jobs.delete(job.id);
    job.isDeleted = true;
    for (const task of running) restartTask(task);
  }

  #step(): void {
    const now = this.#clock;
    for (const machine of this.machines) {
      for (const { task, block } of machine.running) {
        if (task.stopping ? endStopping(task, now) : renderStep(task, now)) {
          if (task.state !== "error") continue;
          block.hosts.add(machine.name, now);
          task.hosts.add(machine.name, now);
        }
      }
      machine.running = machine.running.filter(({ task }) => task.state === "running");
    }
    for (const job of this.list()) this.#refresh(job, now);
    for (const machine of this.machines) while (this.#assign(machine, now));
  }

  /** The real one does this once a second. */
  #refresh(job: AfJob, now: number): void {
    job.isFresh = false;
    const tasks = job.blocks.flatMap((block) => block.tasks);
    if (job.isDeleted && tasks.every(({ state }) => state !== "running")) this.#jobs.delete(job.id);
    for (const { hosts, limits, tasks: own } of job.blocks) {
      hosts.forgive(limits.forgive, now);
      for (const task of own) {
        task.hosts.forgive(limits.forgive, now);
        if (task.state !== "error" || task.errors > limits.retries) continue;
        Object.assign(task, { state: "ready", isRetried: true });
        logTask(task, `Automatically retrying error task${task.errors} of ${limits.retries}.`, now);
      }
    }
    if (job.startedAt === 0 && tasks.some(({ starts }) => starts > 0)) job.startedAt = now;
    if (job.doneAt === 0 && tasks.every(isDone)) job.doneAt = now;
  }

  /** @returns whether the machine got a task */
  #assign(machine: Machine, now: number): boolean {
    // Jobs with priority 0 are never rendered.
    const queue = this.list().filter(({ isOffline, isDeleted, priority }) => !isOffline && !isDeleted && priority > 0);
    for (const job of queue.sort((a, b) => b.priority - a.priority)) {
      const running = job.blocks.flatMap(({ tasks }) => tasks).filter(({ state }) => state === "running").length;
      const most = job.settings.max_running_tasks;
      if (most >= 0 && running >= most) continue;
      for (const block of job.blocks) {
        if (isBlocked(job, block) || !canTake(job, block, machine)) continue;
        // It tries only the first ready task, even if that one avoids the machine.
        const task = block.tasks.find((_, at) => isReady(job, block, at));
        if (!task || task.hosts.isAvoided(machine.name, block.limits.taskSameHost)) continue;
        startTask(task, machine.name, now);
        machine.running.push({ task, block, job });
        return true;
      }
    }
    return false;
  }

  /** The id of a new job. Ids of deleted jobs are used again; 1 is the server's own. */
  #lowestFreeId(): number {
    let id = 2;
    while (this.#jobs.has(id)) id += 1;
    return id;
  }
}

function resetHosts({ hosts, tasks }: AfBlock): void {
  hosts.reset();
  for (const task of tasks) task.hosts.reset();
}

/** Lets unlucky tasks succeed when a person requests them again. */
function clearLuck(tasks: readonly AfTask[]): void {
  const isBetter = tasks.some(hasMetFate);
  for (const task of tasks) if (isBetter && task.fate?.isLuck) task.fate = undefined;
}
