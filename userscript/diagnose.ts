/**
 * Status 0 is all a browser says of a call that was never sent, one that ran but may not be read, and everything between.
 * This finds out which, by the tests that tell them apart, and never says "failed" where the action may have run.
 */

import type { Heard, Reply, Run } from "../contract.ts";
import { hear } from "../contract.ts";
import { CONFIG } from "./config.ts";
import type { Received } from "./hook.ts";
import { ask, sleep } from "./poll.ts";
import { words } from "./words/index.ts";

/** A call without a readable answer. `run` only where our worker was called. */
export type Unread = { url: string; run: string | undefined; at: number };

/** What the worker knows of the run, or the sentence that is true. */
export type Diagnosis = Heard | string;

/** When the worker is asked for a run it does not know yet: records appear only after the action ended. */
const ASK_AFTER_MS = [0, 2_000, 3_000, 5_000];
/** A refused preflight takes milliseconds. What dies later than this had been sent. */
const REFUSED_WITHIN_MS = 3_000;

const LOOPBACK_HOST = /^(127\.|\[::1\]$)|localhost$/;

const blocked = new Set<string>();

/** Collects what the page's CSP forbids, from now on. */
export function watchPolicy(): void {
  addEventListener("securitypolicyviolation", ({ disposition, effectiveDirective, blockedURI }) => {
    if (disposition === "enforce" && effectiveDirective === "connect-src") blocked.add(blockedURI);
  });
}

/** What was said in our own words, if anything was. */
export function findReply(heard: Diagnosis): { reply?: Reply; run?: Run | undefined } {
  return typeof heard === "object" && heard.as === "reply" ? heard : {};
}

/** An answer, or what can be found out where there is none that may be read. */
export function understand({ status, contentType, body }: Received, call: Unread): Heard | Promise<Diagnosis> {
  return status ? hear(status, contentType, body) : diagnose(call);
}

async function diagnose({ url, run, at }: Unread): Promise<Diagnosis> {
  const said = words();
  const lasted = Date.now() - at;
  const { host, hostname, protocol, origin, pathname } = new URL(url, location.href);
  if (!navigator.onLine) return said.offline;
  if (location.protocol === "https:" && protocol === "http:" && !LOOPBACK_HOST.test(hostname)) return said.mixed(host);
  // The violation's event may come after the call's own end.
  await sleep(50);
  if ([...blocked].some((uri) => uri.startsWith(origin + pathname))) return said.blocked(host);

  const known = run && (await askRun(run));
  if (known === "unknown") return lasted < REFUSED_WITHIN_MS ? said.refused(location.origin) : said.lost;
  if (known) return known;
  if (await isReachable(run ? `${CONFIG.worker}/ping` : origin)) return said.unreadable;
  return said.unreachable(host);
}

/** "unknown" after asking some seconds, undefined when not even that can be asked. */
async function askRun(run: string): Promise<Heard | "unknown" | undefined> {
  for (const wait of ASK_AFTER_MS) {
    await sleep(wait);
    try {
      const response = await ask(`${CONFIG.worker}/runs/${run}`, { headers: { accept: "application/json" } });
      const heard = hear(response.status, "", await response.text());
      if (heard.as === "newer" || (heard.as === "reply" && (response.ok || heard.run))) return heard;
    } catch {
      return undefined;
    }
  }
  return "unknown";
}

function isReachable(url: string): Promise<boolean> {
  return ask(url, { mode: "no-cors" }).then(
    () => true,
    () => false,
  );
}
