// The answers to what an action asks, as a person would give them.
import type { Ask, Field, Input, InputValue, Reply } from "../contract.ts";

/**
 * The question, if it asks for what the test is about to give: values of fields, or to confirm a
 * plan. Throws if it does not.
 */
export function readAsk(reply: Reply, wanted: "fields" | "plan"): Ask {
  if (reply.kind !== "ask") throw new Error(`The action asks nothing: it replied "${reply.kind}" (${reply.title}).`);
  const shown = listShown(reply);
  if (wanted === "plan" && shown.length > 0)
    throw new Error(`There is nothing to confirm. It asks for ${list(shown)}. Use answer({ … }).`);
  if (wanted === "fields" && shown.length === 0) throw new Error(`It only asks to confirm. Use confirm().`);
  return reply;
}

/** Every field of the question must be there, empty or not. */
export function makeInput(ask: Ask, answers: Input): Input {
  const names = ask.fields.map(({ name }) => name);
  const unknown = Object.keys(answers).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`It has no field "${unknown}". It asks for ${list(listShown(ask))}.`);
  return Object.fromEntries(ask.fields.map((field) => [field.name, answers[field.name] ?? propose(field)]));
}

function propose({ type, value }: Field): InputValue {
  if (value !== undefined) return value;
  return type === "toggle" ? false : type === "several-of" ? [] : "";
}

const listShown = ({ fields }: Ask) => fields.filter(({ type }) => type !== "hidden").map(({ name }) => name);

const list = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ") || "nothing";
