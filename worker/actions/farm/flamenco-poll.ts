// Looks how jobs stand on Flamenco: each by a request of its own, for the list has all jobs there ever were. Their tasks are asked for where the job
// itself can't tell: when it is over, and now and then while nothing of it moves.
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob, FlamencoTask, JobStatus } from "../../services/flamenco-objects.ts";
import type { JobStanding, Look } from "./farm.ts";
import { type Case, isEnded, openCase, type Site, stand, standOn, timeCase } from "./flamenco-case.ts";
import { findBroken, readCause, sayActivity, sayFailure, sayMovie } from "./flamenco-cause.ts";
import { type Machines, openMachines } from "./flamenco-machines.ts";
import { countTasks, type Doing, readDoing } from "./flamenco-tasks.ts";
import { type Allowance, allow, attempt, inBatches } from "./request-allowance.ts";

/** So many requests may one look make, and so many a watch with all that was asked before it. */
const LOOK_REQUESTS = 22;
const WATCH_REQUESTS = 46;
/** What it takes to know why a task failed. */
const CAUSE_REQUESTS = 2;
/** So long a machine has nothing to do and does not take what is left: then that waits for what has failed. */
const IGNORED_MS = 15_000;

type Looking = { flamenco: Flamenco; site: Site; allowance: Allowance; machines: Machines; cases: Case[] };

/** @param isOurs whether it is the job that was sent */
export async function lookAtJobs(
  wanted: readonly Look[],
  flamenco: Flamenco,
  site: Site,
  isOurs: (job: FlamencoJob, mark: string) => boolean,
): Promise<ReadonlyMap<string, JobStanding | "gone">> {
  const allowance = allow(Math.max(1, Math.min(LOOK_REQUESTS, WATCH_REQUESTS - flamenco.requests())));
  const looking: Looking = { flamenco, site, allowance, machines: openMachines(flamenco, allowance), cases: [] };
  const found = new Map<string, JobStanding | "gone">();
  const lost: unknown[] = [];
  await inBatches(wanted, site.atOnce, async (look) => {
    if (!allowance.take()) return false;
    try {
      const job = await flamenco.job(look.job.id);
      if (job === undefined || !isOurs(job, look.mark)) found.set(look.job.id, "gone");
      else looking.cases.push(openCase(look, job, site));
      return true;
    } catch (thrown) {
      lost.push(thrown);
      return false;
    }
  });
  // One that is not answered is looked at next time; none that is means that Flamenco can't be reached.
  if (lost.length > 0 && found.size + looking.cases.length === 0) throw lost[0];
  await askTasks(looking);
  // What has ended first: somebody waits to be told why.
  for (const one of looking.cases.toSorted((a, b) => Number(isEnded(b)) - Number(isEnded(a)))) {
    const standing = await judge(one, looking);
    if (standing !== undefined) found.set(one.job.id, standing);
  }
  return found;
}

/** Managers before 3.8 tell by their tasks alone how far jobs are. */
const COUNTED: readonly JobStatus[] = ["active", "paused", "pause-requested", "cancel-requested"];

async function askTasks({ flamenco, site, allowance, cases }: Looking): Promise<void> {
  const isCounted = ({ job: { status } }: Case) => site.minor < 8 && COUNTED.includes(status);
  const isChecked = ({ job: { status }, isDue, look }: Case) => isDue && (status !== "queued" || isIgnored(look));
  // Why it has ended takes two requests more: there is to be enough for each of these, and for one that is found to be stuck.
  const ended = cases.filter(isEnded).slice(0, Math.max(1, Math.floor(allowance.left() / (1 + CAUSE_REQUESTS))));
  const others = cases
    .filter((one) => !isEnded(one) && (isCounted(one) || isChecked(one)))
    .toSorted((a, b) => a.memo.at - b.memo.at);
  const kept = CAUSE_REQUESTS * Math.max(1, ended.length);
  await inBatches([...ended, ...others], site.atOnce, async (one) => {
    if (allowance.left() <= kept || !allowance.take()) return false;
    const tasks = await attempt(() => flamenco.tasks(one.job.id));
    const count = tasks === undefined || tasks.length === 0 ? one.count : countTasks(one.job, tasks);
    const known = site.minor < 8 ? timeCase({ ...one, count }, site) : { ...one, count };
    cases.splice(cases.indexOf(one), 1, { ...known, tasks, isRefused: tasks === undefined });
    // Where one list can't be had in time, the others would use up the time of the watch.
    return tasks !== undefined;
  });
}

