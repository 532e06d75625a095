// The replies that the person sees. They are data, never markup.
import * as v from "valibot";
import { Effect } from "./effect.ts";
import { Field } from "./field.ts";
import { skipInvalid } from "./skip-invalid.ts";

/** `isOpenable` decides whether the URL may be opened. */
export const Link = v.object({ label: v.string(), url: v.string() });
/** @interface */
export type Link = v.InferOutput<typeof Link>;

/**
 * What happened to one task of the selection, or, if `planned`, what would happen. During a run a
 * task is `waiting` or `running`. `failed` was tried, `skipped` was not.
 * - `id`: the task's id
 * - `label`: its name, as Kitsu writes it: "SQ01 / SH010 / Animation", preceded by the project and
 *   the episode if they differ within the selection
 * - `retry`: whether a retry may help; by default it may for `failed`, and not for `skipped`
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
/** @interface */
export type Outcome = v.InferOutput<typeof Outcome>;

/** Text in rows and columns. Each row has one cell per column. */
export const Table = v.object({
  title: v.optional(v.string()),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.union([v.string(), v.number(), v.null()]))),
});
/** @interface */
export type Table = v.InferOutput<typeof Table>;

/**
 * Numbers to draw. Each series has a value, or null, for each label; `unit` is what the values
 * count. `bars` are side by side, a `stack` is one bar per label, a `line` connects the labels.
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
/** @interface */
export type Chart = v.InferOutput<typeof Chart>;

const common = { title: v.string(), text: v.optional(v.string()), links: v.optional(skipInvalid(Link)) };
const outcomes = v.optional(skipInvalid(Outcome));

/**
 * The action has finished. `document` is a whole HTML document from the studio's own server: it is
 * shown in a sandboxed frame or not at all.
 */
export const Done = v.object({
  kind: v.literal("done"),
  severity: v.fallback(v.picklist(["success", "info", "warning"]), "info"),
  ...common,
  outcomes,
  tables: v.optional(skipInvalid(Table)),
  charts: v.optional(skipInvalid(Chart)),
  effects: v.optional(skipInvalid(Effect)),
  document: v.optional(v.string()),
});
/** @interface */
export type Done = v.InferOutput<typeof Done>;

/** The most characters of what is sent back with an answer: `form` and `plan`. */
export const PLAN_MAX_CHARS = 200;

/**
 * The action needs an answer before it runs. Without fields it only asks for confirmation.
 * - `submit`: the button's text
 * - `dangerous`: the action can't be undone
 * - `problem`: what is wrong with the answer as a whole; a problem with one field is its `error`
 * - `tasks`: the number of tasks, and the names of the first few; the worker always sets it
 * - `outcomes`: what would happen to each task
 * - `form`, `plan`: to be sent back unchanged with the answer, beside `input`: which action asked,
 *   and what the person confirmed; at most 200 characters
 */
export const Ask = v.object({
  kind: v.literal("ask"),
  ...common,
  fields: v.optional(skipInvalid(Field), []),
  submit: v.optional(v.string(), "OK"),
  dangerous: v.optional(v.boolean()),
  problem: v.optional(v.string()),
  tasks: v.optional(v.object({ count: v.number(), names: v.array(v.string()) })),
  outcomes,
  form: v.optional(v.string()),
  plan: v.optional(v.string()),
});
/** @interface */
export type Ask = v.InferOutput<typeof Ask>;

/** How far a long run is, in units of its own. `left`: an estimate of the remaining seconds. */
export const Progress = v.object({
  done: v.number(),
  total: v.number(),
  text: v.optional(v.string()),
  left: v.optional(v.number()),
});
/** @interface */
export type Progress = v.InferOutput<typeof Progress>;

/**
 * The action continues after this reply. `picture`: the newest picture, at an address of the
 * worker.
 */
export const Started = v.object({
  kind: v.literal("started"),
  ...common,
  progress: v.optional(Progress),
  outcomes,
  picture: v.optional(v.string()),
});
/** @interface */
export type Started = v.InferOutput<typeof Started>;

/**
 * Nothing was done, or not everything. `text` says what happened, `advice` what the person can do,
 * `retry` whether the same call may work later, `field` which field of the call is wrong.
 */
export const Failed = v.object({
  kind: v.literal("failed"),
  code: v.string(),
  ...common,
  advice: v.optional(v.string()),
  retry: v.optional(v.boolean()),
  field: v.optional(v.string()),
  outcomes,
});
/** @interface */
export type Failed = v.InferOutput<typeof Failed>;

/**
 * What the person sees. Not `v.variant`: nothing reads its better error messages, and they would
 * cost every page of Kitsu 0.3 kB.
 */
export const Reply = v.union([Done, Ask, Started, Failed]);
export type Reply = v.InferOutput<typeof Reply>;
