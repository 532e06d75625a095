// Takes the fields of a body and splits them into the person's answer to one of our forms and the
// rest, which are Kitsu's own fields.
import * as v from "valibot";
import {
  INPUT_FIELDS_MAX,
  INPUT_LIST_MAX_CHARS,
  INPUT_MAX_CHARS,
  INPUT_VALUES_MAX,
  Input,
  type InputValue,
  PLAN_MAX_CHARS,
} from "../../contract.ts";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import type { RawField } from "./body.ts";

export type FormAnswer = {
  /** the answers to the action's form; absent if nothing was answered yet */
  input?: Input | undefined;
  /** the action whose form it was */
  form?: string | undefined;
  /** the digest of the plan that the person saw and confirmed */
  plan?: string | undefined;
  /** the person went back to change their answers */
  isBack?: boolean | undefined;
};

const PREFIX = "input.";
const Short = v.pipe(v.string(), v.maxLength(PLAN_MAX_CHARS));

/** Separates the answer from the fields that are not part of it. */
export function readFormAnswer(body: readonly RawField[]): { answer: FormAnswer; rest: RawField[] } {
  const answer: FormAnswer = {};
  const rest: RawField[] = [];
  const texts = new Map<string, string[]>();
  for (const [name, value] of body) {
    if (name === "input") answer.input = parse(Input, value, name);
    else if (name.startsWith(PREFIX)) addText(texts, name.slice(PREFIX.length), parse(v.string(), value, name));
    else if (name === "form") answer.form = parse(Short, value, name);
    else if (name === "plan") answer.plan = value === "" ? undefined : parse(Short, value, name);
    else if (name === "back") answer.isBack = value !== "" && value !== false;
    else rest.push([name, value]);
  }
  if (texts.size > 0) {
    const values = [...texts].map(([name, all]): [string, InputValue] => [name, readTexts(all)]);
    answer.input = { ...answer.input, ...Object.fromEntries(values) };
  }
  // A form without fields sends only its name.
  if (answer.form !== undefined) answer.input ??= {};
  checkSize(answer.input ?? {});
  return { answer, rest };
}

/**
 * Our forms send an empty value before the checked boxes and before each list. It is no part of the
 * answer: a confirmation, which sends the answer again, would grow by one and differ from what the
 * person was shown.
 */
function readTexts([first = "", ...rest]: readonly string[]): InputValue {
  if (rest.length === 0) return first;
  return first === "" ? rest : [first, ...rest];
}

/** Adds in place: a field may occur thousands of times. */
function addText(texts: Map<string, string[]>, name: string, text: string): void {
  const all = texts.get(name);
  if (all === undefined) {
    if (texts.size >= INPUT_FIELDS_MAX) throw tooManyFields();
    texts.set(name, [text]);
  } else if (all.length >= INPUT_VALUES_MAX) throw tooManyValues(name);
  else all.push(text);
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown, name: string): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw invalidAnswer(name, (field) => message("request.answerUnclear", { field }));
}

function checkSize(input: Input): void {
  const entries = Object.entries(input);
  if (entries.length > INPUT_FIELDS_MAX)
    throw invalidAnswer("input", (field) =>
      message("request.answerFieldCount", { field, count: entries.length, limit: INPUT_FIELDS_MAX }),
    );
  for (const [name, value] of entries) {
    // The answer to "which of these tasks" is a list of their ids.
    const texts = [value].flat();
    if (texts.length > INPUT_VALUES_MAX) throw tooManyValues(name);
    const most = Array.isArray(value) ? INPUT_LIST_MAX_CHARS : INPUT_MAX_CHARS;
    if (texts.reduce((sum: number, one) => sum + String(one).length, 0) > most)
      throw invalidAnswer(`${PREFIX}${name}`, (field) => message("request.answerTooLong", { field }));
  }
}

const tooManyFields = () =>
  invalidAnswer("input", (field) => message("request.answerTooManyFields", { field, limit: INPUT_FIELDS_MAX }));

const tooManyValues = (name: string) =>
  invalidAnswer(`${PREFIX}${name}`, (field) =>
    message("request.answerTooManyValues", { field, limit: INPUT_VALUES_MAX }),
  );

function invalidAnswer(field: string, describe: (field: string) => Text): Failure {
  const name = field.slice(0, 60);
  return new Failure("invalid-call", {
    text: describe(name),
    advice: message("request.runAgain"),
    field: name,
  });
}
