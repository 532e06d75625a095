// What older versions stored, as scripts/upgrade recorded it, put back into the log and into
// Durable Objects.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import first from "../../fixtures/state/2026-11-23-69ec1cd.json";
import morning from "../../fixtures/state/2026-11-24-7697beb.json";
import night from "../../fixtures/state/2026-11-24-e4100f3.json";
import beforeRename from "../../fixtures/state/2026-11-28-419f31d.json";
import counted from "../../fixtures/state/2026-11-29-db6d4e6.json";
import beforeVersions from "../../fixtures/state/2026-11-29-efb0c19.json";

const Members = v.record(v.string(), v.unknown());
const StoredObject = v.object({
  keys: v.optional(Members, {}),
  tables: v.optional(v.record(v.string(), v.array(Members)), {}),
});
export type StoredObject = v.InferOutput<typeof StoredObject>;

const StoredState = v.object({
  log: v.array(v.object({ key: v.string(), metadata: v.unknown(), value: v.unknown() })),
  objects: v.record(v.string(), v.array(StoredObject)),
});

/** The state of each version, the oldest first. */
export const EARLIER_STATES = Object.entries({
  "2026-11-23, before long runs": first,
  "2026-11-24, the first with long runs": night,
  "2026-11-24, with large values": morning,
  "2026-11-28, before the classes were renamed": beforeRename,
  "2026-11-29, before values had a version": beforeVersions,
  "2026-11-29, the first that counts runs": counted,
}).map(([version, state]) => ({ version, ...v.parse(StoredState, state) }));

export type EarlierState = (typeof EARLIER_STATES)[number];

const Run = v.object({ id: v.string(), at: v.number(), action: v.string() });
/** A record with what the tests ask of it. */
export const EarlierRecord = v.looseObject({
  ...Run.entries,
  reply: v.looseObject({ kind: v.string(), title: v.unknown() }),
});

export const listRecords = ({ log }: EarlierState) =>
  log.flatMap(({ key, value }) => (key.startsWith("run/") ? [v.parse(EarlierRecord, value)] : []));

export async function restoreLog({ log }: EarlierState): Promise<void> {
  for (const { key, metadata, value } of log)
    await env.RUNS.put(key, typeof value === "string" ? value : JSON.stringify(value), { metadata });
}

/** The objects of a class, by any of its names. */
export const listObjects = ({ objects }: EarlierState, ...classNames: string[]): StoredObject[] =>
  classNames.flatMap((name) => objects[name] ?? []);

const Row = v.record(v.string(), v.nullable(v.union([v.string(), v.number()])));
const Bytes = v.object({ bytes: v.string() });

/** Has an object store this, and start anew, as after a deployment. */
export async function restoreObject<T extends Rpc.DurableObjectBranded>(
  stub: DurableObjectStub<T>,
  { keys, tables }: StoredObject,
): Promise<void> {
  await runInDurableObject(stub, async (_, { storage }) => {
    for (const [key, value] of Object.entries(keys))
      await storage.put(key, v.is(Bytes, value) && !("parts" in value) ? new TextEncoder().encode(value.bytes) : value);
    for (const [name, rows] of Object.entries(tables)) restoreTable(storage.sql, name, rows);
  });
  await evictDurableObject(stub);
}

function restoreTable(sql: SqlStorage, name: string, rows: readonly Record<string, unknown>[]): void {
  for (const row of rows) {
    const columns = Object.keys(row);
    sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns.join(", ")})`);
    const places = columns.map(() => "?").join(", ");
    sql.exec(
      `INSERT OR REPLACE INTO ${name} (${columns.join(", ")}) VALUES (${places})`,
      ...Object.values(v.parse(Row, row)),
    );
  }
}
