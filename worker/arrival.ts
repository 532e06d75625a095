// A request as it arrived, fit to be shown and written down: the headers that matter, secrets masked, long values cut short.
import type { ArrivedField } from "./body.ts";

export type Arrival = {
  method: string;
  /** path and query of the URL */
  path: string;
  headers: [name: string, value: string][];
  /** every field under its own name, those of the query string first */
  fields: [name: string, value: string][];
};

const HEADERS = [
  "origin",
  "referer",
  "content-type",
  "content-length",
  "accept",
  "accept-language",
  "user-agent",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "cf-ray",
] as const;

/** Said to be there, never shown. */
const SECRET_HEADERS = ["authorization", "cf-access-jwt-assertion", "cf-access-client-secret"] as const;

const MASK = "(masked)";
const VALUE_MAX = 2_000;

export function describeArrival(request: Request, fields: readonly ArrivedField[]): Arrival {
  const { pathname, search } = new URL(request.url);
  const headers: [string, string][] = [];
  for (const name of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.push([name, clip(value, VALUE_MAX)]);
  }
  for (const name of SECRET_HEADERS) if (request.headers.has(name)) headers.push([name, MASK]);
  const cookie = request.headers.get("cookie");
  if (cookie !== null) headers.push(["cookie", maskCookies(cookie)]);
  return {
    method: request.method,
    path: clip(pathname + search, VALUE_MAX),
    headers,
    fields: fields.map(([name, value]) => [clip(name, 100), show(value, VALUE_MAX)]),
  };
}

/** Their names tell whether Kitsu's session arrived; their values are nobody's business. */
function maskCookies(cookie: string): string {
  const names = cookie.split(";").map((pair) => clip(pair.split("=")[0]?.trim() ?? "", 60));
  return names.map((name) => `${name}=${MASK}`).join("; ");
}

/** Any value as one short text, for people to read. */
export function show(value: unknown, most = 200): string {
  return clip(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)), most);
}

/** A text that is at most so long, and says so where it was longer. */
export function clip(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most)}… (${value.length.toLocaleString("en")} characters)` : value;
}
