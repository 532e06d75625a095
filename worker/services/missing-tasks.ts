// Tasks that were selected and that Kitsu does not show: what is said of them where nobody else says it.
import * as v from "valibot";
import type { Outcome, Reply } from "../../contract.ts";

const REASON = "Deleted or not visible";
/** A list by name is read; more of them are a number. */
const LISTED_MAX = 100;

/** The reply with these tasks among its outcomes, for none of them was part of what was done. */
export function tellMissing<R extends Reply>(reply: R, missing: readonly string[]): R {
  if (missing.length === 0) return reply;
  const before = ("outcomes" in reply && reply.outcomes) || [];
  const told = new Set(before.map(({ id }) => id));
  const outcomes = missing
    .slice(0, LISTED_MAX)
    .filter((id) => !told.has(id))
    .map((id): Outcome => ({ id, label: id, state: "skipped", reason: REASON }));
  const note = `${missing.length === 1 ? "1 task was" : `${missing.length} tasks were`} left out: deleted, or not for you to see.`;
  return {
    ...reply,
    ...(reply.kind === "done" && reply.severity === "success" && { severity: "warning" }),
    text: reply.text ? `${reply.text}\n\n${note}` : note,
    outcomes: [...before, ...outcomes],
  };
}

const Kept = v.object({ missing: v.array(v.string()) });

/** What a run that goes on keeps of them: what its server reports says nothing of them. */
export const keepMissing = (missing: readonly string[]): v.InferInput<typeof Kept> => ({
  missing: missing.slice(0, LISTED_MAX),
});

export function readMissing(data: unknown): string[] {
  const kept = v.safeParse(Kept, data);
  return kept.success ? kept.output.missing : [];
}
