// A Flamenco job while it is looked at: what is known of it by now, and what is remembered of it from one look to the next.
import type { FlamencoJob, FlamencoTask, JobStatus } from "../../services/flamenco-objects.ts";
import type { JobStanding, JobState, Look } from "./farm.ts";
import { type Count, countSteps, type Doing, guessTasks } from "./flamenco-tasks.ts";

/** Between two questions for the tasks of a job of which nothing moves: more with each, and more for many tasks, whose list is long. */
const CHECK_LEAST_MS = 8_000;
const CHECK_MOST_MS = 20_000;
const CHECK_PER_TASK_MS = 10;
const CHECK_GROWS = 1.5;

/**
 * - `status`, `steps`: how it stood
 * - `at`: since when it stands so, or when it was last checked, in epoch milliseconds
 * - `checks`: how often it was since
 * - `tries`: how often it was asked in vain why it failed
 */
type Memo = { status: string; steps: number; at: number; checks: number; tries: number };

/** `workerTag` is the one of what is sent now: managers before 3.9 do not tell which tag a job has. */
export type Site = { page: string; atOnce: number; minor: number; workerTag?: string | undefined; now: () => number };

export type Case = {
  look: Look;
  job: FlamencoJob;
  count: Count;
  memo: Memo;
  /** nothing of it has moved since the last look */
  isSame: boolean;
  /** for so long that it is to be asked what its tasks do */
  isDue: boolean;
  tasks?: FlamencoTask[] | undefined;
  /** its tasks were asked for in vain */
  isRefused?: boolean;
};

/** In these its tasks may do something else than its status says. */
const DOUBTFUL: readonly JobStatus[] = ["queued", "active", "paused", "pause-requested"];

export function openCase(look: Look, job: FlamencoJob, site: Site): Case {
  const worker_tag = job.worker_tag ?? (site.minor < 9 ? site.workerTag : undefined);
  return timeCase({ look, job: { ...job, worker_tag }, count: countSteps(job, site.minor) }, site);
}

/** Whether it is to be checked: again where more is known of how much is done. */
export function timeCase(one: Pick<Case, "look" | "job" | "count"> & Partial<Case>, { now }: Site): Case {
  const { look, job, count } = one;
  const { status, steps, at = 0, checks = 0, tries = 0 } = look.standing?.memo ?? {};
  const isSame = status === job.status && steps === count.done;
  const before = isSame
    ? { at: Number(at), checks: Number(checks), tries: Number(tries) }
    : { at: now(), checks: 0, tries: 0 };
  const isDue = isSame && DOUBTFUL.includes(job.status) && now() - before.at >= intervalOf(job, before.checks);
  return { ...one, memo: { status: job.status, steps: count.done, ...before }, isSame, isDue };
}

function intervalOf(job: FlamencoJob, checks: number): number {
  const longMs = guessTasks(job) * CHECK_PER_TASK_MS;
  const most = Math.max(CHECK_MOST_MS, 3 * longMs);
  return Math.min(most, Math.max(CHECK_LEAST_MS, longMs) * CHECK_GROWS ** Math.min(checks, 20));
}

export const isEnded = ({ job: { status } }: Case) => status === "failed" || status === "canceled";

const STATES: Readonly<Record<JobStatus, JobState>> = {
  "under-construction": "waiting",
  queued: "waiting",
  requeueing: "waiting",
  active: "running",
  "pause-requested": "running",
  "cancel-requested": "running",
  paused: "paused",
  canceled: "canceled",
  completed: "done",
  failed: "failed",
};
const CHANGING: Partial<Record<JobStatus, string>> = {
  "cancel-requested": "Being canceled",
  "pause-requested": "Being paused",
};

type Said = Pick<JobStanding, "reason" | "hindrance" | "isQueued" | "flaw">;

export function stand({ job, count, memo }: Case, { page }: Site, state: JobState, said: Said = {}): JobStanding {
  const isChanging = state === "running";
  return {
    state,
    ...(isChanging && job.status === "pause-requested" && { isPausing: true }),
    ...count,
    ...(isChanging && { reason: CHANGING[job.status] }),
    ...said,
    url: `${page}/app/jobs/${job.id}`,
    memo,
  };
}

/** As its tasks were last found to do, while nothing of it moves; else as its status says. */
export function standOn(one: Case, site: Site, doing?: Doing): JobStanding {
  if (doing === "running" || doing === "paused") return stand(one, site, doing);
  const { state, hindrance, isQueued } = one.look.standing ?? {};
  const isFound = one.isSame && (state === "waiting" || state === "running" || state === "paused");
  return isFound ? stand(one, site, state, { hindrance, isQueued }) : stand(one, site, STATES[one.job.status]);
}
