/** A job as afserver takes it, and what is deadly to it. */
import * as v from "valibot";
import { fatesOf } from "./fate.ts";
import { newTask, type Task, type Work } from "./work.ts";

export type AfanasyTask = Task & { frames: readonly number[]; command: string };
export type AfanasyBlock = {
  given: Record<string, unknown>;
  name: string;
  service: string;
  isNumeric: boolean;
  first: number;
  last: number;
  perTask: number;
  inc: number;
  tasks: AfanasyTask[];
};
export type AfanasyJob = {
  id: number;
  serial: number;
  given: Record<string, unknown>;
  name: string;
  userName: string;
  hostName: string;
  annotation: string;
  isOffline: boolean;
  createdAt: number;
  startedAt: number;
  doneAt: number;
  blocks: AfanasyBlock[];
} & Work;

const AnyObject = v.record(v.string(), v.unknown());
const Text = v.fallback(v.string(), "");
/** 32 bits; anything else is as if it were not there. */
const whole = (otherwise: number) =>
  v.fallback(v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1)), otherwise);
const Filled = v.pipe(v.string(), v.minLength(1));

const Block = v.looseObject({
  name: Text,
  service: Text,
  command: Text,
  flags: whole(0),
  frame_first: whole(0),
  frame_last: whole(1),
  frames_per_task: whole(1),
  frames_inc: whole(1),
  tasks: v.optional(v.pipe(v.array(v.looseObject({ name: Text, command: Text })), v.minLength(1))),
});

/** Without any of these afserver ends with a segmentation fault. */
const Job = v.looseObject({
  name: Filled,
  user_name: Filled,
  host_name: Text,
  priority: v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0)), 99),
  max_running_tasks: whole(-1),
  offline: v.fallback(v.boolean(), false),
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

const NUMERIC = 1;
/** A job of more would take a minute to be shown. */
const TASKS_MAX = 200_000;

/** Undefined means that the server dies of it. */
export function readJob(given: unknown, id: number, serial: number, now: number): AfanasyJob | undefined {
  const parsed = v.safeParse(Job, given);
  if (!parsed.success) return undefined;
  const { name, user_name, host_name, priority, max_running_tasks, offline, annotation, blocks } = parsed.output;
  const made = blocks.map((block) => readBlock(block, name, now));
  return {
    id,
    serial,
    given: v.parse(AnyObject, given),
    name,
    userName: user_name,
    hostName: host_name,
    annotation,
    priority: Math.min(priority, 255),
    most: max_running_tasks < 0 ? undefined : max_running_tasks,
    isOffline: offline,
    isHeld: offline,
    createdAt: now,
    startedAt: 0,
    doneAt: 0,
    blocks: made,
    tasks: made.flatMap(({ tasks }) => tasks),
  };
}

function readBlock(block: v.InferOutput<typeof Block>, jobName: string, now: number): AfanasyBlock {
  const { name, service, command, flags, frame_first: first, frames_per_task, frames_inc } = block;
  const isNumeric = (flags & NUMERIC) !== 0;
  const [last, perTask, inc] = [Math.max(first, block.frame_last), Math.max(1, frames_per_task), Math.max(1, frames_inc)];
  const frames = isNumeric ? chunk(first, last, inc, perTask) : (block.tasks ?? []).map(() => [1]);
  const fates = fatesOf(`${jobName} ${command}`, frames.length);
  const tasks = frames.map((own, index) => ({
    ...newTask(isNumeric ? `frame ${own[0]}-${own.at(-1)}` : (block.tasks?.[index]?.name ?? ""), own.length, now, {
      fate: fates[index],
    }),
    frames: own,
    command: isNumeric ? fill(command, own) : command.replaceAll("@#@", block.tasks?.[index]?.command ?? ""),
  }));
  return { given: block, name, service, isNumeric, first, last, perTask, inc, tasks };
}

function chunk(first: number, last: number, inc: number, perTask: number): number[][] {
  const count = Math.min(Math.floor((last - first) / inc) + 1, TASKS_MAX * perTask);
  const frames = Array.from({ length: count }, (_, index) => first + index * inc);
  return Array.from({ length: Math.ceil(count / perTask) }, (_, index) => frames.slice(index * perTask, (index + 1) * perTask));
}

/** By turns the first and the last frame of the task, filled up with zeros to as many digits as there are signs. */
function fill(command: string, frames: readonly number[]): string {
  let turn = 0;
  return command.replace(/@(#+)@/g, (_, signs: string) => {
    const frame = turn % 2 === 0 ? frames[0] : frames.at(-1);
    turn += 1;
    return String(frame ?? 0).padStart(signs.length, "0");
  });
}
