/** What can be done with a finished run: retry what failed, undo what was done. */
import * as v from "valibot";
import type { Outcome, Reply, Run } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import { t } from "./i18n/index.ts";
import { addRun, isWorkerUrl } from "./run-url.ts";

/** `until`: the end of an undo, in epoch milliseconds. */
export const RunAction = v.object({ url: v.string(), label: v.string(), until: v.optional(v.number()) });
export type RunAction = v.InferOutput<typeof RunAction>;

/** The URLs of those that are running or done. */
const claimed = new Set<string>();
/**
 * The addresses of those that got no answer. They may have run, so they are sent again for the same
 * run.
 */
const unanswered = new Map<string, ReturnType<typeof addRun>>();

export function listRunActions({ retry, undo }: Run, reply: Reply | undefined): RunAction[] {
  const outcomes = (reply && "outcomes" in reply && reply.outcomes) || [];
  return [
    ...(retry ? [{ url: retry, label: labelRetry(outcomes) }] : []),
    ...(undo ? [{ url: undo.url, until: undo.until, label: undo.label || t(m.undo) }] : []),
  ].filter(isAvailable);
}

/** A retry includes the tasks that were not tried, so the label does not call those failed. */
function labelRetry(outcomes: readonly Outcome[]): string {
  const retryable = outcomes.filter(({ state, retry = state === "failed" }) => retry);
  const tasks = retryable.length;
  const failed = retryable.filter(({ state }) => state === "failed").length;
  if (!tasks) return t(m.tryAgain);
  if (failed === tasks) return t(m.retryFailed, { failed });
  return failed ? t(m.retryNotDone, { tasks }) : t(m.runNotTried, { tasks });
}

export function isAvailable({ url, until = Infinity }: RunAction): boolean {
  return isWorkerUrl(url) && !claimed.has(url) && until > Date.now();
}

/** Returns where to send it; undefined if it is already claimed. */
export function claimRunAction(action: RunAction): ReturnType<typeof addRun> | undefined {
  if (!isAvailable(action)) return undefined;
  claimed.add(action.url);
  const address = unanswered.get(action.url) ?? addRun(action.url);
  unanswered.set(action.url, address);
  return address;
}

/**
 * Makes it available again.
 * @param isRunKnown the outcome of the last attempt is known, so the next one is a new run
 */
export function releaseRunAction({ url }: RunAction, isRunKnown: boolean): void {
  claimed.delete(url);
  if (isRunKnown) unanswered.delete(url);
}
