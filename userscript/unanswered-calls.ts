/** Hands calls without an answer to the next page and the other tabs, which look them up. */

import { readPersonId } from "./kitsu-page.ts";
import type { OpenCall } from "./past-runs.ts";
import { listOpenCalls, removeOpenCall } from "./past-runs.ts";
import { ignoreErrors } from "./realm.ts";
import { runStateUrl } from "./run-state.ts";
import { addTrackedRun, listTrackedRuns, removeTrackedRun } from "./tracked-runs.ts";

export function watchPageHide(): void {
  addEventListener("pagehide", () => ignoreErrors(trackOpenCalls));
}

/** Includes the calls of a page that crashed. */
export function trackOpenCalls(): void {
  for (const call of listOpenCalls()) {
    if (call.person === readPersonId()) addTrackedRun(call.person, toTrackedRun(call));
  }
}

function toTrackedRun({ at, name, run, attempt }: OpenCall) {
  return { at, name, run, attempt, url: runStateUrl({ run, attempt }), socket: "" };
}

/** The answer has arrived, perhaps after the page came back from the back/forward cache. */
export function closeCall(run: string | undefined): void {
  removeOpenCall(run);
  const tracked = listTrackedRuns(readPersonId()).find((other) => other.run === run && other.socket === "");
  if (tracked) removeTrackedRun(readPersonId(), tracked);
}
