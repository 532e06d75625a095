// Checks a job before it is sent to Afanasy's server. Version 3.4 crashes, with everything that
// runs on it, at a job without blocks or a user, or with a block that has neither frames nor tasks.
// The schema leaves out members whose commands run on the server itself.
import * as v from "valibot";
import { type Message, message } from "../format/message.ts";
import { readSettingProblem, settingProblem } from "../format/setting-problem.ts";

/** The server's integers have 32 bits. */
const INTEGER_MAX = 2_147_483_647;
/** The server keeps every task in memory. */
export const TASKS_MAX = 100_000;
/**
 * The server names a folder after the job, with numbers before and after the name. File systems
 * allow 255 bytes.
 */
export const NAME_MAX_BYTES = 200;

const Text = v.pipe(
  v.string(settingProblem("afanasyJob.text")),
  v.check((text) => !text.includes("\0"), settingProblem("afanasyJob.nul")),
);
const Filled = v.pipe(Text, v.minLength(1, settingProblem("afanasyJob.empty")));
const Integer = v.pipe(
  v.number(settingProblem("afanasyJob.number")),
  v.integer(settingProblem("afanasyJob.integer")),
  v.minValue(-INTEGER_MAX, settingProblem("afanasyJob.tooSmall")),
  v.maxValue(INTEGER_MAX, settingProblem("afanasyJob.tooLarge")),
);
const atLeast = (least: number) => v.pipe(Integer, v.minValue(least, settingProblem("afanasyJob.least", { least })));
/** The server stores this in a signed byte: 200 would become -56. */
const Byte = v.pipe(atLeast(0), v.maxValue(127, settingProblem("afanasyJob.most", { most: 127 })));
/**
 * The server writes these into its answers without escaping them. A wrong character would make its
 * list of jobs unreadable.
 */
const Bare = v.pipe(Filled, v.regex(/^[^"\\\p{Cc}]+$/u, settingProblem("afanasyJob.bare")));
const Plain = v.pipe(Filled, v.regex(/^[\w.-]{1,100}$/, settingProblem("afanasyJob.plain")));

/** What a studio may set for a block, besides what it renders. */
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

/** Words, one of which starts the machine's name; or a regular expression for the whole name. */
const Mask = v.pipe(Filled, v.maxLength(1_000, settingProblem("afanasyJob.tooLong", { most: 1_000 })));
/** Words, one of which a machine must have. Not a pattern. */
const Need = v.pipe(
  Filled,
  v.maxLength(1_000, settingProblem("afanasyJob.tooLong", { most: 1_000 })),
  v.regex(/^[^\\^$*+?()[\]{}]*$/, settingProblem("afanasyJob.literal")),
);
/** With 0 the server would accept the job and never render it. */
const Limit = v.pipe(
  atLeast(-1),
  v.check((limit) => limit !== 0, settingProblem("afanasyJob.zeroLimit")),
);

/** What a studio may set for a job. */
export const JobLimits = v.strictObject({
  max_running_tasks: v.optional(Limit),
  max_running_tasks_per_host: v.optional(Limit),
  hosts_mask: v.optional(Mask),
  hosts_mask_exclude: v.optional(Mask),
  hosts_mask_type: v.optional(v.picklist(["find", "regex"], settingProblem("afanasyJob.maskType"))),
  need_os: v.optional(Need),
  need_properties: v.optional(Need),
  time_life: v.optional(atLeast(1)),
  pools: v.optional(v.record(Bare, atLeast(0))),
});

/**
 * A mask that the server can't read. The server accepts it silently, and no machine renders the
 * job.
 */
export function findUnreadableMask(
  job: v.InferOutput<typeof JobLimits>,
): "hosts_mask" | "hosts_mask_exclude" | undefined {
  if (job.hosts_mask_type === "find") return undefined;
  return (["hosts_mask", "hosts_mask_exclude"] as const).find((name) => !isReadable(job[name] ?? ""));
}

/** The server uses C++'s regular expressions: ECMAScript of 2011, without later additions. */
function isReadable(mask: string): boolean {
  if (/\(\?(<|[a-z-])|\\[pPk]/.test(mask)) return false;
  try {
    return RegExp(mask) !== null;
  } catch {
    return false;
  }
}

/** A bit of a block's flags: its tasks are numbered frames. */
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
      v.check((flags) => (flags & NUMERIC) !== 0, settingProblem("afanasyJob.noNumericFlag")),
    ),
    frame_first: Integer,
    frame_last: Integer,
    frames_per_task: atLeast(1),
    frames_inc: atLeast(1),
  }),
  v.check(({ frame_first, frame_last }) => frame_first <= frame_last, settingProblem("afanasyJob.endsBeforeStart")),
  v.check(
    (block) => countBlockTasks(block) <= TASKS_MAX,
    settingProblem("afanasyJob.tooManyTasks", { most: TASKS_MAX }),
  ),
);

