// Which pages may read an answer of ours. It is said here for every answer there is, failures and preflights included, and nowhere else.
import type { Settings } from "./settings.ts";

/** What any page may read: whoever asks has its address, and it says nothing personal. */
const PUBLIC = [
  /^\/runs\/(?!sign-)[^/]+(\/follow)?$/,
  /^\/t\/[0-9a-f]{64}\/state$/,
  /^\/kitsu-actions\.(user|meta)\.js$/,
  /^\/ping$/,
] as const;

/**
 * Puts on an answer what lets the right pages read it. Kitsu's own origins are named exactly, for what is asked with a session is readable by no other
 * header; `*` is for what needs none. Expects headers that can still be changed.
 */
export function allowReading(request: Request, response: Response, { url, settings }: { url: URL; settings: Settings }): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  headers.append("vary", "Origin");
  if (origin !== null && settings.kitsuOrigins.includes(origin)) allow(headers, origin);
  else if (isPublic(url.pathname.slice(settings.basePath.length))) headers.set("access-control-allow-origin", "*");
  return response;
}

const isPublic = (path: string) => PUBLIC.some((pattern) => pattern.test(path));

/**
 * The same while a setting can't be read: the answer then says which one and nothing else, and Kitsu's page must be able to show it. Where KITSU_URL
 * itself can be read, it is for its origins alone.
 */
export function allowReadingUnset(request: Request, response: Response, kitsuUrl: unknown): Response {
  const { headers } = response;
  const origin = request.headers.get("origin");
  const known = typeof kitsuUrl === "string" ? kitsuUrl.split(/[\s,]+/).filter((one) => URL.canParse(one)) : [];
  headers.append("vary", "Origin");
  if (origin !== null && (known.length === 0 || known.some((one) => new URL(one).origin === origin))) allow(headers, origin);
  return response;
}

function allow(headers: Headers, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-allow-credentials", "true");
}

/** How long a browser may remember a preflight. Chromium caps it at two hours. */
const PREFLIGHT_MAX_AGE_S = 7_200;
const HEADERS_MAX_CHARS = 2_000;

/**
 * The answer to a preflight that is allowed. Any header may come along: studios wrap tracing around everything, and what we do not read does no harm.
 */
export function allowSending(request: Request, maxAgeS = PREFLIGHT_MAX_AGE_S): Response {
  const asked = request.headers.get("access-control-request-headers") ?? "";
  const isPlain = asked.length <= HEADERS_MAX_CHARS && /^[\w!#$%&'*+.^`|~,\s-]*$/.test(asked);
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": isPlain ? asked : "content-type",
      "access-control-max-age": String(maxAgeS),
    },
  });
}
