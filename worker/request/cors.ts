// Takes a request and its response, and sets the CORS headers that let the right pages read it. The
// only place that does, for every response including failures and preflights.
import type { RequestContext } from "./request-context.ts";

/**
 * Any page may read these: they need an address that is hard to guess, or hold nothing personal.
 */
const PUBLIC = [
  /^\/runs\/(?!sign-|person(\.json)?$)[^/]+(\/follow)?$/,
  /^\/t\/[0-9a-f]{64}\/state$/,
  /^\/kitsu-actions\.((user\.|meta\.)?js|[a-z]+\.json)$/,
  /^\/(openapi|contract\.schema)\.json$/,
  /^\/ping$/,
] as const;

/** Kitsu's page may read these with its session: Kitsu and the userscript request them. */
const FOR_KITSU = [/^\/actions\/[^/]+$/, /^\/runs\/[0-9a-f]{32}\/(void|retry|undo|cancel|pause|resume)$/] as const;

/**
 * Kitsu's origins are named exactly because a browser hides a response to a request with
 * credentials from `*`. Failures are readable, too: they say no more than why. The headers must be
 * mutable.
 */
export function addCorsHeaders(request: Request, response: Response, context: RequestContext): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  headers.append("vary", "Origin");
  const { path } = context;
  const isPublic = PUBLIC.some((pattern) => pattern.test(path));
  const isForKitsu = isPublic || response.status >= 400 || FOR_KITSU.some((pattern) => pattern.test(path));
  if (origin !== null && isForKitsu && context.settings.kitsuOrigins.includes(origin)) allowOrigin(headers, origin);
  else if (isPublic) headers.set("access-control-allow-origin", "*");
  return response;
}

/**
 * For a deployment with an invalid setting: the response names the setting and nothing else, and
 * Kitsu's page must be able to show it. If KITSU_URL itself is valid, only its origins may read it.
 */
export function addCorsHeadersWithoutSettings(request: Request, response: Response, kitsuUrl: unknown): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  const urls = typeof kitsuUrl === "string" ? kitsuUrl.split(/[\s,]+/).filter((one) => URL.canParse(one)) : [];
  headers.append("vary", "Origin");
  if (origin !== null && (urls.length === 0 || urls.some((url) => new URL(url).origin === origin)))
    allowOrigin(headers, origin);
  return response;
}

function allowOrigin(headers: Headers, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-allow-credentials", "true");
}

/** How long a browser may cache a preflight. Chromium caps it at two hours. */
const PREFLIGHT_MAX_AGE_S = 7_200;
/** A header's name in lower case: a token of RFC 9110. */
const HEADER_NAME = /^(?!\*$)[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/;
/** How many headers a page may ask for. */
const HEADERS_MAX = 50;

/**
 * The response to an allowed preflight. It allows every header the page asks for: Sentry, Datadog,
 * New Relic and others add tracing headers to all requests, and no header's name decides anything.
 */
export function createPreflightResponse(request: Request, maxAgeS = PREFLIGHT_MAX_AGE_S): Response {
  const requested = (request.headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": requested
        .filter((name) => HEADER_NAME.test(name))
        .slice(0, HEADERS_MAX)
        .join(", "),
      "access-control-max-age": String(maxAgeS),
    },
  });
}
