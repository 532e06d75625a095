// One shot of a render run: what is to be submitted, and what became of it. It is JSON, because it
// is stored between passes.
import * as v from "valibot";
import { message, type Text } from "../../format/message.ts";
import type { Outcome, Reply } from "../../format/reply.ts";
import { StoredText } from "../../format/reply.ts";
import type { EndState } from "../../settings/feedback-settings.ts";
import type { JobCommand, JobRef, JobStatus } from "./farm.ts";

/**
 * - `waiting`: not submitted
 * - `sending`: submitted without an answer so far: it is searched for by its key before it is sent
 *   again
 * - `sent`: the farm has it
 * - `ended`: nothing more will happen to it; `end` says how it ended
 */
export type ShotState = "waiting" | "sending" | "sent" | "ended";

export type Shot<Submission> = {
  task: string;
  label: string;
  /** unique for the run and the task; stored in the job, to find it on the farm */
  jobKey: string;
  /** the number of frames, known before the farm reports it */
  size: number;
  /** removed once the farm has it */
  submission?: Submission | undefined;
  state: ShotState;
  /** the id of another run that renders it: it is only shown here, and the farm is not asked */
  followedRun?: string | undefined;
  /** the last submission, or the first look at the followed run, in epoch milliseconds */
  since?: number | undefined;
  /** how often it was submitted */
  attempts?: number | undefined;
  job?: JobRef | undefined;
  status?: JobStatus | undefined;
  end?: EndState | undefined;
  /** why it ended, or what the farm refused */
  reason?: Text | undefined;
  /** a retry: if the farm still has its job, that job is restarted */
  restartIfFound?: boolean | undefined;
  /** epoch milliseconds */
  restartedAt?: number | undefined;
  /** requested, and not yet sent to the farm */
  pendingCommand?: JobCommand | undefined;
  /** the farm accepted a cancel */
  isCanceling?: boolean | undefined;
  /** its end was posted to Kitsu, or can't be */
  reported?: boolean | undefined;
  /** progress went down once; the second time it is believed */
  lowerCount?: number | undefined;
  /** the last poll, in epoch milliseconds */
  polledAt?: number | undefined;
  standstill?: Standstill | undefined;
  /** it was given up because it made no progress: it was not tried and failed */
  isStalled?: boolean | undefined;
};

/**
 * No progress since this time, in epoch milliseconds, and for how long as far as polls covered it.
 */
export type Standstill = { since: number; ms: number };

/**
 * How long after a submission was saved its job may still appear on the farm: it is sent within the
 * same pass (25 s), its answer is waited for (8 s), and proxies and queues may delay it (40 s).
 * Until then it is neither sent again nor given up.
 */
export const DOUBT_MS = 90_000;

const Job = v.object({ id: v.string(), serial: v.optional(v.number()) });
const Status = v.object({
  state: v.picklist(["waiting", "running", "paused", "done", "failed", "canceled"]),
  done: v.number(),
  total: v.number(),
  isPausing: v.optional(v.boolean()),
  reason: v.optional(StoredText),
  waitReason: v.optional(StoredText),
  isQueued: v.optional(v.boolean()),
  warning: v.optional(StoredText),
  url: v.optional(v.string()),
  checkedAt: v.optional(v.number()),
  memo: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
});

export const shotSchemaOf = <Submission>(
  submission: v.GenericSchema<unknown, Submission>,
): v.GenericSchema<unknown, Shot<Submission>> =>
  v.object({
    task: v.string(),
    label: v.string(),
    jobKey: v.string(),
    size: v.number(),
    submission: v.optional(submission),
    state: v.picklist(["waiting", "sending", "sent", "ended"]),
    followedRun: v.optional(v.string()),
    since: v.optional(v.number()),
    attempts: v.optional(v.number()),
    job: v.optional(Job),
    status: v.optional(Status),
    end: v.optional(v.picklist(["done", "failed", "canceled", "unfollowed"])),
    reason: v.optional(StoredText),
    restartIfFound: v.optional(v.boolean()),
    restartedAt: v.optional(v.number()),
    pendingCommand: v.optional(v.picklist(["cancel", "pause", "resume", "restart"])),
    isCanceling: v.optional(v.boolean()),
    reported: v.optional(v.boolean()),
    lowerCount: v.optional(v.number()),
    polledAt: v.optional(v.number()),
    standstill: v.optional(v.object({ since: v.number(), ms: v.number() })),
    isStalled: v.optional(v.boolean()),
  });

