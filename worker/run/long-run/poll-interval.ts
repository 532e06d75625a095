// How long a long run waits until its next poll: briefly while its reply changes or a person waits,
// longer the longer nothing changes.
import type { RunStatus } from "../../action/action.ts";
import type { Settings } from "../../settings/settings.ts";
import { isOver, type StoredLongRun } from "./long-run-state.ts";
import { findSilence } from "./server-status.ts";

/** For this long after a person started or controlled the run, it is polled this often. */
const PERSON_WAITS_MS = 30_000;
const AFTER_PERSON_MS = 2_000;
/** The shortest interval after that, while somebody follows the run and while nobody does. */
const FOLLOWED_MS = 5_000;
const UNFOLLOWED_MS = 15_000;
/** After that, the interval is this share of the time since the last change or click. */
const QUIET_SHARE = 0.1;
/** The longest interval: comments on tasks must not be late, and tasks not locked for long. */
export const POLL_INTERVAL_MAX_MS = 60_000;
/**
 * If one poll can't cover everything, a round of polls does so within this time, or within the
 * interval if that is longer. Polls of a short round are not closer together than this.
 */
const ROUND_MAX_MS = 30_000;
const ROUND_WAIT_MS = 6_000;
const ROUND_WAIT_MIN_MS = 2_000;

/**
 * A run without a `watch` needs no polling, only a check whether its server has become silent, and
 * whether its time is over.
 */
const UNWATCHED_MS = 3_600_000;

/** The log does not say yet that it is running. KV takes one write per key and second. */
const RETRY_ANNOUNCE_MS = 2_000;

/** The wait after this status until the next alarm, in milliseconds: none if the run is over. */
export function chooseAlarmWait(
  run: StoredLongRun,
  status: RunStatus,
  isFollowed: boolean,
  settings: Settings,
): number {
  if (isOver(run.state)) return 0;
  const waitMs = choosePollWait(run, status, isFollowed, settings);
  return run.state.isAnnounced ? waitMs : Math.min(waitMs, RETRY_ANNOUNCE_MS);
}

function choosePollWait(
  { start, state }: StoredLongRun,
  { nextCheckMs, polls }: RunStatus,
  isFollowed: boolean,
  { longRunEveryMs, longRunLimitMs }: Settings,
): number {
  if (nextCheckMs === 0) return 0;
  const now = Date.now();
  if (!start.isWatched) {
    const [silenceMs, endMs] = [findSilence(state) - now, state.startedAt + longRunLimitMs + 1 - now];
    return Math.max(0, Math.min(silenceMs > 0 ? silenceMs : UNWATCHED_MS, UNWATCHED_MS, endMs));
  }
  // A run of an older version has none of these times.
  const { changedAt = state.startedAt, personAt = state.startedAt } = state;
  const activity = { quietMs: now - changedAt, personMs: now - personAt, isFollowed, polls };
  return Math.max(nextCheckMs ?? choosePollInterval(activity), longRunEveryMs);
}

/**
 * - `quietMs`: since the reply last changed
 * - `personMs`: since a person started or controlled the run
 * - `polls`: how many polls it takes to cover everything
 */
type Activity = { quietMs: number; personMs: number; isFollowed: boolean; polls?: number | undefined };

export function choosePollInterval({ quietMs, personMs, isFollowed, polls = 1 }: Activity): number {
  const shortest = personMs < PERSON_WAITS_MS ? AFTER_PERSON_MS : isFollowed ? FOLLOWED_MS : UNFOLLOWED_MS;
  const interval = Math.min(
    POLL_INTERVAL_MAX_MS,
    Math.max(shortest, Math.round(Math.min(quietMs, personMs) * QUIET_SHARE)),
  );
  if (polls <= 1) return interval;
  const roundMs = Math.max(interval, Math.min(ROUND_MAX_MS, polls * ROUND_WAIT_MS));
  return Math.max(ROUND_WAIT_MIN_MS, Math.round(roundMs / polls));
}
