/** What can still be done with a run that is over: try again what failed, take back what was done. */
import * as v from "valibot";
import type { Reply, Run } from "../contract.ts";
import { addRun, isOurs } from "./address.ts";
import { words } from "./words/index.ts";

/** `until`: in epoch milliseconds, for what takes back. */
export const Offer = v.object({ url: v.string(), label: v.string(), until: v.optional(v.number()) });
export type Offer = v.InferOutput<typeof Offer>;

/** Under way, or over. */
const taken = new Set<string>();
/** Sent, and never answered: what may have run is sent again under the same run. */
const unanswered = new Map<string, ReturnType<typeof addRun>>();

export function listOffers({ retry, undo }: Run, reply: Reply | undefined): Offer[] {
  const said = words();
  const failed = ((reply && "outcomes" in reply && reply.outcomes) || []).filter(({ state }) => state === "failed").length;
  return [
    ...(retry ? [{ url: retry, label: failed ? said.retry(failed) : said.again }] : []),
    ...(undo ? [{ url: undo.url, until: undo.until, label: undo.label || said.undo }] : []),
  ].filter(isOpen);
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
