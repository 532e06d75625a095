// An action's input schema is its form: fields are read off it, and what was submitted is read by it. Title, description (the help) and
// metadata of a schema are the words around its field.
import * as v from "valibot";
import type { Ask, Field, Input, InputValue, Option } from "../../contract.ts";
import { Failure } from "../failure.ts";
import { explainDecimal, readDecimal } from "../format/decimal.ts";
import type { Call } from "../request/call.ts";

/** An object of fields. It may have a pipe, for what concerns several of them. */
export type FormSchema = v.GenericSchema<Record<string, unknown>, Record<string, unknown>> & {
  entries: v.ObjectEntries;
};

/**
 * What a field's schema may say in `v.metadata`:
 * - `type`: "long-text" or "date" of a string, "person" or "task-status" of a picklist
 * - `placeholder`
 * - `labels`, `colors`: of the values of a picklist
 * - `remember`: false where the default was made for this call
 */
const Metadata = v.object({
  type: v.optional(v.picklist(["text", "long-text", "date", "person", "task-status"])),
  placeholder: v.optional(v.string()),
  labels: v.optional(v.record(v.string(), v.string()), {}),
  colors: v.optional(v.record(v.string(), v.string()), {}),
  remember: v.optional(v.boolean()),
});

/** What is wrong with answers: at each field by its name, and above them all by "". */
export type Problems = Readonly<Record<string, string>>;

/** `askAgain` asks for the same once more, with what else is wrong. */
export type FormResult<S extends FormSchema> =
  | { ask: Ask }
  | { input: v.InferOutput<S>; askAgain(problems: Problems): Ask };

/**
 * Reads what was submitted. A form is complete when every field is there, empty or not: until then it is asked, with the values so far. What is
 * wrong with a value is said at its field.
 * @param makeSchema given the answers so far
 */
export async function readInput<S extends FormSchema>(
  { id, title, about, submit = "Run" }: { id: string; title: string; about: string; submit?: string | undefined },
  makeSchema: (answers: Input) => S | Promise<S>,
  { input: answers, form, isBack, retryOf }: Pick<Call, "input" | "form" | "isBack" | "retryOf">,
): Promise<FormResult<S>> {
  if (form !== undefined && form !== id) throw foreignForm(title, form);
  const schema = await makeSchema(answers ?? {});
  const entries = Object.entries(schema.entries);
  const given = Object.fromEntries(
    entries.flatMap(([name, entry]) => {
      const value = answers?.[name];
      return value === undefined ? [] : [[name, parseAnswer(entry, value)]];
    }),
  );
  const askFor = (errors: Problems, problem: string | undefined): Ask => {
    const fields = entries.map(([name, entry]) =>
      createField(name, entry, answers?.[name], answers?.[name] === undefined ? undefined : errors[name]),
    );
    return { kind: "ask", title, text: about, fields, submit, form: id, ...(problem && { problem }) };
  };
  // What is tried again was answered before: for fewer tasks there may be other fields, which need no answer if they can do without.
  const isComplete = retryOf !== undefined || entries.every(([name]) => answers?.[name] !== undefined);
  const parsed = v.safeParse(schema, given, { message: describeIssue });
  if (parsed.success && isComplete && !isBack) {
    return { input: parsed.output, askAgain: (problems) => askFor(problems, findProblem(problems, answers)) };
  }
  const errors = isBack || parsed.success ? {} : readErrors(parsed.issues);
  return { ask: askFor(errors, isComplete ? errors[""] : undefined) };
}

/** What is said above the form: also what concerns a field that is not in it. */
const findProblem = (problems: Problems, answers: Input | undefined): string | undefined =>
  problems[""] ?? Object.entries(problems).find(([name]) => answers?.[name] === undefined)?.[1];

/** Answers that were given, and that a later question must carry along. */
export const createHiddenFields = ({ input = {} }: Pick<Call, "input">): Field[] =>
  Object.entries(input).map(([name, value]) => ({ name, label: name, type: "hidden", value }));

function readErrors(issues: readonly v.BaseIssue<unknown>[]): Problems {
  const errors: Record<string, string> = {};
  for (const issue of issues) {
    const name = v.getDotPath(issue)?.split(".")[0] ?? "";
    errors[name] ??= issue.message;
  }
  return errors;
}

type Unwrapped = { schema: v.GenericSchema; isOptional: boolean; byDefault: unknown };

