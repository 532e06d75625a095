// Takes a request and throws unless the page that sent it may run actions. Runs before any work.
// Browsers set Origin and Sec-Fetch-* themselves, so a page can't forge them. A program can: these
// checks prove nothing about programs.
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Settings } from "../settings/settings.ts";
import { createPreflightResponse } from "./cors.ts";
import type { RequestContext } from "./request-context.ts";

type Addressed = Pick<RequestContext, "settings" | "url">;

/** Throws unless the page behind this request may run actions. */
export function checkOrigin(request: Request, { settings, url }: Addressed): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (hidesOwnOrigin(origin, site)) return;
  if (origin !== null) {
    const own = url.origin;
    // Our own pages submit forms: answers, retries, undo.
    if (!isKitsuOrigin(origin, settings) && origin !== own) throw originNotAllowed(origin, settings, url);
    // Only a forged request, or a proxy, calls the same origin "cross-site".
    if (site !== null && site !== "same-origin" && origin === own) throw originNotAllowed(origin, settings, url);
    return;
  }
  if (request.method !== "GET") throw originNotAllowed(null, settings, url);
  // A link may be followed from anywhere, but not embedded or fetched.
  if (site === "cross-site" && request.headers.get("sec-fetch-mode") !== "navigate")
    throw originNotAllowed(null, settings, url);
}

/**
 * Did a page of our own host send this, although nothing says its origin? A Referrer-Policy of
 * "no-referrer" hides it ("null"), and a proxy may have removed it. `Sec-Fetch-Site` tells, and a
 * page can't set it. A sandboxed frame has the origin "null", too, but is "cross-site".
 */
const hidesOwnOrigin = (origin: string | null, site: string | null) =>
  (origin === null || origin === "null") && site === "same-origin";

/** Throws unless one of our own pages sent the request: only they sign in, for example. */
export function checkOwnOrigin(request: Request, settings: Settings): void {
  const origin = request.headers.get("origin");
  if (hidesOwnOrigin(origin, request.headers.get("sec-fetch-site"))) return;
  const url = new URL(request.url);
  if (origin !== url.origin) throw originNotAllowed(origin, settings, url);
}

/** Answers the preflight of an AJAX call. If this throws, the browser never sends the call. */
export function answerPreflight(request: Request, context: Addressed): Response {
  checkOrigin(request, context);
  return createPreflightResponse(request);
}

const isKitsuOrigin = (origin: string, settings: Settings) => settings.kitsuOrigins.includes(origin);

function originNotAllowed(origin: string | null, settings: Settings, { protocol }: URL): Failure {
  if (origin === "null") return hiddenOrigin(settings, protocol);
  return new Failure("origin-not-allowed", {
    text:
      origin === null
        ? message("request.notFromKitsu")
        : message("request.foreignOrigin", { origin: origin.slice(0, 200) }),
    advice: message("request.runFromKitsu", { origins: settings.kitsuOrigins }),
  });
}

/** Browsers also hide the origin of a form that a page on https sends to http. */
function hiddenOrigin({ kitsuOrigins }: Settings, protocol: string): Failure {
  const isDowngrade = protocol === "http:" && kitsuOrigins.some((origin) => origin.startsWith("https:"));
  return new Failure("origin-not-allowed", {
    text: message("request.hiddenOrigin"),
    advice: message(isDowngrade ? "request.serveOverHttps" : "request.setReferrerPolicy"),
  });
}
