// Which runs a reader of the log looks for. Most of those that are searched are of no interest, so
// a summary is tested as it was stored, and parsed only if it matches.
import * as v from "valibot";
import { localize } from "../format/localize.ts";
import type { Reader } from "../format/reader.ts";
import { StoredText } from "../format/reply.ts";
import type { Summary } from "./run-log.ts";
import type { RunState } from "./run-record.ts";

export type RunFilter = {
  action?: string | undefined;
  /** a person's id, or part of the name or the e-mail address */
  person?: string | undefined;
  /** a project's id, or part of its name */
  project?: string | undefined;
  state?: RunState | undefined;
  /** part of the title of the reply, as the reader sees it */
  title?: string | undefined;
  /** "2026-11-23" */
  day?: string | undefined;
};

/** A summary that was not parsed: its members may be anything. */
export type RawSummary = { readonly [K in keyof Summary]?: unknown };
export type SummaryTest = (summary: RawSummary) => boolean;

/** The test of everything but the day, which is a matter of keys. */
export function makeTest({ action, person, project, state, title }: RunFilter, reader: Reader): SummaryTest {
  const tests: SummaryTest[] = [];
  if (action !== undefined) tests.push((run) => run.action === action);
  if (state !== undefined) tests.push((run) => run.state === state);
  if (person !== undefined) {
    const [id, part] = [person.toLowerCase(), fold(person)];
    tests.push((run) => run.person === id || has(run.email, part) || has(run.name, part));
  }
  if (project !== undefined) {
    const [id, part] = [project.toLowerCase(), fold(project)];
    tests.push((run) => run.project === id || has(run.projects, part));
  }
  if (title !== undefined) tests.push(makeTitleTest(fold(title), reader));
  return (run) => tests.every((test) => test(run));
}

const has = (text: unknown, part: string) => typeof text === "string" && fold(text).includes(part);

/**
 * Makes texts equal that a reader takes for the same: without case and accents, with plain spaces.
 * In upper case, because in lower case "ß" and the two i of Turkish stay different.
 */
const fold = (text: string) =>
  ASCII.test(text) ? text.toUpperCase() : text.normalize("NFKD").replace(ACCENTS, "").toUpperCase();
const ASCII = /^[ -~]*$/;
/** Of Latin, Greek and Cyrillic letters. The marks of other scripts are letters themselves. */
const ACCENTS = /[\u0300-\u036f]/g;

/** Many runs have the same title, and putting it into words takes longest. */
function makeTitleTest(part: string, reader: Reader): SummaryTest {
  const known = new Map<string, boolean>();
  const test = (title: unknown) => {
    const text = v.safeParse(StoredText, title);
    return text.success && has(localize(text.output, reader), part);
  };
  return ({ title }) => {
    if (typeof title === "string") return has(title, part);
    const json = JSON.stringify(title) ?? "";
    const isMatch = known.get(json) ?? test(title);
    known.set(json, isMatch);
    return isMatch;
  };
}
