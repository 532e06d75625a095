// Encodes messages to Afanasy's server and decodes its answers. The server reads exactly as many
// bytes as a header says, ignores numbers with a decimal point, crashes at a job that it can't
// read, and does not escape line breaks in its strings.
import { toEnglish } from "../format/localize.ts";
import { type Message, message } from "../format/message.ts";
import { parseJson } from "./http.ts";

/** Far below the server's 64 MiB: our jobs have a few kilobytes. */
export const MESSAGE_MAX_BYTES = 1_000_000;

/**
 * Thrown for a message that must never be sent. It is a programming error, not a person's mistake.
 */
export class Unsendable extends Error {
  override readonly name = "Unsendable";
  readonly text: Message;

  constructor(text: Message) {
    super(toEnglish(text));
    this.text = text;
  }
}

/** The body of a request, in ASCII only, so that its bytes and characters have the same count. */
export function encodeMessage(body: Readonly<Record<string, unknown>>): Uint8Array {
  const text = JSON.stringify(body, (key, value: unknown) => check(key, value)).replace(NOT_ASCII, escapeUnit);
  if (text.length > MESSAGE_MAX_BYTES)
    throw new Unsendable(message("afanasyJob.messageTooLarge", { bytes: text.length, most: MESSAGE_MAX_BYTES }));
  return new TextEncoder().encode(text);
}

function check(key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new Unsendable(message("afanasyJob.notInteger", { name: key, number: String(value) }));
  if (typeof value === "bigint") throw new Unsendable(message("afanasyJob.tooLarge", { name: key }));
  if (typeof value !== "string") return value;
  if (value.includes("\0")) throw new Unsendable(message("afanasyJob.nul", { name: key }));
  // The server's JSON parser refuses half of a surrogate pair.
  return value.toWellFormed();
}

const NOT_ASCII = /[\u007f-\uffff]/g;
const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * The answer's JSON. If it does not parse, it is tried again without the control characters that
 * the server leaves in strings, and without the comma that it leaves after one user's jobs if the
 * next user has none. Undefined if it still does not parse.
 */
export function parseAnswer(text: string): unknown {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is meant to match them
  return parseJson(text) ?? parseJson(text.replace(/[\u0000-\u001f]/g, " ").replace(/, *\]\}$/, "]}"));
}
