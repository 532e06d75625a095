// Which machines could take a job that no machine takes, and what prevents them, as far as the
// server's lists tell. They don't contain a machine's memory, services or licenses.
import { type Message, message, type Text } from "../../format/message.ts";
import { BIT, type FarmBlock, type FarmJob, MACHINE_BIT, type Machine } from "../../services/afanasy-answers.ts";

/**
 * - `isRefused`: according to the counters, no machine is left that would take any of its tasks
 * - `refusals`: how many machines refuse it, if that is the reason
 */
export type WaitStatus = {
  waitReason?: Text | undefined;
  refusals?: number | undefined;
  isQueued?: boolean | undefined;
  isRefused?: boolean | undefined;
};

const has = ({ st }: Pick<Machine, "st">, bit: number) => (st & bit) !== 0;

/** The blocks with tasks to render that wait for no other block. */
export const listReady = ({ blocks }: FarmJob) =>
  blocks.flatMap((block, index) =>
    block.p_tasks_ready > 0 && (block.st & BIT.waitsForDependency) === 0 ? [{ block, index }] : [],
  );

/** Why none of its tasks is running. */
export function explainWait(job: FarmJob, machines: readonly Machine[]): WaitStatus {
  const never = explainNeverRendered(job);
  if (never !== undefined) return { waitReason: never };
  const available = listAvailable(job, machines);
  if ("problem" in available) return { waitReason: available.problem };
  const blocks = listReady(job).map(({ block }) => ({ block, matching: listMatching(job, block, available.machines) }));
  if (blocks.length === 0) return {};
  const open = blocks.flatMap(({ block, matching }) =>
    "problem" in matching ? [] : [{ block, matching: matching.machines }],
  );
  if (open.length === 0)
    return { waitReason: blocks.flatMap(({ matching }) => ("problem" in matching ? [matching.problem] : []))[0] };
  const refusals = Math.max(0, ...open.map(({ block }) => block.p_avoid_hosts));
  const isRefused = open.every(({ block, matching }) => block.p_avoid_hosts >= matching.length);
  if (isRefused) return { waitReason: formatRefusals(refusals), refusals, isRefused };
  const waitReason = refusals > 0 ? formatRefusals(refusals) : undefined;
  const idle = open.map(({ block, matching }) => ({
    block,
    matching,
    free: matching.filter((machine) => !has(machine, MACHINE_BIT.busy)).length,
  }));
  if (idle.every(({ block, free }) => free <= block.p_avoid_hosts)) return { waitReason, isQueued: true };
  // Single tasks avoid machines as well, and no counter shows it.
  if (idle.every(({ block, matching }) => block.p_error_hosts >= matching.length)) {
    return { waitReason: formatRefusals(refusals), refusals, isRefused: true };
  }
  if (idle.every(({ block, free }) => free <= block.p_error_hosts)) return { waitReason, isQueued: true };
  return { waitReason: waitReason ?? explainIdle(job) };
}

/** @param count 0 if only single tasks avoid machines */
const formatRefusals = (count: number): Message =>
  count === 0 ? message("afanasy.tasksAvoid") : message("afanasy.refusals", { count });

/** @param seconds after which the machines are tried again */
export const formatForgiven = (count: number, seconds: number): Message =>
  count === 0
    ? message("afanasy.tasksAvoidForgiven", { seconds })
    : message("afanasy.refusalsForgiven", { count, seconds });

function explainNeverRendered({
  priority,
  max_running_tasks,
  max_running_tasks_per_host,
}: FarmJob): Message | undefined {
  if (priority === 0) return message("afanasy.neverRendered");
  return max_running_tasks === 0 || max_running_tasks_per_host === 0 ? message("afanasy.noTasksAllowed") : undefined;
}

type Machines = { machines: Machine[] } | { problem: Message };

