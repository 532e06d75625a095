// What Afanasy's server takes and gives, byte for byte. It counts the bytes it is told of in a header, reads a number with a point as none at all,
// ends at a job it can't read, and writes line breaks into its strings as they are.
import { parseJson } from "./json.ts";

/** Far below the 64 MiB it would read: a job of ours has some kilobytes. */
export const MESSAGE_MAX_BYTES = 1_000_000;

/** Thrown for what may never be sent. It is a mistake of the program, not of a person. */
export class Unsendable extends Error {
  override readonly name = "Unsendable";
}

/** The body of a request. All of it is ASCII, so that bytes and characters are one count. */
export function encodeMessage(message: Readonly<Record<string, unknown>>): Uint8Array {
  const text = JSON.stringify(message, (key, value: unknown) => check(key, value)).replace(NOT_PLAIN, escapeUnit);
  if (text.length > MESSAGE_MAX_BYTES)
    throw new Unsendable(`The message has ${text.length} bytes, more than ${MESSAGE_MAX_BYTES}`);
  return new TextEncoder().encode(text);
}

function check(key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new Unsendable(`${key} is ${value}, which is no integer`);
  if (typeof value === "bigint") throw new Unsendable(`${key} is too large an integer`);
  if (typeof value !== "string") return value;
  if (value.includes("\0")) throw new Unsendable(`${key} has a NUL, where the server's strings end`);
  // Half of a surrogate pair is an escape that its JSON parser refuses.
  return value.toWellFormed();
}

const NOT_PLAIN = /[\u007f-\uffff]/g;
const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * What was answered; undefined where it is no JSON even without the control characters that the server leaves in its strings, and the comma that
 * it leaves behind the jobs of one user where the next has none.
 */
export function parseAnswer(text: string): unknown {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return parseJson(text) ?? parseJson(text.replace(/[\u0000-\u001f]/g, " ").replace(/, *\]\}$/, "]}"));
}
