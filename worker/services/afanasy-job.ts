// A job as Afanasy's server takes it. Its 3.4 ends, with all that runs on it, at a job without blocks, without a user, or with a block that has
// neither frames nor tasks: what this schema does not pass is never sent. It has no member for what would run on the server itself.
import * as v from "valibot";

/** The server's integers are of 32 bits. */
const INTEGER_MAX = 2_147_483_647;
/** A task is a line in the server's memory. */
export const TASKS_MAX = 100_000;
/** The server makes a folder of a job's name, with its number before it, and one behind it where the name is taken. File systems have 255. */
export const NAME_MAX_BYTES = 200;

const Text = v.pipe(
  v.string("must be a text"),
  v.check((text) => !text.includes("\0"), "has a NUL"),
);
const Filled = v.pipe(Text, v.minLength(1, "is empty"));
const Integer = v.pipe(
  v.number("must be a number"),
  v.integer("must be an integer"),
  v.minValue(-INTEGER_MAX, "is too small"),
  v.maxValue(INTEGER_MAX, "is too large"),
);
const atLeast = (least: number) => v.pipe(Integer, v.minValue(least, `must be at least ${least}`));
/** Kept in a byte with a sign: 200 would be -56. */
const Byte = v.pipe(atLeast(0), v.maxValue(127, "must be at most 127"));
/** The server writes these into its answers without escaping them, and from then on nobody can read its list of jobs. */
const Bare = v.pipe(Filled, v.regex(/^[^"\\\p{Cc}]+$/u, 'has \'"\', "\\" or a control character'));
const Plain = v.pipe(
  Filled,
  v.regex(/^[\w.-]{1,100}$/, 'may have letters, digits, "_", "." and "-" only, a hundred at most'),
);

/** What a studio may set of a block, beside what it renders. */
export const BlockLimits = v.strictObject({
  capacity: v.optional(atLeast(1)),
  need_memory: v.optional(atLeast(0)),
  need_hdd: v.optional(atLeast(0)),
  need_power: v.optional(atLeast(0)),
  need_gpu_mem_mb: v.optional(atLeast(0)),
  need_cpu_cores: v.optional(atLeast(0)),
  errors_retries: v.optional(Byte),
  errors_avoid_host: v.optional(Byte),
  errors_task_same_host: v.optional(Byte),
  errors_forgive_time: v.optional(atLeast(0)),
  task_max_run_time: v.optional(atLeast(0)),
  task_min_run_time: v.optional(atLeast(0)),
  sequential: v.optional(Integer),
  environment: v.optional(v.record(Bare, Text)),
  tickets: v.optional(v.record(Bare, atLeast(0))),
});

/** Words of which one begins a machine's name; as a regular expression it is for all of the name. */
const Mask = v.pipe(Filled, v.maxLength(1_000, "has more than 1000 characters"));
/** Words of which one is in what a machine has. There are no patterns for it. */
const Need = v.pipe(
  Filled,
  v.maxLength(1_000, "has more than 1000 characters"),
  v.regex(/^[^\\^$*+?()[\]{}]*$/, "is looked for as it is written: Afanasy knows no regular expressions there"),
);
/** With 0 the server would keep it and never render any of it. */
const Limit = v.pipe(
  atLeast(-1),
  v.check((limit) => limit !== 0, "must not be 0, for Afanasy would never render it"),
);

/** What a studio may set of a job. */
export const JobLimits = v.strictObject({
  max_running_tasks: v.optional(Limit),
  max_running_tasks_per_host: v.optional(Limit),
  hosts_mask: v.optional(Mask),
  hosts_mask_exclude: v.optional(Mask),
  hosts_mask_type: v.optional(v.picklist(["find", "regex"], 'must be "find" or "regex"')),
  need_os: v.optional(Need),
  need_properties: v.optional(Need),
  time_life: v.optional(atLeast(1)),
  pools: v.optional(v.record(Bare, atLeast(0))),
});

/** Which of its masks the server could not read. It says nothing of that: the job is rendered nowhere. */
export function findUnreadableMask(
  job: v.InferOutput<typeof JobLimits>,
): "hosts_mask" | "hosts_mask_exclude" | undefined {
  if (job.hosts_mask_type === "find") return undefined;
  return (["hosts_mask", "hosts_mask_exclude"] as const).find((name) => !isReadable(job[name] ?? ""));
}

/** ECMAScript's of 2011, which is C++'s: what came later is no expression there. */
function isReadable(mask: string): boolean {
  if (/\(\?(<|[a-z-])|\\[pPk]/.test(mask)) return false;
  try {
    return RegExp(mask) !== null;
  } catch {
    return false;
  }
}

/** "1 = numeric" of the server's bits. */
export const NUMERIC = 1;

const common = {
  ...BlockLimits.entries,
  name: Bare,
  service: Bare,
  parser: v.optional(Bare),
  command: Filled,
  working_directory: v.optional(Filled),
  files: v.optional(v.array(Filled)),
  tasks_name: v.optional(Bare),
  custom_data: v.optional(Bare),
};

const Frames = v.pipe(
  v.strictObject({
    ...common,
    flags: v.pipe(
      Integer,
      v.check((flags) => (flags & NUMERIC) !== 0, "must have the numeric flag"),
    ),
    frame_first: Integer,
    frame_last: Integer,
    frames_per_task: atLeast(1),
    frames_inc: atLeast(1),
  }),
  v.check(({ frame_first, frame_last }) => frame_first <= frame_last, "ends before its first frame"),
  v.check((block) => countTasks(block) <= TASKS_MAX, `has more than ${TASKS_MAX} tasks`),
);

const Tasks = v.strictObject({
  ...common,
  flags: v.optional(
    v.pipe(
      Integer,
      v.check((flags) => (flags & NUMERIC) === 0, "has the numeric flag and tasks"),
    ),
  ),
  tasks: v.pipe(
    v.array(v.strictObject({ name: Filled, command: Filled, files: v.optional(v.array(Filled)) }), "must be a list"),
    v.minLength(1, "is empty"),
    v.maxLength(TASKS_MAX, `has more than ${TASKS_MAX} tasks`),
  ),
});

/** It has tasks of its own, or frames: one of both, always. */
const Block = v.lazy((value) => (typeof value === "object" && value !== null && "tasks" in value ? Tasks : Frames));

export const AfanasyJob = v.strictObject({
  ...JobLimits.entries,
  name: v.pipe(Filled, v.maxBytes(NAME_MAX_BYTES, `has more than ${NAME_MAX_BYTES} bytes`)),
  user_name: Plain,
  host_name: Plain,
  blocks: v.pipe(v.array(Block, "must be a list"), v.minLength(1, "is empty")),
  priority: v.optional(v.pipe(atLeast(0), v.maxValue(250, "must be at most 250"))),
  offline: v.optional(v.boolean("must be true or false")),
  description: v.optional(Text),
  annotation: v.optional(Text),
  custom_data: v.optional(Text),
  project: v.optional(Text),
  department: v.optional(Text),
  branch: v.optional(v.pipe(Text, v.regex(/^\/[\w./-]*$/, 'must begin with "/"'))),
  folders: v.optional(v.record(Bare, Text)),
});
export type AfanasyJob = v.InferOutput<typeof AfanasyJob>;

export const countTasks = (block: {
  frame_first: number;
  frame_last: number;
  frames_per_task: number;
  frames_inc: number;
}) => Math.ceil((Math.floor((block.frame_last - block.frame_first) / block.frames_inc) + 1) / block.frames_per_task);

/** Why this may not be sent as a job. Nothing: it may. */
export function refuseJob(job: unknown): string | undefined {
  const parsed = v.safeParse(AfanasyJob, job);
  if (parsed.success) {
    const mask = findUnreadableMask(parsed.output);
    return mask && `job.${mask} is no regular expression that the server reads`;
  }
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  return `${path === null ? "job" : `job.${path}`} ${explain(issue)}`;
}

function explain({ expected, received, message }: v.BaseIssue<unknown>): string {
  if (expected === "never") return "is not known";
  if (received === "undefined") return "is missing";
  return message.startsWith("Invalid")
    ? `must be ${expected === "Object" ? "an object" : (expected ?? "something else")}`
    : message;
}
