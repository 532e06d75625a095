// Tasks that another run is at work on already: what is said of them, what the person may choose, and who gets them in the end.
import * as v from "valibot";
import type { Outcome } from "../../../contract.ts";
import type { ActionContext, TaskConflict } from "../../action/action.ts";
import { formatSince } from "../../format/since.ts";
import { skipMissing } from "../../services/missing-tasks.ts";
import type { Joined, Ordered } from "./render-run.ts";

/** One selected task; `ordered` is absent where it can't be sent, `other` says who has it where it is not to be rendered once more. */
export type Planned<Order> = {
  outcome: Outcome;
  ordered?: Ordered<Order> | undefined;
  other?: TaskConflict | undefined;
};

/**
 * - `join`: that render is followed, as if it were of this run
 * - `skip`: it is left out
 * - `anyway`: it is rendered as well, where the studio allows it
 */
const Choice = v.picklist(["join", "skip", "anyway"]);
export type Choice = v.InferOutput<typeof Choice>;

const LABELS: Record<Choice, string> = {
  join: "Follow that render as well",
  skip: "Leave them out",
  anyway: "Render them once more",
};

/** Asked where somebody is at work on some of them. */
export function askBusy(busy: readonly TaskConflict[], count: number, isAnywayAllowed: boolean): v.ObjectEntries {
  if (busy.length === 0) return {};
  const choices = Choice.options.filter((choice) => isAnywayAllowed || choice !== "anyway");
  const choice = v.pipe(
    v.picklist(choices),
    v.title(sayBusy(busy, count)),
    v.metadata({ labels: Object.fromEntries(choices.map((one) => [one, LABELS[one]])), remember: false }),
  );
  return { busy: v.optional(choice, "join") };
}

/** Rendered once more only where the studio allows it, whatever the form says. */
export function readChoice(answer: unknown, isAnywayAllowed: boolean): Choice {
  const choice = v.is(Choice, answer) ? answer : "join";
  return choice === "anyway" && !isAnywayAllowed ? "join" : choice;
}

/** A task that Kitsu does not show. */
export const planMissing = (id: string) => ({ outcome: skipMissing(id) });

/** A task that another run has, as planned. */
export function planBusy<Order>(
  outcome: Outcome,
  ordered: Ordered<Order>,
  other: TaskConflict,
  choice: Choice,
): Planned<Order> {
  const who = `${other.person || "Somebody"} has been rendering it since ${formatSince(other.since)}`;
  if (choice === "skip") return { outcome: { ...outcome, state: "skipped", reason: who } };
  return { outcome: { ...outcome, state: "planned", reason: `${who}: that render is followed` }, ordered, other };
}

/** Keeps for this run what nobody else has. Between the question and now somebody may have begun: what was chosen holds for those, too. */
export async function takeTasks<Order>(context: ActionContext, planned: readonly Planned<Order>[], choice: Choice) {
  const wanted = planned.flatMap(({ ordered, other }) =>
    ordered === undefined || other !== undefined ? [] : [ordered.task],
  );
  const busy = wanted.length === 0 ? [] : await context.lock(wanted, choice === "anyway");
  const shared = new Set(busy.map(({ task }) => task));
  const taken = new Map(choice === "anyway" ? [] : busy.map((one) => [one.task, one]));
  const settled = planned.map((one) => {
    const other = taken.get(one.outcome.id);
    return other === undefined || one.ordered === undefined ? one : planBusy(one.outcome, one.ordered, other, choice);
  });
  const mine: Ordered<Order>[] = [];
  const joined: Joined[] = [];
  const aside: Outcome[] = [];
  for (const { outcome, ordered, other } of settled) {
    if (ordered === undefined) aside.push(outcome);
    // What another run renders at the same time must not be that run's job.
    else if (other === undefined)
      mine.push({ ...ordered, root: shared.has(ordered.task) ? undefined : context.call.retryOf?.root });
    else joined.push({ ...ordered, joined: other.run });
  }
  return { mine, joined, aside };
}

/** "Ana has been rendering 3 of your 12 shots since 14:02 UTC" */
export function sayBusy(busy: readonly TaskConflict[], count: number): string {
  const names = [...new Set(busy.map(({ person }) => person || "Somebody"))];
  const who =
    names.length > 2 ? `${names.length} people have` : `${names.join(" and ")} ${names.length === 1 ? "has" : "have"}`;
  const since = formatSince(Math.min(...busy.map((one) => one.since)));
  const what =
    count === 1 ? "this shot" : busy.length === count ? `all ${count} shots` : `${busy.length} of your ${count} shots`;
  return `${who} been rendering ${what} since ${since}`;
}
