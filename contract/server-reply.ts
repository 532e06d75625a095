// What a studio's own server may answer or report beside a Reply: buttons for its run.
import * as v from "valibot";
import { Ask, Done, Failed, PLAN_MAX_CHARS, Started } from "./reply.ts";
import { skipInvalid } from "./skip-invalid.ts";

/** An undo is offered for a week at most. */
export const UNDO_MAX_S = 7 * 86_400;

/** What the server can do with its run. `pause` includes resuming it. */
export const ServerControl = v.picklist(["cancel", "pause"]);
export type ServerControl = v.InferOutput<typeof ServerControl>;

/**
 * The run continues.
 * - `controls`: the buttons it has now. If a report does not say it, they stay as they are.
 * - `paused`: whether it is paused; the button then resumes it
 */
export const ServerStarted = v.object({
  ...Started.entries,
  controls: v.optional(skipInvalid(ServerControl)),
  paused: v.optional(v.boolean()),
});
export type ServerStarted = v.InferOutput<typeof ServerStarted>;

/**
 * Offers to undo the run.
 * - `seconds`: for how long
 * - `label`: the button's text
 * - `data`: any JSON up to 16 kB; it is sent back with the undo
 */
export const ServerUndo = v.object({
  seconds: v.pipe(v.number(), v.minValue(1), v.maxValue(UNDO_MAX_S)),
  label: v.optional(v.pipe(v.string(), v.maxLength(80))),
  data: v.optional(v.unknown()),
});
export type ServerUndo = v.InferOutput<typeof ServerUndo>;

/** The run has finished. */
export const ServerDone = v.object({ ...Done.entries, undo: v.optional(ServerUndo) });
export type ServerDone = v.InferOutput<typeof ServerDone>;

/**
 * The server needs an answer: the call arrives again, with it. At most 200 fields, each with a
 * value of at most 20,000 characters, or a list of 5,000: more would not come back.
 * - `plan`: comes back unchanged, at most 200 characters
 */
export const ServerAsk = v.object({
  ...Ask.entries,
  plan: v.optional(v.pipe(v.string(), v.maxLength(PLAN_MAX_CHARS))),
});
export type ServerAsk = v.InferOutput<typeof ServerAsk>;

/** What a studio's server answers to a call, a control or an undo. A report is never an `ask`. */
export const ServerReply = v.union([ServerDone, ServerAsk, ServerStarted, Failed]);
export type ServerReply = v.InferOutput<typeof ServerReply>;
