// One shot of a render run: what is to be sent, what became of it. It is JSON, for it is kept between two looks at the farm.

import * as v from "valibot";
import type { Outcome, Reply } from "../../../contract.ts";
import type { End } from "../../settings/feedback-settings.ts";
import type { JobControl, JobRef, JobStanding } from "./farm.ts";

/**
 * - `waiting`: not sent
 * - `sending`: it is being sent, or was and nobody knows whether it arrived: it is looked for by its mark before it would be sent again
 * - `sent`: the farm has it
 * - `over`: nothing more will become of it; `end` says what did
 */
export type ShotState = "waiting" | "sending" | "sent" | "over";
export type Command = "cancel" | "pause" | "resume";

export type Shot<Order> = {
  task: string;
  label: string;
  /** unique for the run and the task: what it is found by on the farm */
  mark: string;
  /** how much there is to do, in frames: known before the farm says it */
  size: number;
  /** gone once the farm has it */
  order?: Order | undefined;
  state: ShotState;
  /** another run renders it, this one: it is shown here as well, and the farm is not asked for it */
  joined?: string | undefined;
  /** when it was last being sent, or first looked at where another run renders it, in epoch milliseconds; and how often */
  since?: number | undefined;
  tries?: number | undefined;
  job?: JobRef | undefined;
  standing?: JobStanding | undefined;
  end?: End | undefined;
  /** why it ended so, or what the farm refused */
  reason?: string | undefined;
  /** its job, should the farm have it, failed before: it is restarted there */
  again?: boolean | undefined;
  /** when it was, in epoch milliseconds */
  restarted?: number | undefined;
  /** what is wanted and the farm was not told yet */
  wish?: JobControl | undefined;
  /** the farm was told to cancel it */
  isCanceling?: boolean | undefined;
  /** Kitsu knows how it ended, or can't be told */
  told?: boolean | undefined;
  /** less was done than before, once: a second time it is believed */
  low?: number | undefined;
  /** when it was last looked at, in epoch milliseconds */
  lookedAt?: number | undefined;
  still?: Still | undefined;
  /** it was given up because nothing of it moved: it was not tried and failed */
  isStalled?: boolean | undefined;
};

/** Nothing of it moves: since when, in epoch milliseconds, and for how long as far as somebody looked. */
export type Still = { since: number; ms: number };

/**
 * How long after it was sent a shot may still turn up on the farm: the wait for the answer, and what proxies and queues between here and there
 * add to it. Until then it is neither sent again nor given up.
 */
export const DOUBT_MS = 60_000;

const Job = v.object({ id: v.string(), serial: v.optional(v.number()) });
const Standing = v.object({
  state: v.picklist(["waiting", "running", "paused", "done", "failed", "canceled"]),
  done: v.number(),
  total: v.number(),
  isPausing: v.optional(v.boolean()),
  reason: v.optional(v.string()),
  hindrance: v.optional(v.string()),
  isQueued: v.optional(v.boolean()),
  flaw: v.optional(v.string()),
  url: v.optional(v.string()),
  checkedAt: v.optional(v.number()),
  memo: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
});

export const ShotOf = <Order>(order: v.GenericSchema<unknown, Order>): v.GenericSchema<unknown, Shot<Order>> =>
  v.object({
    task: v.string(),
    label: v.string(),
    mark: v.string(),
    size: v.number(),
    order: v.optional(order),
    state: v.picklist(["waiting", "sending", "sent", "over"]),
    joined: v.optional(v.string()),
    since: v.optional(v.number()),
    tries: v.optional(v.number()),
    job: v.optional(Job),
    standing: v.optional(Standing),
    end: v.optional(v.picklist(["done", "failed", "canceled", "left"])),
    reason: v.optional(v.string()),
    again: v.optional(v.boolean()),
    restarted: v.optional(v.number()),
    wish: v.optional(v.picklist(["cancel", "pause", "resume", "restart"])),
    isCanceling: v.optional(v.boolean()),
    told: v.optional(v.boolean()),
    low: v.optional(v.number()),
    lookedAt: v.optional(v.number()),
    still: v.optional(v.object({ since: v.number(), ms: v.number() })),
    isStalled: v.optional(v.boolean()),
  });

export const isOver = ({ state }: Shot<unknown>) => state === "over";

/** The farm has it. */
export function setSent<Order>(shot: Shot<Order>, job: JobRef): void {
  Object.assign(shot, { state: "sent", job, order: undefined, reason: undefined, again: undefined });
}

export function setOver<Order>(shot: Shot<Order>, end: End, reason?: string): void {
  const over = { order: undefined, wish: undefined, low: undefined, still: undefined };
  Object.assign(shot, { state: "over", end, reason, ...over });
}

/** Between 0 and 1. */
export function shareDone({ end, standing }: Shot<unknown>): number {
  if (end === "done") return 1;
  return standing === undefined || standing.total <= 0 ? 0 : Math.min(1, standing.done / standing.total);
}

/** Takes what the farm says of it. */
export function takeStanding<Order>(shot: Shot<Order>, now: JobStanding | "gone"): void {
  const before = shot.standing;
  if (now === "gone") {
    shot.standing = before && { ...before, url: undefined };
    setOver(shot, shot.isCanceling ? "canceled" : "failed", "It was deleted on the farm");
    return;
  }
  const isKnown = before !== undefined && before.total > 0;
  const isLess = isKnown && now.total > 0 && now.done / now.total < before.done / before.total;
  // A queue that begins again says so by waiting. Less than before while it runs is believed when it is said twice.
  const isRestarted = isLess && (now.state === "waiting" || shot.low !== undefined);
  shot.low = isLess && !isRestarted ? now.done : undefined;
  const keeps = isKnown && (now.total <= 0 || (isLess && !isRestarted));
  shot.standing = { ...now, ...(keeps && { done: before.done, total: before.total }) };
  if (isRestarted) shot.reason = "The farm restarted some frames";
  if (now.state === "done") setOver(shot, "done", now.flaw);
  else if (now.state === "failed") setOver(shot, "failed", now.reason ?? shot.reason ?? "It failed on the farm");
  else if (now.state === "canceled") setOver(shot, "canceled", now.reason ?? "Canceled");
}

const STANDINGS: Readonly<Record<Outcome["state"], JobStanding["state"]>> = {
  ...{
    planned: "waiting",
    waiting: "waiting",
    running: "running",
    done: "done",
    failed: "failed",
    skipped: "canceled",
  },
};

/** Takes what the run that renders it says of it. One that was joined the moment it began may not be known yet. */
export function takeOther(shot: Shot<unknown>, reply: Reply | undefined, now: number): void {
  shot.since ??= now;
  if (reply === undefined && now - shot.since < DOUBT_MS) return;
  const { state, progress, reason, link } = reply?.outcomes?.find(({ id }) => id === shot.task) ?? {};
  const isGoing = state === "planned" || state === "waiting" || state === "running";
  if (state === undefined || (isGoing && reply?.kind !== "started")) {
    setOver(shot, "failed", "The run that rendered it is over, and does not know how it ended");
    return;
  }
  // It is as long as was chosen there.
  if (progress !== undefined) shot.size = progress.total;
  takeStanding(shot, { ...{ done: 0, total: 0, ...progress }, state: STANDINGS[state], reason, url: link?.url });
}
