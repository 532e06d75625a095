// Takes an action's input schema and what the person submitted, and returns the input, or the form
// to show. The schema is the form: form-field.ts says how.
import * as v from "valibot";
import type { Input, InputValue } from "../../contract.ts";
import { explainDecimal, readDecimal } from "../format/decimal.ts";
import { Failure } from "../format/failure.ts";
import { isMessageKey, toEnglish } from "../format/localize.ts";
import { type Message, message, type Text } from "../format/message.ts";
import type { Ask, Field } from "../format/reply.ts";
import { readSchemaMessage } from "../format/schema-message.ts";
import type { Call } from "../request/call.ts";
import { createField, getFieldKind, unwrap } from "./form-field.ts";

/** An object of fields. It may have a pipe that checks several of them together. */
export type FormSchema = v.GenericSchema<Record<string, unknown>, Record<string, unknown>> & {
  entries: v.ObjectEntries;
};

/** The most labels of one field that a run's record has. */
const CHOICES_MAX = 100;

/** Problems by the name of the field; "" is for a problem above the form. */
export type Problems = Readonly<Record<string, Text>>;

/** English labels of the chosen answers, by field: another Kitsu has other values for them. */
export type Choices = Record<string, string[]>;

/** `askAgain` returns the same form with these problems. */
export type FormResult<S extends FormSchema> =
  | { ask: Ask }
  | { input: v.InferOutput<S>; choices: Choices | undefined; askAgain(problems: Problems): Ask };

/**
 * A form is complete when every field was submitted, empty or not. Until then the result is the
 * form with the answers so far, and each invalid answer has an error at its field.
 * @param makeSchema gets the answers so far
 */
export async function readInput<S extends FormSchema>(
  {
    id,
    title,
    about,
    submit = message("form.run"),
  }: { id: string; title: Text; about: Text; submit?: Text | undefined },
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
  const askFor = (errors: Problems, problem: Text | undefined): Ask => {
    const fields = entries.map(([name, entry]) =>
      createField(name, entry, answers?.[name], answers?.[name] === undefined ? undefined : errors[name]),
    );
    return { kind: "ask", title, text: about, fields, submit, form: id, ...(problem && { problem }) };
  };
  // A retry was answered before. For fewer tasks there may be other fields: optional ones need no
  // answer.
  const isComplete = retryOf !== undefined || entries.every(([name]) => answers?.[name] !== undefined);
  const parsed = v.safeParse(schema, parsedAnswers, { message: "" });
  if (parsed.success && isComplete && !isBack) {
    const { fields } = askFor({}, undefined);
    return {
      input: parsed.output,
      choices: listChoices(fields),
      askAgain: (problems) => askFor(problems, findProblem(problems, answers)),
    };
  }
  const errors = isBack || parsed.success ? {} : readErrors(parsed.issues);
  return { ask: askFor(errors, isComplete ? errors[""] : undefined) };
}

/** People are no choices: another Kitsu has others. */
function listChoices(fields: readonly Field[]): Choices | undefined {
  const named = fields.flatMap(({ name, type, value, options = [] }): [string, string[]][] => {
    const values = [value].flat();
    const chosen = options.filter((option) => values.includes(option.value));
    const isNamed = type !== "person" && chosen.some(({ value, label }) => label !== value);
    return isNamed && chosen.length <= CHOICES_MAX ? [[name, chosen.map(({ label }) => toEnglish(label))]] : [];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

/** The problem above the form: also one of a field that is not in the form. */
const findProblem = (problems: Problems, answers: Input | undefined): Text | undefined =>
  problems[""] ?? Object.entries(problems).find(([name]) => answers?.[name] === undefined)?.[1];

/** The answers so far, for a later form to submit again. */
export const createHiddenFields = ({ input = {} }: Pick<Call, "input">): Field[] =>
  Object.entries(input).map(([name, value]) => ({ name, label: name, type: "hidden", value }));

function readErrors(issues: readonly v.BaseIssue<unknown>[]): Problems {
  const errors: Record<string, Text> = {};
  for (const issue of issues) {
    const name = v.getDotPath(issue)?.split(".")[0] ?? "";
    errors[name] ??= describeIssue(issue);
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

/**
 * The schema's own text, if it has one. A schema has only strings: it names a message of the
 * catalogue by its key, which gets the `{requirement}`, or has a whole message (schema-message.ts).
 */
function describeIssue(issue: v.BaseIssue<unknown>): Text {
  const { message: own, requirement } = issue;
  if (own === "") return describeCheck(issue);
  if (!isMessageKey(own)) return readSchemaMessage(own) ?? own;
  const isValue = typeof requirement === "string" || typeof requirement === "number";
  return isValue ? { key: own, values: { requirement: toBound(requirement) } } : { key: own };
}

/** Without separators of thousands: people type what they read, and "1,001" is ambiguous. */
const toBound = (bound: string | number): string | number => (Number.isInteger(bound) ? String(bound) : bound);

/** The text for an issue whose check has none. */
function describeCheck({ type, requirement: required, input }: v.BaseIssue<unknown>): Message {
  const isText = typeof input === "string";
  const count = Number(required);
  switch (type) {
    case "min_value":
      return isText
        ? message("form.dayMin", { day: String(required) })
        : message("form.atLeast", { requirement: toBound(count) });
    case "max_value":
      return isText
        ? message("form.dayMax", { day: String(required) })
        : message("form.atMost", { requirement: toBound(count) });
    case "min_length":
      return isText
        ? message("form.charactersMin", { requirement: count })
        : message("form.choicesMin", { requirement: count });
    case "max_length":
      return isText
        ? message("form.charactersMax", { requirement: count })
        : message("form.choicesMax", { requirement: count });
    case "non_empty":
      return message("form.empty");
    case "number":
      if (input === undefined || (isText && input.trim() === "")) return message("form.empty");
      return isText ? explainDecimal(input) : message("form.notNumber");
    case "integer":
      return message("form.notWhole");
    case "multiple_of":
      return message("form.notMultiple", { requirement: toBound(count) });
    case "picklist":
      return message(input === undefined ? "form.noChoice" : "form.unknownChoice");
    case "iso_date":
      return message("form.notDay", { example: "2026-11-23" });
    case "regex":
      return message("form.wrongFormat");
    default:
      return message(input === undefined ? "form.empty" : "form.unusable");
  }
}

function foreignForm(title: Text, form: string): Failure {
  return new Failure("invalid-call", {
    text: message("form.foreignForm", { form: form.slice(0, 80), title }),
    advice: message("form.runFromKitsu"),
    field: "form",
  });
}
