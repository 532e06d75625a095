/** The machines of this Flamenco: which tasks they take, and what happens when one fails. */
import { reachedFate } from "../fate.ts";
import { type Job, type Machine, note, type Task } from "./job.ts";
import { logEnd, logFailure, logFrame, logStart } from "./log.ts";
import { changeJob, changeTask, report } from "./state-machine.ts";

/** The number of machines that try a task. */
const TRIES_MAX = 3;
/**
 * A machine with this many failures gets no more of a job's tasks of that type. The Manager counts
 * the last one twice.
 */
const BLOCKED_AT = 3;

export const newMachine = (name: string, index: number): Machine => ({
  id: `0a7e1c00-0000-4000-8000-${String(index).padStart(12, "0")}`,
  name,
  status: "awake",
  types: ["blender", "ffmpeg", "file-management", "misc"],
  tags: [],
  task: undefined,
});

const isWorking = (machine: Machine) =>
  machine.task !== undefined && machine.task.task.status === "active" && machine.task.task.machine === machine;
export const currentTask = (machine: Machine) => machine.task;

/** Queues the task of a machine that signs off again. */
export function setStatus(machine: Machine, status: Machine["status"], now: number): void {
  machine.status = status;
  if (status === "awake" || !isWorking(machine) || machine.task === undefined) return;
  const { job, task } = machine.task;
  note(task, now, `Task was requeued by Manager because worker ${machine.name} is ${status}`);
  changeTask(job, task, "queued", now);
}

/** Lets the time of one frame pass. */
export function work(machines: readonly Machine[], jobs: readonly Job[], now: number): void {
  for (const machine of machines) {
    if (machine.status !== "awake") continue;
    if (isWorking(machine) && machine.task !== undefined) step(machine, machine.task, machines, now);
    if (!isWorking(machine)) take(machine, jobs, now);
  }
}

function take(machine: Machine, jobs: readonly Job[], now: number): void {
  for (const job of jobs.toSorted((a, b) => b.priority - a.priority)) {
    const task = job.tasks.find((one) => mayTake(machine, job, one));
    if (task === undefined) continue;
    machine.task = { job, task };
    Object.assign(task, { machine, done: 0 });
    note(task, now, `Task assigned to worker ${machine.name} (${machine.id})`);
    changeTask(job, task, "active", now);
    logStart(job, task);
    return;
  }
}

function mayTake(machine: Machine, job: Job, task: Task): boolean {
  const { worker_tag } = job.submitted;
  return (
    (job.status === "queued" || job.status === "active") &&
    (task.status === "queued" || task.status === "soft-failed") &&
    (worker_tag === undefined || machine.tags.some(({ id }) => id === worker_tag)) &&
    machine.types.includes(task.type) &&
    !task.failedBy.has(machine) &&
    !job.blocked.some((one) => one.machine === machine && one.type === task.type) &&
    task.after.every(({ status }) => status === "completed")
  );
}

function step(
  machine: Machine,
  { job, task }: { job: Job; task: Task },
  machines: readonly Machine[],
  now: number,
): void {
  const fate = reachedFate(task);
  if (fate === "stalls") return;
  if (fate === "fails") {
    logFailure(task, task.fate?.says ?? "");
    task.activity = "Failed: command exited abnormally with code 1";
    fail(machine, job, task, machines, now);
    return;
  }
  const frame = task.frames[task.done];
  task.done += 1;
  if (frame !== undefined) {
    logFrame(job, task, frame);
    report(job, task, task.done);
  }
  if (task.done < task.size) return;
  logEnd(task);
  task.activity = "Task completed";
  changeTask(job, task, "completed", now);
}

/**
 * Fails a task: softly, so that another machine can try it, or for good. Fails the whole job if no
 * machine is left.
 */
export function fail(machine: Machine, job: Job, task: Task, machines: readonly Machine[], now: number): void {
  task.failedBy.add(machine);
  const failures = job.tasks.filter(({ type, failedBy }) => type === task.type && failedBy.has(machine)).length;
  const isBlocked = failures + 1 >= BLOCKED_AT;
  if (isBlocked) job.blocked.push({ machine, type: task.type });
  const left = countLeft(machines, job, task);
  if (isBlocked) {
    const again = job.tasks.filter(
      (one) => one.status === "failed" && one.type === task.type && one.failedBy.has(machine),
    );
    if (left > 0) for (const one of again) changeTask(job, one, "queued", now);
  }
  const tries = task.failedBy.size;
  if (isBlocked && left === 0) giveUp(machine, job, task, now);
  else if (tries >= TRIES_MAX) {
    note(task, now, `Task failed by ${tries} workers, Manager will mark it as hard failure`);
    changeTask(job, task, "failed", now);
  } else if (left <= 1) giveUp(machine, job, task, now);
  else {
    const more = TRIES_MAX - tries;
    const rest = `${more} more ${more === 1 ? "failure" : "failures"} will cause hard failure.`;
    note(
      task,
      now,
      `Task failed by ${tries} ${tries === 1 ? "worker" : "workers"}, Manager will mark it as soft failure. ${rest}`,
    );
    changeTask(job, task, "soft-failed", now);
  }
}

/** Counts the machines that could still run it, whether they are awake or not. */
function countLeft(machines: readonly Machine[], { submitted, blocked }: Job, { type, failedBy }: Task): number {
  const { worker_tag } = submitted;
  return machines.filter(
    (one) =>
      !failedBy.has(one) &&
      !blocked.some((entry) => entry.machine === one && entry.type === type) &&
      (worker_tag === undefined || one.tags.some(({ id }) => id === worker_tag)),
  ).length;
}

function giveUp(machine: Machine, job: Job, task: Task, now: number): void {
  const what = `there are no more workers left for tasks of type "${task.type}".`;
  note(task, now, `Task failed by worker ${machine.name} (${machine.id}), Manager will fail the entire job as ${what}`);
  changeTask(job, task, "failed", now);
  changeJob(job, "failed", `no more workers left to run tasks of type "${task.type}"`, now);
}
