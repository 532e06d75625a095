// The URLs of a run: its page, retry and undo, and those that follow and control a long run.

import * as v from "valibot";
import { randomHex } from "../format/hex.ts";
import type { Text } from "../format/message.ts";
import { LANGUAGE_PARAMETER, THEME_PARAMETER, TIME_ZONE_PARAMETER, USERSCRIPT_PARAMETER } from "../format/reader.ts";
import type { Outcome, Reply, Run } from "../format/reply.ts";

/** The URL of a run's page. The log finds the record by the time in it, in one step. */
export function linkRun(base: string, id: string, at: number): Run {
  return { id, url: `${base}/runs/${id}?at=${at}` };
}

/** The address of the worker, from that of a run. */
export const readBase = ({ url }: Pick<Run, "url">): string => url.slice(0, url.lastIndexOf("/runs/"));

/** 128 random bits as hexadecimal digits. */
export const makeRunId = () => randomHex(16);

/** Until when a run can be undone, in epoch milliseconds, and the button's text. */
export type OfferedUndo = { until: number; label?: Text | undefined };

type DescribedRun = {
  id: string;
  at: number;
  reply: Reply;
  undo?: OfferedUndo | undefined;
  call?: { changeOf?: object | undefined } | undefined;
};

/**
 * The run with its retry and undo URLs, as far as they are available. A retry runs the action, so
 * there is none of an undo or a cancel.
 */
export function describeRun(base: string, { id, at, reply, undo, call }: DescribedRun): Run {
  return {
    ...linkRun(base, id, at),
    ...(mayRetry(reply) && call?.changeOf === undefined && { retry: `${base}/runs/${id}/retry?at=${at}` }),
    ...(undo !== undefined &&
      undo.until > Date.now() && { undo: { url: `${base}/runs/${id}/undo?at=${at}`, ...undo } }),
  };
}

/** Which offers of a run were used: each can be used once. */
export type UsedOffers = { undo: boolean; retry: boolean };

/** The run without the offers that were used. */
export const withoutUsed = ({ undo, retry, ...run }: Run, used: UsedOffers): Run => ({
  ...run,
  ...(retry !== undefined && !used.retry && { retry }),
  ...(undo !== undefined && !used.undo && { undo }),
});

/** The URLs of a long run: to follow it, and for the controls that it has now. */
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

/** A refused run can't be retried: it would be refused again. */
function mayRetry(reply: Reply): boolean {
  if (reply.kind === "failed") return reply.retry === true;
  return reply.kind === "done" && retriedOutcomes(reply).length > 0;
}

/** The tasks that a retry repeats: those that failed, and those that were not reached. */
export function retriedOutcomes(reply: Reply): Outcome[] {
  const outcomes = "outcomes" in reply && reply.kind !== "ask" ? (reply.outcomes ?? []) : [];
  return outcomes.filter(({ state, retry = state === "failed" }) => retry);
}

/** Distinguishes a page's requests for one run (see docs/kitsu.md). Undefined if there is none. */
export function readAttempt({ searchParams }: URL): string | undefined {
  const given = searchParams.get(ATTEMPT_PARAMETER) ?? "";
  return /^[0-9a-f]{8}$/.test(given) ? given : undefined;
}

export const RUN_PARAMETER = "run";
const ATTEMPT_PARAMETER = "try";
const OWN_PARAMETERS = [
  RUN_PARAMETER,
  ATTEMPT_PARAMETER,
  THEME_PARAMETER,
  LANGUAGE_PARAMETER,
  TIME_ZONE_PARAMETER,
  USERSCRIPT_PARAMETER,
];

/** Our own query parameters, which are not passed to the action. */
export const isOwnParameter = (name: string) => OWN_PARAMETERS.includes(name);

const Time = v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), v.safeInteger());

/** The start time in a run's URL; absent if the URL has only the id. */
export function readTime({ searchParams }: URL): number | undefined {
  const at = v.safeParse(Time, searchParams.get("at"));
  return at.success ? at.output : undefined;
}
