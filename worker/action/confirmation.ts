// What the person agrees to before an action runs: what it says it will do, and what is really selected.

import * as v from "valibot";
import type { Ask, Outcome } from "../../contract.ts";
import { sha256Hex } from "../format/hex.ts";
import { countTasks, nameSome } from "../format/list.ts";
import type { Selection } from "../services/selection.ts";
import type { Action, ActionContext, Confirmation, PreparedAction } from "./action.ts";
import { createHiddenFields } from "./form-input.ts";

/** From here on the person is told beforehand how long it takes. */
const LONG_RUN_S = 10;

/** What the person was shown: the mark they send back when they agree, and a line for each task. */
export const ShownPlan = v.object({ digest: v.string(), lines: v.record(v.string(), v.string()) });
export type ShownPlan = v.InferOutput<typeof ShownPlan>;

/** What is asked, and what is to be remembered of it. */
export type ConfirmationRequest = { ask: Ask; shown: ShownPlan };

/**
 * What to ask the person, or nothing where they agreed to exactly this or where there is nothing to agree to.
 * @param readShown what this run has shown before
 */
export async function requestConfirmation(
  action: Action,
  ready: PreparedAction,
  context: ActionContext,
  readShown: () => Promise<ShownPlan | undefined>,
): Promise<ConfirmationRequest | undefined> {
  const planned = await ready.plan?.();
  const confirmation =
    ready.confirm === undefined
      ? planned && createDefaultConfirmation(action, planned)
      : await ready.confirm(planned ?? []);
  if (confirmation === undefined) return undefined;
  const selection = action.needsKitsu ? await context.kitsu().readSelection() : undefined;
  const outcomes = [...(planned ?? listSelection(selection)), ...listMissing(selection, planned)];
  const lines = Object.fromEntries(outcomes.map(({ id, state, reason = "" }) => [id, `${state} ${reason}`]));
  const { seconds = 0, ...agreed } = confirmation;
  const mark = await digestOf([context.run.id, action.id, context.person.id, context.call.input ?? {}, agreed, lines]);
  if (context.call.plan === mark) return undefined;
  const ask: Ask = {
    kind: "ask",
    title: confirmation.title,
    text: [confirmation.text, selection && describeSelection(selection), formatDuration(seconds)]
      .filter(Boolean)
      .join("\n\n"),
    fields: createHiddenFields(context.call),
    submit: confirmation.submit,
    dangerous: confirmation.isDangerous,
    outcomes,
    form: action.id,
    plan: mark,
  };
  return {
    ask: context.call.plan === undefined ? ask : describeChanges(ask, await readShown(), context.call.plan),
    shown: { digest: mark, lines },
  };
}

function createDefaultConfirmation({ title, submit = "Run" }: Action, planned: readonly Outcome[]): Confirmation {
  const count = planned.filter(({ state }) => state === "planned").length;
  return { title: `${title}: ${count} of ${planned.length} tasks?`, submit };
}

const listSelection = (selection: Selection | undefined): Outcome[] =>
  (selection?.tasks ?? []).map(({ task, label }) => ({ id: task.id, label, state: "planned" }));

function listMissing(selection: Selection | undefined, planned: readonly Outcome[] = []): Outcome[] {
  const known = new Set(planned.map(({ id }) => id));
  const missing = (selection?.missing ?? []).filter((id) => !known.has(id));
  return missing.map((id) => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" }));
}

/** "12 tasks of SQ01 / SH010, SQ01 / SH020, SQ02 / SH010 and 9 more, in Caminandes. 2 are left out: deleted, or not for you to see." */
export function describeSelection({ tasks, missing }: Selection): string {
  const entities = new Map(tasks.map(({ task, entityLabel }) => [task.entity_id, entityLabel]));
  const projects = new Map(tasks.map(({ project, task }) => [task.project_id, project?.name ?? task.project_id]));
  const left = missing.length;
  return [
    `${countTasks(tasks.length)} of ${nameSome([...entities.values()])}, in ${nameSome([...projects.values()])}.`,
    left > 0 && `${left} ${left === 1 ? "is" : "are"} left out: deleted, or not for you to see.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** What is longer than people look at a toast for. */
function formatDuration(seconds: number): string | undefined {
  if (seconds < LONG_RUN_S) return undefined;
  const [tens, minutes] = [Math.ceil(seconds / 10) * 10, Math.round(seconds / 60)];
  const time = seconds < 100 ? `${tens} seconds` : `${minutes} minutes`;
  return `It takes about ${time}, and goes on when you close this page.`;
}

/** The same question, with what is different from what the person agreed to. */
function describeChanges(ask: Ask, before: ShownPlan | undefined, agreed: string): Ask {
  if (before?.digest !== agreed) {
    return { ...ask, problem: "What you agreed to is not what would be done now. Look at it again: nothing was done." };
  }
  const changed = (ask.outcomes ?? []).map((outcome): [isChanged: boolean, Outcome] => {
    const { id, state, reason = "" } = outcome;
    const line = before.lines[id];
    if (line === `${state} ${reason}`) return [false, outcome];
    const was = line === undefined ? "not there before" : `before: ${line.trim()}`;
    return [true, { ...outcome, reason: [reason, `(${was})`].filter(Boolean).join(" ") }];
  });
  const count = changed.filter(([isChanged]) => isChanged).length;
  const gone = Object.keys(before.lines).filter((id) => !ask.outcomes?.some((outcome) => outcome.id === id)).length;
  const changes =
    [count > 0 && `${count} changed`, gone > 0 && `${gone} went away`].filter(Boolean).join(", ") || "The text changed";
  return {
    ...ask,
    outcomes: changed.toSorted(([a], [b]) => Number(b) - Number(a)).map(([, outcome]) => outcome),
    problem: `${changes} since you looked. Look at it again: nothing was done.`,
  };
}

/** The same for the same things, and for nothing else. */
const digestOf = (things: unknown) => sha256Hex(JSON.stringify(things), 16);
