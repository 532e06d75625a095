/** Previews as Zou has them: those there are from the beginning, and those that are made. */
import { randomUUID } from "node:crypto";
import type { Task } from "../data.ts";
import { ADA, type Person } from "../data-people.ts";
import { type Preview, stamp } from "../data-schedule.ts";
import { MOVIE, PICTURE } from "../media.ts";
import type { Picture } from "./picture.ts";

export type StoredPreview = { task: Task; row: PreviewRow; commentId?: string; picture?: Picture };

export type PreviewRow = ReturnType<typeof previewRow>;

export function shownPreview(task: Task, { id, revision, isMovie, at }: Preview): StoredPreview {
  const row = previewRow({ id, revision, position: 1, task, author: task.assignees[0] ?? ADA, at });
  const file = {
    original_name: `${task.entity.name} ${task.type.name}`.slice(0, 80),
    extension: isMovie ? "mp4" : "png",
    file_size: (isMovie ? MOVIE : PICTURE).length,
    status: "ready",
    width: 1920,
    height: 1080,
    duration: isMovie ? (task.entity.frames ?? 24) / 24 : 0,
  };
  return { task, row: { ...row, ...file }, picture: { bytes: PICTURE, type: "image/png" } };
}

/** One whose file is yet to come. */
export function begunPreview(task: Task, author: Person, revision: number, position: number): PreviewRow {
  return previewRow({ id: randomUUID(), revision, position, task, author, at: stamp(Date.now()) });
}

/** As the list of a task's comments has it. */
export const commentPreview = ({
  id,
  task_id,
  revision,
  extension,
  width,
  height,
  duration,
  status,
  ...row
}: PreviewRow) => ({
  id,
  task_id,
  revision,
  extension,
  width,
  height,
  duration,
  status,
  validation_status: row.validation_status,
  original_name: row.original_name,
  position: row.position,
  annotations: row.annotations,
});

type Known = { id: string; revision: number; position: number; task: Task; author: Person; at: string };
type File = Record<"width" | "height" | "duration" | "file_size", number> & {
  original_name: string | null;
  extension: string;
  status: string;
};

/** Before its file is there Zou takes each for a movie. */
const NO_FILE: File = {
  original_name: null,
  extension: "mp4",
  file_size: 0,
  status: "processing",
  width: 0,
  height: 0,
  duration: 0,
};

const previewRow = ({ id, revision, position, task, author, at }: Known) => ({
  name: id.slice(0, 13),
  revision,
  position,
  description: null,
  path: null,
  source: "webgui",
  validation_status: "neutral",
  annotations: null,
  ...NO_FILE,
  data: null,
  token_in: null,
  token_out: null,
  task_id: task.id,
  person_id: author.id,
  source_file_id: null,
  shotgun_id: null,
  is_movie: false,
  url: null,
  uploaded_movie_url: null,
  uploaded_movie_name: null,
  id,
  created_at: at,
  updated_at: at,
  type: "PreviewFile",
});