/** Nothing where no request was left to find out: it is asked for first the next time. */
async function judge(one: Case, looking: Looking): Promise<JobStanding | undefined> {
  const { site } = looking;
  const { job, tasks } = one;
  const doing = tasks && readDoing(job, tasks);
  if (job.status === "completed" || doing === "done") return stand(one, site, "done");
  if (job.status === "canceled") {
    if (tasks === undefined && !isHopeless(one)) return one.isRefused ? standAgain(one, site) : undefined;
    return stand(one, site, "canceled", { reason: sayActivity(job) || undefined });
  }
  if (job.status === "failed" || doing === "stuck" || doing === "movie-missing") return judgeEnd(one, doing, looking);
  if (!one.isDue) return standOn(one, site, doing);
  const checked = { ...one, memo: { ...one.memo, at: site.now(), checks: one.memo.checks + 1 } };
  // Its tasks could not be had.
  if (doing === undefined && job.status !== "queued") return standOn(checked, site);
  if (doing === "running" || doing === "paused") return stand(checked, site, doing);
  return judgeWait(checked, doing, looking);
}

async function judgeWait(one: Case, doing: Doing | undefined, looking: Looking): Promise<JobStanding | undefined> {
  const { site, machines, cases } = looking;
  const { job, tasks = [], look } = one;
  if (job.status === "queued" && cases.some((other) => isAtWork(other, one)))
    return stand(one, site, "waiting", { isQueued: true });
  const wait = await machines.wait(job, tasks, isIgnored(look));
  const { hindrance, isQueued } = wait ?? look.standing ?? {};
  if (wait?.isFree && isIgnored(look) && doing === "behind") return judgeEnd(one, "stuck", looking);
  // Who may wait for what has failed is asked for again soon.
  const memo = doing === "behind" ? { ...one.memo, checks: 0 } : one.memo;
  return stand({ ...one, memo }, site, "waiting", { hindrance, isQueued });
}

const isIgnored = ({ stillMs = 0 }: Look) => stillMs >= IGNORED_MS;

/** A job of ours that is being rendered shows that the machines are awake and have work. */
const isAtWork = ({ job, look }: Case, other: Case) =>
  job.status === "active" &&
  look.standing?.state === "running" &&
  job.worker_tag === other.job.worker_tag &&
  job.type === other.job.type;

/** It is told with its cause. Where that can't be had it is asked for once more. */
async function judgeEnd(one: Case, doing: Doing | undefined, looking: Looking): Promise<JobStanding | undefined> {
  const { site, flamenco, allowance } = looking;
  const { job, tasks } = one;
  if (tasks === undefined) {
    if (!one.isRefused) return undefined;
    return isHopeless(one)
      ? stand(one, site, "failed", { reason: sayFailure(job, [], undefined) })
      : standAgain(one, site);
  }
  const broken: FlamencoTask | undefined = findBroken(tasks);
  if (broken !== undefined && !allowance.take(CAUSE_REQUESTS)) return undefined;
  const cause = broken && (await attempt(async () => ({ words: await readCause(broken, flamenco) })));
  if (broken !== undefined && cause === undefined && !isHopeless(one)) return standAgain(one, site);
  if (doing === "movie-missing") return stand(one, site, "done", { flaw: sayMovie(cause?.words) });
  return stand(one, site, "failed", { reason: sayFailure(job, tasks, cause?.words) });
}

const isHopeless = ({ memo: { tries } }: Case) => tries > 0;

/** As before, for why it has ended could not be had. */
function standAgain({ memo, ...one }: Case, site: Site): JobStanding {
  const { state } = one.look.standing ?? {};
  const isOpen = state === "waiting" || state === "paused";
  return stand({ ...one, memo: { ...memo, tries: memo.tries + 1 } }, site, isOpen ? state : "running");
}
