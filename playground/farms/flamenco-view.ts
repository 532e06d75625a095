/** Jobs and tasks as the Flamenco Manager writes them. */
import type { FlamencoTask } from "./flamenco-compile.ts";
import type { FlamencoJob } from "./flamenco-jobs.ts";
import type { TaskState } from "./work.ts";

const STATUS: Readonly<Record<TaskState, string>> = {
  ready: "queued",
  running: "active",
  again: "soft-failed",
  done: "completed",
  failed: "failed",
  canceled: "canceled",
  paused: "paused",
};

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** Steps are counted since 3.8. It forgets from where a job came. */
export function writeJob(job: FlamencoJob, minor: number) {
  const { id, submitted, settings, created, updated, status, activity, priority, deleteRequestedAt } = job;
  const { name, type, metadata = {}, worker_tag, storage } = submitted;
  return {
    id,
    created: timeOf(created),
    updated: timeOf(updated),
    status,
    activity,
    ...(deleteRequestedAt !== undefined && { delete_requested_at: timeOf(deleteRequestedAt) }),
    ...(minor >= 8 && countSteps(job)),
    name,
    type,
    priority,
    submitter_platform: "",
    settings,
    metadata,
    ...(worker_tag !== undefined && { worker_tag }),
    ...(storage !== undefined && { storage }),
  };
}

type Steps = { steps_completed: number; steps_total: number };

/** What has no steps is one. */
const stepsOf = ({ hasSteps, state, done, size }: FlamencoTask): Steps =>
  hasSteps ? { steps_completed: done, steps_total: size } : { steps_completed: state === "done" ? 1 : 0, steps_total: 1 };

export function countSteps({ tasks }: FlamencoJob): Steps {
  const sum = (key: keyof Steps) => tasks.reduce((total, task) => total + stepsOf(task)[key], 0);
  return { steps_completed: sum("steps_completed"), steps_total: sum("steps_total") };
}

/** Is there a frame of it? */
export const hasPicture = ({ tasks }: FlamencoJob): boolean => tasks.some(({ hasSteps, done }) => hasSteps && done > 0);

export function writeTask(job: FlamencoJob, task: FlamencoTask, minor: number) {
  const { id, name, state, type, changedAt, node } = task;
  return {
    id,
    name,
    status: STATUS[state],
    index_in_job: job.tasks.indexOf(task) + 1,
    priority: 50,
    task_type: type,
    updated: timeOf(changedAt),
    ...(node !== undefined && { worker: { id: workerId(node), name: node, address: "192.0.2.7" } }),
    ...(minor >= 8 && stepsOf(task)),
  };
}

export function writeWholeTask(job: FlamencoJob, task: FlamencoTask, minor: number) {
  return {
    ...writeTask(job, task, minor),
    created: timeOf(job.created),
    job_id: job.id,
    activity: sayActivity(task),
    commands: [{ name: task.type === "blender" ? "blender-render" : "exec", parameters: {} }],
    failed_by_workers: task.errors > 0 && task.node !== undefined ? [{ id: workerId(task.node), name: task.node }] : [],
  };
}

const workerId = (node: string): string => `0a7e1c00-0000-4000-8000-0000000000${node.slice(-2)}`;

function sayActivity({ state, node, starts }: FlamencoTask): string {
  if (state === "failed") return "blender-render: exited with code 1";
  if (state === "running") return `Rendering on ${node}`;
  return starts > 0 ? STATUS[state] : "";
}

/** The end of its log, as Blender writes it. */
export function writeLog(job: FlamencoJob, task: FlamencoTask): string {
  const { starts, startedAt, node, frames, done, fate, state } = task;
  if (starts === 0 || startedAt === undefined) return "";
  const at = timeOf(startedAt);
  const output = String(job.settings.render_output_path ?? "/mnt/render/######");
  const lines = [`${at} Task assigned to worker ${node}`];
  if (frames.length > 0) lines.push(`Read blend: "${String(job.settings.blendfile ?? job.settings.source ?? "")}"`);
  for (const frame of frames.slice(0, done)) {
    lines.push(`Fra:${frame} Mem:812.40M (Peak 1204.91M) | Scene, ViewLayer | Sample 128/128`);
    lines.push(`Saved: '${output.replace("######", String(frame).padStart(6, "0"))}.png'`);
  }
  const hasMet = state === "failed" || state === "again" || (state === "running" && fate?.what === "stalls" && done >= fate.after);
  if (hasMet && fate) lines.push(fate.says);
  if (state === "failed" || state === "again") lines.push("Blender quit with code 1", `${at} Task failed on ${node}`);
  return `${lines.join("\n")}\n`;
}
