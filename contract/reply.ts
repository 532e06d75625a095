// What the person is shown: data, never markup.
import * as v from "valibot";
import { Effect } from "./effect.ts";
import { Field } from "./field.ts";
import { skipInvalid } from "./skip-invalid.ts";

/** A link to follow. Whether its URL may be opened at all is for `isOpenable` to say. */
export const Link = v.object({ label: v.string(), url: v.string() });
export type Link = v.InferOutput<typeof Link>;

/**
 * What became of one task of the selection, or what would: `planned`. While a run goes on, a task is `waiting` or `running`, and `progress` says
 * how far. `failed` was tried, `skipped` was not. `id` is the task's id, `label` names it as Kitsu does: "SQ01 / SH010 / Animation", behind the project
 * and the episode where they differ within the selection. `retry`: trying again may help; absent, that is so of what failed, and not of what was skipped.
 */
export const Outcome = v.object({
  id: v.string(),
  label: v.string(),
  state: v.picklist(["done", "skipped", "failed", "planned", "waiting", "running"]),
  reason: v.optional(v.string()),
  retry: v.fallback(v.optional(v.boolean()), undefined),
  progress: v.optional(v.object({ done: v.number(), total: v.number() })),
  link: v.optional(Link),
});
export type Outcome = v.InferOutput<typeof Outcome>;

/** Text in rows and columns. A row has as many cells as there are columns. */
export const Table = v.object({
  title: v.optional(v.string()),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.union([v.string(), v.number(), v.null()]))),
});
export type Table = v.InferOutput<typeof Table>;

/**
 * Numbers to draw: data, never markup. Each series has a value, or none, for each label; `unit` is what the values count. `bars` stand
 * side by side and a `stack` upon each other, one a label; a `line` goes from label to label.
 */
export const Chart = v.object({
  title: v.string(),
  kind: v.picklist(["bars", "stack", "line"]),
  unit: v.optional(v.string()),
  labels: v.array(v.string()),
  series: v.array(
    v.object({ name: v.string(), color: v.optional(v.string()), values: v.array(v.union([v.number(), v.null()])) }),
  ),
});
export type Chart = v.InferOutput<typeof Chart>;

const shown = { title: v.string(), text: v.optional(v.string()), links: v.optional(skipInvalid(Link)) };
const outcomes = v.optional(skipInvalid(Outcome));

/** The action ran to its end. `document` is a whole HTML document of the studio's own server: shown in a sandboxed frame or not at all. */
export const Done = v.object({
  kind: v.literal("done"),
  severity: v.fallback(v.picklist(["success", "info", "warning"]), "info"),
  ...shown,
  outcomes,
  tables: v.optional(skipInvalid(Table)),
  charts: v.optional(skipInvalid(Chart)),
  effects: v.optional(skipInvalid(Effect)),
  document: v.optional(v.string()),
});
export type Done = v.InferOutput<typeof Done>;

/**
 * The action needs an answer before it runs. Without fields it asks for a yes alone.
 * - `submit`: the button's text; `dangerous`: what can't be taken back
 * - `problem`: what is wrong with the answer as a whole; what is wrong with one field is the field's `error`
 * - `tasks`: for how many it asks, and what the first of them are called. The worker says so, whoever asks
 * - `outcomes`: what would happen to each task
 * - `form`, `plan`: to be sent back with the answer, beside `input`, as they are: which action asked, and what the person agreed to
 */
export const Ask = v.object({
  kind: v.literal("ask"),
  ...shown,
  fields: v.optional(skipInvalid(Field), []),
  submit: v.optional(v.string(), "OK"),
  dangerous: v.optional(v.boolean()),
  problem: v.optional(v.string()),
  tasks: v.optional(v.object({ count: v.number(), names: v.array(v.string()) })),
  outcomes,
  form: v.optional(v.string()),
  plan: v.optional(v.string()),
});
export type Ask = v.InferOutput<typeof Ask>;

/** How far a long run is, in whatever units it counts. `left`: seconds to go, once that can be told. */
export const Progress = v.object({
  done: v.number(),
  total: v.number(),
  text: v.optional(v.string()),
  left: v.optional(v.number()),
});
export type Progress = v.InferOutput<typeof Progress>;

/** The action goes on after this answer. `picture` is the newest thing to look at, an address of the worker's. */
export const Started = v.object({
  kind: v.literal("started"),
  ...shown,
  progress: v.optional(Progress),
  outcomes,
  picture: v.optional(v.string()),
});
export type Started = v.InferOutput<typeof Started>;

/**
 * Nothing, or not everything, was done. `text` says what happened, `advice` what the person can do about it, `retry` whether the
 * same call may work later, `field` which field of the call is at fault.
 */
export const Failed = v.object({
  kind: v.literal("failed"),
  code: v.string(),
  ...shown,
  advice: v.optional(v.string()),
  retry: v.optional(v.boolean()),
  field: v.optional(v.string()),
  outcomes,
});
export type Failed = v.InferOutput<typeof Failed>;

/** What the person is shown: data, never markup. */
export const Reply = v.variant("kind", [Done, Ask, Started, Failed]);
export type Reply = v.InferOutput<typeof Reply>;
