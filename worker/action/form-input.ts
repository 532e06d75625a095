// Takes an action's input schema and what the person submitted, and returns the input, or the form
// to show. The schema is the form: form-field.ts says how.
import * as v from "valibot";
import type { Ask, Field, Input, InputValue } from "../../contract.ts";
import { Failure } from "../failure.ts";
import { explainDecimal, readDecimal } from "../format/decimal.ts";
import type { Call } from "../request/call.ts";
import { createField, getFieldKind, unwrap } from "./form-field.ts";

/** An object of fields. It may have a pipe that checks several of them together. */
export type FormSchema = v.GenericSchema<Record<string, unknown>, Record<string, unknown>> & {
  entries: v.ObjectEntries;
};

/** Problems by the name of the field; "" is for a problem above the form. */
export type Problems = Readonly<Record<string, string>>;

/** `askAgain` returns the same form with these problems. */
export type FormResult<S extends FormSchema> =
  | { ask: Ask }
  | { input: v.InferOutput<S>; askAgain(problems: Problems): Ask };

/**
 * A form is complete when every field was submitted, empty or not. Until then the result is the
 * form with the answers so far, and each invalid answer has an error at its field.
 * @param makeSchema gets the answers so far
 */
export async function readInput<S extends FormSchema>(
  { id, title, about, submit = "Run" }: { id: string; title: string; about: string; submit?: string | undefined },
  makeSchema: (answers: Input) => S | Promise<S>,
  { input: answers, form, isBack, retryOf }: Pick<Call, "input" | "form" | "isBack" | "retryOf">,
): Promise<FormResult<S>> {
  if (form !== undefined && form !== id) throw foreignForm(title, form);
  const schema = await makeSchema(answers ?? {});
  const entries = Object.entries(schema.entries);
  const parsedAnswers = Object.fromEntries(
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
  // A retry was answered before. For fewer tasks there may be other fields: optional ones need no
  // answer.
  const isComplete = retryOf !== undefined || entries.every(([name]) => answers?.[name] !== undefined);
  const parsed = v.safeParse(schema, parsedAnswers, { message: describeIssue });
  if (parsed.success && isComplete && !isBack) {
    return { input: parsed.output, askAgain: (problems) => askFor(problems, findProblem(problems, answers)) };
  }
  const errors = isBack || parsed.success ? {} : readErrors(parsed.issues);
  return { ask: askFor(errors, isComplete ? errors[""] : undefined) };
}

/** The problem above the form: also one of a field that is not in the form. */
const findProblem = (problems: Problems, answers: Input | undefined): string | undefined =>
  problems[""] ?? Object.entries(problems).find(([name]) => answers?.[name] === undefined)?.[1];

/** The answers so far, for a later form to submit again. */
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

/**
 * Converts a submitted value to the schema's type. If that fails, the schema will reject the value.
 */
function parseAnswer(entry: v.GenericSchema, submitted: InputValue): unknown {
  const { schema, isOptional, defaultValue } = unwrap(entry);
  const kind = getFieldKind(schema);
  if (kind === "several-of") return [submitted].flat().filter((value) => value !== "");
  // A form has a hidden empty value before each checkbox: browsers omit an unchecked box.
  const value = Array.isArray(submitted) ? (submitted.at(-1) ?? "") : submitted;
  if (kind === "toggle") return typeof value === "boolean" ? value : !["", "0", "false", "off"].includes(String(value));
  if (value === "" && (kind !== "text" || (isOptional && defaultValue === undefined))) return undefined;
  if (kind === "number" && typeof value === "string") {
    return value.trim() === "" && isOptional ? undefined : (readDecimal(value) ?? value);
  }
  return value;
}

/** The text for an issue without a message of its own. */
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
    text: `The form of the action "${form.slice(0, 80)}" was sent to "${title}".`,
    advice: "Run the action again from Kitsu.",
    field: "form",
  });
}
