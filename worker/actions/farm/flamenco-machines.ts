// Why a job waits, as far as Flamenco's workers tell. They are called machines here, because a
// worker is ours. They are read once per poll, however many jobs wait.
import { listSome } from "../../format/list.ts";
import { type Message, message, type Text } from "../../format/message.ts";
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob, FlamencoTask, Machine, MachineDetail } from "../../services/flamenco-objects.ts";
import type { JobStatus } from "./farm.ts";
import { isMovie } from "./flamenco-tasks.ts";
import { attempt, type RequestBudget } from "./request-budget.ts";

/** A machine's task and its task types take one request per machine: read at most this many. */
const MACHINES_READ_MAX = 4;

/** `isFree`: a machine that could take the job is idle. */
export type WaitStatus = Pick<JobStatus, "waitReason" | "isQueued"> & { isFree?: boolean };

export type Machines = {
  /** Undefined if the budget is used up, or Flamenco does not answer. */
  explainWait(
    job: FlamencoJob,
    tasks: readonly FlamencoTask[],
    hasWaitedLong: boolean,
  ): Promise<WaitStatus | undefined>;
};

export function openMachines(flamenco: Flamenco, budget: RequestBudget): Machines {
  const request: LimitedRequest = async (send) => (budget.take() ? attempt(send) : undefined);
  let listed: Promise<Machine[] | undefined> | undefined;
  let details: Promise<MachineDetail[]> | undefined;
  const list = () => {
    listed ??= request(() => flamenco.machines());
    return listed;
  };
  const readSome = (awake: readonly Machine[]) => {
    details ??= Promise.all(
      awake.slice(0, MACHINES_READ_MAX).map(({ id }) => request(() => flamenco.machine(id))),
    ).then((all) => all.filter((one) => one !== undefined));
    return details;
  };
  return {
    async explainWait(job, tasks, hasWaitedLong) {
      const all = await list();
      if (all === undefined) return undefined;
      const awake = all.filter(({ status }) => status === "awake");
      if (awake.length === 0) return { waitReason: await formatAsleep(all, flamenco, request) };
      const known = await readSome(awake);
      if (known.length === 0) return undefined;
      const isAll = known.length === awake.length;
      const able = known.filter((one) => isAble(one, job, tasks));
      // One of the machines that were not read may be able to.
      if (able.length === 0) return isAll ? { waitReason: formatUnable(known, job, tasks) } : undefined;
      const idle = able.filter(({ task }) => task?.status !== "active");
      if (idle.length === 0) return { isQueued: true };
      const refusal = isAll
        ? await explainRefusal({ idle, able, job, tasks, hasWaitedLong, flamenco, request })
        : undefined;
      return refusal ?? { isFree: true };
    },
  };
}

/** Undefined if the budget is used up, or the request fails. */
type LimitedRequest = <T>(send: () => Promise<T>) => Promise<T | undefined>;

const isOpen = ({ status }: FlamencoTask) => status === "queued" || status === "soft-failed";
const hasTag = ({ tags }: MachineDetail, { worker_tag }: FlamencoJob) =>
  worker_tag === undefined || (tags ?? []).some(({ id }) => id === worker_tag);

/** Whether it has the job's tag, and takes an open type of task. */
function isAble(machine: MachineDetail, job: FlamencoJob, tasks: readonly FlamencoTask[]): boolean {
  const types = new Set(listOpenTypes(job, tasks));
  const taken = machine.supported_task_types ?? [];
  return hasTag(machine, job) && (types.size === 0 || taken.length === 0 || taken.some((type) => types.has(type)));
}

/** The types of the open tasks. The movie counts only if nothing else is open. */
function listOpenTypes({ type }: FlamencoJob, tasks: readonly FlamencoTask[]): string[] {
  const open = tasks.filter(isOpen);
  const withoutMovie = open.filter((task) => !isMovie(type, task));
  return [...new Set((withoutMovie.length > 0 ? withoutMovie : open).map(({ task_type }) => task_type))];
}

async function formatAsleep(all: readonly Machine[], flamenco: Flamenco, request: LimitedRequest): Promise<Message> {
  if (all.length === 0) {
    const isFirstRun = await request(() => flamenco.isFirstRun());
    return message(isFirstRun ? "flamenco.waitsForSetup" : "flamenco.noMachines");
  }
  const counts = [...Map.groupBy(all, ({ status }) => status || "unknown")].map(([status, { length: count }]) =>
    message("flamenco.machineCount", { status, count }),
  );
  return message("flamenco.noneAwake", { counts });
}

function formatUnable(known: readonly MachineDetail[], job: FlamencoJob, tasks: readonly FlamencoTask[]): Message {
  if (!known.some((one) => hasTag(one, job))) return message("flamenco.noneWithTag");
  return message("flamenco.noneTakesTypes", { types: listOpenTypes(job, tasks) });
}

type RefusalContext = {
  idle: readonly MachineDetail[];
  able: readonly MachineDetail[];
  job: FlamencoJob;
  tasks: readonly FlamencoTask[];
  hasWaitedLong: boolean;
  flamenco: Flamenco;
  request: LimitedRequest;
};

/**
 * A machine that failed a task does not get it again. A blocked machine gets no task of that type.
 */
async function explainRefusal(context: RefusalContext): Promise<WaitStatus | undefined> {
  const { idle, able, job, tasks, hasWaitedLong, flamenco, request } = context;
  const open = tasks.filter(isOpen);
  const softFailed = open.find(({ status }) => status === "soft-failed");
  if (softFailed !== undefined && open.every(({ status }) => status === "soft-failed")) {
    const detail = await request(() => flamenco.task(softFailed.id));
    const failedIds = new Set((detail?.failed_by_workers ?? []).map(({ id }) => id));
    const failed = able.filter(({ id }) => failedIds.has(id));
    if (failed.length === able.length)
      return { waitReason: message("flamenco.failedOnAll", { task: softFailed.name, machines: listNames(failed) }) };
    if (idle.every(({ id }) => failedIds.has(id))) return { isQueued: true };
  }
  if (!hasWaitedLong || open.length === 0) return undefined;
  const blocklist = await request(() => flamenco.blocklist(job.id));
  const types = new Set(listOpenTypes(job, tasks));
  const blocked = able.filter(({ id }) => blocklist?.some((one) => one.worker_id === id && types.has(one.task_type)));
  if (blocked.length < able.length) return undefined;
  return { waitReason: message("flamenco.allBlocked", { machines: listNames(blocked) }) };
}

const listNames = (machines: readonly MachineDetail[]): Text => listSome(machines.map(({ name }) => name));
