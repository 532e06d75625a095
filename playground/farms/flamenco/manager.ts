/** A Flamenco Manager and its machines: what it stores, and how time passes. It has no network. */
import { invalid, refuse } from "./answer.ts";
import type { JobStatus, SubmittedJob } from "./body.ts";
import { compileJob } from "./compile.ts";
import type { Job, Machine, Tag, Task } from "./job.ts";
import { JOB_TYPES, type JobType } from "./job-types-data.ts";
import { newMachine, setStatus, work } from "./machines.ts";
import { changeJob } from "./state-machine.ts";

export type ManagerOptions = {
  /**
   * the minor version: 9 for 3.9. 3.5 counts no steps, lists jobs only by query, and can't pause.
   */
  minor?: number;
  /** how long a frame takes; without it, nothing renders by itself */
  frameMs?: number;
  machines?: number;
  /** the picture of every frame */
  picture?: Uint8Array;
  now?: () => number;
};

/** Limits the frames to catch up on, for example after a night without requests. */
const FRAMES_AT_ONCE_MAX = 20_000;

export class Manager {
  minor: number;
  readonly jobs = new Map<string, Job>();
  readonly machines: Machine[];
  readonly tags: Tag[] = [];
  types: readonly JobType[] = JOB_TYPES;
  /** whether it has not been set up yet */
  isFirstRun = false;
  readonly picture: Uint8Array | undefined;
  readonly now: () => number;
  readonly #frameMs: number;
  #clock: number;

  constructor({
    minor = 9,
    frameMs = Number.POSITIVE_INFINITY,
    machines = 4,
    picture,
    now = Date.now,
  }: ManagerOptions = {}) {
    this.minor = minor;
    this.machines = Array.from({ length: machines }, (_, index) => newMachine(`render-0${index + 1}`, index + 1));
    this.picture = picture;
    this.now = now;
    this.#frameMs = frameMs;
    this.#clock = now();
  }

  /** Catches up with the clock. */
  advance(): void {
    const now = this.now();
    const frames = Math.floor((now - this.#clock) / this.#frameMs);
    for (let frame = 0; frame < Math.min(frames, FRAMES_AT_ONCE_MAX); frame += 1) {
      this.#clock += this.#frameMs;
      this.work(this.#clock);
    }
    if (frames > FRAMES_AT_ONCE_MAX) this.#clock = now;
  }

  /** Lets the time of one frame pass. */
  work(now = this.now()): void {
    work(this.machines, [...this.jobs.values()], now);
  }

  /** the newest first */
  list(): Job[] {
    return [...this.jobs.values()].reverse();
  }

  findTask(id: string): { job: Job; task: Task } | undefined {
    for (const job of this.jobs.values()) {
      const task = job.tasks.find((candidate) => candidate.id === id);
      if (task) return { job, task };
    }
    return undefined;
  }

  /** @throws a Refusal; nothing is stored */
  compile(submitted: SubmittedJob): Job {
    const type = this.types.find(({ name }) => name === submitted.type);
    if (!type) throw refuse(400, "job type unknown");
    if (submitted.type_etag && submitted.type_etag !== type.etag) {
      throw refuse(412, "rejecting job because its settings are outdated, refresh the job type");
    }
    const now = this.now();
    return {
      id: crypto.randomUUID(),
      submitted,
      priority: submitted.priority,
      ...compileJob(submitted, now, type),
      created: now,
      updated: now,
      status: submitted.initial_status ?? "queued",
      activity: "",
      isSilent: true,
      blocked: [],
    };
  }

  /** @throws a Refusal. A job that compiles may still fail to be stored. */
  store(job: Job): void {
    const { worker_tag } = job.submitted;
    if (worker_tag !== undefined && !this.tags.some(({ id }) => id === worker_tag))
      throw refuse(500, "error persisting job in database");
    this.jobs.set(job.id, job);
  }

  /** Changes the status at a person's request. Requeueing lets unlucky tasks succeed. */
  ask(job: Job, status: JobStatus, reason: string): void {
    if (status === "pause-requested" && this.minor < 6) throw invalid("value is not one of the allowed values");
    const isAgain = status === "requeueing";
    if (isAgain && job.tasks.some(hasMetFate))
      for (const task of job.tasks) if (task.fate?.isLuck) task.fate = undefined;
    changeJob(job, status, reason, this.now());
    if (!isAgain) return;
    job.blocked = [];
    for (const task of job.tasks) task.failedBy.clear();
  }

  /** Wakes this many machines, and gives the others another status. */
  wake(awake: number, others: Machine["status"] = "offline"): void {
    for (const [index, machine] of this.machines.entries())
      setStatus(machine, index < awake ? "awake" : others, this.now());
  }
}

const hasMetFate = ({ failedBy, fate, status }: Task) =>
  failedBy.size > 0 || (fate?.what === "stalls" && status !== "completed");
