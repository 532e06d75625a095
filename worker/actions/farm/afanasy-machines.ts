// Which machines of the farm could take a job that nobody takes, and what keeps them from it, as far as the lists of the server tell. What a machine
// has of memory, services or licences is in none of them.
import { BIT, type FarmBlock, type FarmJob, MACHINE_BIT, type Machine } from "../../services/afanasy-answers.ts";

/** As a standing says it; `isRefused`: as the counters have it, no machine is left that would take any of it. */
export type Hold = { hindrance?: string | undefined; isQueued?: boolean | undefined; isRefused?: boolean | undefined };

const has = ({ st }: Pick<Machine, "st">, bit: number) => (st & bit) !== 0;

/** Blocks that have something to be rendered, and wait for no other block. */
export const listReady = ({ blocks }: FarmJob) =>
  blocks.flatMap((block, index) =>
    block.p_tasks_ready > 0 && (block.st & BIT.waitsForDependency) === 0 ? [{ block, index }] : [],
  );

/** Why nothing of it is being rendered. */
export function explainHold(job: FarmJob, machines: readonly Machine[]): Hold {
  const never = explainNever(job);
  if (never !== undefined) return { hindrance: never };
  const able = listAble(job, machines);
  if (typeof able === "string") return { hindrance: able };
  const blocks = listReady(job).map(({ block }) => ({ block, fitting: listFitting(job, block, able) }));
  if (blocks.length === 0) return {};
  const fitted = blocks.flatMap(({ block, fitting }) => (typeof fitting === "string" ? [] : [{ block, fitting }]));
  if (fitted.length === 0)
    return { hindrance: blocks.map(({ fitting }) => fitting).find((said) => typeof said === "string") };
  const refusals = Math.max(0, ...fitted.map(({ block }) => block.p_avoid_hosts));
  const isRefused = fitted.every(({ block, fitting }) => block.p_avoid_hosts >= fitting.length);
  if (isRefused) return { hindrance: sayRefusals(refusals), isRefused };
  const hindrance = refusals > 0 ? sayRefusals(refusals) : undefined;
  const idle = fitted.map(({ block, fitting }) => ({
    block,
    fitting,
    free: fitting.filter((machine) => !has(machine, MACHINE_BIT.busy)).length,
  }));
  if (idle.every(({ block, free }) => free <= block.p_avoid_hosts)) return { hindrance, isQueued: true };
  // Single tasks avoid machines as well, which no counter tells.
  if (idle.every(({ block, fitting }) => block.p_error_hosts >= fitting.length)) {
    return { hindrance: hindrance ?? "its tasks avoid machines after errors", isRefused: true };
  }
  if (idle.every(({ block, free }) => free <= block.p_error_hosts)) return { hindrance, isQueued: true };
  return { hindrance: hindrance ?? explainFree(job) };
}

export const sayRefusals = (count: number) =>
  count === 1 ? "1 machine refuses it after errors" : `${count} machines refuse it after errors`;

function explainNever({ priority, max_running_tasks, max_running_tasks_per_host }: FarmJob): string | undefined {
  if (priority === 0) return "its priority is 0, which Afanasy never renders";
  return max_running_tasks === 0 || max_running_tasks_per_host === 0 ? "its limit of running tasks is 0" : undefined;
}

/** The machines that would take any job of this user, and are not kept from this one; or what is wrong. */
function listAble(job: FarmJob, machines: readonly Machine[]): Machine[] | string {
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
  const able = free.filter(({ os }) => contains(job.need_os, os));
  return able.length === 0 ? `no online machine runs ${quote(job.need_os)}` : able;
}

function isOpen(machine: Machine, { ignorenimby, ignorepaused, user_name }: FarmJob): boolean {
  if (!ignorepaused && has(machine, MACHINE_BIT.paused)) return false;
  if (ignorenimby) return true;
  if (has(machine, MACHINE_BIT.nimbyForAll)) return false;
  return !has(machine, MACHINE_BIT.nimby) || machine.user_name === user_name;
}

/** Of these, those whose names fit the masks of the job and the block; or which mask fits none. */
export function listFitting(job: FarmJob, block: FarmBlock, machines: readonly Machine[]): Machine[] | string {
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

/** The machines that could take a block of this job, were there no errors. */
export function listTakers(job: FarmJob, block: FarmBlock, machines: readonly Machine[]): Machine[] {
  const able = listAble(job, machines);
  const fitting = typeof able === "string" ? able : listFitting(job, block, able);
  return typeof fitting === "string" ? [] : fitting;
}

/** As the server does: one of several words begins the name, or a regular expression is the whole of it. */
function matches(type: string, mask: string, name: string): boolean {
  if (type !== "regex") return splitWords(mask).some((word) => name.startsWith(word));
  try {
    return new RegExp(`^(?:${mask})$`).test(name);
  } catch {
    // The server keeps one that it can't read, and nothing ever matches it.
    return false;
  }
}

const contains = (wanted: string, text: string) =>
  wanted === "" || splitWords(wanted).some((word) => text.includes(word));

const splitWords = (text: string) => text.split(/[|;,: ]+/).filter((word) => word !== "");

/** Of a task, where nobody says otherwise: a machine has a little more. */
const USUAL_CAPACITY = 1_000;

/** A machine is free, and does not take it. */
function explainFree(job: FarmJob): string {
  const wants = [
    ...job.blocks.flatMap(({ capacity, need_memory, need_hdd, need_power, need_gpu_mem_mb, need_cpu_cores }) => [
      capacity > USUAL_CAPACITY && `a capacity of ${sayCount(capacity)}`,
      need_memory > 0 && `${sayCount(need_memory)} MB of memory`,
      need_gpu_mem_mb > 0 && `${sayCount(need_gpu_mem_mb)} MB of GPU memory`,
      need_hdd > 0 && `${sayCount(need_hdd)} GB of disk`,
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

const sayCount = (count: number) => count.toLocaleString("en");
const quote = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
