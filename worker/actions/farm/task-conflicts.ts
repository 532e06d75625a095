// Tasks that another run is already rendering: how they are described, what the person can choose,
// and which run gets them.
import * as v from "valibot";
import type { ActionContext, TaskConflict } from "../../action/action.ts";
import { oncePerCall } from "../../action/once-per-call.ts";
import { type Message, message, type Text } from "../../format/message.ts";
import type { Outcome } from "../../format/reply.ts";
import { skipMissing } from "../../services/missing-tasks.ts";
import type { FollowedShot, NewShot } from "./render-run.ts";

/** `newShot` is absent if the task can't be rendered; `conflict` is the run to follow instead. */
export type PlannedShot<Submission> = {
  outcome: Outcome;
  newShot?: NewShot<Submission> | undefined;
  conflict?: TaskConflict | undefined;
};

/**
 * - `join`: follow that render, as if it were part of this run
 * - `skip`: leave the task out
 * - `anyway`: render the task as well, if the studio allows it
 */
const ConflictChoice = v.picklist(["join", "skip", "anyway"]);
export type ConflictChoice = v.InferOutput<typeof ConflictChoice>;

/** Which of the selected tasks other runs are rendering. */
export const readConflicts = oncePerCall(async (context: ActionContext): Promise<TaskConflict[]> => {
  const { tasks } = await context.kitsu().readSelection();
  return context.findConflicts(tasks.map(({ task }) => task.id));
});

/** The field is shown only if there are conflicts. */
export function makeConflictField(
  conflicts: readonly TaskConflict[],
  taskCount: number,
  isAnywayAllowed: boolean,
): v.ObjectEntries {
  if (conflicts.length === 0) return {};
  const choices = ConflictChoice.options.filter((choice) => isAnywayAllowed || choice !== "anyway");
  const field = v.pipe(
    v.picklist(choices),
    v.metadata({
      title: formatConflicts(conflicts, taskCount),
      labels: Object.fromEntries(choices.map((choice) => [choice, message(`render.${choice}`)])),
      remember: false,
    }),
  );
  return { busy: v.optional(field, "join") };
}

/** Whatever the form says, `anyway` needs the studio's permission. */
export function parseConflictChoice(answer: unknown, isAnywayAllowed: boolean): ConflictChoice {
  const choice = v.is(ConflictChoice, answer) ? answer : "join";
  return choice === "anyway" && !isAnywayAllowed ? "join" : choice;
}

/** The plan for a task that Kitsu does not show. */
export const planMissing = (id: string) => ({ outcome: skipMissing(id) });

/** The plan for a task that another run is rendering. */
export function planConflict<Submission>(
  outcome: Outcome,
  newShot: NewShot<Submission>,
  conflict: TaskConflict,
  choice: ConflictChoice,
): PlannedShot<Submission> {
  const who = { person: namePerson(conflict), since: conflict.since };
  if (choice === "skip")
    return { outcome: { ...outcome, state: "skipped", reason: message("render.renderedBy", who) } };
  return { outcome: { ...outcome, state: "planned", reason: message("render.follows", who) }, newShot, conflict };
}

/**
 * Locks the planned tasks for this run. Another run may have started since the person was asked:
 * the choice also applies to its tasks.
 */
export async function claimTasks<Submission>(
  context: ActionContext,
  planned: readonly PlannedShot<Submission>[],
  choice: ConflictChoice,
): Promise<{ newShots: NewShot<Submission>[]; followed: FollowedShot[]; skipped: Outcome[] }> {
  const wanted = planned.flatMap(({ newShot, conflict }) =>
    newShot === undefined || conflict !== undefined ? [] : [newShot.task],
  );
  const conflicts = wanted.length === 0 ? [] : await context.lock(wanted, choice === "anyway");
  const shared = new Set(conflicts.map(({ task }) => task));
  const taken = new Map(choice === "anyway" ? [] : conflicts.map((conflict) => [conflict.task, conflict]));
  const settled = planned.map((one) => {
    const conflict = taken.get(one.outcome.id);
    return conflict === undefined || one.newShot === undefined
      ? one
      : planConflict(one.outcome, one.newShot, conflict, choice);
  });
  const newShots: NewShot<Submission>[] = [];
  const followed: FollowedShot[] = [];
  const skipped: Outcome[] = [];
  for (const { outcome, newShot, conflict } of settled) {
    if (newShot === undefined) skipped.push(outcome);
    // A task that another run renders at the same time must not restart the job of that run.
    else if (conflict === undefined)
      newShots.push({ ...newShot, firstRunId: shared.has(newShot.task) ? undefined : context.call.retryOf?.root });
    else followed.push({ ...newShot, followedRun: conflict.run });
  }
  return { newShots, followed, skipped };
}

const PEOPLE_NAMED_MAX = 2;

/** "Ana has been rendering 3 of your 12 shots since 14:02" */
export function formatConflicts(conflicts: readonly TaskConflict[], taskCount: number): Message {
  const people = new Map(conflicts.map((conflict) => [conflict.person, namePerson(conflict)]));
  const who = {
    people: people.size,
    names: people.size > PEOPLE_NAMED_MAX ? [message("render.people", { count: people.size })] : [...people.values()],
    since: Math.min(...conflicts.map(({ since }) => since)),
  };
  if (taskCount === 1) return message("render.conflictThis", who);
  return conflicts.length === taskCount
    ? message("render.conflictAll", { ...who, total: taskCount })
    : message("render.conflictSome", { ...who, count: conflicts.length, total: taskCount });
}

const namePerson = ({ person }: TaskConflict): Text => person || message("render.somebody");
