// What Zou's API gives, as far as we use it, in Zou's own names. Members that older servers (0.20, 1.0) lack are optional here, and what is
// null there is absent here.
import * as v from "valibot";
import { readDecimal } from "../format/decimal.ts";

const maybe = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
const text = maybe(v.string());
const number = maybe(v.number());
const Ids = v.fallback(v.array(v.string()), []);
/** Whatever a studio puts there: numbers, texts that look like numbers, empty texts, null. */
const Data = v.fallback(v.record(v.string(), v.unknown()), {});

/** A number as studios write it in their columns: as one, as a text, or not at all. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === "string" ? readDecimal(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** Frames a second. Zou itself writes three decimals, "25.000", so a point is one here. */
export function readRate(value: unknown): number | undefined {
  const rate = typeof value === "string" && /^\d+\.\d+$/.test(value.trim()) ? Number(value) : readNumber(value);
  return rate !== undefined && rate > 0 && rate <= 1_000 ? rate : undefined;
}

/**
 * Loose, as Entity and PreviewFile are: the debug page shows what studios and later Zous put there. Datetimes are UTC without saying so: "2026-08-20T09:15:00". Durations and
 * estimations are minutes.
 */
export const Task = v.looseObject({
  id: v.string(),
  name: v.fallback(v.string(), ""),
  project_id: v.string(),
  entity_id: v.string(),
  task_type_id: v.string(),
  task_status_id: v.string(),
  assignees: Ids,
  priority: number,
  difficulty: number,
  duration: v.fallback(v.number(), 0),
  estimation: v.fallback(v.number(), 0),
  completion_rate: number,
  retake_count: v.fallback(v.number(), 0),
  start_date: text,
  due_date: text,
  real_start_date: text,
  end_date: text,
  done_date: text,
  last_comment_date: text,
  last_preview_file_id: text,
  nb_drawings: number,
  description: text,
  data: Data,
  created_at: text,
  updated_at: text,
});
export type Task = v.InferOutput<typeof Task>;

/** `type` is "Shot", "Asset", "Sequence", "Episode", "Edit", "Scene", "Concept". A shot's parent is its sequence, a sequence's its episode. */
export const Entity = v.looseObject({
  id: v.string(),
  type: v.string(),
  name: v.string(),
  description: text,
  canceled: v.fallback(v.boolean(), false),
  status: text,
  nb_frames: number,
  project_id: v.string(),
  entity_type_id: v.string(),
  parent_id: text,
  source_id: text,
  preview_file_id: text,
  data: Data,
});
export type Entity = v.InferOutput<typeof Entity>;

/** A column of the studio's own. One of no department is for all of them; `task_type_id` is there for columns of tasks. */
export const Descriptor = v.object({
  name: v.string(),
  field_name: v.string(),
  entity_type: text,
  task_type_id: text,
  data_type: text,
  for_client: v.fallback(v.boolean(), false),
  departments: Ids,
});
export type Descriptor = v.InferOutput<typeof Descriptor>;

/** As `/data/projects/open` has it. `fps` is a text there. */
export const Project = v.object({
  id: v.string(),
  name: v.string(),
  code: text,
  production_type: text,
  fps: v.fallback(maybe(v.union([v.string(), v.number()])), undefined),
  resolution: text,
  ratio: text,
  /** how often a task may be sent back, 0 for as often as needed */
  max_retakes: v.fallback(v.number(), 0),
  /** the statuses its people use; all, where it names none */
  task_statuses: Ids,
  /** by status: whether clients may use it in this project, where that differs from the studio's rule */
  task_statuses_link: v.fallback(v.record(v.string(), v.object({ is_client_allowed: maybe(v.boolean()) })), {}),
  /** ids of its people */
  team: Ids,
  is_client_stats_visible: v.fallback(v.boolean(), true),
  start_date: text,
  end_date: text,
  descriptors: v.fallback(v.array(Descriptor), []),
});
export type Project = v.InferOutput<typeof Project>;

