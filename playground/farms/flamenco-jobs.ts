/** The jobs of this Flamenco, and how they pass from one status to the next. */
import { invalid, refuse } from "./flamenco-answer.ts";
import type { JobStatus, SubmittedJob } from "./flamenco-body.ts";
import { compileJob, type FlamencoTask } from "./flamenco-compile.ts";
import { JOB_TYPES } from "./flamenco-types-data.ts";
import { hasMetFate, Nodes, resetTask, setState, type Work } from "./work.ts";

export type FlamencoJob = {
  id: string;
  submitted: SubmittedJob;
  settings: Record<string, unknown>;
  created: number;
  updated: number;
  status: JobStatus;
  activity: string;
  tasks: FlamencoTask[];
  deleteRequestedAt: number | undefined;
} & Work;

/** From which status each may be asked for. The real one promises to refuse the others and does not: whoever asks for one is wrong all the same. */
const ALLOWED: Partial<Record<JobStatus, readonly JobStatus[]>> = {
  "cancel-requested": ["queued", "active", "paused", "pause-requested", "failed"],
  "pause-requested": ["queued", "active", "canceled"],
  requeueing: ["completed", "canceled", "failed", "paused"],
};
/** Of a job's tasks, in percent: with as many failed it has failed itself. */
const FAILED_MAX = 10;
const WORKERS = ["render-01", "render-02", "render-03", "render-04"];

export class FlamencoJobs {
  readonly #jobs = new Map<string, FlamencoJob>();
  readonly #nodes: Nodes;
  /** the second figure of its version */
  readonly minor: number;

  constructor(frameMs: number, minor: number) {
    this.minor = minor;
    const onFrame = (now: number) => {
      for (const job of this.#jobs.values()) this.#settle(job, now);
    };
    this.#nodes = new Nodes({ names: WORKERS, frameMs, triesMax: 3, onFrame }, Date.now());
  }

  advance(): void {
    this.#nodes.advance(() => [...this.#jobs.values()], Date.now());
  }

  list(): FlamencoJob[] {
    return [...this.#jobs.values()].reverse();
  }

  find(id: string): FlamencoJob | undefined {
    return this.#jobs.get(id);
  }

  findTask(id: string): { job: FlamencoJob; task: FlamencoTask } | undefined {
    for (const job of this.#jobs.values()) {
      const task = job.tasks.find((candidate) => candidate.id === id);
      if (task) return { job, task };
    }
    return undefined;
  }

  /** @throws a Refusal; nothing is stored */
  compile(submitted: SubmittedJob): FlamencoJob {
    const type = JOB_TYPES.find(({ name }) => name === submitted.type);
    if (!type) throw refuse(400, "job type unknown");
    if (submitted.type_etag && submitted.type_etag !== type.etag) {
      throw refuse(412, "rejecting job because its settings are outdated, refresh the job type");
    }
    const now = Date.now();
    const { settings, tasks } = compileJob(submitted, now);
    const status = submitted.initial_status ?? "queued";
    const job: FlamencoJob = {
      id: crypto.randomUUID(),
      submitted,
      priority: submitted.priority,
      settings,
      created: now,
      updated: now,
      status,
      activity: "New job",
      tasks,
      deleteRequestedAt: undefined,
      isHeld: !isRunnable(status),
    };
    if (status === "paused") for (const task of tasks) setState(task, "paused", now);
    return job;
  }

  store(job: FlamencoJob): void {
    this.#jobs.set(job.id, job);
  }

  delete(id: string): boolean {
    return this.#jobs.delete(id);
  }

  /** @throws a Refusal where it is not allowed in the job's status */
  ask(job: FlamencoJob, status: JobStatus, reason: string): void {
    if (status === "pause-requested" && this.minor < 6) throw invalid("value is not one of the allowed values");
    if (!ALLOWED[status]?.includes(job.status)) {
      throw refuse(422, `cannot change job status from "${job.status}" to "${status}"`);
    }
    const now = Date.now();
    if (status === "requeueing") {
      requeue(job, reason, now);
      return;
    }
    const isCancel = status === "cancel-requested";
    for (const task of job.tasks) {
      const isWaiting = task.state === "ready" || task.state === "again";
      if (isCancel && (isWaiting || task.state === "running")) setState(task, "canceled", now);
      else if (!isCancel && isWaiting) setState(task, "paused", now);
    }
    setStatus(job, isCancel ? "canceled" : status, reason, now);
  }

  #settle(job: FlamencoJob, now: number): void {
    if (job.deleteRequestedAt !== undefined) {
      this.#jobs.delete(job.id);
      return;
    }
    const is = (state: FlamencoTask["state"]) => job.tasks.filter((task) => task.state === state);
    const failed = is("failed");
    if (job.status === "queued" && is("running").length > 0) setStatus(job, "active", "task became active", now);
    if (!isRunnable(job.status) && job.status !== "pause-requested") return;
    if (is("done").length === job.tasks.length) setStatus(job, "completed", "all tasks completed", now);
    else if (job.status === "pause-requested") {
      if (is("running").length === 0) setStatus(job, "paused", "no more active tasks after task completion", now);
    } else if ((100 * failed.length) / job.tasks.length >= FAILED_MAX) {
      for (const state of ["ready", "again", "running"] as const) for (const task of is(state)) setState(task, "canceled", now);
      setStatus(job, "failed", "too many tasks failed", now);
    }
  }
}

function requeue(job: FlamencoJob, reason: string, now: number): void {
  const isWhole = job.status === "completed";
  const isBetter = job.tasks.some(hasMetFate);
  for (const task of job.tasks) if (isWhole || task.state !== "done") resetTask(task, now, isBetter);
  setStatus(job, "queued", reason, now);
}

const isRunnable = (status: JobStatus): boolean => status === "queued" || status === "active";

function setStatus(job: FlamencoJob, status: JobStatus, reason: string, now: number): void {
  Object.assign(job, { status, activity: `Changed to status "${status}": ${reason}`, updated: now, isHeld: !isRunnable(status) });
}