export const hasEnded = ({ state }: Shot<unknown>) => state === "ended";

/** The farm has it. */
export function setSent<Submission>(shot: Shot<Submission>, job: JobRef): void {
  Object.assign(shot, {
    state: "sent",
    job,
    submission: undefined,
    reason: undefined,
    restartIfFound: undefined,
  });
}

export function endShot<Submission>(shot: Shot<Submission>, end: EndState, reason?: Text): void {
  const cleared = { submission: undefined, pendingCommand: undefined, lowerCount: undefined, standstill: undefined };
  Object.assign(shot, { state: "ended", end, reason, ...cleared });
}

/** Between 0 and 1. */
export function getDoneShare({ end, status }: Shot<unknown>): number {
  if (end === "done") return 1;
  return status === undefined || status.total <= 0 ? 0 : Math.min(1, status.done / status.total);
}

/** Updates a shot with the status of its job. */
export function applyStatus<Submission>(shot: Shot<Submission>, status: JobStatus | "gone"): void {
  const before = shot.status;
  if (status === "gone") {
    shot.status = before && { ...before, url: undefined };
    endShot(shot, shot.isCanceling ? "canceled" : "failed", message("render.deletedOnFarm"));
    return;
  }
  const isKnown = before !== undefined && before.total > 0;
  const isLower = isKnown && status.total > 0 && status.done / status.total < before.done / before.total;
  // A restarted queue shows in its waiting state. Lower progress while running is believed the
  // second time.
  const isRestarted = isLower && (status.state === "waiting" || shot.lowerCount !== undefined);
  shot.lowerCount = isLower && !isRestarted ? status.done : undefined;
  const keepsProgress = isKnown && (status.total <= 0 || (isLower && !isRestarted));
  shot.status = { ...status, ...(keepsProgress && { done: before.done, total: before.total }) };
  if (isRestarted) shot.reason = message("render.restartedFrames");
  if (status.state === "done") endShot(shot, "done", status.warning);
  else if (status.state === "failed")
    endShot(shot, "failed", status.reason ?? shot.reason ?? message("render.failedOnFarm"));
  else if (status.state === "canceled") endShot(shot, "canceled", status.reason ?? message("render.canceled"));
}

const FOLLOWED_STATES: Readonly<Record<Outcome["state"], JobStatus["state"]>> = {
  planned: "waiting",
  waiting: "waiting",
  running: "running",
  done: "done",
  failed: "failed",
  skipped: "canceled",
};

/**
 * Updates a shot with the reply of the run that renders it. If both runs started at the same
 * moment, that reply may not exist yet.
 */
export function applyFollowedRun(shot: Shot<unknown>, reply: Reply | undefined, now: number): void {
  shot.since ??= now;
  if (reply === undefined && now - shot.since < DOUBT_MS) return;
  const { state, progress, reason, link } = reply?.outcomes?.find(({ id }) => id === shot.task) ?? {};
  const isOpen = state === "planned" || state === "waiting" || state === "running";
  if (state === undefined || (isOpen && reply?.kind !== "started")) {
    endShot(shot, "failed", message("render.followedRunLost"));
    return;
  }
  // The frame range was chosen there.
  if (progress !== undefined) shot.size = progress.total;
  applyStatus(shot, { ...{ done: 0, total: 0, ...progress }, state: FOLLOWED_STATES[state], reason, url: link?.url });
}
