// What a record says about the use of its action. A record may arrive several times, so each event
// has a key, by which it is counted once.
import * as v from "valibot";
import { FAILURE_CODES, Failure, type FailureCode } from "../../format/failure.ts";
import type { RunRecord } from "../run-record.ts";

/**
 * - `at`: when the run started, or when it was undone, in epoch milliseconds
 * - `tookMs`: null if the run failed: a refusal takes no time
 * - `code`: why it failed
 * - `blame`: whose failure it is
 */
export type UseEvent = {
  key: string;
  kind: "run" | "undo";
  action: string;
  at: number;
  tasks: number;
  tookMs: number | null;
  isRetry: boolean;
  code: string | null;
  blame: Blame | null;
  person: { id: string; name: string } | null;
};

/**
 * - `caller`: refused, such as without a selection or without permission
 * - `work`: what the action worked on or with, such as a scene that doesn't render
 * - `action`: the action, the worker or a server behind it does not work
 */
export type Blame = "caller" | "work" | "action";

/** These say nothing about whether the action works: the next run may be fine. */
const WORK: readonly string[] = [
  "render-failed",
  "farm-refused",
  "kitsu-refused",
  "platform-limit",
] satisfies FailureCode[];

/** Codes come from servers of the studio's, too. */
const isCode = (code: string) => /^[a-z][a-z0-9-]{0,63}$/.test(code);
export const OTHER_CODE = "other";

const DAY_MS = 86_400_000;
/**
 * How long a record may arrive again. An alarm repeats it within a minute, or, on premises, once
 * the machine is on again.
 */
export const SEEN_MS = 30 * DAY_MS;

/** Nothing for a question, a dry run, a run that continues, or a click on a run that continues. */
export function listUseEvents(record: RunRecord): UseEvent[] {
  const { id, at, action, call, reply, undone, person, tookMs, status } = record;
  const isOver = reply.kind === "done" || reply.kind === "failed" || (reply.kind === "started" && !record.follow);
  if (!isOver || call?.isDry || call?.changeOf !== undefined) return [];
  const failed = reply.kind === "failed" ? reply : undefined;
  const event: UseEvent = {
    key: `${id}-${at}`,
    kind: "run",
    action,
    at,
    tasks: call?.selection.length ?? 0,
    tookMs: failed === undefined ? tookMs : null,
    isRetry: call?.retryOf !== undefined,
    code: failed === undefined ? null : isCode(failed.code) ? failed.code : OTHER_CODE,
    blame: failed === undefined ? null : findBlame(failed.code, status),
    person: person?.id === undefined ? null : { id: person.id, name: person.name.slice(0, NAME_MAX_CHARS) },
  };
  const undo = undone && { ...event, key: `${event.key}-undo`, kind: "undo" as const, at: undone.at, person: null };
  if (undo === undefined) return [event];
  // By then, nothing says that the run was counted.
  return undo.at - at > SEEN_MS - DAY_MS ? [undo] : [event, undo];
}

const NAME_MAX_CHARS = 80;

const OWN_CODES = v.picklist(FAILURE_CODES);

/**
 * A code of the worker's own says it, unless it only passes on what a server of the studio's said;
 * of any other code, the status does.
 * @param status 202 for a run that went on after its answer
 */
function findBlame(code: string, status: number): Blame {
  if (WORK.includes(code)) return "work";
  if (code !== "target-refused" && v.is(OWN_CODES, code))
    return new Failure(code, {}).status >= 500 ? "action" : "caller";
  return status >= 500 ? "action" : "work";
}
