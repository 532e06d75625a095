// How much of a call is taken. Everything a caller decides the size of has its limit here, and each is applied while it is read, before any work that
// grows with it.
import { Failure } from "../failure.ts";
import { findExcess } from "../format/json-shape.ts";

/** 5,000 task ids are about 195 kB in either dialect; the rest is room for fields to come. */
export const BODY_MAX_BYTES = 2 * 1_024 * 1_024;
/** Fields of a form, or values in a JSON body: each task id may be one. */
export const VALUES_MAX = 8_000;
/** Lines in the heads of a multipart body's parts: a field has one, a file two. */
export const PART_HEADER_LINES_MAX = 2 * VALUES_MAX;
/** How deep the values of a JSON body may lie in one another. */
export const DEPTH_MAX = 16;
/** Fields of a form of ours, values of one of them, and characters of each. */
export const INPUT_FIELDS_MAX = 200;
export const INPUT_VALUES_MAX = 5_000;
export const INPUT_MAX_CHARS = 20_000;
/** Of what is written down of a request as it arrived. */
export const SNAPSHOT_FIELDS_MAX = 300;
export const SNAPSHOT_MAX_CHARS = 200_000;
/** Of what was not understood, and is said. */
export const IGNORED_MAX = 50;

/** Throws where a urlencoded body has more fields than are taken: before it is taken apart. */
export function checkFieldCount(text: string): void {
  let count = 1;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) {
    count += 1;
    if (count > VALUES_MAX) throw tooManyValues();
  }
}

/** Throws where a multipart body has more parts, or lines in their heads, than are taken: each is parsed, whatever it says. */
export function checkPartCount(bytes: ArrayBuffer, boundary: string): void {
  // One character a byte: boundaries are ASCII.
  const text = new TextDecoder("latin1").decode(bytes);
  let count = 0;
  for (let at = text.indexOf(`--${boundary}`); at >= 0; at = text.indexOf(`--${boundary}`, at + 1)) {
    count += 1;
    if (count > VALUES_MAX) throw tooManyValues();
  }
  checkPartHeaders(text, boundary);
}

/** A head begins behind a boundary, and an empty line ends it. */
function checkPartHeaders(text: string, boundary: string): void {
  let [lines, isHead] = [0, false];
  for (let at = 0, end = 0; end >= 0; at = end + 1) {
    end = text.indexOf("\n", at);
    if (text.startsWith(`--${boundary}`, at)) isHead = true;
    else if (isHead && end - at <= 1) isHead = false;
    else if (isHead) lines += 1;
    if (lines > PART_HEADER_LINES_MAX) throw tooManyValues();
  }
}

/** Throws where the JSON text of a call has more values, or lies deeper, than is taken. */
export function checkJsonShape(text: string): void {
  const excess = findExcess(text, VALUES_MAX, DEPTH_MAX);
  if (excess === "values") throw tooManyValues();
  if (excess === "depth") throw callTooLarge(`has values nested more than ${DEPTH_MAX} levels deep`);
}

const tooManyValues = () => callTooLarge(`has more than ${VALUES_MAX.toLocaleString("en")} fields or values`);

function callTooLarge(problem: string): Failure {
  return new Failure("invalid-call", {
    text: `The call ${problem}, which is more than any action needs.`,
    advice: "Run the action again from Kitsu, on fewer tasks.",
    field: "body",
    status: 413,
  });
}
