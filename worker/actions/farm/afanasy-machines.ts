// Which machines could take a job that no machine takes, and what prevents them, as far as the
// server's lists tell. They don't contain a machine's memory, services or licenses.
import { BIT, type FarmBlock, type FarmJob, MACHINE_BIT, type Machine } from "../../services/afanasy-answers.ts";

/** `isRefused`: according to the counters, no machine is left that would take any of its tasks. */
export type WaitStatus = {
  waitReason?: string | undefined;
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
  if (typeof available === "string") return { waitReason: available };
  const blocks = listReady(job).map(({ block }) => ({ block, matching: listMatching(job, block, available) }));
  if (blocks.length === 0) return {};
  const open = blocks.flatMap(({ block, matching }) => (typeof matching === "string" ? [] : [{ block, matching }]));
  if (open.length === 0)
    return { waitReason: blocks.map(({ matching }) => matching).find((reason) => typeof reason === "string") };
  const refusals = Math.max(0, ...open.map(({ block }) => block.p_avoid_hosts));
  const isRefused = open.every(({ block, matching }) => block.p_avoid_hosts >= matching.length);
  if (isRefused) return { waitReason: formatRefusals(refusals), isRefused };
  const waitReason = refusals > 0 ? formatRefusals(refusals) : undefined;
  const idle = open.map(({ block, matching }) => ({
    block,
    matching,
    free: matching.filter((machine) => !has(machine, MACHINE_BIT.busy)).length,
  }));
  if (idle.every(({ block, free }) => free <= block.p_avoid_hosts)) return { waitReason, isQueued: true };
  // Single tasks avoid machines as well, and no counter shows it.
  if (idle.every(({ block, matching }) => block.p_error_hosts >= matching.length)) {
    return { waitReason: waitReason ?? "its tasks avoid machines after errors", isRefused: true };
  }
  if (idle.every(({ block, free }) => free <= block.p_error_hosts)) return { waitReason, isQueued: true };
  return { waitReason: waitReason ?? explainIdle(job) };
}

export const formatRefusals = (count: number) =>
  count === 1 ? "1 machine refuses it after errors" : `${count} machines refuse it after errors`;

function explainNeverRendered({
  priority,
  max_running_tasks,
  max_running_tasks_per_host,
}: FarmJob): string | undefined {
  if (priority === 0) return "its priority is 0, so Afanasy never renders it";
  return max_running_tasks === 0 || max_running_tasks_per_host === 0 ? "its limit of running tasks is 0" : undefined;
}

/** The machines that are available for this job and its user, or why there are none. */
function listAvailable(job: FarmJob, machines: readonly Machine[]): Machine[] | string {
  const online = machines.filter((machine) => has(machine, MACHINE_BIT.online));
  if (online.length === 0) return "no machine is online";
  const well = online.filter((machine) => !has(machine, MACHINE_BIT.sick));
  const free = well.filter((machine) => isOpen(machine, job));
  if (free.length === 0) {
    if (well.length === 0) return "Afanasy has marked all online machines as sick";
    return well.every((machine) => has(machine, MACHINE_BIT.paused))
      ? "all online machines are paused"
      : "all online machines are paused or in nimby mode";
  }
  const available = free.filter(({ os }) => contains(job.need_os, os));
  return available.length === 0 ? `no online machine runs ${quote(job.need_os)}` : available;
}

function isOpen(machine: Machine, { ignorenimby, ignorepaused, user_name }: FarmJob): boolean {
  if (!ignorepaused && has(machine, MACHINE_BIT.paused)) return false;
  if (ignorenimby) return true;
  if (has(machine, MACHINE_BIT.nimbyForAll)) return false;
  return !has(machine, MACHINE_BIT.nimby) || machine.user_name === user_name;
}

/** Those whose names match the masks of the job and the block, or which mask matches none. */
export function listMatching(job: FarmJob, block: FarmBlock, machines: readonly Machine[]): Machine[] | string {
  let left = [...machines];
  for (const { hosts_mask, hosts_mask_exclude } of [job, block]) {
    if (hosts_mask !== "") left = left.filter(({ name }) => matches(job.hosts_mask_type, hosts_mask, name));
    if (left.length === 0) return `no online machine matches ${quote(hosts_mask)}`;
    if (hosts_mask_exclude === "") continue;
    left = left.filter(({ name }) => !matches(job.hosts_mask_type, hosts_mask_exclude, name));
    if (left.length === 0) return `hosts_mask_exclude ${quote(hosts_mask_exclude)} rules out every online machine`;
  }
  return left;
}

/** The machines that could take a block of this job if there were no errors. */
export function listCandidates(job: FarmJob, block: FarmBlock, machines: readonly Machine[]): Machine[] {
  const available = listAvailable(job, machines);
  const matching = typeof available === "string" ? available : listMatching(job, block, available);
  return typeof matching === "string" ? [] : matching;
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
function explainIdle(job: FarmJob): string {
  const wants = [
    ...job.blocks.flatMap(({ capacity, need_memory, need_hdd, need_power, need_gpu_mem_mb, need_cpu_cores }) => [
      capacity > DEFAULT_CAPACITY && `a capacity of ${formatCount(capacity)}`,
      need_memory > 0 && `${formatCount(need_memory)} MB of memory`,
      need_gpu_mem_mb > 0 && `${formatCount(need_gpu_mem_mb)} MB of GPU memory`,
      need_hdd > 0 && `${formatCount(need_hdd)} GB of disk`,
      need_cpu_cores > 0 && `${need_cpu_cores} cores`,
      need_power > 0 && `the power ${need_power}`,
    ]),
    job.need_properties !== "" && `the property ${quote(job.need_properties)}`,
  ].filter((wanted) => typeof wanted === "string");
  const needs = [...new Set(wants)].join(", ");
  return needs === ""
    ? "a machine is idle but does not take it: a limit of the farm, the user or the pool may apply"
    : `a machine is idle but does not take it: it may lack ${needs}`;
}

const formatCount = (count: number) => count.toLocaleString("en");
const quote = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
