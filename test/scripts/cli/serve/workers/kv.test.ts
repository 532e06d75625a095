// What a page of a long list costs the service's KV namespace.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { KvStore } from "../../../../../scripts/cli/serve/workers/kv.ts";

const KEYS = 5_000;
const keyOf = (index: number) => `run/${String(index).padStart(5, "0")}`;

it("reads no more rows for a page at the end of a list than for the first one", async () => {
  await runInDurableObject(env.ACTION_USE.getByName("kv"), (_, state) => {
    const { sql } = state.storage;
    let rows = 0;
    const exec = (query: string, ...bindings: SqlStorageValue[]) => {
      const cursor = sql.exec(query, ...bindings);
      const toArray = () => {
        const all = cursor.toArray();
        rows += cursor.rowsRead;
        return all;
      };
      return { toArray };
    };
    const real = new KvStore(state, { STORES: Object(null), NAMESPACE: "" });
    const store: KvStore = Object.create(real, { ctx: { value: { storage: { sql: { exec } } } } });
    for (let index = 0; index < KEYS; index += 1) sql.exec("INSERT INTO entries VALUES (?, NULL, NULL)", keyOf(index));
    const read = (after: string) => {
      rows = 0;
      const { entries } = store.list("run/", after, 50);
      return [entries[0]?.key, rows];
    };
    expect(read("")).toEqual([keyOf(0), 51]);
    expect(read(keyOf(4_899))).toEqual([keyOf(4_900), 51]);
  });
});
