// Selected tasks that Kitsu does not return, because they were deleted or are not visible to the
// person.
import * as v from "valibot";
import { joinParagraphs, message } from "../format/message.ts";
import type { Outcome, Reply } from "../format/reply.ts";

export const DELETED_OR_HIDDEN = message("tasks.deletedOrHidden");

/** More than these are only counted. */
const LISTED_MAX = 100;

export const skipMissing = (id: string): Outcome & { state: "skipped" } => ({
  id,
  label: id,
  state: "skipped",
  reason: DELETED_OR_HIDDEN,
});

/** Adds the missing tasks to the outcomes of a reply, with a note. */
export function reportMissing<R extends Reply>(reply: R, missing: readonly string[]): R {
  if (missing.length === 0) return reply;
  const before = ("outcomes" in reply && reply.outcomes) || [];
  const reported = new Set(before.map(({ id }) => id));
  const outcomes = missing
    .slice(0, LISTED_MAX)
    .filter((id) => !reported.has(id))
    .map(skipMissing);
  return {
    ...reply,
    ...(reply.kind === "done" && reply.severity === "success" && { severity: "warning" }),
    text: joinParagraphs([reply.text, message("tasks.leftOut", { count: missing.length })]),
    outcomes: [...before, ...outcomes],
  };
}

const StoredMissing = v.object({ missing: v.array(v.string()) });

/** For the data of a long run: the reports of the studio's server do not have these tasks. */
export const storeMissing = (missing: readonly string[]): v.InferInput<typeof StoredMissing> => ({
  missing: missing.slice(0, LISTED_MAX),
});

export function readMissing(data: unknown): string[] {
  const stored = v.safeParse(StoredMissing, data);
  return stored.success ? stored.output.missing : [];
}
