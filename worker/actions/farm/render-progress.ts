// The progress of a whole run in frames, and an estimate of the time left.
import { message } from "../../format/message.ts";
import type { Progress } from "../../format/reply.ts";
import { getDoneShare, hasEnded, type Shot } from "./shot.ts";

/**
 * The pace since rendering started without a break: `done` frames at the time `at`, and the newest
 * frame count `now`, reached at the time `moved`. Times are in epoch milliseconds.
 */
export type Pace = { at: number; done: number; moved: number; now: number };

/** With less, a rate would be a guess. */
const PACE_MIN_MS = 20_000;
const PACE_MIN_FRAMES = 2;
/** After a pause this long, and this many frame times long, the earlier rate means nothing. */
const PAUSE_MIN_MS = 60_000;
const PAUSE_FRAMES = 10;

/** Frames that are done, and frames in total without those that won't be rendered any more. */
export function countFrames(shots: readonly Shot<unknown>[]): { done: number; total: number } {
  const done = shots.reduce((sum, shot) => sum + shot.size * getDoneShare(shot), 0);
  const total = shots.reduce((sum, shot) => sum + shot.size * (hasEnded(shot) ? getDoneShare(shot) : 1), 0);
  return { done: Math.floor(done + 1e-6), total: Math.ceil(total - 1e-6) };
}

/** The pace starts when a shot is running, and again after a break or a restart. */
export function updatePace(pace: Pace | undefined, shots: readonly Shot<unknown>[], now: number): Pace | undefined {
  const { done } = countFrames(shots);
  const isRunning = shots.some(({ state, status }) => state === "sent" && status?.state === "running");
  if (!isRunning) return undefined;
  if (pace === undefined || done < pace.now) return { at: now, done, moved: now, now: done };
  return done > pace.now ? { ...pace, moved: now, now: done } : pace;
}

export function describeProgress(shots: readonly Shot<unknown>[], pace: Pace | undefined, now: number): Progress {
  const { done, total } = countFrames(shots);
  const left = pace && estimateSecondsLeft(pace, done, total, now);
  return {
    done,
    total,
    text: message("render.progress", { done, total }),
    ...(left !== undefined && { left }),
  };
}

function estimateSecondsLeft(
  { at, done: before, moved }: Pace,
  done: number,
  total: number,
  now: number,
): number | undefined {
  if (now - at < PACE_MIN_MS || done - before < PACE_MIN_FRAMES) return undefined;
  if (now - moved > Math.max(PAUSE_MIN_MS, (PAUSE_FRAMES * (moved - at)) / (done - before))) return undefined;
  return Math.round(((total - done) * (now - at)) / (done - before) / 1_000);
}
