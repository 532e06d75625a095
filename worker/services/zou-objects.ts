// The members of Zou's answers that are used here, under Zou's own names. Members that older
// servers (0.20, 1.0) lack are optional, and null becomes undefined.
import * as v from "valibot";
import { readDecimal } from "../format/decimal.ts";

const maybe = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
export const maybeText = maybe(v.string());
const number = maybe(v.number());
const Ids = v.fallback(v.array(v.string()), []);
/** Custom columns: numbers, numbers as text, empty text, null. */
const Data = v.fallback(v.record(v.string(), v.unknown()), {});

/** A number from a studio's column, which may hold a number, text or nothing. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === "string" ? readDecimal(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/**
 * Frames per second. Zou writes three decimals, "25.000", so a point is always a decimal point
 * here.
 */
export function readRate(value: unknown): number | undefined {
  const rate = typeof value === "string" && /^\d+\.\d+$/.test(value.trim()) ? Number(value) : readNumber(value);
  return rate !== undefined && rate > 0 && rate <= 1_000 ? rate : undefined;
}

/**
 * Loose, like Entity and PreviewFile: the debug page also shows members that are not listed here.
 * Datetimes are in UTC, without a time zone: "2026-08-20T09:15:00". Durations and estimations are
 * in minutes.
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
  start_date: maybeText,
  due_date: maybeText,
  real_start_date: maybeText,
  end_date: maybeText,
  done_date: maybeText,
  last_comment_date: maybeText,
  last_preview_file_id: maybeText,
  nb_drawings: number,
  description: maybeText,
  data: Data,
  created_at: maybeText,
  updated_at: maybeText,
});
/** @interface */
export type Task = v.InferOutput<typeof Task>;

/**
 * `type` is "Shot", "Asset", "Sequence", "Episode", "Edit", "Scene" or "Concept". The parent of a
 * shot is its sequence, the parent of a sequence its episode.
 */
export const Entity = v.looseObject({
  id: v.string(),
  type: v.string(),
  name: v.string(),
  description: maybeText,
  canceled: v.fallback(v.boolean(), false),
  status: maybeText,
  nb_frames: number,
  project_id: v.string(),
  entity_type_id: v.string(),
  parent_id: maybeText,
  source_id: maybeText,
  preview_file_id: maybeText,
  data: Data,
});
/** @interface */
export type Entity = v.InferOutput<typeof Entity>;

/**
 * A custom column. Without departments it is for all of them. Only columns of tasks have
 * `task_type_id`.
 */
export const Descriptor = v.object({
  name: v.string(),
  field_name: v.string(),
  entity_type: maybeText,
  task_type_id: maybeText,
  data_type: maybeText,
  for_client: v.fallback(v.boolean(), false),
  departments: Ids,
});
/** @interface */
export type Descriptor = v.InferOutput<typeof Descriptor>;

/** From `/data/projects/open`, where `fps` is text. */
export const Project = v.object({
  id: v.string(),
  name: v.string(),
  code: maybeText,
  production_type: maybeText,
  fps: v.fallback(maybe(v.union([v.string(), v.number()])), undefined),
  resolution: maybeText,
  ratio: maybeText,
  /** how often a task may be sent back; 0: no limit */
  max_retakes: v.fallback(v.number(), 0),
  /** the statuses that the project uses; empty: all */
  task_statuses: Ids,
  /**
   * by status id: whether clients may use it in this project, if that differs from the studio's
   * rule
   */
  task_statuses_link: v.fallback(v.record(v.string(), v.object({ is_client_allowed: maybe(v.boolean()) })), {}),
  /** ids of persons */
  team: Ids,
  is_client_stats_visible: v.fallback(v.boolean(), true),
  start_date: maybeText,
  end_date: maybeText,
  descriptors: v.fallback(v.array(Descriptor), []),
});
/** @interface */
export type Project = v.InferOutput<typeof Project>;

export const TaskType = v.object({
  id: v.string(),
  name: v.string(),
  color: v.fallback(v.string(), "#999999"),
  priority: number,
  for_entity: maybeText,
  department_id: maybeText,
});
/** @interface */
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
  /** only for tasks of concepts */
  for_concept: v.fallback(v.boolean(), false),
  archived: v.fallback(v.boolean(), false),
});
/** @interface */
export type TaskStatus = v.InferOutput<typeof TaskStatus>;

export const ROLES = ["admin", "manager", "supervisor", "user", "client", "vendor"] as const;
/** "user" is an artist. @useDeclaredType */
export type Role = (typeof ROLES)[number];

/**
 * Only managers, administrators and the person see `email`. An unknown role counts as "client",
 * which has the fewest rights.
 */
export const ZouPerson = v.object({
  id: v.string(),
  full_name: v.fallback(v.string(), ""),
  email: maybeText,
  active: v.fallback(v.boolean(), false),
  role: v.fallback(v.picklist(ROLES), "client"),
  departments: Ids,
  is_bot: v.fallback(v.boolean(), false),
  desktop_login: maybeText,
  locale: maybeText,
  timezone: maybeText,
});
/** @interface */
export type ZouPerson = v.InferOutput<typeof ZouPerson>;

/** `project_role` is only there if it differs from the person's own role. */
export const TeamMember = v.object({
  ...ZouPerson.entries,
  project_role: v.fallback(maybe(v.picklist(ROLES)), undefined),
});
/** @interface */
export type TeamMember = v.InferOutput<typeof TeamMember>;

export const PreviewFile = v.looseObject({
  id: v.string(),
  revision: number,
  extension: maybeText,
  status: maybeText,
  /** "validated", "rejected" or "neutral" */
  validation_status: maybeText,
  width: number,
  height: number,
  duration: number,
  task_id: maybeText,
  created_at: maybeText,
});
/** @interface */
export type PreviewFile = v.InferOutput<typeof PreviewFile>;

export const Organisation = v.object({ name: v.fallback(v.string(), ""), hours_by_day: v.fallback(v.number(), 8) });
export const Named = v.object({ id: v.string(), name: v.string() });

/**
 * `updated_at`, in whole seconds of UTC, only changes when someone changes the playlist. A build
 * job makes a movie of it.
 */
export const Playlist = v.object({
  id: v.string(),
  name: v.string(),
  project_id: v.string(),
  episode_id: maybeText,
  updated_at: maybeText,
  shots: v.fallback(v.array(v.unknown()), []),
  build_jobs: v.fallback(v.array(v.unknown()), []),
});
export type Playlist = v.InferOutput<typeof Playlist>;

/** Only TV shows have episodes. */
export const isShow = (project: Project | undefined): boolean => project?.production_type === "tvshow";
