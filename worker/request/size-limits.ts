// How large a call may be. Everything whose size the caller decides has its limit here. Each limit
// is applied while reading, before any work that grows with the size.
import { Failure } from "../format/failure.ts";
import { findExcess } from "../format/json-shape.ts";
import { message, type Text } from "../format/message.ts";

/** 5,000 task ids are about 195 kB in either dialect; the rest is room for future fields. */
export const BODY_MAX_BYTES = 2 * 1_024 * 1_024;
/** Fields of a form, or values in a JSON body: each task id may be one. */
export const VALUES_MAX = 8_000;
/** Header lines of all parts of a multipart body: a field has one, a file has two. */
const PART_HEADER_LINES_MAX = 2 * VALUES_MAX;
/** How deeply the values of a JSON body may be nested. */
export const DEPTH_MAX = 16;
/** Fields and characters of a request snapshot. */
export const SNAPSHOT_FIELDS_MAX = 300;
export const SNAPSHOT_MAX_CHARS = 200_000;
/** Ignored fields that a call lists one by one. */
export const IGNORED_MAX = 50;

/** Throws if a urlencoded body has too many fields. Runs before the body is parsed. */
export function checkFieldCount(text: string): void {
  let count = 1;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1)) {
    count += 1;
    if (count > VALUES_MAX) throw tooManyValues();
  }
}

/** Throws if a multipart body has too many parts or header lines: the runtime parses every one. */
export function checkPartCount(bytes: ArrayBuffer, boundary: string): void {
  // Latin-1 has one character per byte. Boundaries are ASCII.
  const text = new TextDecoder("latin1").decode(bytes);
  let count = 0;
  for (let at = text.indexOf(`--${boundary}`); at >= 0; at = text.indexOf(`--${boundary}`, at + 1)) {
    count += 1;
    if (count > VALUES_MAX) throw tooManyValues();
  }
  checkPartHeaders(text, boundary);
}

/** The headers of a part start after a boundary and end with an empty line. */
function checkPartHeaders(text: string, boundary: string): void {
  let [lines, isHeader] = [0, false];
  for (let at = 0, end = 0; end >= 0; at = end + 1) {
    end = text.indexOf("\n", at);
    if (text.startsWith(`--${boundary}`, at)) isHeader = true;
    else if (isHeader && end - at <= 1) isHeader = false;
    else if (isHeader) lines += 1;
    if (lines > PART_HEADER_LINES_MAX) throw tooManyValues();
  }
}

/** Throws if the JSON text of a call has too many values or is nested too deeply. */
export function checkJsonShape(text: string): void {
  const excess = findExcess(text, VALUES_MAX, DEPTH_MAX);
  if (excess === "values") throw tooManyValues();
  if (excess === "depth") throw callTooLarge(message("request.tooDeep", { count: DEPTH_MAX }));
}

const tooManyValues = () => callTooLarge(message("request.tooManyValues", { count: VALUES_MAX }));

function callTooLarge(text: Text): Failure {
  return new Failure("invalid-call", {
    text,
    advice: message("request.runAgainOnFewer"),
    field: "body",
    status: 413,
  });
}
