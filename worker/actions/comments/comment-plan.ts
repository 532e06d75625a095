// What a comment would do to each task, and whether Kitsu lets this person write it. Planned before
// the person confirms, and again before each batch is written.
import { message, type Text } from "../../format/message.ts";
import { refuseComment, refuseRetake, refuseStatus } from "../../services/comment-rights.ts";
import type { SelectedTask } from "../../services/selection.ts";
import type { Role, TaskStatus } from "../../services/zou-objects.ts";
import { KEEP } from "./comment-run.ts";

export type Planned = {
  selected: SelectedTask;
  /** the current status, or the new one */
  statusId: string;
  /** "Todo → Done" */
  change: Text;
  /** why this task can't be commented on */
  refusal: Text | undefined;
};

/** `roles`: by project id. */
type Writer = { id?: string | undefined; departments: readonly string[]; roles: ReadonlyMap<string, Role | undefined> };

/** @param wanted the id of a status, or `keep` */
export function planComments(
  tasks: readonly SelectedTask[],
  { status: wanted, text }: { status: string; text: string },
  statuses: ReadonlyMap<string, TaskStatus>,
  { id, departments, roles }: Writer,
): Planned[] {
  return tasks.map((selected) => {
    const { task, taskStatus, project } = selected;
    const status = wanted === KEEP ? taskStatus : statuses.get(wanted);
    const statusId = status?.id ?? task.task_status_id;
    const unknown = message("comment.unknownStatus");
    const [before, after] = [taskStatus?.name ?? unknown, status?.name ?? unknown];
    const isSame = statusId === task.task_status_id;
    const role = roles.get(task.project_id);
    const refusal =
      text === "" && isSame
        ? message("comment.already", { status: before })
        : (refuseComment(selected, { id, role, departments }) ??
          refuseStatus(status, role, project) ??
          refuseRetake(selected, status, role));
    const change = isSame ? message("comment.stays", { status: before }) : message("comment.change", { before, after });
    return { selected, statusId, change, refusal };
  });
}
