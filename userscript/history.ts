/**
 * The last runs of this browser, and the calls of this tab that have no outcome yet. Kept in the storage of Kitsu's origin, which
 * its page can read: so only what the person was shown, bounded, apart for each person who logs in here.
 */
import * as v from "valibot";
import { RunId } from "../contract.ts";
import { quietly } from "./realm.ts";

const RUNS_MAX = 20;
const TEXT_MAX_CHARS = 300;
const CALLS_KEY = "kitsu-actions:calls";

const PastRun = v.object({
  at: v.number(),
  tone: v.picklist(["pending", "success", "info", "warning", "error"]),
  name: v.string(),
  title: v.string(),
  text: v.string(),
});
export type PastRun = v.InferOutput<typeof PastRun>;

/** A call to our worker that has no outcome yet. */
const OpenCall = v.object({
  at: v.number(),
  name: v.string(),
  person: v.string(),
  run: RunId,
  url: v.string(),
});
export type OpenCall = v.InferOutput<typeof OpenCall>;

/** Newest first. */
export function listRuns(person: string): PastRun[] {
  return load(() => localStorage, runsKey(person), PastRun);
}

export function addPastRun(person: string, run: PastRun): void {
  const short = { ...run, title: run.title.slice(0, TEXT_MAX_CHARS), text: run.text.slice(0, TEXT_MAX_CHARS) };
  save(() => localStorage, runsKey(person), [short, ...listRuns(person)]);
}

export function listOpenCalls(): OpenCall[] {
  return load(() => sessionStorage, CALLS_KEY, OpenCall);
}

export function addOpenCall(call: OpenCall): void {
  save(() => sessionStorage, CALLS_KEY, [call, ...listOpenCalls()]);
}

export function removeOpenCall(run: string | undefined): void {
  save(
    () => sessionStorage,
    CALLS_KEY,
    listOpenCalls().filter((call) => call.run !== run),
  );
}

function runsKey(person: string): string {
  return `kitsu-actions:runs:${person}`;
}

function load<S extends v.GenericSchema>(storage: () => Storage, key: string, entry: S): v.InferOutput<S>[] {
  const stored = v.safeParse(
    v.array(entry),
    quietly(() => JSON.parse(storage().getItem(key) ?? "")),
  );
  return stored.success ? stored.output : [];
}

/** Storage may be full or forbidden: then there is no history. */
function save(storage: () => Storage, key: string, entries: readonly unknown[]): void {
  quietly(() => storage().setItem(key, JSON.stringify(entries.slice(0, RUNS_MAX))));
}
