// A KV namespace on this machine's disk: a worker that the binding of bare workerd talks HTTP to,
// and the Durable Object that has the entries. It promises more than Cloudflare's KV: a write is on
// disk before it is confirmed, and whoever reads next sees it.
import { DurableObject } from "cloudflare:workers";

type Env = { STORES: DurableObjectNamespace<KvStore>; NAMESPACE: string };

/** @see https://developers.cloudflare.com/kv/platform/limits/ */
const VALUE_MAX_BYTES = 25 * 1_024 * 1_024;
const METADATA_MAX_BYTES = 1_024;
const KEY_MAX_BYTES = 512;
const LIST_MAX_KEYS = 1_000;
/** SQLite in workerd takes at most 2 MB per value. */
const PART_BYTES = 1_000_000;
/** Every key with a prefix is before the prefix and this. */
const LAST_CHARACTER = "\u{10ffff}";
const CLEANING_EVERY_MS = 3_600_000;
const CLEANED_AT_ONCE = 500;

type Entry = { key: string; metadata: string | null; expires: number | null };

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const key = decodeURIComponent(pathname.slice(1));
    const store = env.STORES.getByName(env.NAMESPACE);
    if (request.method === "PUT") return put(store, key, request, searchParams);
    if (request.method === "DELETE") {
      await store.delete(key);
      return new Response();
    }
    if (request.method !== "GET") return new Response("This KV namespace reads one key at a time.", { status: 501 });
    return key === "" ? list(store, searchParams) : get(store, key);
  },
};

type Store = DurableObjectStub<KvStore>;

async function put(store: Store, key: string, request: Request, query: URLSearchParams): Promise<Response> {
  const metadata = request.headers.get("cf-kv-metadata");
  const value = await request.arrayBuffer();
  if (value.byteLength > VALUE_MAX_BYTES || countBytes(metadata ?? "") > METADATA_MAX_BYTES)
    return new Response("The value or its metadata is too long.", { status: 413 });
  if (countBytes(key) > KEY_MAX_BYTES) return new Response("The key is too long.", { status: 414 });
  const [at, ttl] = [query.get("expiration"), query.get("expiration_ttl")];
  const expires = at !== null ? Number(at) * 1_000 : ttl !== null ? Date.now() + Number(ttl) * 1_000 : null;
  await store.put({ key, metadata, expires }, value);
  return new Response();
}

const countBytes = (text: string) => new TextEncoder().encode(text).length;

async function get(store: Store, key: string): Promise<Response> {
  const found = await store.get(key);
  if (found === null) return new Response(null, { status: 404 });
  const headers = new Headers();
  if (found.metadata !== null) headers.set("cf-kv-metadata", found.metadata);
  if (found.expires !== null) headers.set("cf-expiration", String(Math.floor(found.expires / 1_000)));
  return new Response(found.value, { headers });
}

async function list(store: Store, query: URLSearchParams): Promise<Response> {
  const limit = Math.min(Number(query.get("key_count_limit") ?? LIST_MAX_KEYS) || LIST_MAX_KEYS, LIST_MAX_KEYS);
  const prefix = query.get("prefix") ?? "";
  const after = readCursor(query.get("cursor"), prefix);
  if (after === undefined) return new Response("This cursor is of another list.", { status: 400 });
  const { entries, isComplete } = await store.list(prefix, after, limit);
  const keys = entries.map(({ key, metadata, expires }) => ({
    name: key,
    ...(metadata !== null && { metadata }),
    ...(expires !== null && { expiration: Math.floor(expires / 1_000) }),
  }));
  const last = entries.at(-1)?.key ?? "";
  return Response.json({ keys, list_complete: isComplete, ...(!isComplete && { cursor: encodeURIComponent(last) }) });
}

/** The key after which a list continues; undefined if the cursor is of another list. */
function readCursor(cursor: string | null, prefix: string): string | undefined {
  try {
    const after = decodeURIComponent(cursor ?? "");
    return cursor === null || after.startsWith(prefix) ? after : undefined;
  } catch {
    return undefined;
  }
}

export class KvStore extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, metadata TEXT, expires INTEGER) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS expiry ON entries (expires) WHERE expires IS NOT NULL;
      CREATE TABLE IF NOT EXISTS parts (key TEXT, part INTEGER, bytes BLOB, PRIMARY KEY (key, part));`);
  }

  async put({ key, metadata, expires }: Entry, value: ArrayBuffer): Promise<void> {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", key, metadata, expires);
      sql.exec("DELETE FROM parts WHERE key = ?", key);
      for (let part = 0; part * PART_BYTES < value.byteLength; part += 1)
        sql.exec(
          "INSERT INTO parts VALUES (?, ?, ?)",
          ...[key, part, value.slice(part * PART_BYTES, (part + 1) * PART_BYTES)],
        );
    });
    if (expires !== null && (await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + CLEANING_EVERY_MS);
  }

  get(key: string): (Entry & { value: ArrayBuffer }) | null {
    const { sql } = this.ctx.storage;
    const entry = sql
      .exec<Entry>("SELECT * FROM entries WHERE key = ? AND (expires IS NULL OR expires > ?)", key, Date.now())
      .next().value;
    if (entry === undefined) return null;
    const parts = [...sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM parts WHERE key = ? ORDER BY part", key)].map(
      ({ bytes }) => new Uint8Array(bytes),
    );
    const value = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    for (const [index, part] of parts.entries()) value.set(part, index * PART_BYTES);
    return { ...entry, value: value.buffer };
  }

  list(prefix: string, after: string, limit: number): { entries: Entry[]; isComplete: boolean } {
    // SQLite enters the index at one lower bound and steps over whatever fails another, which would
    // be all pages before this one.
    const from = after >= prefix ? "key > ?" : "key >= ?";
    const found = this.ctx.storage.sql
      .exec<Entry>(
        `SELECT * FROM entries WHERE ${from} AND key < ? AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?`,
        ...[after >= prefix ? after : prefix, `${prefix}${LAST_CHARACTER}`, Date.now(), limit + 1],
      )
      .toArray();
    return { entries: found.slice(0, limit), isComplete: found.length <= limit };
  }

  delete(key: string): void {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec("DELETE FROM entries WHERE key = ?", key);
      sql.exec("DELETE FROM parts WHERE key = ?", key);
    });
  }

  /** Deletes what has expired. SQLite uses its pages again. */
  override async alarm(): Promise<void> {
    const expired = this.ctx.storage.sql
      .exec<{ key: string }>("SELECT key FROM entries WHERE expires <= ? LIMIT ?", Date.now(), CLEANED_AT_ONCE)
      .toArray();
    for (const { key } of expired) this.delete(key);
    const next = expired.length === CLEANED_AT_ONCE ? 0 : CLEANING_EVERY_MS;
    await this.ctx.storage.setAlarm(Date.now() + next);
  }
}
