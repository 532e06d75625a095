// Takes a prepared action and returns what the person must confirm before it runs, if anything: the
// action's plan, and what is really selected.
import * as v from "valibot";
import { sha256Hex } from "../format/hex.ts";
import { listSome } from "../format/list.ts";
import { joinParagraphs, joinSentences, type Message, message, type Text } from "../format/message.ts";
import { type Ask, type Outcome, StoredText } from "../format/reply.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { Selection } from "../services/selection.ts";
import type { Action, ActionContext, Confirmation, PreparedAction } from "./action.ts";
import { createHiddenFields } from "./form-input.ts";

/** A confirmation says how long the action takes if it is at least this long. */
const LONG_RUN_S = 10;

const Line = v.object({ state: v.string(), reason: v.optional(StoredText) });
type Line = v.InferOutput<typeof Line>;

/**
 * What the person was shown: the digest that confirms it, and a line for each task. Neither depends
 * on the language, which may change in between.
 */
export const ShownPlan = v.object({ digest: v.string(), lines: v.record(v.string(), Line) });
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
  context: Pick<ActionContext, "call" | "kitsu" | "person" | "run">,
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
  const lines = Object.fromEntries(outcomes.map(({ id, state, reason }): [string, Line] => [id, { state, reason }]));
  const { seconds = 0, ...terms } = confirmation;
  const digest = await digestOf([context.run.id, action.id, context.person.id, context.call.input ?? {}, terms, lines]);
  if (context.call.plan === digest) return undefined;
  const ask: Ask = {
    kind: "ask",
    title: confirmation.title,
    text: joinParagraphs([confirmation.text, selection && describeSelection(selection), describeDuration(seconds)]),
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

function createDefaultConfirmation(
  { title, submit = message("form.run") }: Action,
  planned: readonly Outcome[],
): Confirmation {
  const count = planned.filter(({ state }) => state === "planned").length;
  return { title: message("confirmation.title", { title, count, total: planned.length }), submit };
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
export function describeSelection({ tasks, missing }: Selection): Text | undefined {
  const entities = new Map(tasks.map(({ task, entityLabel }) => [task.entity_id, entityLabel]));
  const projects = new Map(tasks.map(({ project, task }) => [task.project_id, project?.name ?? task.project_id]));
  return joinSentences([
    message("confirmation.selection", {
      count: tasks.length,
      entities: listSome([...entities.values()]),
      projects: listSome([...projects.values()]),
    }),
    missing.length > 0 && message("confirmation.leftOut", { count: missing.length }),
  ]);
}

/** Only for times that are longer than people watch a toast. */
function describeDuration(seconds: number): Message | undefined {
  if (seconds < LONG_RUN_S) return undefined;
  if (seconds < 100) return message("confirmation.takesSeconds", { count: Math.ceil(seconds / 10) * 10 });
  return message("confirmation.takesMinutes", { count: Math.round(seconds / 60) });
}

/** The same question, with the differences from what the person confirmed. */
function describeChanges(ask: Ask, before: ShownPlan | undefined, confirmed: string): Ask {
  if (before?.digest !== confirmed) {
    return { ...ask, problem: message("confirmation.different") };
  }
  const changed = (ask.outcomes ?? []).map((outcome): [isChanged: boolean, Outcome] => {
    const { id, state, reason } = outcome;
    const line = before.lines[id];
    if (line?.state === state && JSON.stringify(line.reason) === JSON.stringify(reason)) return [false, outcome];
    return [
      true,
      {
        ...outcome,
        reason:
          reason === undefined
            ? describeBefore(line)
            : message("confirmation.changedTask", { reason, before: describeBefore(line) }),
      },
    ];
  });
  const count = changed.filter(([isChanged]) => isChanged).length;
  const removed = Object.keys(before.lines).filter((id) => !ask.outcomes?.some((outcome) => outcome.id === id)).length;
  return {
    ...ask,
    outcomes: changed.toSorted(([a], [b]) => Number(b) - Number(a)).map(([, outcome]) => outcome),
    problem: describeDifference(count, removed),
  };
}

function describeBefore(line: Line | undefined): Message {
  if (line === undefined) return message("confirmation.notThereBefore");
  const { state, reason } = line;
  return reason === undefined
    ? message("confirmation.before", { state })
    : message("confirmation.beforeWithReason", { state, reason });
}

function describeDifference(changed: number, removed: number): Message {
  if (changed > 0 && removed > 0) return message("confirmation.changedAndRemoved", { changed, removed });
  if (changed > 0) return message("confirmation.changed", { count: changed });
  return removed > 0 ? message("confirmation.removed", { count: removed }) : message("confirmation.textChanged");
}

const digestOf = (things: unknown) => sha256Hex(JSON.stringify(things), 16);
