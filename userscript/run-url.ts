/** Recognizes our worker's addresses, and adds run ids to them. */
import { isOpenable } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { readerQuery } from "./i18n/index.ts";
import { findAction, isDark } from "./kitsu-page.ts";
import { ignoreErrors } from "./realm.ts";

const ACTIONS_URL = new URL(`${CONFIG.worker}/actions/`);

/** A worker on Kitsu's own host is also called by its path alone. */
const ACTION_PREFIXES = [ACTIONS_URL.href];
if (ACTIONS_URL.origin === location.origin) ACTION_PREFIXES.push(ACTIONS_URL.pathname);

/**
 * Whose action a POST to this URL calls, if any. Every request of Kitsu's comes through here, so
 * the cheap string test is first: `new URL` doubles the cost of a request.
 */
export function findOwner(url: string): "worker" | "other" | undefined {
  if (ACTION_PREFIXES.some((prefix) => url.startsWith(prefix))) return "worker";
  if (findAction(url) === undefined) return undefined;
  return new URL(url, location.href).href.startsWith(ACTIONS_URL.href) ? "worker" : "other";
}

/**
 * Whether the browser would go to a place below `base`. "/edge/../api" is not below "/edge", and
 * "/\t/elsewhere.tld" looks like a path but leads to another host.
 */
export function isWithin(url: string, base: string): boolean {
  return ignoreErrors(() => new URL(url, location.href).href.startsWith(`${base}/`)) ?? false;
}

export function mayOpen(url: string): boolean {
  // The worker may be on plain http, as on a developer's machine.
  return isOpenable(url, CONFIG.schemes) || isWorkerUrl(url);
}

export function isWorkerUrl(url: string): boolean {
  return isWithin(url, CONFIG.worker);
}

/** Distinguishes the requests for one run. Calls to a studio's own server have no run. */
export function addAttempt({ url, run }: { url: string; run: string | undefined }, attempt: string): string {
  return run ? url.replace(/#|$/, (end) => `&try=${attempt}${end}`) : url;
}

/**
 * Adds a run id, Kitsu's theme, the language and our version to the query, unless it has an id.
 * Edits the string, because URLSearchParams would rewrite the other parameters.
 */
export function addRun(url: string): { url: string; run: string | undefined } {
  const [address = ""] = url.split("#");
  const existing = /[?&]run=([0-9a-f]{32}(?![^&]))?/.exec(address);
  if (existing) return { url, run: existing[1] };
  const run = randomHex(16);
  const theme = isDark() ? "dark" : "light";
  const separator = address.includes("?") ? "&" : "?";
  const query = `${separator}theme=${theme}&${readerQuery()}&userscript=${CONFIG.version}&run=${run}`;
  return { url: url.replace(address, () => address + query), run };
}

export function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
