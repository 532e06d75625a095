// Takes a request and returns a copy that is safe to show and to log: relevant headers only,
// secrets masked, long values truncated.
import { formatNumber } from "../format/locale-formats.ts";
import { ENGLISH } from "../format/reader.ts";
import type { RawField } from "./body.ts";
import { MASK, maskSecrets } from "./mask-secrets.ts";
import { SNAPSHOT_FIELDS_MAX, SNAPSHOT_MAX_CHARS } from "./size-limits.ts";

export type RequestSnapshot = {
  method: string;
  /** path and query of the URL */
  path: string;
  headers: [name: string, value: string][];
  /** every field under its original name, those of the query string first */
  fields: [name: string, value: string][];
};

/** The name of the last field if there were more. */
export const MORE_FIELDS = "…";
const VALUE_MAX = 2_000;
/** How many entries of a very long list are shown, as far as they fit. */
const LISTED_MAX = 100;

const show = (value: string) => truncate(value, VALUE_MAX);
const mask = () => MASK;

/** The headers that are kept, and how each is formatted. All others are dropped. */
const HEADERS: readonly [name: string, format: (value: string) => string][] = [
  ["accept", show],
  ["accept-language", show],
  ["authorization", mask],
  ["cf-access-client-secret", mask],
  ["cf-access-jwt-assertion", mask],
  ["cf-ray", show],
  ["content-length", show],
  ["content-type", show],
  ["cookie", maskCookies],
  ["origin", show],
  ["referer", (value) => show(maskSecrets(value))],
  ["sec-ch-ua-platform", show],
  ["sec-fetch-dest", show],
  ["sec-fetch-mode", show],
  ["sec-fetch-site", show],
  ["user-agent", show],
];

export function takeSnapshot(
  request: Request,
  { pathname, search }: URL,
  fields: readonly RawField[],
): RequestSnapshot {
  const headers: [string, string][] = [];
  for (const [name, format] of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.push([name, format(value)]);
  }
  return {
    method: request.method,
    path: truncate(maskSecrets(pathname + search), VALUE_MAX),
    headers,
    fields: listFields(fields),
  };
}

/** The same request, once its body was read. */
export const withFields = (snapshot: RequestSnapshot, fields: readonly RawField[]): RequestSnapshot => ({
  ...snapshot,
  fields: listFields(fields),
});

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
  return rest === 0 ? listed : [...listed, [MORE_FIELDS, `${formatNumber(rest, ENGLISH)} more fields`]];
}

/** The names show whether Kitsu's session cookie was sent. The values are secret. */
function maskCookies(cookie: string): string {
  const names = cookie.split(";").map((pair) => truncate(pair.split("=")[0]?.trim() ?? "", 60));
  return names.map((name) => `${name}=${MASK}`).join("; ");
}

/** Any value as one short text, for people to read. */
export function formatValue(value: unknown, most = 200): string {
  // Don't serialize a long list just to truncate it.
  if (Array.isArray(value) && value.length > most)
    return `${JSON.stringify(value.slice(0, LISTED_MAX)).slice(0, most)}… (${formatNumber(value.length, ENGLISH)} in all)`;
  return truncate(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)), most);
}

/** Cuts a text to a maximum length, and appends how long it was. */
export function truncate(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most)}… (${formatNumber(value.length, ENGLISH)} characters)` : value;
}