/** The schema itself, out of v.optional and its kin. */
function unwrap(schema: v.GenericSchema, isOptional = false, byDefault?: unknown): Unwrapped {
  const own = v.getDefault(schema);
  if ("wrapped" in schema && isSchema(schema.wrapped)) return unwrap(schema.wrapped, true, own ?? byDefault);
  return { schema, isOptional, byDefault };
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

const getFieldKind = ({ type }: v.GenericSchema): FieldKind => KINDS[type] ?? "text";

/** What was submitted, as the schema expects it. What can't be converted stays, and is refused by the schema. */
function parseAnswer(entry: v.GenericSchema, submitted: InputValue): unknown {
  const { schema, isOptional, byDefault } = unwrap(entry);
  const kind = getFieldKind(schema);
  if (kind === "several-of") return [submitted].flat().filter((value) => value !== "");
  // A form sends a hidden empty value before that of a box that may be left unchecked.
  const value = Array.isArray(submitted) ? (submitted.at(-1) ?? "") : submitted;
  if (kind === "toggle") return typeof value === "boolean" ? value : !["", "0", "false", "off"].includes(String(value));
  if (value === "" && (kind !== "text" || (isOptional && byDefault === undefined))) return undefined;
  if (kind === "number" && typeof value === "string") {
    return value.trim() === "" && isOptional ? undefined : (readDecimal(value) ?? value);
  }
  return value;
}

function createField(
  name: string,
  entry: v.GenericSchema,
  answer: InputValue | undefined,
  error: string | undefined,
): Field {
  const { schema, isOptional, byDefault } = unwrap(entry);
  const metadata = v.parse(Metadata, { ...v.getMetadata(schema), ...v.getMetadata(entry) });
  const value = v.safeParse(v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]), answer ?? byDefault);
  const kind = getFieldKind(schema);
  const options = createOptions(schema, metadata);
  const bounds = readBounds(schema);
  // What is proposed, and may be another but none at all, is no less required: a text that must be filled, and one of several choices.
  const isProposed = byDefault !== undefined && (kind === "one-of" || (kind === "text" && bounds.isFilled));
  const mayBeLeft = isOptional && !isProposed;
  const mayBeEmpty = mayBeLeft || kind === "toggle" || (["text", "several-of"].includes(kind) && !bounds.isFilled);
  return {
    name,
    label: v.getTitle(schema) ?? v.getTitle(entry) ?? name,
    type: metadata.type ?? (bounds.isDate ? "date" : kind),
    help: v.getDescription(schema) ?? v.getDescription(entry),
    placeholder: metadata.placeholder,
    required: !mayBeEmpty,
    ...(value.success && { value: value.output }),
    ...(options.length > 0 && { options }),
    ...bounds.shown,
    error,
    remember: metadata.remember,
  };
}

function createOptions(schema: v.GenericSchema, { labels, colors }: v.InferOutput<typeof Metadata>): Option[] {
  const listing = "item" in schema && isSchema(schema.item) ? unwrap(schema.item).schema : schema;
  const own = v.parse(
    v.fallback(v.object({ labels: v.record(v.string(), v.string()) }), { labels: {} }),
    v.getMetadata(listing),
  );
  const values = v.safeParse(v.array(v.string()), "options" in listing ? listing.options : undefined);
  return (values.success ? values.output : []).map((value) => ({
    value,
    label: labels[value] ?? own.labels[value] ?? value,
    ...(colors[value] !== undefined && { color: colors[value] }),
  }));
}

type Bounds = {
  shown: Pick<Field, "min" | "max" | "step" | "maxLength" | "pattern">;
  isFilled: boolean;
  isDate: boolean;
};

const Check = v.object({ type: v.string(), requirement: v.optional(v.unknown()) });

/** A pipe may begin with another. */
const listChecks = (schema: v.GenericSchema): unknown[] =>
  ("pipe" in schema && Array.isArray(schema.pipe) ? schema.pipe : []).flatMap((item: unknown) =>
    isSchema(item) && item !== schema ? listChecks(item) : [item],
  );

/** What the pipe of a schema asks of its value, as far as a form can say it. */
function readBounds(schema: v.GenericSchema): Bounds {
  const bounds: Bounds = { shown: {}, isFilled: false, isDate: false };
  for (const item of listChecks(schema)) {
    const { type, requirement } = v.parse(Check, item);
    const isNumber = typeof requirement === "number";
    const isBound = isNumber || typeof requirement === "string";
    if (type === "min_value" && isBound) bounds.shown.min = requirement;
    else if (type === "max_value" && isBound) bounds.shown.max = requirement;
    else if (type === "integer") bounds.shown.step = 1;
    else if (type === "multiple_of" && isNumber) bounds.shown.step = requirement;
    else if (type === "max_length" && isNumber && schema.type === "string") bounds.shown.maxLength = requirement;
    else if (type === "regex" && requirement instanceof RegExp && requirement.flags.replace(/[uv]/, "") === "")
      bounds.shown.pattern = requirement.source.replace(/^\^|\$$/g, "");
    else if (type === "iso_date") bounds.isDate = true;
    if (type === "non_empty" || (type === "min_length" && isNumber && requirement > 0)) bounds.isFilled = true;
  }
  return bounds;
}

/** What is wrong, where the schema itself does not say it. */
function describeIssue({ type, requirement, input }: v.BaseIssue<unknown>): string {
  switch (type) {
    case "min_value":
      return `Must be at least ${requirement}`;
    case "max_value":
      return `Must be at most ${requirement}`;
    case "min_length":
      return typeof input === "string"
        ? `Must have at least ${requirement} characters`
        : `Choose at least ${requirement}`;
    case "max_length":
      return typeof input === "string"
        ? `Must have at most ${requirement} characters`
        : `Choose at most ${requirement}`;
    case "non_empty":
      return "Must not be empty";
    case "number":
      if (input === undefined || (typeof input === "string" && input.trim() === "")) return "Must not be empty";
      return typeof input === "string" ? explainDecimal(input) : "Must be a number";
    case "integer":
      return "Must be a whole number";
    case "multiple_of":
      return `Must be a multiple of ${requirement}`;
    case "picklist":
      return input === undefined ? "Choose one" : "Is not one of the choices";
    case "iso_date":
      return "Must be a day, like 2026-11-23";
    case "regex":
      return "Has the wrong format";
    default:
      return input === undefined ? "Must not be empty" : "Can't be used";
  }
}

function foreignForm(title: string, form: string): Failure {
  return new Failure("invalid-call", {
    text: `This is the form of the action "${form.slice(0, 80)}", and was sent to "${title}".`,
    advice: "Run the action again from Kitsu.",
    field: "form",
  });
}
