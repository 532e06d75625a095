// What a person agrees to before shots are rendered, and what they are told where there is nothing to agree to.
import type { Outcome } from "../../../contract.ts";
import type { ActionContext, Confirmation } from "../../action/action.ts";
import { Failure } from "../../failure.ts";
import { sayCount } from "./render-progress.ts";
import { sayShots } from "./render-summary.ts";
import { type Choice, type Planned, sayBusy } from "./task-conflicts.ts";

const BECOMES: Record<Choice, string> = {
  join: "that render is followed",
  skip: "left out",
  anyway: "rendered once more",
};

/**
 * @param planned without those that the farm has refused already
 * @param note what else there is to say
 * @throws a Failure where nothing would be rendered nor followed
 */
export async function confirmRender<Order>(
  context: ActionContext,
  planned: readonly Planned<Order>[],
  choice: Choice,
  note = "",
): Promise<Confirmation> {
  const wanted = planned.filter(({ outcome, ordered }) => ordered !== undefined && outcome.state === "planned");
  if (wanted.length === 0) throw nothingToRender(planned.map(({ outcome }) => outcome));
  const { projectIds, tasks } = await context.kitsu().readSelection();
  const busy = await context.findConflicts(tasks.map(({ task }) => task.id));
  const notes = [
    busy.length > 0 && `${sayBusy(busy, tasks.length)}: ${BECOMES[choice]}.`,
    context.call.retryOf?.root !== undefined && "What was rendered is kept, where the farm still has the job.",
    note,
  ];
  const text = notes.filter(Boolean).join(" ");
  const sent = wanted.filter(({ other }) => other === undefined);
  if (sent.length === 0) return { title: `Follow the render of ${sayShots(wanted.length)}?`, text, submit: "Follow" };
  const ids = new Set(sent.map(({ outcome: { id } }) => id));
  const projects = new Set(tasks.flatMap(({ task }) => (ids.has(task.id) ? [task.project_id] : []))).size;
  const frames = sent.reduce((sum, { ordered }) => sum + (ordered?.size ?? 0), 0);
  const of = projectIds.length > 1 ? ` of ${projects} ${projects === 1 ? "project" : "projects"}` : "";
  return {
    title: `Submit ${sayShots(sent.length)}${of}, ${frames === 1 ? "1 frame" : `${sayCount(frames)} frames`}?`,
    text,
    submit: "Render",
  };
}

/** Why not one of these is rendered. */
export function nothingToRender(outcomes: readonly Outcome[]): Failure {
  const { reason } = outcomes.find(({ state }) => state === "failed") ?? outcomes[0] ?? {};
  return new Failure("nothing-to-do", {
    title: "There is nothing to render",
    text: `None of the selected shots can be rendered: ${reason ?? "they are gone"}.`,
    advice: "Each shot says why. Fix frames and names in Kitsu; your TD fixes paths and templates.",
    outcomes: [...outcomes],
  });
}
