// A shot of which nothing moves any more: since when, why as far as the farm tells, and when it is given up.
import { formatSince } from "../../format/since.ts";
import type { Farm } from "./farm.ts";
import { isOver, type Shot, setOver } from "./shot.ts";

/** Before that, waiting is nothing to speak of. It is longer where nobody can say why. */
const SAID_AFTER_MS = 60_000;
const UNEXPLAINED_SAID_AFTER_MS = 180_000;
/** Nobody looked for longer, as when the farm could not be reached: how it stood then is not known. */
const LOOKED_MOST_MS = 600_000;

/**
 * Notes whether anything of it has moved.
 * @param before how much of it was done
 */
export function keepStill(shot: Shot<unknown>, before: number, now: number): void {
  const { standing, still, lookedAt = now } = shot;
  const isStill =
    !isOver(shot) && standing?.state === "waiting" && standing.isQueued !== true && standing.done <= before;
  const seenMs = Math.min(Math.max(0, now - lookedAt), LOOKED_MOST_MS);
  shot.still = isStill ? { since: still?.since ?? now, ms: still === undefined ? 0 : still.ms + seenMs } : undefined;
  shot.lookedAt = now;
}

/** Gives up what has not moved for too long. The farm keeps the job: trying again follows it on. */
export function giveUpStill<Order>(shots: readonly Shot<Order>[], { title, standstillMs }: Farm<Order>): void {
  for (const shot of shots) {
    const { still, standing } = shot;
    if (isOver(shot) || still === undefined || still.ms < standstillMs) continue;
    const why = standing?.hindrance ?? `${title} does not say why`;
    setOver(
      shot,
      "failed",
      `Nothing of it has moved since ${formatSince(still.since)}: ${why}. It is no longer followed; ${title} still has the job, and may render it later`,
    );
    shot.isStalled = true;
  }
}

/** Since when nothing moves, and why; nothing where that is not worth a word yet. */
export function sayStandstill({ still, standing }: Shot<unknown>): string | undefined {
  const why = standing?.state === "waiting" ? standing.hindrance : undefined;
  if (still === undefined || still.ms < (why === undefined ? UNEXPLAINED_SAID_AFTER_MS : SAID_AFTER_MS))
    return why && `${why.charAt(0).toUpperCase()}${why.slice(1)}`;
  const since = `${standing?.done === 0 ? "It has been waiting" : "Nothing has moved"} since ${formatSince(still.since)}`;
  return why === undefined ? since : `${since}: ${why}`;
}
