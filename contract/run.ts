// The run an answer is about, and the answer itself.
import * as v from "valibot";
import type { Reply } from "./reply.ts";

export const WIRE_VERSION = 1;

/** The most tasks one call may name. */
export const TASKS_MAX = 5_000;

/** 128 random bits in hexadecimal. Knowing it is the right to read that one run's state. */
export const RunId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

/**
 * One run: `url` is its page. What can still be done with it has an address that takes a POST with Kitsu's own fields `personid` and
 * `personemail`, and answers as an action does:
 * - `retry`: the same action with the same input, for the tasks that failed or were not tried, as a new run
 * - `undo`: takes back what the run did, until that moment in epoch milliseconds
 * - `cancel`, `pause`, `resume`: of a run that goes on, as far as it can be done now
 *
 * `follow` is how a run that goes on is followed: a GET of `url` answers how it stands, as an `Answer`; the WebSocket at `socket` says so at once
 * and at every change. The address is the right to do so.
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
export type Run = v.InferOutput<typeof Run>;

/** What the worker answers. A refusal before there is a run has no `run`. */
export type Answer = { version: typeof WIRE_VERSION; run?: Run | undefined; reply: Reply };
