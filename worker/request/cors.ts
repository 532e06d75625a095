// Which pages may read an answer of ours. It is said here for every answer there is, failures and preflights included, and nowhere else.
import { type RequestContext, readPath } from "./request-context.ts";

/** What any page may read: whoever asks has its address, and it says nothing personal. */
const PUBLIC = [
  /^\/runs\/(?!sign-)[^/]+(\/follow)?$/,
  /^\/t\/[0-9a-f]{64}\/state$/,
  /^\/kitsu-actions\.(user|meta)\.js$/,
  /^\/ping$/,
] as const;

/** What Kitsu's page may read with its session: what the userscript and Kitsu itself ask. What failed says no more than why. */
const FOR_KITSU = [/^\/actions\/[^/]+$/, /^\/runs\/[0-9a-f]{32}\/(void|retry|undo|cancel|pause|resume)$/] as const;

/**
 * Puts on an answer what lets the right pages read it. Kitsu's own origins are named exactly, for what is asked with a session is readable by no other
 * header; `*` is for what needs none. Expects headers that can still be changed.
 */
export function addCorsHeaders(request: Request, response: Response, context: RequestContext): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  headers.append("vary", "Origin");
  const path = readPath(context);
  const isPublic = PUBLIC.some((pattern) => pattern.test(path));
  const isForKitsu = isPublic || response.status >= 400 || FOR_KITSU.some((pattern) => pattern.test(path));
  if (origin !== null && isForKitsu && context.settings.kitsuOrigins.includes(origin)) allowOrigin(headers, origin);
  else if (isPublic) headers.set("access-control-allow-origin", "*");
  return response;
}

/**
 * The same while a setting can't be read: the answer then says which one and nothing else, and Kitsu's page must be able to show it. Where KITSU_URL
 * itself can be read, it is for its origins alone.
 */
export function addCorsHeadersWithoutSettings(request: Request, response: Response, kitsuUrl: unknown): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  const known = typeof kitsuUrl === "string" ? kitsuUrl.split(/[\s,]+/).filter((one) => URL.canParse(one)) : [];
  headers.append("vary", "Origin");
  if (origin !== null && (known.length === 0 || known.some((one) => new URL(one).origin === origin)))
    allowOrigin(headers, origin);
  return response;
}

function allowOrigin(headers: Headers, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-allow-credentials", "true");
}

/** How long a browser may remember a preflight. Chromium caps it at two hours. */
const PREFLIGHT_MAX_AGE_S = 7_200;
/** What a header may be called, in small letters: RFC 9110's token. And how many a page may send along. */
const HEADER_NAME = /^(?!\*$)[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/;
const HEADERS_MAX = 50;

/**
 * The answer to a preflight that is allowed. Which headers come along is for the page to say: Sentry, Datadog, New Relic and the like put tracing headers
 * on everything, and nothing here is decided by a header's name.
 */
export function createPreflightResponse(request: Request, maxAgeS = PREFLIGHT_MAX_AGE_S): Response {
  const asked = (request.headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": asked
        .filter((name) => HEADER_NAME.test(name))
        .slice(0, HEADERS_MAX)
        .join(", "),
      "access-control-max-age": String(maxAgeS),
    },
  });
}