/** The machines that are available for this job and its user, or why there are none. */
function listAvailable(job: FarmJob, machines: readonly Machine[]): Machines {
  const online = machines.filter((machine) => has(machine, MACHINE_BIT.online));
  if (online.length === 0) return { problem: message("afanasy.noneOnline") };
  const well = online.filter((machine) => !has(machine, MACHINE_BIT.sick));
  const free = well.filter((machine) => isOpen(machine, job));
  if (free.length === 0) {
    if (well.length === 0) return { problem: message("afanasy.allSick") };
    const isAllPaused = well.every((machine) => has(machine, MACHINE_BIT.paused));
    return { problem: message(isAllPaused ? "afanasy.allPaused" : "afanasy.allPausedOrNimby") };
  }
  const available = free.filter(({ os }) => contains(job.need_os, os));
  return available.length === 0
    ? { problem: message("afanasy.noneRuns", { system: clip(job.need_os) }) }
    : { machines: available };
}

function isOpen(machine: Machine, { ignorenimby, ignorepaused, user_name }: FarmJob): boolean {
  if (!ignorepaused && has(machine, MACHINE_BIT.paused)) return false;
  if (ignorenimby) return true;
  if (has(machine, MACHINE_BIT.nimbyForAll)) return false;
  return !has(machine, MACHINE_BIT.nimby) || machine.user_name === user_name;
}

/** Those whose names match the masks of the job and the block, or which mask matches none. */
function listMatching(job: FarmJob, block: FarmBlock, machines: readonly Machine[]): Machines {
  let left = [...machines];
  for (const { hosts_mask, hosts_mask_exclude } of [job, block]) {
    if (hosts_mask !== "") left = left.filter(({ name }) => matches(job.hosts_mask_type, hosts_mask, name));
    if (left.length === 0) return { problem: message("afanasy.noneMatches", { mask: clip(hosts_mask) }) };
    if (hosts_mask_exclude === "") continue;
    left = left.filter(({ name }) => !matches(job.hosts_mask_type, hosts_mask_exclude, name));
    if (left.length === 0) return { problem: message("afanasy.allExcluded", { mask: clip(hosts_mask_exclude) }) };
  }
  return { machines: left };
}

/** The machines that could take a block of this job if there were no errors. */
export function listCandidates(job: FarmJob, block: FarmBlock, machines: readonly Machine[]): Machine[] {
  const available = listAvailable(job, machines);
  const matching = "problem" in available ? available : listMatching(job, block, available.machines);
  return "problem" in matching ? [] : matching.machines;
}

/**
 * Like the server: the name starts with one of several words, or a regular expression matches all
 * of it.
 */
function matches(type: string, mask: string, name: string): boolean {
  if (type !== "regex") return splitWords(mask).some((word) => name.startsWith(word));
  try {
    return new RegExp(`^(?:${mask})$`).test(name);
  } catch {
    // The server keeps a mask that it can't read, and no name ever matches it.
    return false;
  }
}

const contains = (wanted: string, text: string) =>
  wanted === "" || splitWords(wanted).some((word) => text.includes(word));

const splitWords = (text: string) => text.split(/[|;,: ]+/).filter((word) => word !== "");

/** A task's capacity by default. A machine has slightly more. */
const DEFAULT_CAPACITY = 1_000;

/** A machine is idle, and does not take it. */
function explainIdle(job: FarmJob): Message {
  const wants = [
    ...job.blocks.flatMap(({ capacity, need_memory, need_hdd, need_power, need_gpu_mem_mb, need_cpu_cores }) => [
      capacity > DEFAULT_CAPACITY && message("afanasy.needsCapacity", { count: capacity }),
      need_memory > 0 && message("afanasy.needsMemory", { count: need_memory }),
      need_gpu_mem_mb > 0 && message("afanasy.needsGpuMemory", { count: need_gpu_mem_mb }),
      need_hdd > 0 && message("afanasy.needsDisk", { count: need_hdd }),
      need_cpu_cores > 0 && message("afanasy.needsCores", { count: need_cpu_cores }),
      need_power > 0 && message("afanasy.needsPower", { count: need_power }),
    ]),
    job.need_properties !== "" && message("afanasy.needsProperty", { name: clip(job.need_properties) }),
  ].filter((wanted) => wanted !== false);
  const needs = [...new Map(wants.map((wanted) => [JSON.stringify(wanted), wanted])).values()];
  return needs.length === 0 ? message("afanasy.idle") : message("afanasy.idleLacks", { needs });
}

const clip = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
