/** Calls that a page had no answer to yet when it was left: the next page and the other tabs find out what came of them. */

import { personId } from "./kitsu-page.ts";
import type { OpenCall } from "./past-runs.ts";
import { listOpenCalls, removeOpenCall } from "./past-runs.ts";
import { quietly } from "./realm.ts";
import { locate } from "./run-state.ts";
import { addFollowing, listFollowing, removeFollowing } from "./tracked-runs.ts";

export function watchLeaving(): void {
  addEventListener("pagehide", () => quietly(leaveAll));
}

/** Also those of a page that went away without a word. */
export function leaveAll(): void {
  for (const call of listOpenCalls()) {
    if (call.person === personId()) addFollowing(call.person, describe(call));
  }
}

function describe({ at, name, run, attempt }: OpenCall) {
  return { at, name, run, attempt, url: locate({ run, attempt }), socket: "" };
}

/** The answer came after all: the page was kept, and came back. */
export function takeBack(run: string | undefined): void {
  removeOpenCall(run);
  const following = listFollowing(personId()).find((one) => one.run === run && one.socket === "");
  if (following) removeFollowing(personId(), following);
}
