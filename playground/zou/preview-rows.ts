/** Previews as Zou stores them. */

export type PreviewRow = Omit<typeof NO_FILE, "original_name"> & {
  id: string;
  name: string;
  task_id: string;
  person_id: string;
  revision: number;
  /** the first of a revision is 1 */
  position: number;
  original_name: string | null;
  /** the comments that show it; a relation, so it is not in plain lists */
  comments?: readonly string[];
  created_at: string;
  updated_at: string;
};

/** Until its file arrives, Zou takes each preview for a movie. */
const NO_FILE = {
  description: null,
  path: null,
  source: "webgui",
  validation_status: "neutral",
  annotations: null,
  original_name: null,
  extension: "mp4",
  file_size: 0,
  status: "processing",
  width: 0,
  height: 0,
  duration: 0,
  data: null,
  token_in: null,
  token_out: null,
  source_file_id: null,
  shotgun_id: null,
  is_movie: false,
  url: null,
  uploaded_movie_url: null,
  uploaded_movie_name: null,
  type: "PreviewFile",
};

type Needed = "id" | "task_id" | "person_id" | "revision" | "created_at";

export const previewRow = (row: Pick<PreviewRow, Needed> & Partial<PreviewRow>): PreviewRow => ({
  ...NO_FILE,
  name: row.id.slice(0, 13),
  position: 1,
  updated_at: row.created_at,
  ...row,
});

export const PREVIEW_COLUMNS: readonly string[] = [
  ...["id", "name", "task_id", "person_id", "revision", "position", "created_at", "updated_at"],
  ...Object.keys(NO_FILE),
];

/** A preview as the list of a task's comments has it. */
export const commentPreview = ({ original_name, position, annotations, validation_status, ...row }: PreviewRow) => ({
  id: row.id,
  task_id: row.task_id,
  revision: row.revision,
  extension: row.extension,
  width: row.width,
  height: row.height,
  duration: row.duration,
  status: row.status,
  validation_status,
  original_name,
  position,
  annotations,
});
