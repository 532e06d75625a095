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
    const part = person.toLowerCase();
    tests.push((run) => run.person === part || has(run.email, part) || has(run.name, part));
  }
  if (project !== undefined) {
    const part = project.toLowerCase();
    tests.push((run) => run.project === part || has(run.projects, part));
  }
  if (title !== undefined) tests.push(makeTitleTest(title.toLowerCase(), reader));
  return (run) => tests.every((test) => test(run));
}

const has = (text: unknown, part: string) => typeof text === "string" && text.toLowerCase().includes(part);

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
