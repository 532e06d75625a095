/** What came of a call: its answer, or what can be found out where there is none that can be believed. It never says more than is known. */

import type { ParsedResponse, Reply, Run } from "../contract.ts";
import { parseResponse } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { words } from "./i18n/index.ts";
import { findBlock, findCause, isReachable } from "./network-cause.ts";
import { isOurAnswer, settle } from "./run-state.ts";
import type { Received } from "./xhr-hook.ts";

/** A call without a readable answer. `run` only where our worker was called. */
export type Unread = {
  url: string;
  run: string | undefined;
  attempt?: string | undefined;
  at: number;
  wasOffline?: boolean;
};

/** Nobody knows yet whether it ran: it is asked for again until somebody does, which `text` says after the `cause`. */
export type Doubt = { kind: "doubt"; cause: string; text: string };

/** What is known of the call: what was heard, a sentence that is final, or a doubt. */
export type Diagnosis = ParsedResponse | string | Doubt;

/** What was said in our own words, if anything was. */
export function findReply(heard: Diagnosis): { reply?: Reply; run?: Run | undefined } {
  return typeof heard === "object" && heard.kind === "reply" ? heard : {};
}

/** An answer, or what can be found out where there is none. At our worker's address, too, proxies and login pages answer. */
export function understand({ status, contentType, body }: Received, call: Unread): ParsedResponse | Promise<Diagnosis> {
  const heard = status ? parseResponse(status, contentType, body) : undefined;
  if (call.run === undefined) return heard ?? diagnoseOther(call);
  return heard && isOurAnswer(heard) ? heard : findOut(call.run, call, heard && describeForeign(status, heard));
}

async function findOut(run: string, call: Unread, foreign: string | undefined): Promise<Diagnosis> {
  const said = words();
  const lost = { run, attempt: call.attempt };
  const block = foreign === undefined ? await findBlock(call.url) : undefined;
  if (block) return `${block} ${said.didNotRun}`;
  const found = await settle(lost, call.at);
  if (typeof found === "object" && !isVoid(found.heard)) return found.heard;
  const cause = foreign ?? (await findCause(call.wasOffline === true));
  if (typeof found === "object") return `${cause} ${said.didNotRun}`;
  if (found === "barred") return `${said.barred(location.origin)} ${said.didNotRun}`;
  return { kind: "doubt", cause, text: `${cause} ${said.mayHaveRun}` };
}

function isVoid(heard: ParsedResponse): boolean {
  return heard.kind === "reply" && heard.reply.kind === "failed" && heard.reply.code === "never-ran";
}

/** What answered in place of our worker, and what may help. */
function describeForeign(status: number, heard: ParsedResponse): string {
  const said = words();
  const title = heard.kind === "html" || heard.kind === "message" ? heard.title.slice(0, 100) : "";
  const what = title ? `“${title}” (${status})` : said.answerOf(status);
  const isLogin = heard.kind === "html" && (status < 300 || status === 401 || status === 403);
  const advice = isLogin ? said.logIn(CONFIG.worker) : status === 429 ? said.tooMany : said.askTd;
  return `${said.foreign(what)} ${advice}`;
}

/** A server of the studio's own, which knows nothing of runs. */
async function diagnoseOther({ url, wasOffline }: Unread): Promise<string> {
  const said = words();
  const { host, origin } = new URL(url, location.href);
  const block = await findBlock(url);
  if (block) return `${block} ${said.didNotRun}`;
  if (wasOffline || !navigator.onLine) return `${wasOffline ? said.wasOffline : said.offline} ${said.checkFirst}`;
  if (await isReachable(origin)) return `${said.unreadable(host, location.origin)} ${said.checkFirst}`;
  return `${said.unreachable(host)} ${said.checkFirst}`;
}
