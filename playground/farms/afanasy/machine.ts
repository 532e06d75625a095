/** The farm's machines, and which jobs they can take. */
import type { AfBlock, AfJob } from "./job.ts";
import { fitsMask, fitsNeed } from "./mask.ts";
import type { AfTask } from "./task.ts";

const MACHINE_STATES = ["online", "offline", "paused", "nimby"] as const;
export type MachineState = (typeof MACHINE_STATES)[number];

export type Machine = {
  id: number;
  name: string;
  os: string;
  capacity: number;
  memoryMb: number;
  state: MachineState;
  running: { task: AfTask; block: AfBlock; job: AfJob }[];
};

export const newMachine = (name: string, id: number): Machine => ({
  ...{ id, name, os: "unix linux 64 debian 12", capacity: 1_100, memoryMb: 24_000 },
  ...{ state: "online", running: [] },
});

/** Whether the job's settings allow this machine. */
function takesJob({ settings, userName }: AfJob, { name, os, state }: Machine): boolean {
  if (state === "offline" || (state === "paused" && !settings.ignorepaused)) return false;
  // Reserved for its user, who renders nothing here.
  if (state === "nimby" && !settings.ignorenimby && userName !== "root") return false;
  return (
    fits(settings.hosts_mask, settings, name) &&
    !isExcluded(settings.hosts_mask_exclude, settings, name) &&
    (settings.need_os === "" || fitsNeed(settings.need_os, os)) &&
    // No machine has properties.
    settings.need_properties === ""
  );
}

type Masked = { hosts_mask_type: string };
const fits = (mask: string, { hosts_mask_type }: Masked, name: string): boolean =>
  mask === "" || fitsMask(mask, hosts_mask_type === "regex", name);
const isExcluded = (mask: string, { hosts_mask_type }: Masked, name: string): boolean =>
  mask !== "" && fitsMask(mask, hosts_mask_type === "regex", name);

export function canTake(job: AfJob, block: AfBlock, machine: Machine): boolean {
  const { name, capacity, memoryMb, running } = machine;
  const { settings } = block;
  const used = running.reduce((sum, one) => sum + one.block.settings.capacity, 0);
  const ofJob = running.filter((one) => one.job === job).length;
  const perHost = job.settings.max_running_tasks_per_host;
  return (
    takesJob(job, machine) &&
    used + settings.capacity <= capacity &&
    settings.need_memory <= memoryMb &&
    (perHost < 0 || ofJob < perHost) &&
    !block.hosts.isAvoided(name, block.limits.avoid) &&
    fits(settings.hosts_mask, job.settings, name) &&
    !isExcluded(settings.hosts_mask_exclude, job.settings, name)
  );
}

/** As afserver lists machines, including those that are off. */
export function writeMachine({ id, name, os, state, running }: Machine): Record<string, unknown> {
  const isOn = state !== "offline";
  const bits = [
    ...(isOn ? [[1, "ONL"] as const] : []),
    ...(state === "nimby" ? [[4, "NBY"] as const] : []),
    ...(running.length > 0 ? [[8, "RUN"] as const] : []),
    ...(state === "paused" ? [[256, "PAU"] as const] : []),
  ];
  return {
    ...{ name, id, priority: 99, user_name: "root", os, engine: "3.4.1", pool: "/" },
    st: bits.reduce((sum, [bit]) => sum + bit, 0),
    state: isOn ? bits.map(([, word]) => ` ${word}`).join("") : " OFF",
    capacity_used: running.reduce((sum, { block }) => sum + block.settings.capacity, 0),
    ...(running.length > 0 && {
      tasks: running.map(({ task, block, job }) => ({
        ...{ name: task.name, service: block.service, user_name: job.userName, job_name: job.name, job_id: job.id },
        ...{ block_num: block.index, task_num: block.tasks.indexOf(task) },
      })),
    }),
  };
}
