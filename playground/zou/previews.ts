/** Previews are published in two steps: one is begun at a comment, and its file follows. Who may comment on the task may do both. */
import { stamp } from "../data-schedule.ts";
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
import { begunPreview, type PreviewRow, type StoredPreview } from "./preview-rows.ts";
import type { ZouRequest } from "./request.ts";
import { actsOn, openProject } from "./rights.ts";
import { findTask, type State } from "./state.ts";

/** The comment may be another task's: Zou does not compare. */
export function addPreview({
  state,
  caller: { person },
  ids: [taskId = "", commentId = ""],
  body,
}: ZouRequest): Answer {
  const wanted = readRevision(body);
  const { task } = findTask(state, taskId);
  if (!actsOn(person, task)) throw forbidden();
  if (![...state.comments.values()].some((rows) => rows.some(({ id }) => id === commentId))) throw notFound();
  const [first] = rowsOf(state, (preview) => preview.commentId === commentId);
  const known = rowsOf(state, (preview) => preview.task === task);
  const revision = wanted ?? first?.revision ?? Math.max(0, ...known.map((row) => row.revision)) + 1;
  const position = 1 + known.filter((row) => row.revision === revision).length;
  if (wanted !== undefined && first === undefined && position > 1) throw revisionTaken(wanted);
  const row = begunPreview(task, person, revision, position);
  state.previews.set(row.id, { task, row, commentId });
  state.tellChange(task.id);
  return created({ ...row, comments: [commentId] });
}

const PICTURES = ["jpe", "jpeg", "jpg", "png"];

/**
 * Pictures only: movies and scenes, which the real one takes too, are made by nobody here. What is no picture breaks it, and the preview stays;
 * where the name's ending is wrong, the preview goes.
 */
export function uploadPreview({ state, caller: { person }, ids: [id = ""], file }: ZouRequest): Answer {
  const preview = state.previews.get(id);
  if (!preview) throw notFound();
  if (preview.row.original_name) throw badBody();
  if (!actsOn(person, preview.task)) throw forbidden();
  if (!file) throw badArgument("File not provided.");
  const parts = file.name.split(".");
  const extension = parts.pop()?.toLowerCase() ?? "";
  if (!PICTURES.includes(extension)) {
    remove(state, preview);
    throw badArgument(`Wrong file format, extension: ${extension}`);
  }
  const read = readPictureFile(file.bytes);
  if (!read) throw broken();
  // Zou makes a PNG of each, and so calls it one.
  const known = {
    extension: "png",
    original_name: parts.join("."),
    file_size: file.bytes.length,
    status: "ready",
    ...read.size,
  };
  const row = { ...preview.row, ...known, updated_at: stamp(Date.now()) };
  state.previews.set(id, { ...preview, row, picture: read.picture });
  show(state, row);
  state.tellChange(row.task_id);
  return created(row);
}

/** Whoever is of the team, and neither the comment nor the task is compared. */
export function removePreview({ state, caller: { person }, ids }: ZouRequest): Answer {
  for (const id of ids) checkUuid(id);
  const [taskId = "", , id = ""] = ids;
  openProject(person, findTask(state, taskId).row.project_id);
  const preview = state.previews.get(id);
  if (!preview) throw notFound();
  remove(state, preview);
  return { status: 204 };
}

function remove(state: State, { row: { id, task_id } }: StoredPreview): void {
  state.previews.delete(id);
  const { row } = findTask(state, task_id);
  const last = rowsOf(state, ({ task }) => task.id === task_id).at(-1);
  if (row.last_preview_file_id === id && !last) row.last_preview_file_id = null;
  else if (row.last_preview_file_id === id && last) show(state, last);
  state.tellChange(task_id);
}

/** The first of a revision is the one its task is shown by. */
function show(state: State, { id, task_id, position }: PreviewRow): void {
  if (position === 1) findTask(state, task_id).row.last_preview_file_id = id;
}

const rowsOf = ({ previews }: State, fits: (preview: StoredPreview) => boolean): PreviewRow[] =>
  [...previews.values()].filter(fits).map(({ row }) => row);

/** What is no JSON is nothing, and nothing is the next one. */
function readRevision(body: string): number | undefined {
  const given = parse(body);
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

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const revisionTaken = (revision: number) =>
  new Refusal(400, {
    error: true,
    message: `Revision ${revision} already exists for this task. Choose a different revision number, or omit it to let the revision auto-increment.`,
  });
