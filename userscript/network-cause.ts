/**
 * Status 0 is all a browser says of a call that was never sent, one that ran but may not be read, and everything between. These are the tests that tell
 * the causes apart. What they find is a sentence for the person; whether the action ran is for `diagnose.ts` to find out.
 */
import { CONFIG } from "./config.ts";
import { words } from "./i18n/index.ts";
import { ask, sleep } from "./poll.ts";

const LOOPBACK_HOST = /^(127\.|\[::1\]$)|localhost$/;
const PROBE_MAX_MS = 10_000;

const blocked = new Set<string>();

/** Collects what the page's CSP forbids, from now on. */
export function watchPolicy(): void {
  addEventListener("securitypolicyviolation", ({ disposition, effectiveDirective, blockedURI }) => {
    if (disposition === "enforce" && effectiveDirective === "connect-src") blocked.add(blockedURI);
  });
}

/** Why the browser itself never sent it, if it did not. */
export async function findBlock(url: string): Promise<string | undefined> {
  const { host, hostname, protocol, origin, pathname } = new URL(url, location.href);
  if (location.protocol === "https:" && protocol === "http:" && !LOOPBACK_HOST.test(hostname))
    return words().mixed(host);
  // The violation's event may come after the call's own end.
  await sleep(50);
  return [...blocked].some((uri) => uri.startsWith(origin + pathname)) ? words().blocked(host) : undefined;
}

/**
 * Why a call to our worker got lost.
 * @param wasOffline when it was sent
 */
export async function findCause(wasOffline: boolean): Promise<string> {
  const said = words();
  const { host } = new URL(CONFIG.worker);
  if (!navigator.onLine) return wasOffline ? said.wasOffline : said.offline;
  const ping = `${CONFIG.worker}/ping`;
  if (!(await isReachable(ping))) return said.unreachable(host);
  const direct = await probe(ping, { redirect: "manual" });
  // Any page may read what the worker says there. A redirect, a login page and whatever else can't be read stand in front of it.
  if (direct?.status !== 204) return `${said.inFront} ${said.logIn(CONFIG.worker)}`;
  if (wasOffline) return said.wasOffline;
  // As a call is sent: with a session, and headers that have to be asked for first.
  const like: RequestInit = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    credentials: "include",
  };
  if ((await probe(ping, like)) === undefined) return said.refused(host, location.origin);
  return said.cut;
}

/** Whether anything answers there. */
export async function isReachable(url: string): Promise<boolean> {
  return (await probe(url, { mode: "no-cors" })) !== undefined;
}

function probe(url: string, init: RequestInit): Promise<Response | undefined> {
  return ask(url, { signal: AbortSignal.timeout(PROBE_MAX_MS), ...init }).catch(() => undefined);
}
