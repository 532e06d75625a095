/**
 * The last runs of this browser, and the calls of this tab that have no outcome yet. Kept in the storage of Kitsu's origin, which
 * its page can read: so only what the person was shown, bounded, apart for each person who logs in here.
 */
import * as v from "valibot";
import { Outcome, RunId } from "../contract.ts";
import type { Offer as OfferType } from "./run-actions.ts";
import { Offer } from "./run-actions.ts";
import { load, save } from "./storage.ts";

const RUNS_MAX = 20;
/** A run's page has them all. */
const OUTCOMES_MAX = 50;
const TEXT_MAX_CHARS = 300;
const CALLS_KEY = "kitsu-actions:calls";

/** What can be pressed as long as it is read. */
const Lasting = v.object({
  label: v.string(),
  url: v.optional(v.string()),
  name: v.optional(v.string()),
  text: v.optional(v.string()),
  path: v.optional(v.string()),
});

/** `tally`: of all outcomes, of which the first are kept. */
const PastRun = v.object({
  at: v.number(),
  tone: v.picklist(["pending", "success", "info", "warning", "error"]),
  name: v.string(),
  title: v.string(),
  text: v.string(),
  offers: v.optional(v.array(Offer), []),
  presses: v.optional(v.array(Lasting), []),
  outcomes: v.optional(v.array(Outcome), []),
  tally: v.optional(v.object({ counts: v.string(), total: v.number() })),
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

/** @param run its outcomes begin with those that matter most */
export function addPastRun(person: string, run: PastRun): void {
  const cut = (text: string) => text.slice(0, TEXT_MAX_CHARS);
  const outcomes = run.outcomes.slice(0, OUTCOMES_MAX).map(({ id, label, state, reason, link }) => ({
    id,
    label: cut(label),
    state,
    ...(reason && { reason: cut(reason) }),
    ...(link && { link }),
  }));
  saveRuns(person, [{ ...run, title: cut(run.title), text: cut(run.text), outcomes }, ...listRuns(person)]);
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
