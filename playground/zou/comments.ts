/** Comments, and the statuses they set: the real Zou has no other way to set one. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { PERSONS, type Person } from "../data-people.ts";
import { stamp } from "../data-schedule.ts";
import { type Answer, badArgument, broken, created, forbidden, notFound, ok } from "./answer.ts";
import { fullPerson } from "./person-rows.ts";
import { commentPreview } from "./preview-rows.ts";
import { readObject, type ZouRequest } from "./request.ts";
import { refuseRetake } from "./retakes.ts";
import { actsOn, openProject, roleOn, seesTask } from "./rights.ts";
import { findTask, type State } from "./state.ts";
import { DEPARTMENT_ROWS, STATUS_ROWS, type StatusRow } from "./table-rows.ts";
import type { PlannedTask } from "./task-rows.ts";

export type CommentRow = ReturnType<typeof commentRow>;

const One = v.object({
  task_id: v.optional(v.string()),
  task_status_id: v.optional(v.string()),
  text: v.optional(v.unknown()),
  person_id: v.nullish(v.string()),
});
type One = v.InferOutput<typeof One>;

/**
 * One after the other, and whatever was written before the first that is refused stays written: the answer is then that refusal alone. So in the
 * real Zou.
 */
export function commentTasks({ state, caller: { person }, body }: ZouRequest): Answer {
  const { comments } = readObject(body);
  if (comments === undefined) throw badArgument("Missing required parameter: comments");
  const all = v.safeParse(v.array(One), comments);
  if (!all.success) throw broken();
  return created(all.output.map((one) => ({ ...comment(state, person, one), preview_files: [] })));
}

export function commentTask({ state, caller: { person }, ids: [task_id = ""], body }: ZouRequest): Answer {
  const { comment: text = "", ...members } = readObject(body);
  const one = v.safeParse(One, { ...members, task_id, text });
  return created(comment(state, person, one.success ? one.output : {}));
}

/**
 * The newest first; who is not in the production does not see them, and a vendor only those on tasks of theirs. What clients and the studio write is
 * not for each other, but for supervisors and above; of a comment that shows a preview, clients see the preview.
 */
export function listComments({ state, caller: { person }, ids: [id = ""] }: ZouRequest): Answer {
  const found = findTask(state, id);
  openProject(person, found.task.entity.projectId);
  if (!seesTask(person, found.task)) throw forbidden();
  const role = roleOn(person, found.task) ?? "";
  const isByClient = ({ person_id }: CommentRow) => PERSONS.find((other) => other.id === person_id)?.role === "client";
  const all = (state.comments.get(found.task.id) ?? []).map((row) => ({
    isByClient: isByClient(row),
    brief: briefComment(state, row),
  }));
  if (role === "client") {
    const shown = all.filter(({ isByClient, brief }) => isByClient || brief.previews.length > 0);
    return ok(shown.map(({ isByClient, brief }) => (isByClient ? brief : { ...brief, text: "" })));
  }
  const isLead = ["admin", "manager", "supervisor"].includes(role);
  return ok(all.filter(({ isByClient }) => isLead || !isByClient).map(({ brief }) => brief));
}

function comment(state: State, caller: Person, { task_id = "", task_status_id, text, person_id }: One) {
  const planned = findTask(state, task_id);
  if (!actsOn(caller, planned.task)) throw forbidden();
  if (task_status_id === undefined || text === undefined) throw broken();
  const role = roleOn(caller, planned.task);
  const status = STATUS_ROWS.find(({ id }) => id === task_status_id);
  if (!status) throw notFound();
  if ((role === "user" && !status.is_artist_allowed) || (role === "client" && !status.is_client_allowed))
    throw forbidden();
  const isManager = role === "admin" || role === "manager";
  const author = isManager && person_id ? PERSONS.find(({ id }) => id === person_id) : caller;
  if (!author) throw notFound();
  return write(state, planned, status, author, text, true);
}

function write(
  state: State,
  planned: PlannedTask,
  status: StatusRow,
  author: Person,
  text: unknown,
  withHashtags: boolean,
) {
  refuseRetake(planned, status);
  if (typeof text !== "string") throw broken();
  const row = commentRow(planned.task.id, status.id, author, text);
  state.comments.set(planned.task.id, [row, ...(state.comments.get(planned.task.id) ?? [])]);
  if (withHashtags) replicate(state, planned, author, text);
  setStatus(planned, status, row.created_at);
  state.tellChange(planned.task.id);
  return { ...row, task_status: status, person: fullPerson(author) };
}

/** "#All" and "#Lighting" in a text bring it to the entity's other tasks, each of which keeps its status. */
function replicate(state: State, { task }: PlannedTask, author: Person, text: string): void {
  const tags = new Set(text.match(/#[a-z]*/gi)?.map((tag) => tag.slice(1).toLowerCase()));
  const siblings = state.tasks.filter((other) => other.task.entity === task.entity && other.task.type !== task.type);
  for (const other of siblings.filter(({ task: { type } }) => tags.has("all") || tags.has(type.name.toLowerCase()))) {
    const status = STATUS_ROWS.find(({ id }) => id === other.row.task_status_id);
    if (status) write(state, other, status, author, `${text}\n\n____\nFrom ${task.type.name} task`, false);
  }
}

function setStatus({ row }: PlannedTask, status: StatusRow, at: string): void {
  const isChanged = row.task_status_id !== status.id;
  Object.assign(row, { task_status_id: status.id, last_comment_date: at, updated_at: at });
  if (!isChanged) return;
  if (status.is_retake) row.retake_count += 1;
  if (status.is_wip) row.real_start_date ??= at;
  if (status.is_feedback_request) row.end_date = at;
  else if (!status.is_done) row.end_date = null;
  row.done_date = status.is_done ? at : null;
}

function commentRow(object_id: string, task_status_id: string, author: Person, text: string) {
  const at = stamp(Date.now());
  const isNamed = (name: string) => text.split(`@${name}`).some((rest, index) => index > 0 && /^( |$)/.test(rest));
  return {
    shotgun_id: null,
    object_id,
    object_type: "Task",
    text,
    data: null,
    replies: [],
    checklist: [],
    pinned: null,
    for_client: false,
    links: [],
    task_status_id,
    person_id: author.id,
    editor_id: null,
    preview_file_id: null,
    previews: [],
    id: randomUUID(),
    created_at: at,
    updated_at: at,
    type: "Comment",
    mentions: PERSONS.filter(({ full_name }) => isNamed(full_name)).map(({ id }) => id),
    department_mentions: DEPARTMENT_ROWS.filter(({ name }) => isNamed(name)).map(({ id }) => id),
    acknowledgements: [],
    attachment_files: [],
  };
}

/** As the list has it: less of the author, less of the status, and the previews. */
function briefComment({ previews }: State, row: CommentRow) {
  const author = PERSONS.find(({ id }) => id === row.person_id);
  const status = STATUS_ROWS.find(({ id }) => id === row.task_status_id);
  const own = [...previews.values()].filter(({ commentId }) => commentId === row.id);
  return {
    ...row,
    previews: own.map((preview) => commentPreview(preview.row)),
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
