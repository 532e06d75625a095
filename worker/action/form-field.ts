// Takes one entry of an input schema and returns the field of the form that asks for it. A schema's
// title, description (the help) and metadata are the texts around its field. valibot's title and
// description are strings: texts in several languages are in the metadata.
import * as v from "valibot";
import type { InputValue } from "../../contract.ts";
import type { Text } from "../format/message.ts";
import { type Field, type Option, StoredText } from "../format/reply.ts";

/**
 * What a schema may say in `v.metadata`:
 * - `type`: "long-text" or "date" for a string, "person" or "task-status" for a picklist
 * - `title`, `help`: like `v.title` and `v.description`, which they replace, but may also be texts
 *   per language: `{ en: "Note", fr: "Remarque" }`, or messages of the catalogue
 * - `placeholder`: such a text, too
 * - `labels`, `colors`: by the values of a picklist; the labels are such texts
 * - `remember`: false if the default was made for this call
 */
const Metadata = v.object({
  type: v.optional(v.picklist(["text", "long-text", "date", "person", "task-status"])),
  title: v.optional(StoredText),
  help: v.optional(StoredText),
  placeholder: v.optional(StoredText),
  labels: v.optional(v.record(v.string(), StoredText), {}),
  colors: v.optional(v.record(v.string(), v.string()), {}),
  remember: v.optional(v.boolean()),
});

type Unwrapped = { schema: v.GenericSchema; isOptional: boolean; defaultValue: unknown };

/** The schema inside v.optional and similar wrappers. */
export function unwrap(schema: v.GenericSchema, isOptional = false, defaultValue?: unknown): Unwrapped {
  const own = v.getDefault(schema);
  if ("wrapped" in schema && isSchema(schema.wrapped)) return unwrap(schema.wrapped, true, own ?? defaultValue);
  return { schema, isOptional, defaultValue };
}

const isSchema = (value: unknown): value is v.GenericSchema =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";

type FieldKind = "text" | "number" | "toggle" | "one-of" | "several-of";

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: "text",
  number: "number",
  boolean: "toggle",
  picklist: "one-of",
  array: "several-of",
};

export const getFieldKind = ({ type }: v.GenericSchema): FieldKind => KINDS[type] ?? "text";

/** @param answer the answer so far, which replaces the default */
export function createField(
  name: string,
  entry: v.GenericSchema,
  answer: InputValue | undefined,
  error: Text | undefined,
): Field {
  const { schema, isOptional, defaultValue } = unwrap(entry);
  const metadata = v.parse(Metadata, { ...v.getMetadata(schema), ...v.getMetadata(entry) });
  const value = v.safeParse(
    v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]),
    answer ?? defaultValue,
  );
  const kind = getFieldKind(schema);
  const options = createOptions(schema, metadata);
  const bounds = readBounds(schema);
  // A default makes a field optional for valibot, but a required text or choice can't be emptied.
  const isSuggested = defaultValue !== undefined && (kind === "one-of" || (kind === "text" && bounds.isNonEmpty));
  const mayBeAbsent = isOptional && !isSuggested;
  const mayBeEmpty = mayBeAbsent || kind === "toggle" || (["text", "several-of"].includes(kind) && !bounds.isNonEmpty);
  return {
    name,
    label: metadata.title ?? v.getTitle(schema) ?? v.getTitle(entry) ?? name,
    type: metadata.type ?? (bounds.isDate ? "date" : kind),
    help: metadata.help ?? v.getDescription(schema) ?? v.getDescription(entry),
    placeholder: metadata.placeholder,
    required: !mayBeEmpty,
    ...(value.success && { value: value.output }),
    ...(options.length > 0 && { options }),
    ...bounds.members,
    error,
    remember: metadata.remember,
  };
}

function createOptions(schema: v.GenericSchema, { labels, colors }: v.InferOutput<typeof Metadata>): Option[] {
  const choice = "item" in schema && isSchema(schema.item) ? unwrap(schema.item).schema : schema;
  const own = v.parse(
    v.fallback(v.object({ labels: v.record(v.string(), StoredText) }), { labels: {} }),
    v.getMetadata(choice),
  );
  const values = v.safeParse(v.array(v.string()), "options" in choice ? choice.options : undefined);
  return (values.success ? values.output : []).map((value) => ({
    value,
    label: labels[value] ?? own.labels[value] ?? value,
    ...(colors[value] !== undefined && { color: colors[value] }),
  }));
}

type Bounds = {
  members: Pick<Field, "min" | "max" | "step" | "maxLength" | "pattern">;
  isNonEmpty: boolean;
  isDate: boolean;
};

const Check = v.object({ type: v.string(), requirement: v.optional(v.unknown()) });

/** A pipe may start with another pipe. */
const listChecks = (schema: v.GenericSchema): unknown[] =>
  ("pipe" in schema && Array.isArray(schema.pipe) ? schema.pipe : []).flatMap((item: unknown) =>
    isSchema(item) && item !== schema ? listChecks(item) : [item],
  );

/** What a schema's pipe requires of the value, as far as a form can express it. */
function readBounds(schema: v.GenericSchema): Bounds {
  const bounds: Bounds = { members: {}, isNonEmpty: false, isDate: false };
  for (const item of listChecks(schema)) {
    const { type, requirement } = v.parse(Check, item);
    const isNumber = typeof requirement === "number";
    const isBound = isNumber || typeof requirement === "string";
    if (type === "min_value" && isBound) bounds.members.min = requirement;
    else if (type === "max_value" && isBound) bounds.members.max = requirement;
    else if (type === "integer") bounds.members.step = 1;
    else if (type === "multiple_of" && isNumber) bounds.members.step = requirement;
    else if (type === "max_length" && isNumber && schema.type === "string") bounds.members.maxLength = requirement;
    else if (type === "regex" && requirement instanceof RegExp && requirement.flags.replace(/[uv]/, "") === "")
      bounds.members.pattern = matchWhole(requirement.source);
    else if (type === "iso_date") bounds.isDate = true;
    if (type === "non_empty" || (type === "min_length" && isNumber && requirement > 0)) bounds.isNonEmpty = true;
  }
  return bounds;
}

/**
 * The wire's `pattern` is for the whole value, as in HTML: /^v\d+$/ is "v\d+", and /\d/ any text
 * with a digit.
 */
const matchWhole = (source: string): string =>
  /^\^[^|\\]*(?:\\.[^|\\]*)*\$$/.test(source) ? source.slice(1, -1) : `[\\s\\S]*(?:${source})[\\s\\S]*`;
