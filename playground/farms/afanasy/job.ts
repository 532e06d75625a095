/** Jobs as afserver accepts them, and what crashes it. */
import * as v from "valibot";
import { fatesOf } from "../fate.ts";
import { ErrorHosts } from "./hosts.ts";
import { readProgram } from "./program.ts";
import { type AfTask, newTask } from "./task.ts";
import type { AfUser } from "./user.ts";

const AnyObject = v.record(v.string(), v.unknown());
const Text = v.fallback(v.string(), "");
const Flag = v.fallback(v.boolean(), false);
/** 32 bits. Anything else counts as missing. */
const whole = (otherwise: number) =>
  v.fallback(v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1)), otherwise);
const Filled = v.pipe(v.string(), v.minLength(1));
const masks = { hosts_mask: Text, hosts_mask_exclude: Text };

const Block = v.looseObject({
  ...masks,
  name: Text,
  service: Text,
  parser: Text,
  command: Text,
  flags: whole(0),
  frame_first: whole(0),
  frame_last: whole(1),
  frames_per_task: whole(1),
  frames_inc: whole(1),
  capacity: whole(1_000),
  need_memory: whole(0),
  depend_mask: Text,
  tasks_depend_mask: Text,
  errors_retries: whole(-1),
  errors_avoid_host: whole(-1),
  errors_task_same_host: whole(-1),
  errors_forgive_time: whole(-1),
  tasks: v.optional(v.pipe(v.array(v.looseObject({ name: Text, command: Text })), v.minLength(1))),
});

/** If one of these is missing, afserver ends with a segmentation fault. */
const Job = v.looseObject({
  ...masks,
  name: Filled,
  user_name: Filled,
  host_name: Text,
  hosts_mask_type: v.fallback(v.picklist(["find", "regex"]), "find"),
  need_os: Text,
  need_properties: Text,
  ignorenimby: Flag,
  ignorepaused: Flag,
  depend_mask: Text,
  priority: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0)), 99),
  max_running_tasks: whole(-1),
  max_running_tasks_per_host: whole(-1),
  offline: Flag,
  annotation: Text,
  blocks: v.pipe(
    v.array(
      v.pipe(
        Block,
        v.check(({ flags, tasks }) => (flags & NUMERIC) !== 0 || tasks !== undefined),
      ),
    ),
    v.minLength(1),
  ),
});

export type AfBlock = {
  /** as it was sent, completed with defaults */
  settings: v.InferOutput<typeof Block>;
  index: number;
  name: string;
  service: string;
  isNumeric: boolean;
  first: number;
  last: number;
  perTask: number;
  inc: number;
  tasks: AfTask[];
  hosts: ErrorHosts;
  /** its own limits or its user's: numbers of errors, and seconds until errors are forgiven */
  limits: { retries: number; avoid: number; taskSameHost: number; forgive: number };
};

export type AfJob = {
  id: number;
  serial: number;
  settings: v.InferOutput<typeof Job>;
  /** everything that was sent */
  sent: Record<string, unknown>;
  name: string;
  userName: string;
  hostName: string;
  annotation: string;
  priority: number;
  isOffline: boolean;
  /** it stays in lists until its programs have ended */
  isDeleted: boolean;
  /** its state has not been computed yet */
  isFresh: boolean;
  createdAt: number;
  startedAt: number;
  doneAt: number;
  blocks: AfBlock[];
};

const NUMERIC = 1;
/** Showing a larger job would take a minute. */
const TASKS_MAX = 200_000;

/** undefined if the job crashes the server */
export function readJob(
  sent: unknown,
  readUser: (name: string) => AfUser,
  id: number,
  serial: number,
  now: number,
): AfJob | undefined {
  const parsed = v.safeParse(Job, sent);
  if (!parsed.success) return undefined;
  const settings = parsed.output;
  const user = readUser(settings.user_name);
  return {
    ...{ id, serial, settings, sent: v.parse(AnyObject, sent), name: settings.name, userName: settings.user_name },
    ...{ hostName: settings.host_name, annotation: settings.annotation, priority: Math.min(settings.priority, 255) },
    ...{ isOffline: settings.offline, isDeleted: false, isFresh: true, createdAt: now, startedAt: 0, doneAt: 0 },
    blocks: settings.blocks.map((block, index) => readBlock(block, index, settings.name, user)),
  };
}

function readBlock(settings: v.InferOutput<typeof Block>, index: number, jobName: string, user: AfUser): AfBlock {
  const { name, service, command, flags, frame_first: first, frames_per_task, frames_inc, tasks = [] } = settings;
  const isNumeric = (flags & NUMERIC) !== 0;
  const [last, perTask, inc] = [
    Math.max(first, settings.frame_last),
    Math.max(1, frames_per_task),
    Math.max(1, frames_inc),
  ];
  const frames = isNumeric ? chunk(first, last, inc, perTask) : tasks.map(() => [1]);
  const fates = fatesOf(`${jobName} ${command}`, frames.length);
  const own = (value: number, ofUser: number) => (value < 0 ? ofUser : value);
  return {
    ...{ settings, index, name, service, isNumeric, first, last, perTask, inc, hosts: new ErrorHosts() },
    tasks: frames.map((numbers, at) => {
      const title = isNumeric ? nameFrames(numbers) : (tasks[at]?.name ?? "");
      const filled = isNumeric ? fill(command, numbers) : command.replaceAll("@#@", tasks[at]?.command ?? "");
      return newTask(title, numbers, filled, fates[at] ?? readProgram(filled));
    }),
    limits: {
      retries: own(settings.errors_retries, user.errors_retries),
      avoid: own(settings.errors_avoid_host, user.errors_avoid_host),
      taskSameHost: own(settings.errors_task_same_host, user.errors_task_same_host),
      forgive: own(settings.errors_forgive_time, user.errors_forgive_time),
    },
  };
}

const nameFrames = (frames: readonly number[]) =>
  frames.length === 1 ? `frame ${frames[0]}` : `frame ${frames[0]}-${frames.at(-1)}`;

function chunk(first: number, last: number, inc: number, perTask: number): number[][] {
  const count = Math.min(Math.floor((last - first) / inc) + 1, TASKS_MAX * perTask);
  const frames = Array.from({ length: count }, (_, index) => first + index * inc);
  return Array.from({ length: Math.ceil(count / perTask) }, (_, index) =>
    frames.slice(index * perTask, (index + 1) * perTask),
  );
}

/** Fills in the task's first and last frame in turn, with a digit for each # sign. */
function fill(command: string, frames: readonly number[]): string {
  let turn = 0;
  return command.replace(/@(#+)@/g, (_, signs: string) => {
    const frame = turn % 2 === 0 ? frames[0] : frames.at(-1);
    turn += 1;
    return String(frame ?? 0).padStart(signs.length, "0");
  });
}
