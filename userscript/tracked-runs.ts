/**
 * The long runs that are being tracked. They are stored for the next page and for the other tabs.
 */
import * as v from "valibot";
import type { Run } from "../contract.ts";
import { RunId } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { isWithin, isWorkerUrl } from "./run-url.ts";
import { createPersonalList } from "./storage.ts";

const RUNS_MAX = 20;

/**
 * - `name`: the action's name
 * - `url`, `socket`: where to follow the run; whoever has them may follow it. A call whose answer
 *   was lost has the socket "": the worker is asked what it knows of the call
 * - `note`: of such a call, what is known so far
 */
export const TrackedRun = v.object({
  at: v.number(),
  name: v.string(),
  run: RunId,
  url: v.string(),
  socket: v.string(),
  attempt: v.optional(v.string()),
  note: v.optional(v.string()),
});
export type TrackedRun = v.InferOutput<typeof TrackedRun>;

const trackedRuns = createPersonalList("kitsu-actions:following", TrackedRun, RUNS_MAX);

/** Only addresses of our worker are followed, wherever they come from. */
export function mayTrack({ url, socket }: NonNullable<Run["follow"]>): boolean {
  return isWorkerUrl(url) && (socket === "" || isWithin(socket, CONFIG.worker.replace(/^http/, "ws")));
}

/** Newest first. */
export function listTrackedRuns(person: string): TrackedRun[] {
  return trackedRuns.load(person).filter(mayTrack);
}

export function addTrackedRun(person: string, tracked: TrackedRun): void {
  trackedRuns.save(person, [tracked, ...listOthers(person, tracked)]);
}

export function removeTrackedRun(person: string, tracked: TrackedRun): void {
  trackedRuns.save(person, listOthers(person, tracked));
}

function listOthers(person: string, { run }: TrackedRun): TrackedRun[] {
  return listTrackedRuns(person).filter((other) => other.run !== run);
}
