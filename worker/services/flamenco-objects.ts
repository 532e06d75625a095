// What Flamenco's manager gives, as far as we use it, in its own names: 3.5 to 3.9.
import * as v from "valibot";

export const JOB_STATUSES = [
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

/** What a status can be asked to become. */
export type AskedStatus = "cancel-requested" | "pause-requested" | "requeueing";

/** The steps are there since 3.8, and count frames where Blender renders; what has no steps is one. */
export const FlamencoJob = v.object({
  id: v.string(),
  // One that is not known yet must not keep all the others from being read.
  status: v.fallback(v.picklist(JOB_STATUSES), "under-construction"),
  activity: v.fallback(v.string(), ""),
  metadata: v.fallback(v.record(v.string(), v.string()), {}),
  settings: v.fallback(v.object({ frames: v.string() }), { frames: "" }),
  steps_completed: v.fallback(v.number(), 0),
  steps_total: v.fallback(v.number(), 0),
});
export type FlamencoJob = v.InferOutput<typeof FlamencoJob>;

/** What is not there is no list: an answer of something else would mean that all jobs were deleted. */
export const JobList = v.object({ jobs: v.nullable(v.array(FlamencoJob), []) });
export const TaskList = v.object({ tasks: v.nullish(v.array(v.object({ id: v.string(), status: v.string() })), []) });
export const Version = v.object({ version: v.string() });
export const LastRendered = v.object({ base: v.string(), suffixes: v.array(v.string()) });

/** `visible` was a boolean before it told where; `propargs` is for Blender, and whatever the script of the type wrote. */
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
  /** null where a type has none */
  settings: v.nullish(v.array(JobSetting), []),
});
export type JobTypeInfo = v.InferOutput<typeof JobTypeInfo>;

/** What is submitted. */
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