export const TaskType = v.object({
  id: v.string(),
  name: v.string(),
  color: v.fallback(v.string(), "#999999"),
  priority: number,
  for_entity: text,
  department_id: text,
});
export type TaskType = v.InferOutput<typeof TaskType>;

export const TaskStatus = v.object({
  id: v.string(),
  name: v.string(),
  short_name: v.string(),
  color: v.fallback(v.string(), "#999999"),
  priority: number,
  is_done: v.fallback(v.boolean(), false),
  is_retake: v.fallback(v.boolean(), false),
  is_feedback_request: v.fallback(v.boolean(), false),
  is_wip: v.fallback(v.boolean(), false),
  is_default: v.fallback(v.boolean(), false),
  is_artist_allowed: v.fallback(v.boolean(), true),
  is_client_allowed: v.fallback(v.boolean(), true),
  /** for tasks of concepts, and for no others */
  for_concept: v.fallback(v.boolean(), false),
  archived: v.fallback(v.boolean(), false),
});
export type TaskStatus = v.InferOutput<typeof TaskStatus>;

export const ROLES = ["admin", "manager", "supervisor", "user", "client", "vendor"] as const;
export type Role = (typeof ROLES)[number];

/** `email` is there for managers and above, and for the person. Someone whose role is new to us has the least rights there are. */
export const ZouPerson = v.object({
  id: v.string(),
  full_name: v.fallback(v.string(), ""),
  email: text,
  active: v.fallback(v.boolean(), false),
  role: v.fallback(v.picklist(ROLES), "client"),
  departments: Ids,
  is_bot: v.fallback(v.boolean(), false),
  desktop_login: text,
});
export type ZouPerson = v.InferOutput<typeof ZouPerson>;

/** One of a project's team: the project's role is there if it differs from the person's own. */
export const TeamMember = v.object({
  ...ZouPerson.entries,
  project_role: v.fallback(maybe(v.picklist(ROLES)), undefined),
});
export type TeamMember = v.InferOutput<typeof TeamMember>;

export const PreviewFile = v.looseObject({
  id: v.string(),
  revision: number,
  extension: text,
  status: text,
  /** "validated", "rejected" or "neutral" */
  validation_status: text,
  width: number,
  height: number,
  duration: number,
  task_id: text,
  created_at: text,
});
export type PreviewFile = v.InferOutput<typeof PreviewFile>;

/** What was published of an entity by the tasks of one type: a movie, a sequence of images, a cache. `path` has the extension. */
export const OutputFile = v.object({
  id: v.string(),
  path: text,
  revision: v.fallback(v.number(), 0),
  extension: text,
  canceled: v.fallback(v.boolean(), false),
  entity_id: text,
  task_type_id: text,
  updated_at: text,
});
export type OutputFile = v.InferOutput<typeof OutputFile>;

/** What somebody works on for a task. Zou makes its `path` without an extension; studios write the whole one. */
export const WorkingFile = v.object({
  id: v.string(),
  path: text,
  revision: v.fallback(v.number(), 0),
  task_id: text,
  updated_at: text,
});
export type WorkingFile = v.InferOutput<typeof WorkingFile>;

export const TimeSpent = v.object({
  task_id: v.string(),
  person_id: v.string(),
  date: v.string(),
  duration: v.number(),
});
export type TimeSpent = v.InferOutput<typeof TimeSpent>;

export const Organisation = v.object({ name: v.fallback(v.string(), ""), hours_by_day: v.fallback(v.number(), 8) });
export const Named = v.object({ id: v.string(), name: v.string() });

/** Zou sets `updated_at`, whole seconds of UTC, when somebody changes it, and never by itself. A build is a movie made of it. */
export const Playlist = v.object({
  id: v.string(),
  name: v.string(),
  project_id: v.string(),
  episode_id: text,
  updated_at: text,
  shots: v.fallback(v.array(v.unknown()), []),
  build_jobs: v.fallback(v.array(v.unknown()), []),
});
export type Playlist = v.InferOutput<typeof Playlist>;

/** Whether it is a TV show, which has episodes. */
export const isShow = (project: Project | undefined): boolean => project?.production_type === "tvshow";
