/** A job of the Flamenco Manager, its tasks, and the machines that run them. */
import type { Fate } from "../fate.ts";
import type { JobStatus, SubmittedJob } from "./body.ts";

export type Tag = { id: string; name: string };

export type Machine = {
  id: string;
  name: string;
  status: "awake" | "asleep" | "offline" | "error";
  types: readonly string[];
  tags: Tag[];
  /** the task it is working on, or the last one it had */
  task: { job: Job; task: Task } | undefined;
};

export type TaskStatus = "queued" | "active" | "soft-failed" | "failed" | "completed" | "canceled" | "paused";

export type Task = {
  id: string;
  name: string;
  type: string;
  status: TaskStatus;
  activity: string;
  /** as the Manager counts them: one per frame for Blender, otherwise one per command */
  steps: number;
  stepsDone: number;
  /** its length in frames, and how many of them its machine has done */
  size: number;
  done: number;
  frames: readonly number[];
  /** it waits until all of these are completed */
  after: readonly Task[];
  fate: Fate | undefined;
  /** the last machine that had it, and those that failed since a person last requested it */
  machine: Machine | undefined;
  failedBy: Set<Machine>;
  log: string;
  updated: number;
};

export type Job = {
  id: string;
  submitted: SubmittedJob;
  settings: Record<string, unknown>;
  priority: number;
  created: number;
  updated: number;
  status: JobStatus;
  activity: string;
  tasks: Task[];
  /** no task has reported yet, so it counts no steps */
  isSilent: boolean;
  /** machines that get no more tasks of a type */
  blocked: { machine: Machine; type: string }[];
};

export const newTask = (name: string, type: string, more: Partial<Task> = {}): Task => ({
  id: crypto.randomUUID(),
  name,
  type,
  status: "queued",
  activity: "",
  steps: 1,
  stepsDone: 0,
  size: 1,
  done: 0,
  frames: [],
  after: [],
  fate: undefined,
  machine: undefined,
  failedBy: new Set(),
  log: "",
  updated: 0,
  ...more,
});

export const countOf = ({ tasks }: Job, ...statuses: readonly TaskStatus[]): number =>
  tasks.filter(({ status }) => statuses.includes(status)).length;

/** In whole seconds, as the Manager writes it. */
const stamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;

export const note = (task: Task, now: number, message: string): void => {
  task.log += `${stamp(now)} ${message}\n`;
};
