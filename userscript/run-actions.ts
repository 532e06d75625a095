/** What can still be done with a run that is over: try again what failed, take back what was done. */
import * as v from "valibot";
import type { Outcome, Reply, Run } from "../contract.ts";
import { words } from "./i18n/index.ts";
import { addRun, isOurs } from "./run-url.ts";

/** `until`: in epoch milliseconds, for what takes back. */
export const Offer = v.object({ url: v.string(), label: v.string(), until: v.optional(v.number()) });
export type Offer = v.InferOutput<typeof Offer>;

/** Under way, or over. */
const taken = new Set<string>();
/** Sent, and never answered: what may have run is sent again under the same run. */
const unanswered = new Map<string, ReturnType<typeof addRun>>();

export function listOffers({ retry, undo }: Run, reply: Reply | undefined): Offer[] {
  const said = words();
  const outcomes = (reply && "outcomes" in reply && reply.outcomes) || [];
  return [
    ...(retry ? [{ url: retry, label: nameRetry(outcomes) }] : []),
    ...(undo ? [{ url: undo.url, until: undo.until, label: undo.label || said.undo }] : []),
  ].filter(isOpen);
}

/** What was not tried is tried again with what failed, and is not called failed. */
function nameRetry(outcomes: readonly Outcome[]): string {
  const said = words();
  const again = outcomes.filter(({ state, retry = state === "failed" }) => retry);
  const failed = again.filter(({ state }) => state === "failed").length;
  if (!again.length) return said.again;
  if (failed === again.length) return said.retry(failed);
  return failed ? said.retryRest(again.length) : said.tryRest(again.length);
}

export function isOpen({ url, until = Infinity }: Offer): boolean {
  return isOurs(url) && !taken.has(url) && until > Date.now();
}

/** Gives where to send it. Whoever takes an offer has it alone: undefined when somebody has. */
export function takeOffer(offer: Offer): ReturnType<typeof addRun> | undefined {
  if (!isOpen(offer)) return undefined;
  taken.add(offer.url);
  const address = unanswered.get(offer.url) ?? addRun(offer.url);
  unanswered.set(offer.url, address);
  return address;
}

/** It can be taken again: nothing came of it, or nobody knows what. */
export function returnOffer({ url }: Offer, isKnown: boolean): void {
  taken.delete(url);
  if (isKnown) unanswered.delete(url);
}
