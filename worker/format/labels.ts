// Labels for outcomes and progress, used by pages and by their script when they update.
import type { Outcome, Progress } from "../../contract.ts";

export const STATES = {
  done: "done",
  skipped: "skipped",
  failed: "failed",
  planned: "to do",
  waiting: "waiting",
  running: "running",
} as const;

/** A file that was handed to a program that does not report back: it may or may not have opened. */
export const UNCONFIRMED = "not confirmed";

/** @param isOver the run has ended, so nothing is waiting anymore */
export const sayState = (state: Outcome["state"], isOver: boolean): string =>
  isOver && state === "waiting" ? UNCONFIRMED : STATES[state];

/** "9 done, 1 skipped, 3 failed". */
export function countOutcomes(outcomes: readonly Outcome[], isOver = false): string {
  const counts = (["done", "running", "waiting", "planned", "skipped", "failed"] as const).map(
    (state) => [outcomes.filter((one) => one.state === state).length, sayState(state, isOver)] as const,
  );
  return counts
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`)
    .join(", ");
}

/** "12 of 48 frames · about 3 min left". */
export function sayProgress({ done, total, text = `${done} of ${total}`, left }: Progress): string {
  if (left === undefined) return text;
  return `${text} · about ${left < MINUTES_MAX_S ? `${Math.round(left / 60) || 1} min` : `${Math.round(left / 3_600)} h`} left`;
}

/** Longer times are shown in hours. */
const MINUTES_MAX_S = 5_400;

/** "55 ms", "23 s", "38 min", "7 h 5 min": an answer takes milliseconds, rendering a night. */
export function sayTook(ms: number): string {
  if (ms < 10_000) return `${ms} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes * 60 < MINUTES_MAX_S ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
