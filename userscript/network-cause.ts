/**
 * Browsers report status 0 for a call that was never sent, for one that ran but may not be read,
 * and for everything in between. These tests find the cause, as a sentence for the person. Whether
 * the action ran is up to `diagnose.ts`.
 */

import * as m from "../gen/userscript-messages.ts";
import { fetchWithoutSession, sleep } from "./anonymous-requests.ts";
import { CONFIG } from "./config.ts";
import { t } from "./i18n/index.ts";

const LOOPBACK_HOST = /^(127\.|\[::1\]$)|localhost$/;
const PROBE_MAX_MS = 10_000;

const blocked = new Set<string>();

/** Collects what the page's CSP blocks from now on. */
export function watchCspViolations(): void {
  addEventListener("securitypolicyviolation", ({ disposition, effectiveDirective, blockedURI }) => {
    if (disposition === "enforce" && effectiveDirective === "connect-src") blocked.add(blockedURI);
  });
}

/** Why the browser did not send the call, if it blocked it. */
export async function findBrowserBlock(url: string): Promise<string | undefined> {
  const { host, hostname, protocol, origin, pathname } = new URL(url, location.href);
  if (location.protocol === "https:" && protocol === "http:" && !LOOPBACK_HOST.test(hostname))
    return t(m.mixed, { host });
  // The event may arrive after the request has failed.
  await sleep(50);
  return [...blocked].some((uri) => uri.startsWith(origin + pathname)) ? t(m.blocked, { host }) : undefined;
}

/**
 * Why a call to our worker was lost.
 * @param wasOffline when it was sent
 */
export async function findNetworkCause(wasOffline: boolean): Promise<string> {
  const { host } = new URL(CONFIG.worker);
  if (!navigator.onLine) return wasOffline ? t(m.wasOffline) : t(m.offline);
  const ping = `${CONFIG.worker}/ping`;
  if (!(await isReachable(ping))) return t(m.unreachable, { host });
  const direct = await probe(ping, { redirect: "manual" });
  // Every page may read the worker's answer here. If this one can't be read, a redirect, a login
  // page or something else is in front of the worker.
  if (direct?.status !== 204) return `${t(m.somethingInFront)} ${t(m.logIn, { address: CONFIG.worker })}`;
  if (wasOffline) return t(m.wasOffline);
  // Like a real call: with a session, and with a header that needs a preflight.
  const likeACall: RequestInit = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    credentials: "include",
  };
  if ((await probe(ping, likeACall)) === undefined) return t(m.refused, { host, kitsu: location.origin });
  return t(m.connectionLost);
}

/** Whether anything answers there. */
export async function isReachable(url: string): Promise<boolean> {
  return (await probe(url, { mode: "no-cors" })) !== undefined;
}

function probe(url: string, init: RequestInit): Promise<Response | undefined> {
  return fetchWithoutSession(url, { signal: AbortSignal.timeout(PROBE_MAX_MS), ...init }).catch(() => undefined);
}
