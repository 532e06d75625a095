// Takes a request and returns a copy that is safe to show and to log: relevant headers only,
// secrets masked, long values truncated.
import type { RawField } from "./body.ts";
import { SNAPSHOT_FIELDS_MAX, SNAPSHOT_MAX_CHARS } from "./size-limits.ts";

export type RequestSnapshot = {
  method: string;
  /** path and query of the URL */
  path: string;
  headers: [name: string, value: string][];
  /** every field under its original name, those of the query string first */
  fields: [name: string, value: string][];
};

const MASK = "(masked)";
const VALUE_MAX = 2_000;

/** The headers that are kept, and how each is formatted. All others are dropped. */
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
    const format = HEADERS.get(name);
    if (format !== undefined) headers.push([name, format(value)]);
  }
  return {
    method: request.method,
    path: truncate(maskSecrets(pathname + search), VALUE_MAX),
    headers,
    fields: listFields(fields),
  };
}

/** The first fields, and the number of the rest. */
function listFields(fields: readonly RawField[]): [string, string][] {
  const listed: [string, string][] = [];
  let charsLeft = SNAPSHOT_MAX_CHARS;
  for (const [name, value] of fields.slice(0, SNAPSHOT_FIELDS_MAX)) {
    if (charsLeft <= 0) break;
    const shown = name === "key" ? MASK : formatValue(value, Math.min(VALUE_MAX, charsLeft));
    charsLeft -= shown.length + Math.min(name.length, 100);
    listed.push([truncate(name, 100), shown]);
  }
  const rest = fields.length - listed.length;
  return rest === 0 ? listed : [...listed, ["…", `${rest.toLocaleString("en")} more fields`]];
}

/** Masks run keys and the tokens of temporary links: an address with one grants access. */
export const maskSecrets = (address: string) =>
  address.replace(/([?&]key=)[^&#]*/g, `$1${MASK}`).replace(/\/[0-9a-f]{64}(?![0-9a-f])/g, `/${MASK}`);

/** The names show whether Kitsu's session cookie was sent. The values are secret. */
function maskCookies(cookie: string): string {
  const names = cookie.split(";").map((pair) => truncate(pair.split("=")[0]?.trim() ?? "", 60));
  return names.map((name) => `${name}=${MASK}`).join("; ");
}

/** Any value as one short text, for people to read. */
export function formatValue(value: unknown, most = 200): string {
  // Don't serialize a long list just to truncate it.
  if (Array.isArray(value) && value.length > most)
    return truncate(JSON.stringify([...value.slice(0, most), `… ${value.length} in all`]), most);
  return truncate(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)), most);
}

/** Cuts a text to a maximum length, and appends how long it was. */
export function truncate(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most)}… (${value.length.toLocaleString("en")} characters)` : value;
}
