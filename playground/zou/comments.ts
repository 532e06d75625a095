/** Comments, and the statuses they set: Zou has no other way to set a status. */
import * as v from "valibot";
import { type Answer, badArgument, broken, created, forbidden, notFound, ok } from "./answer.ts";
import { type CommentRow, commentRow } from "./comment-rows.ts";
import { fullPerson, type Person } from "./person-rows.ts";
import { commentPreview } from "./preview-rows.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { checkRetakes } from "./retakes.ts";
import { actsOn, openProject, roleIn, seesTask } from "./rights.ts";
import { findTask, notifyChange, type State } from "./state.ts";
import type { StatusRow } from "./table-rows.ts";
import type { TaskRow } from "./task-rows.ts";
import { formatTime } from "./time.ts";

const Draft = v.object({
  task_id: v.optional(v.string()),
  task_status_id: v.optional(v.string()),
  text: v.optional(v.unknown()),
  person_id: v.nullish(v.string()),
});
type Draft = v.InferOutput<typeof Draft>;

/**
 * Writes one comment after the other. The first one that is refused ends the request with that
 * refusal, and those before it stay written, as in the real Zou.
 */
export function commentTasks({ state, caller: { person }, body }: ZouRequest): Answer {
  const { comments } = readObject(body);
  if (comments === undefined) throw badArgument("Missing required parameter: comments");
  const drafts = v.safeParse(v.array(Draft), comments);
  if (!drafts.success) throw broken();
  return created(drafts.output.map((draft) => ({ ...comment(state, person, draft), preview_files: [] })));
}

export function commentTask({ state, caller: { person }, ids: [task_id = ""], body }: ZouRequest): Answer {
  const { comment: text = "", ...members } = readObject(body);
  const draft = v.safeParse(Draft, { ...members, task_id, text });
  return created(comment(state, person, draft.success ? draft.output : {}));
}

/**
 * The newest first. Only people of the production see them, and vendors only those on their own
 * tasks. Clients and the studio don't see each other's comments, except supervisors and above, who
 * see all. If a studio's comment shows a preview, clients see the comment without its text.
 */
export function listComments({ state, caller: { person }, ids: [id = ""] }: ZouRequest): Answer {
  const task = findTask(state, id);
  openProject(state, person, task.project_id);
  if (!seesTask(state, person, task)) throw forbidden();
  const role = roleIn(state, person, task.project_id) ?? "";
  const isByClient = ({ person_id }: CommentRow) =>
    state.persons.find((other) => other.id === person_id)?.role === "client";
  const all = state.comments
    .filter(({ object_id }) => object_id === task.id)
    .toReversed()
    .map((row) => ({ isByClient: isByClient(row), brief: briefComment(state, row) }));
  if (role === "client") {
    const shown = all.filter(({ isByClient, brief }) => isByClient || brief.previews.length > 0);
    return ok(shown.map(({ isByClient, brief }) => (isByClient ? brief : { ...brief, text: "" })));
  }
  const isLead = ["admin", "manager", "supervisor"].includes(role);
  return ok(all.filter(({ isByClient }) => isLead || !isByClient).map(({ brief }) => brief));
}

function comment(state: State, caller: Person, { task_id = "", task_status_id, text, person_id }: Draft) {
  const task = findTask(state, task_id);
  if (!actsOn(state, caller, task)) throw forbidden();
  if (task_status_id === undefined || text === undefined) throw broken();
  const role = roleIn(state, caller, task.project_id);
  const status = state.tables.statuses.find(({ id }) => id === task_status_id);
  if (!status) throw notFound();
  if ((role === "user" && !status.is_artist_allowed) || (role === "client" && !status.is_client_allowed))
    throw forbidden();
  const isManager = role === "admin" || role === "manager";
  const author = isManager && person_id ? state.persons.find(({ id }) => id === person_id) : caller;
  if (!author) throw notFound();
  const written = write(state, task, status, author, text);
  replicate(state, task, author, written.text);
  return written;
}

function write(state: State, task: TaskRow, status: StatusRow, author: Person, text: unknown) {
  checkRetakes(state, task, status);
  if (typeof text !== "string") throw broken();
  const isNamed = (name: string) => text.split(`@${name}`).some((rest, index) => index > 0 && /^( |$)/.test(rest));
  const row = commentRow({
    object_id: task.id,
    task_status_id: status.id,
    person_id: author.id,
    text,
    created_at: formatTime(state.now()),
    mentions: state.persons.filter(({ full_name }) => isNamed(full_name)).map(({ id }) => id),
    department_mentions: state.tables.departments.filter(({ name }) => isNamed(name)).map(({ id }) => id),
  });
  state.comments.push(row);
  setStatus(task, status, row.created_at);
  notifyChange(state, task.id);
  return { ...row, task_status: status, person: fullPerson(author) };
}

/** "#All" or "#Lighting" copies a comment to the entity's other tasks, which keep their status. */
function replicate(state: State, task: TaskRow, author: Person, text: string): void {
  const tags = new Set(text.match(/#[a-z]*/gi)?.map((tag) => tag.slice(1).toLowerCase()));
  if (tags.size === 0) return;
  const typeName = ({ task_type_id }: TaskRow) =>
    state.tables.taskTypes.find(({ id }) => id === task_type_id)?.name ?? "";
  const isSibling = (other: TaskRow) => other !== task && other.entity_id === task.entity_id;
  for (const other of [...state.tasks.values()].filter(isSibling)) {
    if (!tags.has("all") && !tags.has(typeName(other).toLowerCase())) continue;
    const status = state.tables.statuses.find(({ id }) => id === other.task_status_id);
    if (status) write(state, other, status, author, `${text}\n\n____\nFrom ${typeName(task)} task`);
  }
}

function setStatus(task: TaskRow, status: StatusRow, at: string): void {
  const isChanged = task.task_status_id !== status.id;
  Object.assign(task, { task_status_id: status.id, last_comment_date: at, updated_at: at });
  if (!isChanged) return;
  if (status.is_retake) task.retake_count += 1;
  if (status.is_wip) task.real_start_date ??= at;
  if (status.is_feedback_request) task.end_date = at;
  else if (!status.is_done) task.end_date = null;
  task.done_date = status.is_done ? at : null;
}

/** As the list has it: with less of its author and status, and with its previews. */
function briefComment({ persons, previews, tables }: State, row: CommentRow) {
  const author = persons.find(({ id }) => id === row.person_id);
  const status = tables.statuses.find(({ id }) => id === row.task_status_id);
  const own = [...previews.values()].filter(({ comments }) => comments?.includes(row.id));
  return {
    ...row,
    previews: own.map(commentPreview),
    person: author && {
      first_name: author.first_name,
      last_name: author.last_name,
      full_name: author.full_name,
      has_avatar: false,
      role: author.role,
      id: author.id,
    },
    task_status: status && { name: status.name, short_name: status.short_name, color: status.color, id: status.id },
  };
}
