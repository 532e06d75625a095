// One look at jobs on Afanasy: all by one question, and what it does not answer by a few more. A job whose tasks can't be rendered any more has failed,
// whatever the server calls it.
import { Failure } from "../../failure.ts";
import { BIT, type FarmJob, MACHINE_BIT, type Machine } from "../../services/afanasy-answers.ts";
import type { Afanasy } from "../../services/afanasy-client.ts";
import type { Avoided } from "../../services/afanasy-tasks.ts";
import { CAUSE_REQUESTS, findCause } from "./afanasy-cause.ts";
import { explainHold, type Hold, listReady, listTakers, sayRefusals } from "./afanasy-machines.ts";
import { isRunning, readStanding } from "./afanasy-status.ts";
import type { JobStanding, Look } from "./farm.ts";

/** Beside the question for all jobs: a watch has fifty requests on Cloudflare's smallest plan, of which telling Kitsu takes half. */
const REQUESTS_MOST = 18;
/** Nothing more is asked so long after the look began: what is left has its turn next time. */
const ASKS_MS = 6_000;
/** So long it must look as if no machine took it before that is looked into. */
const REFUSED_MS = 8_000;
const REFUSAL_REQUESTS = 2;
/** A machine that is forgiven so soon is waited for. */
const FORGIVEN_SOON_S = 900;
/** A job that was told to stop counts its frames within a second, and its programs end within some; one that does not end is not waited for. */
const SETTLED_MS = 1_500;
const STOPPED_MOST_MS = 30_000;

/** A job, and what was known of it before. */
export type Seen = { look: Look; job: FarmJob };

/** @returns how they stand, by the jobs' ids; those are absent for which there was no time or no request left */
export async function judgeJobs(
  afanasy: Afanasy,
  seen: readonly Seen[],
  url: string | undefined,
  now: () => number,
): Promise<Map<string, JobStanding>> {
  const asks = limitAsks(afanasy, now);
  const stuck = seen.filter(({ look, job }) => isStuck(job, look.standing));
  const farm = stuck.length === 0 ? undefined : await attempt(() => readFarm(asks, stuck));
  const standings = new Map<string, JobStanding>();
  for (const one of seen) {
    const { isRefused, ...held }: Hold = farm && stuck.includes(one) ? explainHold(one.job, farm.machines) : {};
    const standing = { ...readStanding(one.job, url), ...held };
    const judged =
      isRefused && farm
        ? await judgeRefused(asks, one, standing, farm, now())
        : await settle(asks, one, standing, now());
    if (judged !== undefined) standings.set(one.look.job.id, judged);
  }
  return standings;
}

type Asks = Pick<Afanasy, "readMachines" | "readUsers" | "readAvoided" | "readTasks" | "readOutput" | "readTaskLog"> & {
  /** is there time, and are there as many requests left? */
  may(requests: number): boolean;
};

function limitAsks(afanasy: Afanasy, now: () => number): Asks {
  const began = now();
  let asked = 0;
  const counted =
    <Given extends unknown[], T>(ask: (...given: Given) => Promise<T>) =>
    (...given: Given) => {
      asked += 1;
      return ask(...given);
    };
  return {
    may: (requests) => asked + requests <= REQUESTS_MOST && now() - began < ASKS_MS,
    readMachines: counted(afanasy.readMachines),
    readUsers: counted(afanasy.readUsers),
    readAvoided: counted(afanasy.readAvoided),
    readTasks: counted(afanasy.readTasks),
    readOutput: counted(afanasy.readOutput),
    readTaskLog: counted(afanasy.readTaskLog),
  };
}

/** Ready twice in a row, and nobody takes it. */
function isStuck(job: FarmJob, before: JobStanding | undefined): boolean {
  const isReady = (job.st & BIT.ready) !== 0 && (job.st & BIT.paused) === 0;
  return before?.state === "waiting" && isReady && !isRunning(job);
}

/** `forgive`: after how many seconds the jobs of a user try a machine again, where the job does not say. */
type FarmState = { machines: Machine[]; forgive: ReadonlyMap<string, number> };

