/** Jobs and tasks as the Flamenco Manager writes them. Steps and machines came with 3.8. */
import type { Job, Machine, Task } from "./job.ts";
import { currentTask } from "./machines.ts";

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** It does not keep the platform of the submitter. */
export function writeJob(job: Job, minor: number) {
  const { id, submitted, settings, created, updated, status, activity, priority } = job;
  const { name, type, metadata = {}, worker_tag, storage } = submitted;
  return {
    metadata,
    name,
    priority,
    settings,
    submitter_platform: "",
    type,
    ...(worker_tag !== undefined && minor >= 9 && { worker_tag }),
    ...(storage !== undefined && { storage }),
    activity,
    created: timeOf(created),
    id,
    status,
    ...(minor >= 8 && countSteps(job)),
    updated: timeOf(updated),
  };
}

/** No steps until the first task has reported. */
export function countSteps({ tasks, isSilent }: Job) {
  const sum = (key: "steps" | "stepsDone") => (isSilent ? 0 : tasks.reduce((total, task) => total + task[key], 0));
  return { steps_completed: sum("stepsDone"), steps_total: sum("steps") };
}

/** Whether a frame of the job is rendered. */
export const hasPicture = ({ tasks }: Job): boolean => tasks.some(({ type, done }) => type === "blender" && done > 0);

const writeWorker = ({ id, name }: Machine) => ({ id, name, address: "192.0.2.7" });

/** @param index of the task in the job */
export function writeTask(job: Job, task: Task, minor: number, index = job.tasks.indexOf(task)) {
  const { id, name, status, type, updated, machine, steps, stepsDone } = task;
  return {
    id,
    ...(minor >= 8 && { index_in_job: index + 1 }),
    name,
    priority: 50,
    status,
    ...(minor >= 8 && { steps_completed: stepsDone, steps_total: steps }),
    task_type: type,
    updated: timeOf(updated || job.created),
    ...(minor >= 8 && machine !== undefined && { worker: writeWorker(machine) }),
  };
}

export function writeWholeTask(job: Job, task: Task, minor: number) {
  const { activity, failedBy, type, machine, updated } = task;
  return {
    activity,
    commands: [
      {
        name: type === "blender" ? "blender-render" : type === "ffmpeg" ? "frames-to-video" : task.name,
        parameters: {},
      },
    ],
    created: timeOf(job.created),
    failed_by_workers: [...failedBy].map(writeWorker),
    ...writeTask(job, task, minor),
    job_id: job.id,
    ...(machine !== undefined && { last_touched: timeOf(updated), worker: writeWorker(machine) }),
  };
}

export function writeMachine({ id, name, status }: Machine, now: number, minor: number) {
  const version = minor === 9 ? "3.9-beta1 (playground)" : `3.${minor}`;
  return { can_restart: false, id, last_seen: timeOf(now), name, status, version };
}

export function writeWholeMachine(machine: Machine, now: number, minor: number) {
  const { types, tags } = machine;
  const held = currentTask(machine);
  return {
    ...writeMachine(machine, now, minor),
    ip_address: "192.0.2.7",
    platform: "linux",
    supported_task_types: types,
    ...(tags.length > 0 && { tags }),
    ...(held && { task: { ...writeTask(held.job, held.task, minor), job_id: held.job.id } }),
  };
}
