// A request as it arrived, fit to be shown and written down: the headers that matter, secrets masked, long values cut short.
import type { RawField } from "./body.ts";
import { SNAPSHOT_FIELDS_MAX, SNAPSHOT_MAX_CHARS } from "./size-limits.ts";

export type RequestSnapshot = {
  method: string;
  /** path and query of the URL */
  path: string;
  headers: [name: string, value: string][];
  /** every field under its own name, those of the query string first */
  fields: [name: string, value: string][];
};

const MASK = "(masked)";
const VALUE_MAX = 2_000;

/** What of a header may be shown. A header that is not here is nobody's business. */
const HEADERS: ReadonlyMap<string, (value: string) => string> = new Map([
  ...[
    "origin",
    "content-type",
    "content-length",
    "accept",
    "accept-language",
    "user-agent",
    "sec-ch-ua-platform",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-dest",
    "cf-ray",
  ].map((name) => [name, (value: string) => truncate(value, VALUE_MAX)] as const),
  ...["authorization", "cf-access-jwt-assertion", "cf-access-client-secret"].map((name) => [name, () => MASK] as const),
  ["cookie", maskCookies],
  ["referer", (value) => truncate(maskSecrets(value), VALUE_MAX)],
]);

export function takeSnapshot(
  request: Request,
  { pathname, search }: URL,
  fields: readonly RawField[],
): RequestSnapshot {
  const headers: [string, string][] = [];
  for (const [name, value] of request.headers) {
    const say = HEADERS.get(name);
    if (say !== undefined) headers.push([name, say(value)]);
  }
  return {
    method: request.method,
    path: truncate(maskSecrets(pathname + search), VALUE_MAX),
    headers,
    fields: listFields(fields),
  };
}

/** As many as a person reads, and the rest as a number. */
function listFields(fields: readonly RawField[]): [string, string][] {
  const listed: [string, string][] = [];
  let left = SNAPSHOT_MAX_CHARS;
  for (const [name, value] of fields.slice(0, SNAPSHOT_FIELDS_MAX)) {
    if (left <= 0) break;
    const shown = name === "key" ? MASK : formatValue(value, Math.min(VALUE_MAX, left));
    left -= shown.length + Math.min(name.length, 100);
    listed.push([truncate(name, 100), shown]);
  }
  const rest = fields.length - listed.length;
  return rest === 0 ? listed : [...listed, ["…", `${rest.toLocaleString("en")} more fields`]];
}

/** The right to follow a run, and to act on it, is in its address; so is the right to what is lent. */
export const maskSecrets = (address: string) =>
  address.replace(/([?&]key=)[^&#]*/g, `$1${MASK}`).replace(/\/[0-9a-f]{64}(?![0-9a-f])/g, `/${MASK}`);

/** Their names tell whether Kitsu's session arrived; their values are nobody's business. */
function maskCookies(cookie: string): string {
  const names = cookie.split(";").map((pair) => truncate(pair.split("=")[0]?.trim() ?? "", 60));
  return names.map((name) => `${name}=${MASK}`).join("; ");
}

/** Any value as one short text, for people to read. */
export function formatValue(value: unknown, most = 200): string {
  // A long list is not written out to be cut.
  if (Array.isArray(value) && value.length > most)
    return truncate(JSON.stringify([...value.slice(0, most), `… ${value.length} in all`]), most);
  return truncate(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)), most);
}

/** A text that is at most so long, and says so where it was longer. */
export function truncate(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most)}… (${value.length.toLocaleString("en")} characters)` : value;
}
