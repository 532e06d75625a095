// Whom Zou lets comment on what, and set which status: told before it is asked, because it says only "forbidden", and because with the bot's
// account it is the bot it asks about.
import type { SelectedTask } from "./selection.ts";
import type { Project, Role, TaskStatus } from "./zou-objects.ts";

/** `role` is the one in the task's project. */
export type Commenter = { id: string | undefined; role: Role | undefined; departments: readonly string[] };

/** Why this person may not comment on the task. */
export function refuseComment(
  { task, entity, taskType }: SelectedTask,
  { id, role, departments }: Commenter,
): string | undefined {
  if (role === "admin" || role === "manager" || role === "client") return undefined;
  if (id !== undefined && (task.assignees.includes(id) || entity?.created_by === id)) return undefined;
  if (role !== "supervisor") return "Only for its assignees, and for supervisors";
  const isTheirs = departments.length === 0 || departments.includes(taskType?.department_id ?? "");
  return isTheirs ? undefined : "It belongs to another department";
}

/** A comment that keeps the status sets it, too: then the same is asked. A project's own rule for clients wins over the studio's. */
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

/** The same for a task that is in that status already. How often it came back is not told to clients. */
export function refuseRetake(
  { task, entity, project }: SelectedTask,
  status: TaskStatus | undefined,
  role: Role | undefined,
): string | undefined {
  const most = status?.is_retake ? readRetakesMost(project?.max_retakes ?? 0, entity?.data.max_retakes) : undefined;
  if (most === undefined || task.retake_count < most) return undefined;
  return role === "client"
    ? "No more retakes are allowed"
    : `No more retakes: ${task.retake_count} of ${most} are used`;
}

/** The entity's own column wins over the project; neither is a limit where it is 0. */
function readRetakesMost(ofProject: number, ofEntity: unknown): number | undefined {
  if (ofProject <= 0) return undefined;
  const most = Number(WHOLE.exec(String(ofEntity || ofProject)) ?? Number.NaN);
  return most > 0 ? most : undefined;
}

const WHOLE = /^\s*[+-]?\d+\s*$/;

/** What Zou breaks over, and does not say. */
export function explainBreak({ entity }: SelectedTask): string | undefined {
  const own = entity?.data.max_retakes;
  if (!own || WHOLE.test(String(own))) return undefined;
  return `Its column max_retakes should be a number, and is "${String(own).slice(0, 40)}".`;
}
