// How far a whole run is, in frames, and how long it will take.
import type { Progress } from "../../../contract.ts";
import { type Shot, shareDone } from "./shot.ts";

/** Since when it renders without a break, in epoch milliseconds, how much was done then, and when something was last done, and how much. */
export type Pace = { at: number; done: number; moved: number; now: number };

/** Before that, a rate is a guess. */
const PACE_LEAST_MS = 20_000;
const PACE_LEAST_FRAMES = 2;
/** Nothing was done for so long, and for so many times a frame's time: the rate of before says nothing of what is to come. */
const PAUSE_LEAST_MS = 60_000;
const PAUSE_FRAMES = 10;

/** What is done, and what there is to do: what will not be rendered any more is not among it. */
export function countFrames(shots: readonly Shot<unknown>[]): { done: number; total: number } {
  const done = shots.reduce((sum, shot) => sum + shot.size * shareDone(shot), 0);
  const total = shots.reduce((sum, shot) => sum + shot.size * (shot.state === "over" ? shareDone(shot) : 1), 0);
  return { done: Math.floor(done + 1e-6), total: Math.ceil(total - 1e-6) };
}

/** The pace to go on with: it begins when there is something to see, and again after a break or a restart. */
export function keepPace(pace: Pace | undefined, shots: readonly Shot<unknown>[], now: number): Pace | undefined {
  const { done } = countFrames(shots);
  const isRunning = shots.some(({ state, standing }) => state === "sent" && standing?.state === "running");
  if (!isRunning) return undefined;
  if (pace === undefined || done < pace.now) return { at: now, done, moved: now, now: done };
  return done > pace.now ? { ...pace, moved: now, now: done } : pace;
}

export function describeProgress(shots: readonly Shot<unknown>[], pace: Pace | undefined, now: number): Progress {
  const { done, total } = countFrames(shots);
  const left = pace && guessLeft(pace, done, total, now);
  return { done, total, text: `${sayCount(done)} of ${sayCount(total)} frames`, ...(left !== undefined && { left }) };
}

function guessLeft({ at, done: before, moved }: Pace, done: number, total: number, now: number): number | undefined {
  if (now - at < PACE_LEAST_MS || done - before < PACE_LEAST_FRAMES) return undefined;
  if (now - moved > Math.max(PAUSE_LEAST_MS, (PAUSE_FRAMES * (moved - at)) / (done - before))) return undefined;
  return Math.round(((total - done) * (now - at)) / (done - before) / 1_000);
}

export const sayCount = (count: number) => count.toLocaleString("en");
