/**
 * The last runs in this browser, and this tab's calls without an outcome. Kitsu's page can read
 * this storage, so it holds only what the person was shown, within limits, and apart for each
 * person.
 */
import * as v from "valibot";
import { Outcome, RunId } from "../contract.ts";
import { RunAction } from "./run-actions.ts";
import { createPersonalList, loadList, saveList } from "./storage.ts";

const RUNS_MAX = 20;
/** The run's page has all outcomes. */
const OUTCOMES_MAX = 50;
const TEXT_MAX_CHARS = 300;
const CALLS_KEY = "kitsu-actions:calls";

/** A button that still works after a reload. */
const StoredButton = v.object({
  label: v.string(),
  url: v.optional(v.string()),
  name: v.optional(v.string()),
  text: v.optional(v.string()),
  path: v.optional(v.string()),
});

/** `tally` counts all outcomes, `outcomes` has the first of them. */
const PastRun = v.object({
  at: v.number(),
  tone: v.picklist(["pending", "success", "info", "warning", "error"]),
  name: v.string(),
  title: v.string(),
  text: v.string(),
  actions: v.optional(v.array(RunAction), []),
  buttons: v.optional(v.array(StoredButton), []),
  outcomes: v.optional(v.array(Outcome), []),
  tally: v.optional(v.object({ counts: v.string(), total: v.number() })),
});
export type PastRun = v.InferOutput<typeof PastRun>;

const pastRuns = createPersonalList("kitsu-actions:runs", PastRun, RUNS_MAX);

/** A call to our worker without an outcome. */
const OpenCall = v.object({
  at: v.number(),
  name: v.string(),
  person: v.string(),
  run: RunId,
  attempt: v.optional(v.string()),
});
export type OpenCall = v.InferOutput<typeof OpenCall>;

/** Newest first. */
export const listPastRuns = pastRuns.load;

/** @param run its most important outcomes come first */
export function addPastRun(person: string, run: PastRun): void {
  const shorten = (text: string) => text.slice(0, TEXT_MAX_CHARS);
  const outcomes = run.outcomes.slice(0, OUTCOMES_MAX).map(({ id, label, state, reason, link }) => ({
    id,
    label: shorten(label),
    state,
    ...(reason && { reason: shorten(reason) }),
    ...(link && { link }),
  }));
  const past = { ...run, title: shorten(run.title), text: shorten(run.text), outcomes };
  pastRuns.save(person, [past, ...listPastRuns(person)]);
}

/** After an undo, the run's text says that it was undone instead of what it did. */
export function removeRunAction(person: string, { url, until }: RunAction, undone: string): void {
  const isSame = (action: RunAction) => action.url === url;
  pastRuns.save(
    person,
    listPastRuns(person).map((run) => ({
      ...run,
      actions: run.actions.filter((action) => !isSame(action)),
      text: until && run.actions.some(isSame) ? undone : run.text,
    })),
  );
}

export function listOpenCalls(): OpenCall[] {
  return loadList(() => sessionStorage, CALLS_KEY, OpenCall);
}

export function addOpenCall(call: Omit<OpenCall, "run"> & { run: string | undefined }): void {
  if (!call.run) return;
  const { at, name, person, run, attempt } = call;
  saveOpenCalls([{ at, name, person, run, attempt }, ...listOpenCalls()]);
}

export function removeOpenCall(run: string | undefined): void {
  saveOpenCalls(listOpenCalls().filter((call) => call.run !== run));
}

function saveOpenCalls(calls: readonly OpenCall[]): void {
  saveList(() => sessionStorage, CALLS_KEY, calls, RUNS_MAX);
}
