// What Afanasy's server answers about jobs. It leaves out whatever is zero, and states are bits that combine.
import * as v from "valibot";

const count = v.optional(v.number(), 0);

export const FarmBlock = v.object({
  tasks_num: count,
  frame_first: v.optional(v.number()),
  frame_last: v.optional(v.number()),
  frames_inc: v.optional(v.number()),
  p_percentage: count,
  p_tasks_done: count,
  p_tasks_error: count,
  p_tasks_waitrec: count,
});
export type FarmBlock = v.InferOutput<typeof FarmBlock>;

export const FarmJob = v.object({
  id: v.number(),
  serial: count,
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

/** One that can't be read costs itself, not all the others. */
export const JobList = v.object({
  jobs: v.pipe(
    v.array(v.unknown()),
    v.transform((jobs) =>
      jobs.flatMap((job): FarmJob[] => {
        const parsed = v.safeParse(FarmJob, job);
        return parsed.success ? [parsed.output] : [];
      }),
    ),
  ),
});

export const UserList = v.object({ users: v.array(v.unknown()) });

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
