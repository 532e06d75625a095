/** Addresses: which are our worker's, and how a call gets its run id. */
import { isOpenable } from "../contract.ts";
import { CONFIG } from "./config.ts";
import { findAction, isDark } from "./kitsu-page.ts";
import { quietly } from "./realm.ts";

const HOME = new URL(`${CONFIG.worker}/actions/`);

/** How an address of our worker may begin. A worker routed on Kitsu's own host is also called by path alone. */
const BEGINNINGS = [HOME.href];
if (HOME.origin === location.origin) BEGINNINGS.push(HOME.pathname);

/**
 * Whose action is called by a POST to this URL, if any's? The string test goes first because it is all that most calls meet;
 * `new URL` doubles what a request costs, so it only reads URLs that Kitsu's own list of actions holds.
 */
export function findOwner(url: string): "worker" | "other" | undefined {
  if (BEGINNINGS.some((beginning) => url.startsWith(beginning))) return "worker";
  if (findAction(url) === undefined) return undefined;
  return new URL(url, location.href).href.startsWith(HOME.href) ? "worker" : "other";
}

/** Does this address lead there? "/edge/../api" does not lead to "/edge", and "/\t/elsewhere.tld" is a path only as long as no browser reads it. */
export function leadsTo(url: string, place: string): boolean {
  return quietly(() => new URL(url, location.href).href.startsWith(`${place}/`)) ?? false;
}

/** May a press lead there? */
export function mayOpen(url: string): boolean {
  return isOpenable(url, CONFIG.schemes);
}

export function isOurs(url: string): boolean {
  return leadsTo(url, CONFIG.worker);
}

/** Names which request for a run this is. What asks of a studio's own server knows no runs. */
export function addAttempt({ url, run }: { url: string; run: string | undefined }, attempt: string): string {
  return run ? url.replace(/#|$/, (end) => `&try=${attempt}${end}`) : url;
}

/**
 * Adds a run id, and how Kitsu looks, to the query, by hand: URLSearchParams would write the other parameters anew. An id that is there is kept.
 */
export function addRun(url: string): { url: string; run: string | undefined } {
  const [address = ""] = url.split("#");
  const present = /[?&]run=([0-9a-f]{32}(?![^&]))?/.exec(address);
  if (present) return { url, run: present[1] };
  const run = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  return {
    url: url.replace(
      address,
      () => `${address}${address.includes("?") ? "&" : "?"}theme=${isDark() ? "dark" : "light"}&run=${run}`,
    ),
    run,
  };
}
