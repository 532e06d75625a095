// What a service has stored, as JSON: the keys of the log, and each Durable Object's.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deserialize } from "node:v8";

/** A key of the log. `metadata` and `value` are JSON. */
export type StoredKey = { key: string; metadata: unknown; value: unknown };
/** What one Durable Object stores: its keys, or the rows of its tables. */
export type StoredObject = { keys?: Record<string, unknown>; tables?: Record<string, unknown[]> };
export type StoredState = { log: StoredKey[]; objects: Record<string, StoredObject[]> };

/** @param folder of a service that has stopped */
export function dumpState(folder: string): StoredState {
  const objects = join(folder, "objects");
  const classes = readdirSync(objects).filter((name) => !name.startsWith("kv-"));
  return {
    log: dumpLog(join(objects, "kv-RUNS")),
    objects: Object.fromEntries(
      classes.map((name) => [
        name,
        listDatabases(join(objects, name))
          .map(dumpObject)
          .filter((one) => one !== undefined),
      ]),
    ),
  };
}

const listDatabases = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
        .sort()
        .map((name) => join(folder, name))
    : [];

function dumpLog(folder: string): StoredKey[] {
  const [path] = listDatabases(folder);
  if (path === undefined) return [];
  return readRows(
    path,
    "SELECT entries.key AS key, metadata, CAST(bytes AS TEXT) AS value FROM entries JOIN parts ON parts.key = entries.key ORDER BY entries.key",
  ).map(({ key, metadata, value }) => ({
    key: String(key),
    metadata: metadata === null ? null : JSON.parse(String(metadata)),
    value: parse(String(value)),
  }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function dumpObject(path: string): StoredObject | undefined {
  const tables = readRows(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").map(
    ({ name }) => String(name),
  );
  const own = tables.filter((name) => !name.startsWith("_cf_"));
  const rows = Object.fromEntries(own.map((name) => [name, readRows(path, `SELECT * FROM "${name}"`)]));
  const entries = tables.includes("_cf_KV") ? readRows(path, "SELECT key, value FROM _cf_KV ORDER BY key") : [];
  const keys = Object.fromEntries(entries.map(({ key, value }) => [String(key), toJson(value)]));
  if (own.length === 0 && entries.length === 0) return undefined;
  return { ...(entries.length > 0 && { keys }), ...(own.length > 0 && { tables: rows }) };
}

/** Stored values are V8's serialization. Bytes are JSON of ours. */
function toJson(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) throw new Error("A stored value is not bytes.");
  const stored: unknown = deserialize(value);
  return stored instanceof Uint8Array ? { bytes: Buffer.from(stored).toString("utf8") } : stored;
}

function readRows(path: string, query: string) {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare(query)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}
