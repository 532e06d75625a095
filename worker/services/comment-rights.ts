// Zou's rules for commenting and setting statuses, checked before the request: Zou's own refusal is only
// "forbidden", and with the bot's token Zou checks the bot, not the person.
import type { SelectedTask } from "./selection.ts";
import type { Project, Role, TaskStatus } from "./zou-objects.ts";

/** `role` is the role in the task's project. */
type Commenter = { id: string | undefined; role: Role | undefined; departments: readonly string[] };

/** Why this person may not comment on the task. */
export function refuseComment(
  { task, entity, taskType }: SelectedTask,
  { id, role, departments }: Commenter,
): string | undefined {
  if (role === "admin" || role === "manager" || role === "client") return undefined;
  if (id !== undefined && (task.assignees.includes(id) || entity?.created_by === id)) return undefined;
  if (role !== "supervisor") return "Only for its assignees and supervisors";
  const isInDepartment = departments.length === 0 || departments.includes(taskType?.department_id ?? "");
  return isInDepartment ? undefined : "It belongs to another department";
}

/**
 * Why this person may not set the status. Also applies to a comment that keeps the status, because Zou
 * sets it again. A project's rule for clients takes precedence over the studio's.
 */
export function refuseStatus(
  status: TaskStatus | undefined,
  role: Role | undefined,
  project: Project | undefined,
): string | undefined {
  if (status === undefined) return undefined;
  if (role === "user" && !status.is_artist_allowed) return `Artists may not use the status ${status.name}`;
  const isForClients = project?.task_statuses_link[status.id]?.is_client_allowed ?? status.is_client_allowed;
  return role === "client" && !isForClients ? `Clients may not use the status ${status.name}` : undefined;
}

/**
 * Why the task can't be sent back again. Also applies to a task that already has the status. Clients do
 * not see the number of retakes.
 */
export function refuseRetake(
  { task, entity, project }: SelectedTask,
  status: TaskStatus | undefined,
  role: Role | undefined,
): string | undefined {
  const max = status?.is_retake ? readRetakesMax(project?.max_retakes ?? 0, entity?.data.max_retakes) : undefined;
  if (max === undefined || task.retake_count < max) return undefined;
  return role === "client" ? "No more retakes are allowed" : `No more retakes: ${task.retake_count} of ${max} are used`;
}

/** The entity's own column takes precedence over the project. 0 in either means no limit. */
function readRetakesMax(ofProject: number, ofEntity: unknown): number | undefined {
  if (ofProject <= 0) return undefined;
  const max = Number(WHOLE.exec(String(ofEntity || ofProject)) ?? Number.NaN);
  return max > 0 ? max : undefined;
}

const WHOLE = /^\s*[+-]?\d+\s*$/;

/** A value that makes Zou fail without an explanation. */
export function explainBreak({ entity }: SelectedTask): string | undefined {
  const own = entity?.data.max_retakes;
  if (!own || WHOLE.test(String(own))) return undefined;
  return `Its column max_retakes must be a number, but is "${String(own).slice(0, 40)}".`;
}
