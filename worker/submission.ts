// What of a call's body is the person's answer to a form of ours, beside Kitsu's own fields.
import * as v from "valibot";
import { Input, type InputValue } from "../contract.ts";
import type { ArrivedField } from "./body.ts";
import type { Call } from "./call.ts";
import { Failure } from "./failure.ts";

export type Submission = Pick<Call, "input" | "form" | "plan" | "isBack">;

const PREFIX = "input.";
const FIELDS_MAX = 200;
const VALUE_MAX_CHARS = 20_000;

const Short = v.pipe(v.string(), v.maxLength(200));

/** The answer, and the fields that are not part of it. */
export function readSubmission(body: readonly ArrivedField[]): { submission: Submission; rest: ArrivedField[] } {
  const submission: Submission = {};
  const rest: ArrivedField[] = [];
  const texts = new Map<string, string[]>();
  for (const [name, value] of body) {
    if (name === "input") submission.input = parse(Input, value, name);
    else if (name.startsWith(PREFIX)) {
      const field = name.slice(PREFIX.length);
      texts.set(field, [...(texts.get(field) ?? []), parse(v.string(), value, name)]);
    } else if (name === "form") submission.form = parse(Short, value, name);
    else if (name === "plan") submission.plan = value === "" ? undefined : parse(Short, value, name);
    else if (name === "back") submission.isBack = value !== "" && value !== false;
    else rest.push([name, value]);
  }
  if (texts.size > 0) {
    const values = [...texts].map(([name, all]): [string, InputValue] => [name, all.length === 1 ? (all[0] ?? "") : all]);
    submission.input = { ...submission.input, ...Object.fromEntries(values) };
  }
  // The form of a question without fields sends nothing but its name.
  if (submission.form !== undefined) submission.input ??= {};
  checkSize(submission.input ?? {});
  return { submission, rest };
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown, name: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw unusable(name, "can't be understood");
}

function checkSize(input: Input): void {
  const entries = Object.entries(input);
  if (entries.length > FIELDS_MAX) throw unusable("input", `has ${entries.length} fields, at most ${FIELDS_MAX} are possible`);
  for (const [name, value] of entries) {
    if (JSON.stringify(value).length > VALUE_MAX_CHARS) throw unusable(`${PREFIX}${name}`, "is too long");
  }
}

function unusable(field: string, problem: string): Failure {
  const name = field.slice(0, 60);
  return new Failure("invalid-call", {
    text: `The field ${name} ${problem}.`,
    advice: "Run the action again from Kitsu.",
    field: name,
  });
}
