// What the versions before 2026-11-29 stored has other names. A Durable Object renames its own when
// it starts, in one write, so that the rest of the code knows one form: docs/upgrading.md.
import * as v from "valibot";
import { renameMembers } from "../format/rename-members.ts";
import { toParts } from "./large-value.ts";

/** Stored with a value when it is written. A version that changes what it means has another one. */
export const STATE_VERSION = 2;

type Kv = DurableObjectStorage["kv"];

const Head = v.object({ parts: v.number() });

/** A value as any version stored it: itself, as JSON in bytes, or as JSON in parts. */
export function readEarlierValue(kv: Kv, key: string): unknown {
  const stored = kv.get(key);
  if (!v.is(Head, stored)) return stored instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(stored)) : stored;
  const parts = Array.from({ length: stored.parts }, (_, index) => kv.get(`${key}/${index}`));
  const decoder = new TextDecoder();
  const text = parts.map((part) => (part instanceof Uint8Array ? decoder.decode(part, { stream: true }) : "")).join("");
  return JSON.parse(text + decoder.decode());
}

export function writeAll(kv: Kv, entries: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(entries)) kv.put(key, value);
}

export function deleteEarlier(kv: Kv, key: string): void {
  for (const [name] of [...kv.list({ prefix: key })]) kv.delete(name);
}

const PHASE_NAMES = { atWork: "running", over: "end" };

/** Of a run's coordinator, which was named Conversation. What people were shown is asked anew. */
export function upgradeCoordinator(storage: DurableObjectStorage): DurableObjectStorage {
  const { kv } = storage;
  if (kv.get("beginning") === undefined && kv.get("registered") === undefined) return storage;
  renameKey(kv, "beginning", "identity");
  renameKey(kv, "forgetAt", "deleteAt");
  renameKey(kv, "registered", "phase", (value) => renameMembers(value, PHASE_NAMES));
  for (const [key] of [...kv.list({ prefix: "kept/" })]) renameKey(kv, key, key.replace("kept/", "pending/"));
  const undo = kv.get("undo");
  if (!v.is(v.looseObject({ data: v.string() }), undo)) return storage;
  writeAll(kv, { undo: renameMembers(undo, { data: "" }), ...toParts("undo-data", undo.data) });
  return storage;
}

/** Of a temporary link, which was named Loan. The first ones named their run by its id alone. */
export function upgradeLink({ kv }: DurableObjectStorage): void {
  renameKey(kv, "loan", "link", (value) => {
    const link = renameMembers(value, { loan: "target" });
    return { ...link, run: typeof link.run === "string" ? { id: link.run, at: 0 } : link.run };
  });
}

/** Of an action's locks. */
export function upgradeLocks({ sql }: DurableObjectStorage): void {
  if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'locks'").toArray().length === 0) return;
  sql.exec(
    "INSERT OR IGNORE INTO holds (task, run, person, since, until) SELECT task, run, person, since, until FROM locks",
  );
  sql.exec("DROP TABLE locks");
}

function renameKey(kv: Kv, from: string, to: string, convert = (value: unknown) => value): void {
  const value = kv.get(from);
  if (value === undefined) return;
  kv.put(to, convert(value));
  kv.delete(from);
}
