// Finds what was chosen in a recorded call among the choices of another Kitsu, by its labels: a
// status has another id there.
import type { Field, Fixture, Input, InputValue, Reply } from "../contract.ts";
import { isInput, toInputValue } from "./fixture-call.ts";

/**
 * The call with the values of the Kitsu that asked; absent if it asks for something else.
 * `problem`: it has no such choice.
 */
export type Moved = { fixture?: Fixture; problem?: string };

/** @param reply to the call as it was recorded */
export function moveChoices(fixture: Fixture, reply: Reply): Moved {
  const { choices = {} } = fixture.request;
  const input = readInput(fixture);
  const unknown = (reply.kind === "ask" ? reply.fields : []).filter(
    ({ name, options }) =>
      choices[name] !== undefined && options !== undefined && listValues(input[name]).some(isNoneOf(options)),
  );
  if (unknown.length === 0) return {};
  const moved: Record<string, InputValue> = {};
  for (const { name, label, options = [] } of unknown) {
    const found: string[] = [];
    for (const chosen of choices[name] ?? []) {
      const option = options.find((one) => one.label.toLowerCase() === chosen.toLowerCase());
      if (option === undefined) return { problem: describeMissing(label, name, chosen, options) };
      found.push(option.value);
    }
    moved[name] = Array.isArray(input[name]) ? found : (found[0] ?? "");
  }
  return { fixture: replaceInput(fixture, { ...input, ...moved }) };
}

const listValues = (given: InputValue | undefined): string[] => [given ?? []].flat().map(String).filter(Boolean);
const isNoneOf = (options: NonNullable<Field["options"]>) => (value: string) =>
  !options.some((option) => option.value === value);

const describeMissing = (label: string, name: string, chosen: string, options: NonNullable<Field["options"]>) =>
  `The recorded answer to "${label}" was "${chosen}", and there is no such choice here: ${options
    .map((option) => `"${option.label}"`)
    .join(", ")}. Save the run as a fixture, and write one of these to "choices", "${name}".`;

/** A form sends a list as several fields of the same name. */
function readInput({ request }: Fixture): Input {
  const input: Record<string, InputValue> = {};
  for (const [name, value] of [...request.query, ...request.fields]) {
    if (name === "input" && isInput(value)) Object.assign(input, value);
    const [, field] = /^input\.(.+)$/s.exec(name) ?? [];
    if (field === undefined) continue;
    const before = input[field];
    input[field] = before === undefined ? toInputValue(value) : [before, toInputValue(value)].flat().map(String);
  }
  return input;
}

const isAnswer = ([name]: readonly [string, ...unknown[]]) => /^input(\.|$)/.test(name);

function replaceInput(fixture: Fixture, input: Input): Fixture {
  const { request } = fixture;
  const fields = request.fields.filter((field) => !isAnswer(field));
  const query = request.query.filter((field) => !isAnswer(field));
  return { ...fixture, request: { ...request, query, fields: [...fields, ["input", input]] } };
}
