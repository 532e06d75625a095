// Flamenco's machines, as far as they tell why a job waits: asked once in a look, however many jobs wait.
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob, FlamencoTask, Machine, MachineDetail } from "../../services/flamenco-objects.ts";
import type { JobStanding } from "./farm.ts";
import { isMovie } from "./flamenco-tasks.ts";
import { type Allowance, attempt } from "./request-allowance.ts";

/** What a machine is at work on, and what it may do, each tells by itself: so many are asked. */
const ASKED_MOST = 4;

/** Why a job waits. `isFree`: a machine that could take it has nothing to do. */
export type Wait = Pick<JobStanding, "hindrance" | "isQueued"> & { isFree?: boolean };

export type Machines = {
  wait(job: FlamencoJob, tasks: readonly FlamencoTask[], isPatient: boolean): Promise<Wait | undefined>;
};

/** Nothing is told where the allowance does not reach, or Flamenco does not answer. */
export function openMachines(flamenco: Flamenco, allowance: Allowance): Machines {
  const ask: Ask = async (question) => (allowance.take() ? attempt(question) : undefined);
  let listed: Promise<Machine[] | undefined> | undefined;
  let asked: Promise<MachineDetail[]> | undefined;
  const list = () => {
    listed ??= ask(() => flamenco.machines());
    return listed;
  };
  const askSome = (awake: readonly Machine[]) => {
    asked ??= Promise.all(awake.slice(0, ASKED_MOST).map(({ id }) => ask(() => flamenco.machine(id)))).then((all) =>
      all.filter((one) => one !== undefined),
    );
    return asked;
  };
  return {
    async wait(job, tasks, isPatient) {
      const all = await list();
      if (all === undefined) return undefined;
      const awake = all.filter(({ status }) => status === "awake");
      if (awake.length === 0) return { hindrance: await sayAsleep(all, flamenco, ask) };
      const known = await askSome(awake);
      if (known.length === 0) return undefined;
      const isAll = known.length === awake.length;
      const able = known.filter((one) => isAble(one, job, tasks));
      // Another of those that were not asked may be able.
      if (able.length === 0) return isAll ? { hindrance: sayUnable(known, job, tasks) } : undefined;
      const idle = able.filter(({ task }) => task?.status !== "active");
      if (idle.length === 0) return { isQueued: true };
      const refused = isAll ? await findRefused({ idle, able, job, tasks, isPatient, flamenco, ask }) : undefined;
      return refused ?? { isFree: true };
    },
  };
}

/** Nothing where the allowance does not reach, or it is not answered. */
type Ask = <T>(question: () => Promise<T>) => Promise<T | undefined>;

const isOpen = ({ status }: FlamencoTask) => status === "queued" || status === "soft-failed";
const hasTag = ({ tags }: MachineDetail, { worker_tag }: FlamencoJob) =>
  worker_tag === undefined || (tags ?? []).some(({ id }) => id === worker_tag);

/** Has its tag, and takes tasks of a type that is left. */
function isAble(machine: MachineDetail, job: FlamencoJob, tasks: readonly FlamencoTask[]): boolean {
  const types = new Set(listTypes(job, tasks));
  const takes = machine.supported_task_types ?? [];
  return hasTag(machine, job) && (types.size === 0 || takes.length === 0 || takes.some((type) => types.has(type)));
}

/** Of what is left to do; the movie is made when there is nothing else. */
function listTypes({ type }: FlamencoJob, tasks: readonly FlamencoTask[]): string[] {
  const open = tasks.filter(isOpen);
  const first = open.filter((task) => !isMovie(type, task));
  return [...new Set((first.length > 0 ? first : open).map(({ task_type }) => task_type))];
}

async function sayAsleep(all: readonly Machine[], flamenco: Flamenco, ask: Ask): Promise<string> {
  if (all.length === 0) {
    const isFirstRun = await ask(() => flamenco.isFirstRun());
    return isFirstRun ? "Flamenco has not been set up yet: nothing is rendered" : "Flamenco has no machines";
  }
  const counts = [...Map.groupBy(all, ({ status }) => status)].map(
    ([status, { length }]) => `${length} ${sayStatus(status)}`,
  );
  return `no machine is awake: ${counts.join(", ")}`;
}

const sayStatus = (status: string) => (status === "error" ? "with an error" : status || "unknown");

function sayUnable(known: readonly MachineDetail[], job: FlamencoJob, tasks: readonly FlamencoTask[]): string {
  if (!known.some((one) => hasTag(one, job))) return "no machine with its worker tag is awake";
  return `no machine that is awake takes tasks of the type ${listTypes(job, tasks).join(" or ")}`;
}

type Refusing = {
  idle: readonly MachineDetail[];
  able: readonly MachineDetail[];
  job: FlamencoJob;
  tasks: readonly FlamencoTask[];
  isPatient: boolean;
  flamenco: Flamenco;
  ask: Ask;
};

/** A machine that failed a task does not get it again, and one that is blocked gets none of its type. */
async function findRefused({ idle, able, job, tasks, isPatient, flamenco, ask }: Refusing): Promise<Wait | undefined> {
  const open = tasks.filter(isOpen);
  const soft = open.find(({ status }) => status === "soft-failed");
  if (soft !== undefined && open.every(({ status }) => status === "soft-failed")) {
    const detail = await ask(() => flamenco.task(soft.id));
    const failers = new Set((detail?.failed_by_workers ?? []).map(({ id }) => id));
    const failed = able.filter(({ id }) => failers.has(id));
    if (failed.length === able.length)
      return { hindrance: `${soft.name} failed on ${nameAll(failed)}, and no other machine is awake` };
    if (idle.every(({ id }) => failers.has(id))) return { isQueued: true };
  }
  if (!isPatient || open.length === 0) return undefined;
  const blocked = await ask(() => flamenco.blocklist(job.id));
  const types = new Set(listTypes(job, tasks));
  const refusing = able.filter(({ id }) => blocked?.some((one) => one.worker_id === id && types.has(one.task_type)));
  if (refusing.length < able.length) return undefined;
  return { hindrance: `Flamenco has blocked ${nameAll(refusing)} for it after errors, and no other machine is awake` };
}

const nameAll = (machines: readonly MachineDetail[]) =>
  machines.length > 3 ? `${machines.length} machines` : machines.map(({ name }) => name).join(" and ");
