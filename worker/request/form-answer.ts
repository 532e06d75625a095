// What of a call's body is the person's answer to a form of ours, beside Kitsu's own fields.
import * as v from "valibot";
import { Input, type InputValue } from "../../contract.ts";
import { Failure } from "../failure.ts";
import type { RawField } from "./body.ts";
import { INPUT_FIELDS_MAX, INPUT_MAX_CHARS, INPUT_VALUES_MAX } from "./size-limits.ts";

export type FormAnswer = {
  /** what the person answered to a form of the action's; absent where nothing was answered yet */
  input?: Input | undefined;
  /** which action's form it was */
  form?: string | undefined;
  /** what the person agreed to: the mark of the plan they saw */
  plan?: string | undefined;
  /** the person wants to change their answers */
  isBack?: boolean | undefined;
};

const PREFIX = "input.";
const Short = v.pipe(v.string(), v.maxLength(200));

/** The answer, and the fields that are not part of it. */
export function readFormAnswer(body: readonly RawField[]): { submission: FormAnswer; rest: RawField[] } {
  const submission: FormAnswer = {};
  const rest: RawField[] = [];
  const texts = new Map<string, string[]>();
  for (const [name, value] of body) {
    if (name === "input") submission.input = parse(Input, value, name);
    else if (name.startsWith(PREFIX)) addText(texts, name.slice(PREFIX.length), parse(v.string(), value, name));
    else if (name === "form") submission.form = parse(Short, value, name);
    else if (name === "plan") submission.plan = value === "" ? undefined : parse(Short, value, name);
    else if (name === "back") submission.isBack = value !== "" && value !== false;
    else rest.push([name, value]);
  }
  if (texts.size > 0) {
    const values = [...texts].map(([name, all]): [string, InputValue] => [
      name,
      all.length === 1 ? (all[0] ?? "") : all,
    ]);
    submission.input = { ...submission.input, ...Object.fromEntries(values) };
  }
  // The form of a question without fields sends nothing but its name.
  if (submission.form !== undefined) submission.input ??= {};
  checkSize(submission.input ?? {});
  return { submission, rest };
}

/** In place: a field may come thousands of times. */
function addText(texts: Map<string, string[]>, name: string, text: string): void {
  const all = texts.get(name);
  if (all === undefined) {
    if (texts.size >= INPUT_FIELDS_MAX) throw invalidAnswer("input", `has more than ${INPUT_FIELDS_MAX} fields`);
    texts.set(name, [text]);
  } else if (all.length >= INPUT_VALUES_MAX)
    throw invalidAnswer(`${PREFIX}${name}`, `has more than ${INPUT_VALUES_MAX} values`);
  else all.push(text);
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown, name: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw invalidAnswer(name, "can't be understood");
}

function checkSize(input: Input): void {
  const entries = Object.entries(input);
  if (entries.length > INPUT_FIELDS_MAX)
    throw invalidAnswer("input", `has ${entries.length} fields, at most ${INPUT_FIELDS_MAX} are possible`);
  for (const [name, value] of entries) {
    // A choice among many tasks is a list of their ids.
    const texts = [value].flat();
    if (texts.length > INPUT_VALUES_MAX)
      throw invalidAnswer(`${PREFIX}${name}`, `has more than ${INPUT_VALUES_MAX} values`);
    const most = Array.isArray(value) ? INPUT_VALUES_MAX * 60 : INPUT_MAX_CHARS;
    if (texts.reduce((sum: number, one) => sum + String(one).length, 0) > most)
      throw invalidAnswer(`${PREFIX}${name}`, "is too long");
  }
}

function invalidAnswer(field: string, problem: string): Failure {
  const name = field.slice(0, 60);
  return new Failure("invalid-call", {
    text: `The field ${name} ${problem}.`,
    advice: "Run the action again from Kitsu.",
    field: name,
  });
}
