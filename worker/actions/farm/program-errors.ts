// Finds a few short lines in a program's output, out of megabytes, that say why it failed.

const LINES_MAX = 2;
const LINE_MAX_CHARS = 200;
/** Only the end is read: programs print last what ended them. */
const READ_MAX_CHARS = 65_536;

/** A line with one of these words reports an error. */
const ERROR_LINE =
  /\b(\w*(error|exception)|errors?|fatal|fail(ed|ure)?|cannot|can't|could not|unable|denied|not found|no such|out of memory|killed|segmentation|aborted|crash(ed)?|missing|invalid|licen[cs]e|no space left)\b/i;
/** Except for these, which report that there is none. */
const NO_ERROR_LINE = /\b(0|no) (errors?|failures?|warnings?)\b|\berrors?: 0\b/i;
/** Colors and other escape sequences of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what it searches for
const ESCAPES = /\u001b(\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])/g;

export type ErrorLines = { text: string; isError: boolean };

/** The last lines that report an error, otherwise the very last line. */
export function findErrorLines(output: string): ErrorLines | undefined {
  const lines = output
    .slice(-READ_MAX_CHARS)
    .split(/\r\n|\r|\n/)
    .map(tidy)
    .filter((line) => line !== "");
  const errors = lines.filter((line) => ERROR_LINE.test(line) && !NO_ERROR_LINE.test(line));
  const last = [...new Set(errors)].slice(-LINES_MAX);
  if (last.length > 0) return { text: last.join(" / "), isError: true };
  const final = lines.at(-1);
  return final === undefined ? undefined : { text: final, isError: false };
}

/** Cuts the line first: it may have a megabyte. */
function tidy(line: string): string {
  const plain = clip(line.slice(0, LINE_MAX_CHARS * 4).replace(ESCAPES, ""));
  return plain
    .replace(/\p{Cc}/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

const clip = (text: string) =>
  text.length > LINE_MAX_CHARS ? `${text.slice(0, LINE_MAX_CHARS).toWellFormed()}…` : text;
