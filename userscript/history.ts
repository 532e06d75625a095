/**
 * The last runs of this browser, and the calls of this tab that have no outcome yet. Kept in the storage of Kitsu's origin, which
 * its page can read: so only what the person was shown, bounded, apart for each person who logs in here.
 */
import * as v from "valibot";
import { RunId } from "../contract.ts";
import type { Offer as OfferType } from "./offers.ts";
import { Offer } from "./offers.ts";
import { load, save } from "./storage.ts";

const RUNS_MAX = 20;
const TEXT_MAX_CHARS = 300;
const CALLS_KEY = "kitsu-actions:calls";

const PastRun = v.object({
  at: v.number(),
  tone: v.picklist(["pending", "success", "info", "warning", "error"]),
  name: v.string(),
  title: v.string(),
  text: v.string(),
  offers: v.optional(v.array(Offer), []),
});
export type PastRun = v.InferOutput<typeof PastRun>;

/** A call to our worker that has no outcome yet. */
const OpenCall = v.object({
  at: v.number(),
  name: v.string(),
  person: v.string(),
  run: RunId,
  attempt: v.optional(v.string()),
});
export type OpenCall = v.InferOutput<typeof OpenCall>;

/** Newest first. */
export function listRuns(person: string): PastRun[] {
  return load(() => localStorage, runsKey(person), PastRun);
}

export function addPastRun(person: string, run: PastRun): void {
  const short = { ...run, title: run.title.slice(0, TEXT_MAX_CHARS), text: run.text.slice(0, TEXT_MAX_CHARS) };
  saveRuns(person, [short, ...listRuns(person)]);
}

/** Where it was taken back, that is said instead of what was done. */
export function closeOffer(person: string, { url, until }: OfferType, undone: string): void {
  const isIt = (offer: OfferType) => offer.url === url;
  saveRuns(
    person,
    listRuns(person).map((run) => ({
      ...run,
      offers: run.offers.filter((offer) => !isIt(offer)),
      text: until && run.offers.some(isIt) ? undone : run.text,
    })),
  );
}

export function listOpenCalls(): OpenCall[] {
  return load(() => sessionStorage, CALLS_KEY, OpenCall);
}

export function addOpenCall(call: Omit<OpenCall, "run"> & { run: string | undefined }): void {
  if (!call.run) return;
  const { at, name, person, run, attempt } = call;
  save(() => sessionStorage, CALLS_KEY, [{ at, name, person, run, attempt }, ...listOpenCalls()], RUNS_MAX);
}

export function removeOpenCall(run: string | undefined): void {
  save(
    () => sessionStorage,
    CALLS_KEY,
    listOpenCalls().filter((call) => call.run !== run),
    RUNS_MAX,
  );
}

function saveRuns(person: string, runs: readonly PastRun[]): void {
  save(() => localStorage, runsKey(person), runs, RUNS_MAX);
}

function runsKey(person: string): string {
  return `kitsu-actions:runs:${person}`;
}
