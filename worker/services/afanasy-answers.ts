// What Afanasy's server answers about jobs. It leaves out whatever is zero, and states are bits that combine.
import * as v from "valibot";

const count = v.optional(v.number(), 0);

/** Which machines may take it. `hosts_mask_type` is the job's, and holds for its blocks as well. */
const masks = {
  hosts_mask: v.optional(v.string(), ""),
  hosts_mask_exclude: v.optional(v.string(), ""),
};

export const FarmBlock = v.object({
  ...masks,
  st: count,
  tasks_num: count,
  frame_first: v.optional(v.number()),
  frame_last: v.optional(v.number()),
  frames_inc: v.optional(v.number()),
  frames_per_task: v.optional(v.number()),
  capacity: count,
  need_memory: count,
  need_hdd: count,
  need_power: count,
  need_gpu_mem_mb: count,
  need_cpu_cores: count,
  /** in seconds; absent where it is the user's */
  errors_forgive_time: v.optional(v.number()),
  running_tasks_counter: count,
  p_percentage: count,
  p_tasks_ready: count,
  p_tasks_done: count,
  p_tasks_error: count,
  p_tasks_waitrec: count,
  /** how many machines had errors, and how many of them get no more tasks of it */
  p_error_hosts: count,
  p_avoid_hosts: count,
});
export type FarmBlock = v.InferOutput<typeof FarmBlock>;

export const FarmJob = v.object({
  ...masks,
  id: v.number(),
  serial: count,
  priority: v.optional(v.number(), 99),
  max_running_tasks: v.optional(v.number(), -1),
  max_running_tasks_per_host: v.optional(v.number(), -1),
  hosts_mask_type: v.optional(v.string(), "find"),
  need_os: v.optional(v.string(), ""),
  need_properties: v.optional(v.string(), ""),
  depend_mask: v.optional(v.string(), ""),
  depend_mask_global: v.optional(v.string(), ""),
  ignorenimby: v.optional(v.boolean(), false),
  ignorepaused: v.optional(v.boolean(), false),
  /** while it is being deleted */
  locked: v.optional(v.boolean(), false),
  name: v.optional(v.string(), ""),
  user_name: v.optional(v.string(), ""),
  host_name: v.optional(v.string(), ""),
  st: count,
  state: v.optional(v.string(), ""),
  annotation: v.optional(v.string(), ""),
  custom_data: v.optional(v.string()),
  blocks: v.optional(v.array(FarmBlock), []),
});
export type FarmJob = v.InferOutput<typeof FarmJob>;

/** A list of which one that can't be read costs itself, not all the others. */
const listOf = <T>(one: v.GenericSchema<unknown, T>) =>
  v.pipe(
    v.array(v.unknown()),
    v.transform((all) =>
      all.flatMap((each): T[] => {
        const parsed = v.safeParse(one, each);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  );

export const JobList = v.object({ jobs: listOf(FarmJob) });

/** A machine. What it has of memory and the like is in no list. */
export const Machine = v.object({
  name: v.string(),
  st: count,
  os: v.optional(v.string(), ""),
  /** whose it is, where it renders for its user alone */
  user_name: v.optional(v.string(), ""),
});
export type Machine = v.InferOutput<typeof Machine>;
export const MachineList = v.object({ renders: listOf(Machine) });

export const FarmUser = v.object({ name: v.string(), errors_forgive_time: v.optional(v.number()) });
export type FarmUser = v.InferOutput<typeof FarmUser>;
export const UserList = v.object({ users: listOf(FarmUser) });

/** What became of a job that was sent. An id of 0 is none. */
export const Receipt = v.object({ id: v.pipe(v.number(), v.minValue(1)), serial: v.pipe(v.number(), v.minValue(1)) });
export type Receipt = v.InferOutput<typeof Receipt>;

const Said = v.union([
  v.pipe(
    v.object({ info: v.object({ kind: v.literal("error"), text: v.optional(v.string(), "") }) }),
    v.transform(({ info: { text } }) => text || "an error without a text"),
  ),
  v.pipe(
    v.object({ error: v.pipe(v.string(), v.minLength(1)) }),
    v.transform(({ error }) => error),
  ),
]);

/** What is wrong, in the server's words; errors come with the status 200, too. */
export function readError(answer: unknown): string | undefined {
  const said = v.safeParse(Said, answer);
  return said.success ? said.output.slice(0, 500) : undefined;
}

/** Bits of `st`. */
export const BIT = {
  ready: 1,
  running: 2,
  waitsForDependency: 4,
  waitsForTime: 8,
  done: 16,
  error: 32,
  skipped: 256,
  paused: 512,
  previewPending: 65_536,
  errorReady: 131_072,
  waitsForReconnection: 262_144,
  suspended: 1_048_576,
} as const;

/** Bits of a machine's `st`. A sick one had nothing but errors. */
export const MACHINE_BIT = { online: 1, nimby: 2, nimbyForAll: 4, busy: 8, paused: 256, sick: 512 } as const;
