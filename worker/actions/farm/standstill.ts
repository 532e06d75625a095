// A shot that makes no progress: since when, why as far as the farm tells, and when it is given up.
import { message, type Text } from "../../format/message.ts";
import type { Farm } from "./farm.ts";
import { endShot, hasEnded, type Shot } from "./shot.ts";

/** A shorter wait is not worth mentioning. Longer if the reason is unknown. */
const SHOWN_AFTER_MS = 60_000;
const UNEXPLAINED_SHOWN_AFTER_MS = 180_000;
/** Of a longer gap between polls, only this much counts: the status in between is unknown. */
const POLL_GAP_MAX_MS = 600_000;

/**
 * Records whether a shot has made progress.
 * @param doneBefore its progress at the poll before
 */
export function updateStandstill(shot: Shot<unknown>, doneBefore: number, now: number): void {
  const { status, standstill, polledAt = now } = shot;
  const isStill =
    !hasEnded(shot) && status?.state === "waiting" && status.isQueued !== true && status.done <= doneBefore;
  const gapMs = Math.min(Math.max(0, now - polledAt), POLL_GAP_MAX_MS);
  shot.standstill = isStill
    ? { since: standstill?.since ?? now, ms: standstill === undefined ? 0 : standstill.ms + gapMs }
    : undefined;
  shot.polledAt = now;
}

/**
 * Gives up shots at a standstill for too long. The farm keeps the job: a retry follows it again.
 */
export function giveUpStalled<Submission>(
  shots: readonly Shot<Submission>[],
  { title, standstillLimitMs }: Farm<Submission>,
): void {
  for (const shot of shots) {
    const { standstill, status } = shot;
    if (hasEnded(shot) || standstill === undefined || standstill.ms < standstillLimitMs) continue;
    const [since, reason] = [toMinute(standstill.since), status?.waitReason];
    endShot(
      shot,
      "failed",
      reason === undefined
        ? message("render.givenUpUnexplained", { since, farm: title })
        : message("render.givenUp", { since, reason, farm: title }),
    );
    shot.isStalled = true;
  }
}

/** "Waiting since 14:02: No machine is awake"; undefined if it is not worth mentioning yet. */
export function formatStandstill({ standstill, status }: Shot<unknown>): Text | undefined {
  const reason = status?.state === "waiting" ? status.waitReason : undefined;
  const shownAfterMs = reason === undefined ? UNEXPLAINED_SHOWN_AFTER_MS : SHOWN_AFTER_MS;
  if (standstill === undefined || standstill.ms < shownAfterMs) return reason;
  const since = toMinute(standstill.since);
  const isNew = status?.done === 0;
  if (reason === undefined) return message(isNew ? "render.waitingSince" : "render.noProgressSince", { since });
  return message(isNew ? "render.waitingSinceFor" : "render.noProgressSinceFor", { since, reason });
}

/** Shots that were polled together have the same text. */
const toMinute = (ms: number) => Math.floor(ms / 60_000) * 60_000;
