// Zou's rules for commenting and setting statuses, checked before the request: Zou's own refusal is
// only "forbidden", and with the bot's token Zou checks the bot, not the person.
import { message, type Text } from "../format/message.ts";
import type { SelectedTask } from "./selection.ts";
import type { Project, Role, TaskStatus } from "./zou-objects.ts";

/** `role` is the role in the task's project. */
type Commenter = { id: string | undefined; role: Role | undefined; departments: readonly string[] };

/** Why this person may not comment on the task. */
export function refuseComment(
  { task, entity, taskType }: SelectedTask,
  { id, role, departments }: Commenter,
): Text | undefined {
  if (role === "admin" || role === "manager" || role === "client") return undefined;
  if (id !== undefined && (task.assignees.includes(id) || entity?.created_by === id)) return undefined;
  if (role !== "supervisor") return message("kitsu.onlyAssignees");
  const isInDepartment = departments.length === 0 || departments.includes(taskType?.department_id ?? "");
  return isInDepartment ? undefined : message("kitsu.otherDepartment");
}

/**
 * Why this person may not set the status. Also applies to a comment that keeps the status, because
 * Zou sets it again. A project's rule for clients takes precedence over the studio's.
 */
export function refuseStatus(
  status: TaskStatus | undefined,
  role: Role | undefined,
  project: Project | undefined,
): Text | undefined {
  if (status === undefined) return undefined;
  if (role === "user" && !status.is_artist_allowed)
    return message("kitsu.statusNotForArtists", { status: status.name });
  const isForClients = project?.task_statuses_link[status.id]?.is_client_allowed ?? status.is_client_allowed;
  return role === "client" && !isForClients ? message("kitsu.statusNotForClients", { status: status.name }) : undefined;
}

/**
 * Why the task can't be sent back again. Also applies to a task that already has the status.
 * Clients do not see the number of retakes.
 */
export function refuseRetake(
  { task, entity, project }: SelectedTask,
  status: TaskStatus | undefined,
  role: Role | undefined,
): Text | undefined {
  const max = status?.is_retake ? readRetakesMax(project?.max_retakes ?? 0, entity?.data.max_retakes) : undefined;
  if (max === undefined || task.retake_count < max) return undefined;
  return role === "client"
    ? message("kitsu.noMoreRetakes")
    : message("kitsu.retakesUsed", { count: task.retake_count, max });
}

/** The entity's own column takes precedence over the project. 0 in either means no limit. */
function readRetakesMax(ofProject: number, ofEntity: unknown): number | undefined {
  if (ofProject <= 0) return undefined;
  const max = Number(WHOLE.exec(String(ofEntity || ofProject)) ?? Number.NaN);
  return max > 0 ? max : undefined;
}

const WHOLE = /^\s*[+-]?\d+\s*$/;

/** A value that makes Zou fail without an explanation. */
export function explainCrash({ entity }: SelectedTask): Text | undefined {
  const own = entity?.data.max_retakes;
  if (!own || WHOLE.test(String(own))) return undefined;
  return message("kitsu.retakesNotANumber", { value: String(own).slice(0, 40) });
}
