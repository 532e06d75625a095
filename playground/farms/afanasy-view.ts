/** Jobs as afserver writes them: short for lists, and whole. */
import type { AfanasyBlock, AfanasyJob, AfanasyTask } from "./afanasy-job.ts";
import { Bare } from "./afanasy-json.ts";
import { blockState, jobState, taskState } from "./afanasy-states.ts";

type Written = Record<string, unknown>;

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** Most members that are zero are not there. */
const nonZero = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

export function writeJob(job: AfanasyJob, isFull: boolean): Written {
  const { name, id, serial, priority, userName, hostName, annotation, createdAt, startedAt, doneAt, given } = job;
  const { blocks: _, ...whole } = given;
  return {
    ...(isFull && whole),
    name,
    id,
    serial,
    priority,
    user_name: userName,
    host_name: hostName,
    annotation,
    custom_data: given.custom_data,
    description: given.description,
    ...jobState(job),
    time_creation: seconds(createdAt),
    ...nonZero({ time_started: seconds(startedAt), time_done: seconds(doneAt) }),
    blocks: job.blocks.map((block, index) => writeBlock(block, index, isFull)),
  };
}

function writeBlock(block: AfanasyBlock, index: number, isFull: boolean): Written {
  const { name, service, given, first, last, perTask, inc, isNumeric, tasks } = block;
  const count = (state: AfanasyTask["state"]) => tasks.filter((task) => task.state === state).length;
  const percentage = Math.floor(tasks.reduce((sum, task) => sum + percentOf(task), 0) / tasks.length);
  return {
    ...(isFull ? given : { flags: given.flags }),
    ...bareOf(isFull ? { ...given, name, service } : { name, service }),
    block_num: index,
    tasks_num: tasks.length,
    ...(isNumeric && { frame_first: first, frame_last: last, ...(perTask > 1 && { frames_per_task: perTask }), frames_inc: inc }),
    ...blockState(block),
    ...nonZero({
      p_percentage: percentage,
      p_tasks_ready: count("ready") + count("again"),
      p_tasks_done: count("done"),
      p_tasks_error: count("failed"),
      p_error_hosts: new Set(tasks.filter(({ errors }) => errors > 0).map(({ node }) => node)).size,
      running_tasks_counter: count("running"),
    }),
    p_progressbar: tasks
      .map((task) => (task.state === "done" ? "D" : task.state === "failed" ? "E" : "r"))
      .join("")
      .slice(0, 128),
  };
}

const BARE = ["name", "service", "parser", "tasks_name", "custom_data"];

const bareOf = (block: Written): Written =>
  Object.fromEntries(
    Object.entries(block).flatMap(([name, value]) =>
      BARE.includes(name) && typeof value === "string" ? [[name, new Bare(value)]] : [],
    ),
  );

const percentOf = ({ done, size, state }: AfanasyTask): number => (state === "done" ? 100 : Math.floor((100 * done) / size));

export function writeProgress({ id, blocks }: AfanasyJob): Written {
  return { job_progress: { id, progress: blocks.map(({ tasks }) => tasks.map(writeTask)) } };
}

function writeTask(task: AfanasyTask): Written {
  const { frames, done, starts, errors, startedAt, changedAt, node, state } = task;
  const isOver = state === "done" || state === "failed";
  return {
    ...taskState(task),
    ...nonZero({ per: percentOf(task), frm: frames[Math.min(done, frames.length - 1)] ?? 0, str: starts, err: errors }),
    ...(startedAt !== undefined && { tst: seconds(startedAt), ...(isOver && { tdn: seconds(changedAt) }), hst: node }),
  };
}
