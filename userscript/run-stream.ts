/** Follows one run by its WebSocket, or by polling while there is none. */

import { openRunSocket } from "../contract.ts";
import { sleepOrOnline } from "./anonymous-requests.ts";
import { ignoreErrors } from "./realm.ts";
import { confirmOrVoid, fetchRunState, isTooOldToVoid } from "./run-state.ts";
import type { TrackedRun } from "./tracked-runs.ts";

/** The pause before the next attempt doubles each time, up to a limit. */
const WAIT_MS = 1_000;
const WAIT_MAX_MS = 15_000;
/** The outcome of a lost call may never be known, so it is asked for less often. */
const LOST_WAIT_MAX_MS = 60_000;
/** A connection that comes back within this time is not reported as lost. */
const LOST_AFTER_MS = 10_000;

/**
 * @param onAnswer gets each answer, unparsed; "" when the worker does not know the run any more,
 * undefined when nothing answers
 * @returns a function that stops following
 */
export function followRun(
  { url, socket: address, at, run, attempt }: TrackedRun,
  onAnswer: (answer?: string) => void,
): () => undefined {
  let isOver = false;
  let isRunning = false;
  let waitMs = WAIT_MS;
  let closeSocket: (() => void) | undefined;
  let lostTimer: ReturnType<typeof setTimeout> | undefined;
  ignoreErrors(async () => {
    while (!isOver) {
      if (address) await listen().catch(() => {});
      if (!isOver) await (address ? pollRun() : pollLostCall());
      // Retry at once when the browser is online again.
      if (await sleepOrOnline(waitMs)) waitMs = WAIT_MS;
      else waitMs = Math.min(waitMs * 2, address || isRunning ? WAIT_MAX_MS : LOST_WAIT_MAX_MS);
    }
  });
  return () => {
    isOver = true;
    closeSocket?.();
  };

  /** Resolves when the socket is closed or dead, or can't be opened. */
  function listen(): Promise<void> {
    return new Promise((resolve) => {
      const receive = (answer: string) => {
        waitMs = WAIT_MS;
        report(answer);
      };
      closeSocket = openRunSocket(address, receive, resolve);
    });
  }

  async function pollRun(): Promise<void> {
    const found = await fetchRunState(url);
    if (typeof found === "object") return report(found.raw);
    if (found === "unknown") return report("");
    lostTimer ??= setTimeout(() => report(undefined), LOST_AFTER_MS);
  }

  async function pollLostCall(): Promise<void> {
    const found = await confirmOrVoid({ run, attempt }, at);
    isRunning = typeof found === "object";
    if (typeof found === "object") return report(found.raw);
    // A laptop that wakes up takes a while to be online.
    report(isTooOldToVoid(at) && found !== "unreachable" ? "" : undefined);
  }

  function report(answer: string | undefined): void {
    if (answer !== undefined) {
      clearTimeout(lostTimer);
      lostTimer = undefined;
    }
    if (!isOver) ignoreErrors(() => onAnswer(answer));
  }
}
