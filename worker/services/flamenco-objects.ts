// The members of the manager's answers that are used here, under Flamenco's own names: 3.5 to 3.9.
import * as v from "valibot";

const JOB_STATUSES = [
  "queued",
  "active",
  "paused",
  "pause-requested",
  "cancel-requested",
  "canceled",
  "completed",
  "failed",
  "requeueing",
  "under-construction",
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** The statuses that can be requested. */
export type AskedStatus = "cancel-requested" | "pause-requested" | "requeueing";

/**
 * Steps exist since 3.8, and count frames if Blender renders. A task without steps counts as one.
 */
export const FlamencoJob = v.object({
  id: v.string(),
  // A status of a later Flamenco must not make the whole list unreadable.
  status: v.fallback(v.picklist(JOB_STATUSES), "under-construction"),
  activity: v.fallback(v.string(), ""),
  // When its status was last set, with fractions of a second.
  updated: v.fallback(v.string(), ""),
  metadata: v.fallback(v.record(v.string(), v.string()), {}),
  type: v.fallback(v.string(), ""),
  settings: v.fallback(
    v.object({ frames: v.fallback(v.string(), ""), chunk_size: v.fallback(v.optional(v.number()), undefined) }),
    { frames: "", chunk_size: undefined },
  ),
  worker_tag: v.fallback(v.optional(v.string()), undefined),
  steps_completed: v.fallback(v.number(), 0),
  steps_total: v.fallback(v.number(), 0),
});
export type FlamencoJob = v.InferOutput<typeof FlamencoJob>;

/**
 * `jobs` is required: without it, an answer of another server would mean that all jobs were
 * deleted.
 */
export const JobList = v.object({ jobs: v.nullable(v.array(FlamencoJob), []) });

const TASK_STATUSES = ["queued", "active", "canceled", "completed", "failed", "soft-failed", "paused"] as const;
export const FlamencoTask = v.object({
  id: v.string(),
  name: v.fallback(v.string(), ""),
  // An unknown status counts as neither running nor finished.
  status: v.fallback(v.picklist(TASK_STATUSES), "queued"),
  task_type: v.fallback(v.string(), ""),
  steps_completed: v.fallback(v.number(), 0),
  steps_total: v.fallback(v.number(), 0),
});
export type FlamencoTask = v.InferOutput<typeof FlamencoTask>;
export const TaskList = v.object({ tasks: v.nullish(v.array(FlamencoTask), []) });

const Named = v.object({ id: v.string(), name: v.fallback(v.string(), "") });
/** Members that lists of tasks do not have. */
export const TaskDetail = v.object({
  activity: v.fallback(v.string(), ""),
  failed_by_workers: v.fallback(v.nullish(v.array(Named), []), []),
});
export type TaskDetail = v.InferOutput<typeof TaskDetail>;

export const Machine = v.object({
  id: v.string(),
  name: v.fallback(v.string(), ""),
  status: v.fallback(v.string(), ""),
});
export type Machine = v.InferOutput<typeof Machine>;
export const MachineList = v.object({ workers: v.nullish(v.array(Machine), []) });
/** `task` is its current or last task. */
export const MachineDetail = v.object({
  ...Machine.entries,
  supported_task_types: v.fallback(v.nullish(v.array(v.string()), []), []),
  tags: v.fallback(v.nullish(v.array(Named), []), []),
  task: v.fallback(v.nullish(v.object({ status: v.string() })), undefined),
});
export type MachineDetail = v.InferOutput<typeof MachineDetail>;
export const TagList = v.object({ tags: v.nullish(v.array(Named), []) });
/** null if no machine is blocked */
export const Blocklist = v.nullish(v.array(v.object({ worker_id: v.string(), task_type: v.string() })), []);
/** `isFirstRun`: Flamenco has not been set up, and renders nothing. */
export const Configuration = v.object({ isFirstRun: v.fallback(v.boolean(), false) });

export const Version = v.object({ version: v.string() });
export const LastRendered = v.object({ base: v.string(), suffixes: v.array(v.string()) });

/**
 * `visible` is a boolean in older versions, later the place where it is visible. `propargs` is
 * meant for Blender, and holds whatever the job type's script wrote.
 */
export const JobSetting = v.object({
  key: v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/)),
  type: v.picklist(["string", "int32", "float", "bool"]),
  label: v.optional(v.string()),
  subtype: v.optional(v.string()),
  choices: v.optional(v.array(v.string())),
  propargs: v.fallback(v.optional(v.object({ min: v.optional(v.number()), max: v.optional(v.number()) })), undefined),
  description: v.optional(v.string()),
  default: v.optional(v.union([v.string(), v.number(), v.boolean()])),
  visible: v.fallback(v.optional(v.union([v.boolean(), v.string()])), undefined),
  required: v.fallback(v.boolean(), false),
  editable: v.fallback(v.boolean(), true),
});
export type JobSetting = v.InferOutput<typeof JobSetting>;

export const JobTypeInfo = v.object({
  name: v.string(),
  label: v.fallback(v.string(), ""),
  etag: v.optional(v.string()),
  /** null if the type has none */
  settings: v.nullish(v.array(JobSetting), []),
});
export type JobTypeInfo = v.InferOutput<typeof JobTypeInfo>;
export const JobTypeList = v.object({ job_types: v.array(v.object({ name: v.string() })) });

export type SubmittedJob = {
  name: string;
  type: string;
  type_etag?: string | undefined;
  priority: number;
  submitter_platform: string;
  settings: Record<string, string | number | boolean>;
  metadata: Record<string, string>;
  worker_tag?: string | undefined;
};
