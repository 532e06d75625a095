/** Zou's generic lists: `?<column>=<value or JSON array>`. Unknown columns are ignored. */
import * as v from "valibot";
import { badArgument } from "./answer.ts";

type Row = Readonly<Record<string, unknown>>;

const NOT_COLUMNS = new Set(["relations", "fields", "page", "limit"]);
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const Values = v.array(v.union([v.string(), v.number(), v.boolean(), v.null()]));
const PAGE = 100;

/**
 * @param rows those that the caller may see
 * @param columns those that can be filtered by, known even if there are no rows
 * @param relations members that are included only with `relations=true`
 */
export function listRows(
  rows: readonly Row[],
  columns: readonly string[],
  query: URLSearchParams,
  relations: readonly string[] = [],
): unknown {
  const tests = [...query].flatMap(([name, value]) =>
    columns.includes(name) && !NOT_COLUMNS.has(name) && !relations.includes(name) ? [testOf(name, value)] : [],
  );
  const withRelations = query.get("relations") === "true";
  const fields = query.get("fields")?.split(",");
  const keeps = (member: string) =>
    (withRelations || !relations.includes(member)) && (!fields || ["id", "type", ...fields].includes(member));
  const found = rows
    .filter((row) => tests.every((test) => test(row)))
    .map((row) => Object.fromEntries(Object.entries(row).filter(([member]) => keeps(member))));
  return query.has("page") ? paginate(found, query) : found;
}

function testOf(name: string, text: string): (row: Row) => boolean {
  const values = text.startsWith("[") ? parseValues(name, text) : [text];
  if (name === "id" || name.endsWith("_id")) {
    const bad = values.find((value) => !UUID.test(value));
    if (bad !== undefined) throw badArgument(`Invalid UUID value: ${bad}`);
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    return (row) => wanted.has(String(row[name]));
  }
  if (name === "name" && !text.startsWith("[")) {
    const pattern = new RegExp(`^${text.split("%").map(escapeText).join("[^]*")}$`, "i");
    return (row) => pattern.test(String(row[name]));
  }
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return (row) => wanted.has(String(row[name]).toLowerCase());
}

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function parseValues(name: string, text: string): string[] {
  try {
    return v.parse(Values, JSON.parse(text)).flatMap((value) => (value === null ? [] : [String(value)]));
  } catch {
    throw badArgument(`Malformed list filter for field ${name}.`);
  }
}

function paginate(rows: readonly Row[], query: URLSearchParams) {
  const [page, limit] = [readNumber(query, "page", 1), readNumber(query, "limit", PAGE)];
  const offset = Math.max(0, page - 1) * limit;
  const data = page < 1 ? [] : rows.slice(offset, offset + limit);
  return { data, total: rows.length, nb_pages: Math.ceil(rows.length / limit), limit, offset, page };
}

function readNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw badArgument(`${name} must be an integer.`);
  return Number(text);
}
