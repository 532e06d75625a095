// Takes a prepared action and returns what the person must confirm before it runs, if anything: the
// action's plan, and what is really selected.
import * as v from "valibot";
import type { Ask, Outcome } from "../../contract.ts";
import { sha256Hex } from "../format/hex.ts";
import { formatSome } from "../format/list.ts";
import { plural } from "../format/plural.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { Selection } from "../services/selection.ts";
import type { Action, ActionContext, Confirmation, PreparedAction } from "./action.ts";
import { createHiddenFields } from "./form-input.ts";

/** A confirmation says how long the action takes if it is at least this long. */
const LONG_RUN_S = 10;

/** What the person was shown: the digest that confirms it, and a line for each task. */
export const ShownPlan = v.object({ digest: v.string(), lines: v.record(v.string(), v.string()) });
export type ShownPlan = v.InferOutput<typeof ShownPlan>;

/** The question, and what to remember of it. */
export type ConfirmationRequest = { ask: Ask; shown: ShownPlan };

/**
 * Returns undefined if there is nothing to confirm, or if the person confirmed exactly this plan.
 * @param readShown reads what this run has shown before
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
  const { seconds = 0, ...terms } = confirmation;
  const digest = await digestOf([context.run.id, action.id, context.person.id, context.call.input ?? {}, terms, lines]);
  if (context.call.plan === digest) return undefined;
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
    plan: digest,
  };
  return {
    ask: context.call.plan === undefined ? ask : describeChanges(ask, await readShown(), context.call.plan),
    shown: { digest, lines },
  };
}

function createDefaultConfirmation({ title, submit = "Run" }: Action, planned: readonly Outcome[]): Confirmation {
  const count = planned.filter(({ state }) => state === "planned").length;
  return { title: `${title}: ${count} of ${planned.length} tasks?`, submit };
}

const listSelection = (selection: Selection | undefined): Outcome[] =>
  (selection?.tasks ?? []).map(({ task, label }) => ({ id: task.id, label, state: "planned" }));

function listMissing(selection: Selection | undefined, planned: readonly Outcome[] = []): Outcome[] {
  const planIds = new Set(planned.map(({ id }) => id));
  const missing = (selection?.missing ?? []).filter((id) => !planIds.has(id));
  return missing.map(skipMissing);
}

/**
 * "12 tasks of SQ01 / SH010, SQ01 / SH020, SQ02 / SH010 and 9 more, in Caminandes. 2 are left out:
 * deleted or not visible to you."
 */
export function describeSelection({ tasks, missing }: Selection): string {
  const entities = new Map(tasks.map(({ task, entityLabel }) => [task.entity_id, entityLabel]));
  const projects = new Map(tasks.map(({ project, task }) => [task.project_id, project?.name ?? task.project_id]));
  return [
    `${plural(tasks.length, "task")} of ${formatSome([...entities.values()])}, in ${formatSome([...projects.values()])}.`,
    missing.length > 0 &&
      `${missing.length} ${missing.length === 1 ? "is" : "are"} left out: deleted or not visible to you.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** Only for times that are longer than people watch a toast. */
function formatDuration(seconds: number): string | undefined {
  if (seconds < LONG_RUN_S) return undefined;
  const [tens, minutes] = [Math.ceil(seconds / 10) * 10, Math.round(seconds / 60)];
  const time = seconds < 100 ? `${tens} seconds` : `${minutes} minutes`;
  return `It takes about ${time}, and continues when you close this page.`;
}

/** The same question, with the differences from what the person confirmed. */
function describeChanges(ask: Ask, before: ShownPlan | undefined, confirmed: string): Ask {
  if (before?.digest !== confirmed) {
    return { ...ask, problem: "This is different from what you confirmed. Nothing was done: please check it again." };
  }
  const changed = (ask.outcomes ?? []).map((outcome): [isChanged: boolean, Outcome] => {
    const { id, state, reason = "" } = outcome;
    const line = before.lines[id];
    if (line === `${state} ${reason}`) return [false, outcome];
    const was = line === undefined ? "not there before" : `before: ${line.trim()}`;
    return [true, { ...outcome, reason: [reason, `(${was})`].filter(Boolean).join(" ") }];
  });
  const count = changed.filter(([isChanged]) => isChanged).length;
  const removed = Object.keys(before.lines).filter((id) => !ask.outcomes?.some((outcome) => outcome.id === id)).length;
  const changes =
    [count > 0 && `${count} changed`, removed > 0 && `${removed} removed`].filter(Boolean).join(", ") ||
    "The text changed";
  return {
    ...ask,
    outcomes: changed.toSorted(([a], [b]) => Number(b) - Number(a)).map(([, outcome]) => outcome),
    problem: `${changes} since you last looked. Nothing was done: please check it again.`,
  };
}

const digestOf = (things: unknown) => sha256Hex(JSON.stringify(things), 16);
