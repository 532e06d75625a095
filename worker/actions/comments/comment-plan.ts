// What a comment would do to each task, and whom Kitsu lets write it: asked before the person agrees, and again before each of many is written.
import { refuseComment, refuseRetake, refuseStatus } from "../../services/comment-rights.ts";
import type { SelectedTask } from "../../services/selection.ts";
import type { Role, TaskStatus } from "../../services/zou-objects.ts";
import { KEEP } from "./comment-run.ts";

export type Planned = {
  selected: SelectedTask;
  /** the one it has, or gets */
  statusId: string;
  /** "Todo → Done" */
  change: string;
  /** why it is not commented on */
  refusal: string | undefined;
};

/** `role` is the one in the task's project. */
type Writer = { id?: string | undefined; departments: readonly string[]; roles: ReadonlyMap<string, Role | undefined> };

/** @param wanted the id of a status, or `keep` */
export function planComments(
  tasks: readonly SelectedTask[],
  { status: wanted, text }: { status: string; text: string },
  statuses: ReadonlyMap<string, TaskStatus>,
  { id, departments, roles }: Writer,
): Planned[] {
  return tasks.map((one) => {
    const status = wanted === KEEP ? one.taskStatus : statuses.get(wanted);
    const statusId = status?.id ?? one.task.task_status_id;
    const [before, after] = [one.taskStatus?.name ?? "unknown", status?.name ?? "unknown"];
    const isSame = statusId === one.task.task_status_id;
    const role = roles.get(one.task.project_id);
    const refusal =
      text === "" && isSame
        ? `Is ${before} already`
        : (refuseComment(one, { id, role, departments }) ??
          refuseStatus(status, role, one.project) ??
          refuseRetake(one, status, role));
    return { selected: one, statusId, change: isSame ? `Stays ${before}` : `${before} → ${after}`, refusal };
  });
}
