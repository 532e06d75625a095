// The run that an answer is about.
import * as v from "valibot";

export const WIRE_VERSION = 1;

/** The most tasks that one call may have. */
export const TASKS_MAX = 5_000;

/** 128 random bits in hexadecimal. Whoever knows the id may read the state of that run. */
export const RunId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

/**
 * One run; `url` is its page. Each operation that is possible now has an address that takes a POST
 * with Kitsu's own fields `personid` and `personemail`, and answers as an action does:
 * - `retry`: the same action and input for the tasks that failed or were not tried, as a new run
 * - `undo`: reverts what the run did; possible until then, in epoch milliseconds
 * - `cancel`, `pause`, `resume`: control a run in progress
 *
 * `follow` reports the state of a run in progress: a GET of `url` answers an `Answer`, the
 * WebSocket at `socket` sends one at once and at every change, and answers "ping" with "pong".
 * Whoever has the address may follow the run.
 */
export const Run = v.object({
  id: RunId,
  url: v.string(),
  retry: v.optional(v.string()),
  undo: v.optional(v.object({ url: v.string(), until: v.number(), label: v.optional(v.string()) })),
  cancel: v.optional(v.string()),
  pause: v.optional(v.string()),
  resume: v.optional(v.string()),
  follow: v.optional(v.object({ url: v.string(), socket: v.string() })),
});
/** @interface */
export type Run = v.InferOutput<typeof Run>;
