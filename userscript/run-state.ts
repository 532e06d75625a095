/** Asks our worker about a call whose answer was lost, and voids a call that never arrived. */
import type { ParsedResponse } from "../contract.ts";
import { parseResponse } from "../contract.ts";
import { fetchWithoutSession } from "./anonymous-requests.ts";
import { CONFIG } from "./config.ts";
import { readerQuery } from "./i18n/index.ts";

/** `attempt` distinguishes the requests for one run; the first has none. */
export type LostCall = { run: string; attempt?: string | undefined };

/**
 * - an object: the state of the run; `raw` is the response's body
 * - `unknown`: no such call has arrived
 * - `origin-refused`: the worker refuses all calls from this page, so it refused this one
 * - `unclear`: something answered, but not about the run
 * - `unreachable`: nothing answered
 */
export type RunLookup =
  | { parsed: ParsedResponse; raw: string }
  | "unknown"
  | "origin-refused"
  | "unclear"
  | "unreachable";

const ANSWER_MAX_MS = 15_000;

/** Failures that describe the run, although the worker has no address for it any more. */
const RUN_FAILURES: readonly string[] = ["never-ran", "run-interrupted"];

/**
 * After a day the worker forgets that a call arrived. Later than this nothing is said not to have
 * run.
 */
const VOID_MAX_AGE_MS = 12 * 3_600_000;

/**
 * Voids a call that never arrived: from then on "it did not run" stays true. If it has arrived in
 * the meantime, returns its state.
 * @param at when it was sent, by this computer's clock
 */
export async function confirmOrVoid(lost: LostCall, at: number): Promise<RunLookup> {
  const found = await fetchRunState(runStateUrl(lost));
  return found === "unknown" && !isTooOldToVoid(at)
    ? fetchRunState(runStateUrl(lost, "/void"), { method: "POST" })
    : found;
}

export function isTooOldToVoid(at: number): boolean {
  return Date.now() - at > VOID_MAX_AGE_MS;
}

export function runStateUrl({ run, attempt }: LostCall, suffix = ""): string {
  return `${CONFIG.worker}/runs/${run}${suffix}?${attempt ? `try=${attempt}&` : ""}${readerQuery()}`;
}

/**
 * Whether the worker itself answered, about a run. Proxies and login pages answer at its address,
 * too.
 */
export function isFromWorker(parsed: ParsedResponse): boolean {
  return parsed.kind === "reply" || parsed.kind === "newer";
}

export async function fetchRunState(url: string, init?: RequestInit): Promise<RunLookup> {
  try {
    const headers = { accept: "application/json" };
    const response = await fetchWithoutSession(url, { ...init, headers, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    const raw = await response.text();
    return classify(parseResponse(response.status, "", raw), raw);
  } catch {
    return "unreachable";
  }
}

function classify(parsed: ParsedResponse, raw: string): RunLookup {
  if (parsed.kind === "newer") return { parsed, raw };
  if (parsed.kind !== "reply") return "unclear";
  const { reply, run } = parsed;
  if (run || reply.kind !== "failed") return { parsed, raw };
  if (reply.code === "unknown-run") return "unknown";
  if (reply.code === "origin-not-allowed") return "origin-refused";
  return RUN_FAILURES.includes(reply.code) ? { parsed, raw } : "unclear";
}
