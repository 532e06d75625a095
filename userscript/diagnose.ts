/**
 * Finds out what happened to a call: reads its answer or, without a trustworthy one, its run.
 * Claims no more than is known.
 */

import type { ParsedResponse, Reply, Run } from "../contract.ts";
import { parseResponse } from "../contract.ts";
import * as m from "../gen/userscript-messages.ts";
import { CONFIG } from "./config.ts";
import { t } from "./i18n/index.ts";
import { findBrowserBlock, findNetworkCause, isReachable } from "./network-cause.ts";
import { confirmOrVoid, isFromWorker } from "./run-state.ts";
import type { RawResponse } from "./xhr-hook.ts";

/** A call to diagnose. Only calls to our worker have a `run`. */
export type DiagnosedCall = {
  url: string;
  run: string | undefined;
  attempt?: string | undefined;
  at: number;
  wasOffline?: boolean;
};

/**
 * Whether the call ran is not known yet, so it is asked again. `text` is the `cause` and what to do
 * meanwhile.
 */
export type Unresolved = { kind: "unresolved"; cause: string; text: string };

/**
 * What is known about the call.
 * - `conclusion`: a final sentence; there is no answer to show
 * - `given-up`: whether it ran stays unknown
 */
export type Diagnosis = ParsedResponse | { kind: "conclusion" | "given-up"; text: string } | Unresolved;

/**
 * Reads the answer, or finds out what can be known without one. An answer to a call to our worker
 * must be the worker's own: proxies and login pages answer at its address, too.
 */
export function diagnose(
  { status, contentType, body }: RawResponse,
  call: DiagnosedCall,
): ParsedResponse | Promise<Diagnosis> {
  const parsed = status ? parseResponse(status, contentType, body) : undefined;
  if (call.run === undefined) return parsed ?? diagnoseOtherServer(call);
  return parsed && isFromWorker(parsed)
    ? parsed
    : lookUpOutcome(call.run, call, parsed && describeForeignAnswer(status, parsed));
}

/** The reply in our own format, if there is one. */
export function getReply(diagnosis: Diagnosis | undefined): { reply?: Reply; run?: Run | undefined } {
  return diagnosis?.kind === "reply" ? diagnosis : {};
}

export function giveUp(): Diagnosis {
  return { kind: "given-up", text: t(m.outcomeUnknown) };
}

/** What is recorded of a call when it is sent. */
export function recordSending(): { at: number; wasOffline: boolean } {
  return { at: Date.now(), wasOffline: !navigator.onLine };
}

const conclude = (...sentences: string[]): Diagnosis => ({ kind: "conclusion", text: sentences.join(" ") });

async function lookUpOutcome(run: string, call: DiagnosedCall, foreignAnswer: string | undefined): Promise<Diagnosis> {
  const block = foreignAnswer === undefined ? await findBrowserBlock(call.url) : undefined;
  if (block) return conclude(block, t(m.didNotRun));
  const found = await confirmOrVoid({ run, attempt: call.attempt }, call.at);
  if (typeof found === "object" && !hasNeverRun(found.parsed)) return found.parsed;
  const cause = foreignAnswer ?? (await findNetworkCause(call.wasOffline === true));
  if (typeof found === "object") return conclude(cause, t(m.didNotRun));
  if (found === "origin-refused") return conclude(t(m.originRefused, { kitsu: location.origin }), t(m.didNotRun));
  return { kind: "unresolved", cause, text: `${cause} ${t(m.mayHaveRun)}` };
}

function hasNeverRun(parsed: ParsedResponse): boolean {
  return parsed.kind === "reply" && parsed.reply.kind === "failed" && parsed.reply.code === "never-ran";
}

/** What answered instead of our worker, and what may help. */
function describeForeignAnswer(status: number, parsed: ParsedResponse): string {
  const title = parsed.kind === "html" || parsed.kind === "message" ? parsed.title.slice(0, 100) : "";
  const what = title ? t(m.titledAnswer, { title, status: String(status) }) : t(m.unreadableAnswer, { status });
  const isLogin = parsed.kind === "html" && (status < 300 || status === 401 || status === 403);
  const advice = isLogin ? t(m.logIn, { address: CONFIG.worker }) : status === 429 ? t(m.tooMany) : t(m.askTd);
  return `${t(m.foreignAnswer, { what })} ${advice}`;
}

/** One of the studio's own servers, which can't be asked about runs. */
async function diagnoseOtherServer({ url, wasOffline }: DiagnosedCall): Promise<Diagnosis> {
  const { host, origin } = new URL(url, location.href);
  const block = await findBrowserBlock(url);
  if (block) return conclude(block, t(m.didNotRun));
  if (wasOffline) return conclude(t(m.wasOffline), t(m.checkFirst));
  if (!navigator.onLine) return conclude(t(m.offline), t(m.checkFirst));
  const isUp = await isReachable(origin);
  return conclude(
    isUp ? t(m.unreadable, { host, kitsu: location.origin }) : t(m.unreachable, { host }),
    t(m.checkFirst),
  );
}
