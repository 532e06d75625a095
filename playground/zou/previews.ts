/**
 * Publishing a preview takes two steps: it is added to a comment, then its file is uploaded.
 * Whoever may comment on the task may do both.
 */
import {
  type Answer,
  badArgument,
  badBody,
  broken,
  checkUuid,
  created,
  forbidden,
  invalid,
  notFound,
  Refusal,
} from "./answer.ts";
import { readPictureFile } from "./picture.ts";
import { type PreviewRow, previewRow } from "./preview-rows.ts";
import { parseJson, type ZouRequest } from "./request.ts";
import { actsOn, openProject } from "./rights.ts";
import { findTask, notifyChange, type State } from "./state.ts";
import type { TaskRow } from "./task-rows.ts";
import { formatTime } from "./time.ts";

/** Zou doesn't check that the comment belongs to the task. */
export function addPreview({
  state,
  caller: { person },
  ids: [taskId = "", commentId = ""],
  body,
}: ZouRequest): Answer {
  const wanted = readRevision(body);
  const task = findTask(state, taskId);
  if (!actsOn(state, person, task)) throw forbidden();
  if (!state.comments.some(({ id }) => id === commentId)) throw notFound();
  const first = [...state.previews.values()].find(({ comments }) => comments?.includes(commentId));
  const known = previewsOf(state, task);
  const revision = wanted ?? first?.revision ?? Math.max(0, ...known.map((row) => row.revision)) + 1;
  const position = 1 + known.filter((row) => row.revision === revision).length;
  if (wanted !== undefined && first === undefined && position > 1) throw revisionTaken(wanted);
  const id = crypto.randomUUID();
  const created_at = formatTime(state.now());
  const comments = [commentId];
  const row = previewRow({ id, task_id: task.id, person_id: person.id, revision, position, comments, created_at });
  state.previews.set(id, row);
  notifyChange(state, task.id);
  return created(row);
}

const PICTURES = ["jpe", "jpeg", "jpg", "png"];

/**
 * Takes pictures only, because no one here makes movies or scenes. A file that isn't a picture
 * breaks Zou and leaves the preview; a wrong extension removes the preview.
 */
export function uploadPreview({ state, caller: { person }, ids: [id = ""], file }: ZouRequest): Answer {
  const preview = state.previews.get(id);
  if (!preview) throw notFound();
  if (preview.original_name) throw badBody();
  if (!actsOn(state, person, findTask(state, preview.task_id))) throw forbidden();
  if (!file) throw badArgument("File not provided.");
  const parts = file.name.split(".");
  const extension = parts.pop()?.toLowerCase() ?? "";
  if (!PICTURES.includes(extension)) {
    remove(state, preview);
    throw badArgument(`Wrong file format, extension: ${extension}`);
  }
  const read = readPictureFile(file.bytes);
  if (!read) throw broken();
  const { comments, ...members } = preview;
  // Zou converts every picture to PNG.
  const known = {
    extension: "png",
    original_name: parts.join("."),
    file_size: file.bytes.length,
    status: "ready",
    ...read.size,
  };
  const row = { ...members, ...known, updated_at: formatTime(state.now()) };
  state.previews.set(id, { ...row, ...(comments && { comments }) });
  state.pictures.set(id, read.picture);
  show(state, row);
  notifyChange(state, row.task_id);
  return created(row);
}

/** Anyone in the team may do this. Zou doesn't compare the preview, comment and task. */
export function removePreview({ state, caller: { person }, ids }: ZouRequest): Answer {
  for (const id of ids) checkUuid(id);
  const [taskId = "", , id = ""] = ids;
  openProject(state, person, findTask(state, taskId).project_id);
  const preview = state.previews.get(id);
  if (!preview) throw notFound();
  remove(state, preview);
  return { status: 204 };
}

function remove(state: State, { id, task_id }: PreviewRow): void {
  state.previews.delete(id);
  state.pictures.delete(id);
  const task = findTask(state, task_id);
  const last = previewsOf(state, task).at(-1);
  if (task.last_preview_file_id === id && !last) task.last_preview_file_id = null;
  else if (task.last_preview_file_id === id && last) show(state, last);
  notifyChange(state, task_id);
}

/** The first preview of a revision represents its task. */
function show(state: State, { id, task_id, position }: PreviewRow): void {
  if (position === 1) findTask(state, task_id).last_preview_file_id = id;
}

const previewsOf = ({ previews }: State, { id }: TaskRow): PreviewRow[] =>
  [...previews.values()].filter(({ task_id }) => task_id === id);

/** undefined asks for the next revision; so does a body that isn't JSON. */
function readRevision(body: string): number | undefined {
  const given = parseJson(body);
  if (typeof given !== "object" || given === null) return undefined;
  if (Array.isArray(given)) throw invalid("", "Input should be a valid dictionary or instance of CommentPreviewSchema");
  const { revision } = { revision: null, ...given };
  if (revision === null) return undefined;
  const value = Number(revision);
  const why =
    typeof revision === "string" ? "unable to parse string as an integer" : "got a number with a fractional part";
  if (!Number.isInteger(value)) throw invalid("revision", `Input should be a valid integer, ${why}`);
  if (value < 0) throw invalid("revision", "Input should be greater than or equal to 0");
  return value;
}

const revisionTaken = (revision: number) =>
  new Refusal(400, {
    error: true,
    message: `Revision ${revision} already exists for this task. Choose a different revision number, or omit it to let the revision auto-increment.`,
  });
