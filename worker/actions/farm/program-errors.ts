// The lines of what a program printed that say why it failed: a few short ones, out of megabytes.

const LINES_MAX = 2;
const LINE_MAX_CHARS = 200;
/** Programs say last what ended them. What is before is not read. */
const READ_MAX_CHARS = 65_536;

/** Words by which a line says that something went wrong. */
const TELLING =
  /\b(\w*(error|exception)|errors?|fatal|fail(ed|ure)?|cannot|can't|could not|unable|denied|not found|no such|out of memory|killed|segmentation|aborted|crash(ed)?|missing|invalid|licen[cs]e|no space left)\b/i;
/** These speak of errors where there is none. */
const CALM = /\b(0|no) (errors?|failures?|warnings?)\b|\berrors?: 0\b/i;
/** Colours and the like of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPES = /\u001b(\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])/g;

export type Words = { text: string; isTelling: boolean };

/** The last lines that tell of an error, else the last line of all; nothing where nothing was printed. */
export function findWords(output: string): Words | undefined {
  const lines = output
    .slice(-READ_MAX_CHARS)
    .split(/\r\n|\r|\n/)
    .map(tidy)
    .filter((line) => line !== "");
  const telling = lines.filter((line) => TELLING.test(line) && !CALM.test(line));
  const said = [...new Set(telling)].slice(-LINES_MAX);
  if (said.length > 0) return { text: said.join(" / "), isTelling: true };
  const last = lines.at(-1);
  return last === undefined ? undefined : { text: last, isTelling: false };
}

/** A line of a mebibyte is cut before anything is looked for in it. */
function tidy(line: string): string {
  const plain = clip(line.slice(0, LINE_MAX_CHARS * 4).replace(ESCAPES, ""));
  return plain
    .replace(/\p{Cc}/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

const clip = (text: string) =>
  text.length > LINE_MAX_CHARS ? `${text.slice(0, LINE_MAX_CHARS).toWellFormed()}…` : text;
