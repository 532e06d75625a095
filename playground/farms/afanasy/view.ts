/** Jobs as afserver writes them, in the short form for lists and in full. */
import type { AfBlock, AfJob } from "./job.ts";
import { Bare } from "./json.ts";
import { blockState, isDependent, isReady, jobState, SOLVED_BIT, taskState } from "./states.ts";
import { type AfTask, percentOf } from "./task.ts";

type Written = Record<string, unknown>;

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** afserver leaves out most members that are zero. */
const nonZero = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

/** The members of a job that lists include if they were set. */
const SHOWN = [
  "custom_data",
  "description",
  "hosts_mask",
  "hosts_mask_exclude",
  "need_os",
  "need_properties",
  "depend_mask",
];

/** @param isTerse lists show less, as in other versions */
export function writeJob(job: AfJob, isFull: boolean, isTerse = false): Written {
  const { name, id, serial, priority, userName, hostName, annotation, createdAt, startedAt, doneAt, settings, sent } =
    job;
  const { blocks: _, ...whole } = sent;
  const running = job.blocks.flatMap(({ tasks }) => tasks).filter(({ state }) => state === "running").length;
  return {
    ...(isFull && whole),
    ...{ name, id, serial, priority, user_name: userName, host_name: hostName },
    ...(isFull || !isTerse ? { ...pick(sent, SHOWN), annotation } : {}),
    ...pick(sent, ["max_running_tasks", "max_running_tasks_per_host", "ignorenimby", "ignorepaused"]),
    ...{ solve_method: "solve_order", solve_need: "solve_tasksnum", hosts_mask_type: settings.hosts_mask_type },
    ...(job.isDeleted && { locked: true }),
    ...jobState(job),
    branch: typeof sent.branch === "string" ? sent.branch : "/",
    time_creation: seconds(createdAt),
    ...nonZero({ time_started: seconds(startedAt), time_done: seconds(doneAt), running_tasks_num: running }),
    blocks: job.blocks.map((block) => writeBlock(job, block, isFull)),
  };
}

const pick = (from: Written, names: readonly string[]): Written =>
  Object.fromEntries(names.flatMap((name) => (name in from && from[name] !== -1 ? [[name, from[name]]] : [])));

/** The members of a block that lists include if they were set. */
const BLOCK_SHOWN = ["errors_retries", "errors_avoid_host", "errors_task_same_host", "errors_forgive_time"];
const BLOCK_NEEDED = [
  "need_memory",
  "need_hdd",
  "need_power",
  "need_gpu_mem_mb",
  "need_cpu_cores",
  "hosts_mask",
  "depend_mask",
];

function writeBlock(job: AfJob, block: AfBlock, isFull: boolean): Written {
  const { name, service, settings, first, last, perTask, inc, isNumeric, tasks, hosts, limits, index } = block;
  const sent = sentOf(job, index);
  return {
    ...(isFull
      ? sent
      : { ...pick(sent, [...BLOCK_SHOWN, ...BLOCK_NEEDED]), flags: settings.flags, capacity: settings.capacity }),
    ...bareOf(isFull ? { ...sent, name, service } : { name, service }),
    ...{ block_num: index, job_id: job.id, tasks_num: tasks.length },
    ...(isNumeric && { frame_first: first, frame_last: last, frames_per_task: perTask, frames_inc: inc }),
    ...blockState(job, block),
    ...(job.isFresh ? {} : nonZero(count(job, block))),
    ...nonZero({ p_error_hosts: hosts.size, p_avoid_hosts: hosts.countAvoided(limits.avoid) }),
    p_progressbar: tasks
      .map(({ state }) => (state === "done" ? "D" : state === "error" ? "E" : "r"))
      .join("")
      .slice(0, 128),
  };
}

function sentOf(job: AfJob, index: number): Written {
  const block = job.settings.blocks[index];
  const { blocks } = job.sent;
  const own: unknown = Array.isArray(blocks) ? blocks[index] : undefined;
  return typeof own === "object" && own !== null ? { ...own } : { ...block };
}

function count(job: AfJob, block: AfBlock): Record<string, number> {
  const { tasks } = block;
  const is = (state: AfTask["state"]) => tasks.filter((task) => task.state === state).length;
  return {
    p_percentage: Math.floor(tasks.reduce((sum, task) => sum + percentOf(task), 0) / tasks.length),
    p_tasks_ready: tasks.filter((_, at) => isReady(job, block, at)).length,
    p_tasks_done: is("done") + is("skipped"),
    p_tasks_error: is("error"),
    p_tasks_skipped: is("skipped"),
    p_tasks_suspended: is("suspended"),
    p_tasks_waitdep: tasks.filter(({ state }, at) => state === "ready" && isDependent(job, block, at)).length,
    running_tasks_counter: is("running"),
  };
}

const BARE = ["name", "service", "parser", "tasks_name", "custom_data"];

const bareOf = (block: Written): Written =>
  Object.fromEntries(
    Object.entries(block).flatMap(([name, value]) =>
      BARE.includes(name) && typeof value === "string" ? [[name, new Bare(value, true)]] : [],
    ),
  );

export const writeProgress = (job: AfJob): Written => ({
  job_progress: {
    id: job.id,
    progress: job.blocks.map((block) => block.tasks.map((_, at) => writeTask(job, block, at))),
  },
});

export function writeTask(job: AfJob, block: AfBlock, at: number): Written {
  const task = block.tasks[at];
  if (!task) return { state: "", st: 0 };
  const { st, state } = taskState(job, block, at);
  const { frames, done, starts, errors, startedAt, endedAt, machine } = task;
  const isRunning = task.state === "running" && done > 0;
  return {
    state,
    st: starts > 0 ? new Bare(String(SOLVED_BIT + BigInt(st))) : st,
    ...(isRunning && { per: percentOf(task), frm: frames[done] ?? 0 }),
    ...nonZero({ str: starts, err: errors }),
    ...(starts > 0 && { tst: seconds(startedAt), tdn: seconds(endedAt), hst: machine }),
  };
}
