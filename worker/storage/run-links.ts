// A run as others see it: its address, and what can still be done with it.

import * as v from "valibot";
import type { Outcome, Reply, Run } from "../../contract.ts";
import { randomHex } from "../format/hex.ts";

/** The address of a run's page. The time in it is what finds the record in one step. */
export function linkRun(base: string, id: string, at: number): Run {
  return { id, url: `${base}/runs/${id}?at=${at}` };
}

/** 128 random bits in hexadecimal. */
export const makeRunId = () => randomHex(16);

/** For how long, and under which words, a run can be taken back. */
export type OfferedUndo = { until: number; label?: string | undefined };

/** The run with what can still be done with it. */
export function describeRun(
  base: string,
  { id, at, reply, undo }: { id: string; at: number; reply: Reply; undo?: OfferedUndo | undefined },
): Run {
  return {
    ...linkRun(base, id, at),
    ...(mayRetry(reply) && { retry: `${base}/runs/${id}/retry?at=${at}` }),
    ...(undo !== undefined &&
      undo.until > Date.now() && { undo: { url: `${base}/runs/${id}/undo?at=${at}`, ...undo } }),
  };
}

/** How a run that goes on is followed, and what can be done to it now. */
export function followLinks(
  base: string,
  {
    id,
    at,
    key,
    controls,
  }: { id: string; at: number; key: string; controls: readonly ("cancel" | "pause" | "resume")[] },
): Pick<Run, "url" | "follow" | "cancel" | "pause" | "resume"> {
  const [place, query] = [`${base}/runs/${id}`, `?at=${at}&key=${key}`];
  return {
    url: `${place}${query}`,
    follow: { url: `${place}/follow${query}`, socket: `${place.replace(/^http/, "ws")}/follow${query}` },
    ...Object.fromEntries(controls.map((control) => [control, `${place}/${control}${query}`])),
  };
}

/** Not where it was refused: the same would be refused again. */
function mayRetry(reply: Reply): boolean {
  if (reply.kind === "failed") return reply.retry === true;
  return reply.kind === "done" && retriedOutcomes(reply).length > 0;
}

/** What is tried again: what failed, and what there was no time for or was left after something failed. */
export function retriedOutcomes(reply: Reply): Outcome[] {
  const outcomes = "outcomes" in reply && reply.kind !== "ask" ? (reply.outcomes ?? []) : [];
  return outcomes.filter(({ state, retry = state === "failed" }) => retry);
}

/** Which of several requests of a page for one run this is: see docs/kitsu.md. Absent where it does not say. */
export function readAttempt({ searchParams }: URL): string | undefined {
  const given = searchParams.get(ATTEMPT_PARAMETER) ?? "";
  return /^[0-9a-f]{8}$/.test(given) ? given : undefined;
}

/** What of a call's query is ours, and no parameter of the action's. */
export const isOwnParameter = (name: string) => [RUN_PARAMETER, ATTEMPT_PARAMETER, THEME_PARAMETER].includes(name);
export const RUN_PARAMETER = "run";
const ATTEMPT_PARAMETER = "try";
/** How Kitsu looks, as its userscript says. */
export const THEME_PARAMETER = "theme";

const Time = v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), v.safeInteger());

/** The time in a run's address; absent where somebody took the id alone. */
export function readTime({ searchParams }: URL): number | undefined {
  const at = v.safeParse(Time, searchParams.get("at"));
  return at.success ? at.output : undefined;
}
