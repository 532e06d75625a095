// Afanasy's answers about jobs. The server leaves out zeros, and a state is a combination of bits.
import * as v from "valibot";
import { message, type Text } from "../format/message.ts";

const count = v.optional(v.number(), 0);

/** Which machines may render it. The job's `hosts_mask_type` also applies to its blocks. */
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
  /** in seconds; absent if the user's applies */
  errors_forgive_time: v.optional(v.number()),
  running_tasks_counter: count,
  p_percentage: count,
  p_tasks_ready: count,
  p_tasks_done: count,
  p_tasks_error: count,
  p_tasks_waitrec: count,
  /** how many machines had errors, and how many of those get no more of its tasks */
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

/** A list without the entries that can't be parsed. */
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

/** A machine. Lists do not have its memory and other resources. */
export const Machine = v.object({
  name: v.string(),
  st: count,
  os: v.optional(v.string(), ""),
  /** its owner, if it renders only for them */
  user_name: v.optional(v.string(), ""),
});
export type Machine = v.InferOutput<typeof Machine>;
export const MachineList = v.object({ renders: listOf(Machine) });

export const FarmUser = v.object({ name: v.string(), errors_forgive_time: v.optional(v.number()) });
export type FarmUser = v.InferOutput<typeof FarmUser>;
export const UserList = v.object({ users: listOf(FarmUser) });

/** The answer to a submitted job. An id of 0 means that it was not accepted. */
export const Receipt = v.object({ id: v.pipe(v.number(), v.minValue(1)), serial: v.pipe(v.number(), v.minValue(1)) });
export type Receipt = v.InferOutput<typeof Receipt>;

const ErrorAnswer = v.union([
  v.pipe(
    v.object({ info: v.object({ kind: v.literal("error"), text: v.optional(v.string(), "") }) }),
    v.transform(({ info: { text } }) => text),
  ),
  v.pipe(
    v.object({ error: v.pipe(v.string(), v.minLength(1)) }),
    v.transform(({ error }) => error),
  ),
]);

/** The server's error message. Its errors can have status 200. */
export function readError(answer: unknown): Text | undefined {
  const error = v.safeParse(ErrorAnswer, answer);
  return error.success ? error.output.slice(0, 500) || message("afanasy.errorWithoutText") : undefined;
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

/** Bits of a machine's `st`. A sick machine has had only errors. */
export const MACHINE_BIT = { online: 1, nimby: 2, nimbyForAll: 4, busy: 8, paused: 256, sick: 512 } as const;
