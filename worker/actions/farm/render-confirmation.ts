// What a person confirms before shots are rendered, and the reply if there is nothing to render.
import type { Outcome } from "../../../contract.ts";
import type { ActionContext, Confirmation } from "../../action/action.ts";
import { Failure } from "../../failure.ts";
import { plural } from "../../format/plural.ts";
import { formatShots } from "./render-summary.ts";
import { type ConflictChoice, formatConflicts, type PlannedShot } from "./task-conflicts.ts";

const CONFLICT_EFFECTS: Record<ConflictChoice, string> = {
  join: "you will follow that render",
  skip: "left out",
  anyway: "rendered again",
};

/**
 * @param planned without the shots that the farm has already refused
 * @param note anything else to mention
 * @throws a Failure if nothing would be rendered or followed
 */
export async function confirmRender<Submission>(
  context: ActionContext,
  planned: readonly PlannedShot<Submission>[],
  choice: ConflictChoice,
  note = "",
): Promise<Confirmation> {
  const wanted = planned.filter(({ outcome, newShot }) => newShot !== undefined && outcome.state === "planned");
  if (wanted.length === 0) throw nothingToRender(planned.map(({ outcome }) => outcome));
  const { projectIds, tasks } = await context.kitsu().readSelection();
  const conflicts = await context.findConflicts(tasks.map(({ task }) => task.id));
  const notes = [
    conflicts.length > 0 && `${formatConflicts(conflicts, tasks.length)}: ${CONFLICT_EFFECTS[choice]}.`,
    context.call.retryOf?.root !== undefined && "Finished frames are kept if the farm still has the job.",
    note,
  ];
  const text = notes.filter(Boolean).join(" ");
  const submitted = wanted.filter(({ conflict }) => conflict === undefined);
  if (submitted.length === 0)
    return { title: `Follow the render of ${formatShots(wanted.length)}?`, text, submit: "Follow" };
  const ids = new Set(submitted.map(({ outcome: { id } }) => id));
  const projects = new Set(tasks.flatMap(({ task }) => (ids.has(task.id) ? [task.project_id] : []))).size;
  const frames = submitted.reduce((sum, { newShot }) => sum + (newShot?.size ?? 0), 0);
  const of = projectIds.length > 1 ? ` of ${plural(projects, "project")}` : "";
  return {
    title: `Submit ${formatShots(submitted.length)}${of}, ${plural(frames, "frame")}?`,
    text,
    submit: "Render",
  };
}

/** The reply if none of the shots can be rendered. */
export function nothingToRender(outcomes: readonly Outcome[]): Failure {
  const { reason } = outcomes.find(({ state }) => state === "failed") ?? outcomes[0] ?? {};
  return new Failure("nothing-to-do", {
    title: "There is nothing to render",
    text: `None of the selected shots can be rendered: ${reason ?? "they are gone"}.`,
    advice: "Each shot shows the reason. Fix frames and names in Kitsu; your TD fixes paths and templates.",
    outcomes: [...outcomes],
  });
}
