/** Asks our worker what it knows of a call whose answer was lost, and has a call that never arrived made void. */
import type { ParsedResponse } from "../contract.ts";
import { parseResponse } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { ask } from "./poll.ts";

/** `attempt` tells the requests for one run apart; the first has none. */
export type Lost = { run: string; attempt?: string | undefined };

/**
 * - `heard`: the run, as it stands or ended; `raw` as it came
 * - `unknown`: no such call has arrived
 * - `barred`: the worker takes no call of this page's, so it took none
 * - `trouble`: something answered, but nothing that tells
 * - `silence`: nobody can be asked
 */
export type Found = { heard: ParsedResponse; raw: string } | "unknown" | "barred" | "trouble" | "silence";

const ANSWER_MAX_MS = 15_000;

/** Failures that are about the run, though the worker has no address for it any more. */
const ABOUT_RUNS: readonly string[] = ["never-ran", "run-interrupted"];

/** Nobody is told later than this that something did not run: after a day the worker has forgotten that it did. */
const KNOWN_MS = 12 * 3_600_000;

/**
 * A call that never arrived is made void: from then on "it did not run" is true for good. Did it arrive meanwhile, that is told.
 * @param at when it was sent, by the clock here
 */
export async function settle(lost: Lost, at: number): Promise<Found> {
  const found = await look(locate(lost));
  return found === "unknown" && !isOld(at) ? look(locate(lost, "/void"), { method: "POST" }) : found;
}

export function isOld(at: number): boolean {
  return Date.now() - at > KNOWN_MS;
}

export function locate({ run, attempt }: Lost, more = ""): string {
  return `${CONFIG.worker}/runs/${run}${more}${attempt ? `?try=${attempt}` : ""}`;
}

/** A run that the worker itself has something to say of. Proxies and login pages answer at its address, too. */
export function isOurAnswer(heard: ParsedResponse): boolean {
  return heard.kind === "reply" || heard.kind === "newer";
}

/** At an address that is the right to be told. */
export async function look(url: string, more?: RequestInit): Promise<Found> {
  try {
    const headers = { accept: "application/json" };
    const response = await ask(url, { ...more, headers, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    const raw = await response.text();
    return judge(parseResponse(response.status, "", raw), raw);
  } catch {
    return "silence";
  }
}

function judge(heard: ParsedResponse, raw: string): Found {
  if (heard.kind === "newer") return { heard, raw };
  if (heard.kind !== "reply") return "trouble";
  const { reply, run } = heard;
  if (run || reply.kind !== "failed") return { heard, raw };
  if (reply.code === "unknown-run") return "unknown";
  if (reply.code === "origin-not-allowed") return "barred";
  return ABOUT_RUNS.includes(reply.code) ? { heard, raw } : "trouble";
}