const Tasks = v.strictObject({
  ...common,
  flags: v.optional(
    v.pipe(
      Integer,
      v.check((flags) => (flags & NUMERIC) === 0, settingProblem("afanasyJob.numericFlagAndTasks")),
    ),
  ),
  tasks: v.pipe(
    v.array(
      v.strictObject({ name: Filled, command: Filled, files: v.optional(v.array(Filled)) }),
      settingProblem("afanasyJob.list"),
    ),
    v.minLength(1, settingProblem("afanasyJob.empty")),
    v.maxLength(TASKS_MAX, settingProblem("afanasyJob.tooManyTasks", { most: TASKS_MAX })),
  ),
});

/** A block has either tasks or frames. */
const Block = v.lazy((value) => (typeof value === "object" && value !== null && "tasks" in value ? Tasks : Frames));

export const AfanasyJob = v.strictObject({
  ...JobLimits.entries,
  name: v.pipe(Filled, v.maxBytes(NAME_MAX_BYTES, settingProblem("afanasyJob.tooManyBytes", { most: NAME_MAX_BYTES }))),
  user_name: Plain,
  host_name: Plain,
  blocks: v.pipe(v.array(Block, settingProblem("afanasyJob.list")), v.minLength(1, settingProblem("afanasyJob.empty"))),
  priority: v.optional(v.pipe(atLeast(0), v.maxValue(250, settingProblem("afanasyJob.most", { most: 250 })))),
  offline: v.optional(v.boolean(settingProblem("afanasyJob.boolean"))),
  description: v.optional(Text),
  annotation: v.optional(Text),
  custom_data: v.optional(Text),
  project: v.optional(Text),
  department: v.optional(Text),
  branch: v.optional(v.pipe(Text, v.regex(/^\/[\w./-]*$/, settingProblem("afanasyJob.noSlash")))),
  folders: v.optional(v.record(Bare, Text)),
});
export type AfanasyJob = v.InferOutput<typeof AfanasyJob>;

export const countBlockTasks = (block: {
  frame_first: number;
  frame_last: number;
  frames_per_task: number;
  frames_inc: number;
}) => Math.ceil((Math.floor((block.frame_last - block.frame_first) / block.frames_inc) + 1) / block.frames_per_task);

/** Why this must not be sent as a job; undefined if it may be sent. */
export function validateJob(job: unknown): Message | undefined {
  const parsed = v.safeParse(AfanasyJob, job);
  if (parsed.success) {
    const mask = findUnreadableMask(parsed.output);
    return mask && message("afanasyJob.unreadableMask", { name: `job.${mask}` });
  }
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  return explain(issue, path === null ? "job" : `job.${path}`);
}

/** A schema without a message of its own is that of an object. */
function explain({ expected, received, message: problem }: v.BaseIssue<unknown>, name: string): Message {
  if (expected === "never") return message("afanasyJob.unknown", { name });
  if (received === "undefined") return message("afanasyJob.missing", { name });
  return readSettingProblem(problem, name) ?? message("afanasyJob.object", { name });
}
