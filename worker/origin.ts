// Which pages may talk to us, decided before any work is done and said on every answer. The browser sends Origin and Sec-Fetch-*
// itself, so a page can't forge them; a program can, and these checks prove nothing about one.
import { Failure } from "./failure.ts";
import type { Settings } from "./settings.ts";

/** Request headers a page may send along. Tracing headers come from Sentry and the like, which studios wrap around everything. */
const ALLOWED_HEADERS = new Set([
  "accept",
  "content-type",
  "x-requested-with",
  "sentry-trace",
  "baggage",
  "traceparent",
  "tracestate",
]);

/** How long a browser may remember a preflight. Chromium caps it at two hours. */
const PREFLIGHT_MAX_AGE_S = 7_200;

/** Throws unless the page behind this request may run actions. */
export function checkOrigin(request: Request, settings: Settings): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin !== null) {
    const own = new URL(request.url).origin;
    // Our own pages ask and offer to try again, by forms.
    if (!isKitsu(origin, settings) && origin !== own) throw notAllowed(origin, settings);
    // Only a proxy in between or a forged request says that one and the same origin is "cross-site".
    if (site !== null && site !== "same-origin" && origin === own) throw notAllowed(origin, settings);
    return;
  }
  if (request.method !== "GET") throw notAllowed(null, settings);
  // A link may be followed from anywhere, by navigation; being embedded or fetched from elsewhere it may not.
  if (site === "cross-site" && request.headers.get("sec-fetch-mode") !== "navigate") throw notAllowed(null, settings);
}

/** Throws unless the request comes from one of our own pages. For what only they do, such as signing in. */
export function checkOwnOrigin(request: Request, settings: Settings): void {
  const origin = request.headers.get("origin");
  if (origin !== new URL(request.url).origin) throw notAllowed(origin, settings);
}

/** Answers the question a browser asks before Kitsu's AJAX call. A refusal here means that the call is never sent. */
export function answerPreflight(request: Request, settings: Settings): Response {
  checkOrigin(request, settings);
  const asked = (request.headers.get("access-control-request-headers") ?? "").split(",").map((name) => name.trim().toLowerCase());
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": asked.filter((name) => ALLOWED_HEADERS.has(name)).join(", "),
      "access-control-max-age": String(PREFLIGHT_MAX_AGE_S),
    },
  });
}

/** Puts on any answer, failures included, what lets Kitsu's page read it. Expects headers that can still be changed. */
export function allowKitsu(request: Request, response: Response, settings: Settings): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  headers.append("vary", "Origin");
  if (origin !== null && !headers.has("access-control-allow-origin") && isKitsu(origin, settings)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
  }
  return response;
}

const isKitsu = (origin: string, settings: Settings) => settings.kitsuOrigins.includes(origin);

function notAllowed(origin: string | null, settings: Settings): Failure {
  return new Failure("origin-not-allowed", {
    text:
      origin === null
        ? "The request did not come from a page of your Kitsu."
        : `The page at ${origin.slice(0, 200)} is not one of the Kitsu addresses this action server works for.`,
    advice: `Run the action from ${settings.kitsuOrigins.join(" or ")}. Should that be another address, your TD adds it to KITSU_URL.`,
  });
}
