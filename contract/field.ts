// The questions of an `ask`, and their answers.
import * as v from "valibot";
import { skipInvalid } from "./skip-invalid.ts";

/** The answer to one question. A number may arrive as text, because forms only send text. */
export const InputValue = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]);
export type InputValue = v.InferOutput<typeof InputValue>;

/** The most answers that one call brings, and the longest text and list among them. */
export const INPUT_FIELDS_MAX = 200;
export const INPUT_MAX_CHARS = 20_000;
export const INPUT_VALUES_MAX = 5_000;
export const INPUT_LIST_MAX_CHARS = 300_000;

/**
 * The answers, by the names of their fields. They are sent with Kitsu's own call, to the same
 * address and for the same run: as the member `input` of a JSON body, or as the fields
 * `input.<name>` of a form. Every field of the `ask` must be there, empty or not.
 */
export const Input = v.record(v.string(), InputValue);
export type Input = v.InferOutput<typeof Input>;

/** One of the answers to choose from. `color` is a CSS color, for example of a task status. */
export const Option = v.object({ value: v.string(), label: v.string(), color: v.optional(v.string()) });
/** @interface */
export type Option = v.InferOutput<typeof Option>;

/** The types of questions. A reader that does not know a type shows a text field. */
export const FIELD_TYPES = [
  "text",
  "long-text",
  "number",
  "toggle",
  "one-of",
  "several-of",
  "date",
  "person",
  "task-status",
  "hidden",
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/**
 * One question. `type` is one of `text`, `long-text`, `number`, `toggle` (value: boolean),
 * `one-of`, `several-of` (value: list), `date` ("2026-11-23"), `person`, `task-status` (value: id;
 * both have options), `hidden` (not shown; its value comes back unchanged). A reader that does not
 * know a type shows a text field.
 * - `min`, `max`, `step`: for numbers; `min` and `max` also for dates
 * - `maxLength`, `pattern` (a regular expression for the whole value): for texts
 * - `error`: what is wrong with the current value
 * - `remember`: false if the value was made for this call, so that the person's last answer must
 *   not replace it
 */
export const Field = v.object({
  name: v.string(),
  label: v.string(),
  type: v.string(),
  help: v.optional(v.string()),
  placeholder: v.optional(v.string()),
  required: v.optional(v.boolean()),
  value: v.optional(InputValue),
  options: v.optional(skipInvalid(Option)),
  min: v.optional(v.union([v.number(), v.string()])),
  max: v.optional(v.union([v.number(), v.string()])),
  step: v.optional(v.number()),
  maxLength: v.optional(v.number()),
  pattern: v.optional(v.string()),
  error: v.optional(v.string()),
  remember: v.optional(v.boolean()),
});
/** @interface */
export type Field = v.InferOutput<typeof Field>;
