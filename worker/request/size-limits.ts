// How much of a call is taken. Everything a caller decides the size of has its limit here, and each is applied while it is read, before any work that
// grows with it.
import { Failure } from "../failure.ts";

/** 5,000 task ids are about 195 kB in either dialect; the rest is room for fields to come. */
export const BODY_MAX_BYTES = 2 * 1_024 * 1_024;
/** Fields of a form, or values in a JSON body: each task id may be one. */
export const VALUES_MAX = 8_000;
/** Lines in the heads of a multipart body's parts: a field has one, a file two. */
export const HEAD_LINES_MAX = 2 * VALUES_MAX;
/** How deep the values of a JSON body may lie in one another. */
export const DEPTH_MAX = 16;
/**
 * The same of what the studio's own servers answer. A task of Zou's counts 64, so 16 MiB of tasks are taken; as many empty objects need 84 MB of an
 * isolate's 128, and deep nesting needs far more.
 */
export const ANSWER_VALUES_MAX = 1_500_000;
export const ANSWER_DEPTH_MAX = 64;
/** Fields of a form of ours, values of one of them, and characters of each. */
export const INPUT_FIELDS_MAX = 200;
export const INPUT_VALUES_MAX = 5_000;
export const INPUT_MAX_CHARS = 20_000;
/** Projects of the selected tasks: each costs three requests, for its tasks, its entities and its team. */
export const PROJECTS_MAX = 12;
/** Of what is written down of a request as it arrived. */
export const ARRIVED_FIELDS_MAX = 300;
export const ARRIVED_MAX_CHARS = 200_000;
/** Of what was not understood, and is said. */
export const IGNORED_MAX = 50;

/** Throws where a urlencoded body has more fields than are taken: before it is taken apart. */
export function checkFieldCount(text: string): void {
  let count = 1;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) {
    count += 1;
    if (count > VALUES_MAX) throw tooMany();
  }
}

/** Throws where a multipart body has more parts, or lines in their heads, than are taken: each is parsed, whatever it says. */
export function checkPartCount(bytes: ArrayBuffer, boundary: string): void {
  // One character a byte: boundaries are ASCII.
  const text = new TextDecoder("latin1").decode(bytes);
  let count = 0;
  for (let at = text.indexOf(`--${boundary}`); at >= 0; at = text.indexOf(`--${boundary}`, at + 1)) {
    count += 1;
    if (count > VALUES_MAX) throw tooMany();
  }
  checkHeads(text, boundary);
}

/** A head begins behind a boundary, and an empty line ends it. */
function checkHeads(text: string, boundary: string): void {
  let [lines, isHead] = [0, false];
  for (let at = 0, end = 0; end >= 0; at = end + 1) {
    end = text.indexOf("\n", at);
    if (text.startsWith(`--${boundary}`, at)) isHead = true;
    else if (isHead && end - at <= 1) isHead = false;
    else if (isHead) lines += 1;
    if (lines > HEAD_LINES_MAX) throw tooMany();
  }
}

/** Throws where the JSON text of a call has more values, or lies deeper, than is taken. */
export function checkJsonShape(text: string): void {
  const excess = findExcess(text, VALUES_MAX, DEPTH_MAX);
  if (excess === "values") throw tooMany();
  if (excess === "depth") throw refuse(`has values nested more than ${DEPTH_MAX} levels deep`);
}

/** What a JSON text has too much of: one pass over its characters, without making any of it. */
export function findExcess(text: string, valuesMax: number, depthMax: number): "values" | "depth" | undefined {
  let [values, depth] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === COMMA || code === COLON) values += 1;
    else if (code === BRACKET || code === BRACE) depth += 1;
    else if (code === BRACKET_END || code === BRACE_END) depth -= 1;
    if (values > valuesMax) return "values";
    if (depth > depthMax) return "depth";
  }
  return undefined;
}

const [QUOTE, COMMA, COLON, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [...'",:\\[]{}'].map((one) => one.charCodeAt(0));

/** Where the text that begins here ends. */
function endOfText(text: string, begin: number): number {
  let at = begin + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

const tooMany = () => refuse(`has more than ${VALUES_MAX.toLocaleString("en")} fields or values`);

function refuse(problem: string): Failure {
  return new Failure("invalid-call", {
    text: `The call ${problem}, which is more than any action needs.`,
    advice: "Run the action again from Kitsu, on fewer tasks.",
    field: "body",
    status: 413,
  });
}
