// What the requests of one run know about each other.
import type { ShownPlan } from "../action/confirmation.ts";

/**
 * When a run started, of which action, and whose it is: the person's id or, if the call has none,
 * their name, which is "" if nobody is named.
 */
export type RunIdentity = { at: number; action: string; person?: string | undefined; name?: string | undefined };

export const identifyRun = (
  at: number,
  action: string,
  person: { id?: string | undefined; name: string } | undefined,
): RunIdentity => ({ at, action, ...(person?.id === undefined ? { name: person?.name } : { person: person.id }) });

/**
 * What was known about a run before this request.
 * - `identity`: absent if no earlier request got that far
 * - `isTaken`: it was submitted before
 * - `isVoid`: its page gave up on it, so it must not run
 */
export type KnownRun = { at: number; identity: RunIdentity | undefined; isTaken: boolean; isVoid: boolean };

/** A run that asked its person, and the plan that they were shown. */
export type AskedRun = { identity: RunIdentity; shown?: ShownPlan | undefined };

/**
 * - `isKept`: the record is stored with the run until the log has it
 * - `isOwner`: this request is the one that runs the action; if not, another did, at `submittedAt`
 */
export type EndedRequest = { isKept: boolean; isOwner: boolean; submittedAt: number | undefined };
