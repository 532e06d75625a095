// What a person confirms before shots are rendered, and the reply if there is nothing to render.
import type { ActionContext, Confirmation } from "../../action/action.ts";
import { Failure } from "../../format/failure.ts";
import { joinSentences, message, type Text } from "../../format/message.ts";
import type { Outcome } from "../../format/reply.ts";
import { formatParagraph, formatShots } from "./render-summary.ts";
import { type ConflictChoice, formatConflicts, type PlannedShot, readConflicts } from "./task-conflicts.ts";

/**
 * @param planned without the shots that the farm has already refused
 * @param note anything else to mention
 * @throws a Failure if nothing would be rendered or followed
 */
export async function confirmRender<Submission>(
  context: ActionContext,
  planned: readonly PlannedShot<Submission>[],
  choice: ConflictChoice,
  note?: Text,
): Promise<Confirmation> {
  const wanted = planned.filter(({ outcome, newShot }) => newShot !== undefined && outcome.state === "planned");
  if (wanted.length === 0) throw nothingToRender(planned.map(({ outcome }) => outcome));
  const [{ projectIds, tasks }, conflicts] = await Promise.all([
    context.kitsu().readSelection(),
    readConflicts(context),
  ]);
  const notes = [
    conflicts.length > 0 &&
      message("render.conflictEffect", { conflict: formatConflicts(conflicts, tasks.length), choice }),
    context.call.retryOf?.root !== undefined && message("render.keepsFinished"),
    note,
  ];
  const text = joinSentences(notes);
  const submitted = wanted.filter(({ conflict }) => conflict === undefined);
  if (submitted.length === 0)
    return {
      title: message("render.confirmFollow", { count: wanted.length }),
      text,
      submit: message("render.follow"),
    };
  const ids = new Set(submitted.map(({ outcome: { id } }) => id));
  const projects = new Set(tasks.flatMap(({ task }) => (ids.has(task.id) ? [task.project_id] : []))).size;
  const frames = submitted.reduce((sum, { newShot }) => sum + (newShot?.size ?? 0), 0);
  const size = { shots: formatShots(submitted.length), frames: message("render.frames", { count: frames }) };
  return {
    title:
      projectIds.length > 1
        ? message("render.confirmProjects", { ...size, projects: message("render.projects", { count: projects }) })
        : message("render.confirm", size),
    text,
    submit: message("render.render"),
  };
}

/** The reply if none of the shots can be rendered. */
export function nothingToRender(outcomes: readonly Outcome[]): Failure {
  const { reason } = outcomes.find(({ state }) => state === "failed") ?? outcomes[0] ?? {};
  return new Failure("nothing-to-do", {
    title: message("render.nothing"),
    text:
      reason === undefined
        ? message("render.noneLeft")
        : formatParagraph([message("render.noneRenderable", { reason })]),
    advice: message("render.fixShots"),
    outcomes: [...outcomes],
  });
}
