// How the Zou in memory takes comments: one after the other, and whatever was written before the first that is refused stays written. So in the
// real one.
import { BOT, broken, type FakeZou, forbidden, json, notFound, PEOPLE, type Row, readStatus, roleOf } from "./zou.ts";

const readMembers = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};

export function takeComments(zou: FakeZou, caller: Row, body: unknown): Response {
  const { comments } = readMembers(body);
  if (!Array.isArray(comments))
    return json({ error: true, message: "Missing required parameter: comments", data: null }, 400);
  const written: Row[] = [];
  for (const one of comments) {
    const answered = takeComment(zou, caller, readMembers(one));
    if (answered instanceof Response) return answered;
    written.push(answered);
  }
  return json(written, 201);
}

function takeComment(
  zou: FakeZou,
  caller: Row,
  { task_id, task_status_id, text, person_id }: Record<string, unknown>,
): Row | Response {
  const task = zou.tasks.get(String(task_id));
  if (task === undefined) return notFound();
  const role = roleOf(zou, caller, task.project_id);
  if (!mayAct(zou, caller, role, task)) return forbidden();
  const status = readStatus(task_status_id);
  if (status === undefined) return notFound();
  if (
    (role === "user" && status.is_artist_allowed === false) ||
    (role === "client" && status.is_client_allowed === false)
  )
    return forbidden();
  const isManager = role === "admin" || role === "manager";
  const author = isManager && typeof person_id === "string" ? PEOPLE.find(({ id }) => id === person_id) : caller;
  if (author === undefined) return notFound();
  const refused = checkRetakes(zou, task, status);
  if (refused !== undefined) return refused;
  if (typeof text !== "string") return broken();
  return write(zou, task, status, author, text);
}

function mayAct(zou: FakeZou, caller: Row, role: unknown, task: Row): boolean {
  if (role === undefined) return false;
  if (["admin", "manager", "client"].includes(String(role))) return true;
  if (Array.isArray(task.assignees) && task.assignees.includes(caller.id)) return true;
  if (zou.entities.get(String(task.entity_id))?.created_by === caller.id) return true;
  // No type of task here has a department.
  return role === "supervisor" && Array.isArray(caller.departments) && caller.departments.length === 0;
}

function checkRetakes(zou: FakeZou, task: Row, status: Row): Response | undefined {
  const most = Number(zou.projects.get(String(task.project_id))?.max_retakes ?? 0);
  if (status.is_retake !== true || most <= 0) return undefined;
  const own = readMembers(zou.entities.get(String(task.entity_id))?.data).max_retakes || most;
  if (!/^-?\d+$/.test(String(own))) return broken();
  if (Number(own) <= 0 || Number(task.retake_count) < Number(own)) return undefined;
  return json({ error: true, message: "No more retakes allowed on this task", data: null }, 400);
}

/** Zou tells whole seconds. */
export const tellSecond = (ms: number) => new Date(ms).toISOString().slice(0, 19);

function write(zou: FakeZou, task: Row, status: Row, author: Row, text: string): Row {
  const created_at = tellSecond(zou.now());
  const comment = {
    id: crypto.randomUUID(),
    object_id: task.id,
    task_status_id: status.id,
    person_id: author.id,
    text,
    created_at,
  };
  zou.comments.push(comment);
  const siblings = [...zou.tasks.values()].filter((other) => other !== task && other.entity_id === task.entity_id);
  if (/#all\b/i.test(text)) for (const other of siblings) zou.comments.push({ ...comment, object_id: other.id });
  if (status.is_retake === true && task.task_status_id !== status.id) task.retake_count = Number(task.retake_count) + 1;
  Object.assign(task, { task_status_id: status.id, last_comment_date: created_at });
  return { ...comment, person: { ...author, is_bot: author === BOT }, task_status: status };
}