async function readFarm(asks: Asks, stuck: readonly Seen[]): Promise<FarmState> {
  const machines = await asks.readMachines();
  const dependsOnUser = ({ job }: Seen) =>
    listReady(job).some(({ block }) => block.p_error_hosts > 0 && block.errors_forgive_time === undefined);
  const users = stuck.some(dependsOnUser) ? await asks.readUsers() : [];
  return { machines, forgive: new Map(users.map(({ name, errors_forgive_time: seconds }) => [name, seconds ?? 0])) };
}

async function settle(
  asks: Asks,
  { look, job }: Seen,
  standing: JobStanding,
  now: number,
): Promise<JobStanding | undefined> {
  if (standing.state === "canceled") return settleCancel(job, standing, look.standing, now);
  return standing.state === "failed" ? tellCause(asks, job, standing) : standing;
}

/** It has failed if that stays so, and the names of the machines are as their number says. */
async function judgeRefused(
  asks: Asks,
  { look, job }: Seen,
  standing: JobStanding,
  { machines, forgive }: FarmState,
  now: number,
): Promise<JobStanding | undefined> {
  const times = listReady(job).map(({ block }) => block.errors_forgive_time ?? forgive.get(job.user_name) ?? 0);
  const forgiven = Math.min(...times.filter((seconds) => seconds > 0));
  if (forgiven < FORGIVEN_SOON_S) {
    return { ...standing, hindrance: `${standing.hindrance}, and will be tried again after ${forgiven} seconds` };
  }
  const since = look.standing?.checkedAt ?? now;
  const waits = { ...standing, checkedAt: since };
  if (now - since < REFUSED_MS) return waits;
  if (!asks.may(REFUSAL_REQUESTS + CAUSE_REQUESTS)) return undefined;
  const avoided = await attempt(() => asks.readAvoided(job.id));
  const prospect = avoided && (await examine(asks, job, machines, avoided));
  if (avoided === undefined || prospect !== "none") return { ...waits, ...(prospect === "busy" && { isQueued: true }) };
  const names = avoided.flatMap((block) => [
    ...block.machines,
    ...[...block.tasks.values()].flatMap((hosts) => [...hosts]),
  ]);
  const why = `${sayRefusals(new Set(names).size)}, and no other can take it`;
  const reason = standing.reason === undefined ? why : `${standing.reason}, and nothing renders the rest: ${why}`;
  return tellCause(asks, job, { ...standing, state: "failed", reason, hindrance: undefined });
}

/**
 * Who is left to take it, by the names of the machines that are avoided: nobody, somebody who is busy, or somebody. A block offers only its first task
 * that is ready: where that one avoids all machines that are left, the tasks behind it are not rendered either.
 */
async function examine(
  asks: Asks,
  job: FarmJob,
  machines: readonly Machine[],
  avoided: readonly Avoided[],
): Promise<"none" | "busy" | "some"> {
  const open = listReady(job).flatMap(({ block, index }) => {
    const left = listTakers(job, block, machines).filter(({ name }) => !avoided[index]?.machines.has(name));
    return left.length === 0 ? [] : [{ index, left }];
  });
  if (open.length === 0) return "none";
  if (open.every(({ left }) => left.every(({ st }) => (st & MACHINE_BIT.busy) !== 0))) return "busy";
  const tasks = (await attempt(() => asks.readTasks(job.id))) ?? [];
  const isStopped = open.every(({ index, left }) =>
    tasks.some(
      ({ block, task, states }) =>
        block === index &&
        states.includes("RDY") &&
        left.every(({ name }) => avoided[index]?.tasks.get(task)?.has(name)),
    ),
  );
  return isStopped ? "none" : "some";
}

async function tellCause(asks: Asks, job: FarmJob, standing: JobStanding): Promise<JobStanding | undefined> {
  if (!asks.may(CAUSE_REQUESTS)) return undefined;
  const cause = await attempt(() => findCause(asks, job.id));
  return cause === undefined ? standing : { ...standing, reason: [standing.reason, cause].filter(Boolean).join(". ") };
}

/** Its frames are counted when its programs have ended, not when they were told to. */
function settleCancel(job: FarmJob, standing: JobStanding, before: JobStanding | undefined, now: number): JobStanding {
  const since = (before?.state === "paused" ? before.checkedAt : undefined) ?? now;
  const isSettled = now - since >= (isRunning(job) ? STOPPED_MOST_MS : SETTLED_MS);
  return isSettled ? standing : { ...standing, state: "paused", checkedAt: since };
}

/** What makes an answer better is no reason to have none. */
async function attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}
