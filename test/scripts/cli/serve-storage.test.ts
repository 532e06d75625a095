// What the service gives the worker in place of Cloudflare's: KV, rate limits, migrations.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { json } from "node:stream/consumers";
import { serializeConfig } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeEmptyObjects, sweepEmptyObjects } from "../../../scripts/cli/serve/empty-objects.ts";
import { type Migration, migrateClasses } from "../../../scripts/cli/serve/migrations.ts";
import { Runtime } from "../../../scripts/cli/serve/runtime.ts";
import { describeRuntime } from "../../../scripts/cli/serve/runtime-config.ts";
import { StateFolder } from "../../../scripts/cli/serve/state-folder.ts";
import { createTempDirectory } from "../../../scripts/temp-directory.ts";

/** Calls a method of a binding or of an object, and answers what it returns. */
const CODE = `import { DurableObject } from "cloudflare:workers";
export class Thing extends DurableObject {
  put(key, value) { return this.ctx.storage.put(key, value); }
  get(key) { return this.ctx.storage.get(key); }
}
export default {
  async fetch(request, env) {
    const [binding, method, ...args] = await request.json();
    try {
      const target = binding.startsWith("THINGS/") ? env.THINGS.getByName(binding) : env[binding];
      return Response.json({ value: (await target[method](...args)) ?? null });
    } catch (error) {
      return Response.json({ error: String(error) });
    }
  },
};`;

const folder = createTempDirectory("serve");
let runtime: Runtime;

const start = async () => {
  const config = await describeRuntime({
    wranglerConfig: {
      compatibility_date: "2026-10-20",
      kv_namespaces: [{ binding: "RUNS" }, { binding: "OTHER" }],
      durable_objects: { bindings: [{ name: "THINGS", class_name: "Thing" }] },
      ratelimits: [{ name: "LIMIT", simple: { limit: 2, period: 60 } }],
    },
    bundle: { code: CODE, digest: "" },
    deployedAt: "",
    variables: {},
    classes: { Thing: "Thing" },
    stateDir: folder,
    env: {},
  });
  runtime = await Runtime.start(folder, serializeConfig(config), () => {});
};

beforeAll(async () => {
  await mkdir(join(folder, "objects"));
  await start();
});
afterAll(() => runtime.kill());

const call = (...args: unknown[]) =>
  new Promise<unknown>((resolve, reject) => {
    const sent = request({ socketPath: join(folder, "worker.sock"), method: "POST" }, (answer) =>
      json(answer).then(resolve, reject),
    );
    sent.once("error", reject).end(JSON.stringify(args));
  });

describe("KV on disk", () => {
  it("has what was written after it was killed, with its metadata", async () => {
    const name = "a/ü?&#%2F key";
    await call("RUNS", "put", name, "value", { metadata: { title: "ü" } });
    runtime.kill();
    await runtime.ended;
    await start();
    expect(await call("RUNS", "getWithMetadata", name)).toMatchObject({
      value: { value: "value", metadata: { title: "ü" } },
    });
    expect(await call("OTHER", "get", name)).toEqual({ value: null });
  });

  it("has values of several megabytes, and replaces and deletes them", async () => {
    const long = "0123456789".repeat(250_000);
    await call("RUNS", "put", "long", long);
    expect(await call("RUNS", "get", "long")).toEqual({ value: long });
    await call("RUNS", "put", "long", "short");
    expect(await call("RUNS", "get", "long")).toEqual({ value: "short" });
    await call("RUNS", "delete", "long");
    expect(await call("RUNS", "get", "long")).toEqual({ value: null });
  });

  it("lists keys by their prefix, in order, in pages", async () => {
    for (const key of ["list/c", "list/a", "list/b", "lisu"]) await call("RUNS", "put", key, key);
    const first = await call("RUNS", "list", { prefix: "list/", limit: 2 });
    expect(first).toMatchObject({ value: { keys: [{ name: "list/a" }, { name: "list/b" }], list_complete: false } });
    const { cursor } = Object(Object(first).value);
    expect(await call("RUNS", "list", { prefix: "list/", limit: 2, cursor })).toMatchObject({
      value: { keys: [{ name: "list/c" }], list_complete: true },
    });
  });

  it.each(["%E0%A4%A", "1~run/~", "lisu", "zzz"])("has no page at the cursor %j of another list", async (cursor) => {
    await call("RUNS", "put", "list/a", "");
    expect(await call("RUNS", "list", { prefix: "list/", cursor })).toMatchObject({
      error: expect.stringContaining("400"),
    });
  });

  it("has nothing that has expired", async () => {
    await call("RUNS", "put", "old", "value", { expiration: Math.floor(Date.now() / 1_000) - 1 });
    expect(await call("RUNS", "get", "old")).toEqual({ value: null });
    expect(await call("RUNS", "list", { prefix: "old" })).toMatchObject({ value: { keys: [] } });
  });

  it("refuses what Cloudflare's KV refuses", async () => {
    expect(await call("RUNS", "put", "k".repeat(513), "")).toMatchObject({ error: expect.stringContaining("414") });
    const metadata = "m".repeat(1_025);
    expect(await call("RUNS", "put", "key", "", { metadata })).toMatchObject({ error: expect.stringContaining("413") });
  });
});

it("limits rates by key", async () => {
  const answers = [];
  for (const key of ["one", "one", "one", "other"]) answers.push(await call("LIMIT", "limit", { key }));
  expect(answers.map((answer) => Object(answer).value.success)).toEqual([true, true, false, true]);
});

describe("migrations", () => {
  const change = { new_classes: [], new_sqlite_classes: [], renamed_classes: [], deleted_classes: [] };
  const v1: Migration = { ...change, tag: "v1", new_sqlite_classes: ["Loan", "Locks"] };
  const v2: Migration = { ...change, tag: "v2", renamed_classes: [{ from: "Loan", to: "Link" }] };
  const v3: Migration = { ...change, tag: "v3", deleted_classes: ["Locks"], new_sqlite_classes: ["Loan"] };
  const empty = { migrations: [], classes: {} };

  it("keep what is stored under a class's old name", () => {
    const first = migrateClasses(empty, [v1]);
    expect(first.classes).toEqual({ Loan: "Loan", Locks: "Locks" });
    const second = migrateClasses(first, [v1, v2]);
    expect(second).toEqual({ migrations: ["v1", "v2"], classes: { Link: "Loan", Locks: "Locks" } });
    // The name is free again, its folder is not.
    expect(migrateClasses(second, [v1, v2, v3]).classes).toEqual({ Link: "Loan", Loan: "Loan-v3" });
  });

  it("give a new folder the newest names", () => {
    expect(migrateClasses(empty, [v1, v2]).classes).toEqual({ Link: "Link", Locks: "Locks" });
  });
});

describe("the state folder", () => {
  const path = createTempDirectory("serve");
  const none = { new_classes: [], new_sqlite_classes: [], renamed_classes: [], deleted_classes: [] };
  const [v1, v2]: [Migration, Migration] = [
    { ...none, tag: "v1" },
    { ...none, tag: "v2" },
  ];
  const change = (members: object) => {
    const file = join(path, "state.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...members }));
  };

  it("is refused if a newer version has run migrations that this one does not know", () => {
    StateFolder.open(path, [v1, v2]).close();
    change({ version: "9.9.9" });
    expect(() => StateFolder.open(path, [v1])).toThrow(
      /was written by a newer version \(9\.9\.9\) .+ Install version 9\.9\.9 again, or restore a backup .+ add its migrations \(v2\)/,
    );
    // Nothing has changed, so that version starts again.
    StateFolder.open(path, [v1, v2]).close();
  });

  it("is refused if a newer build of the same version has written it", () => {
    StateFolder.open(path, [v1, v2]).close();
    expect(() => StateFolder.open(path, [v1])).toThrow(
      /was written by a newer build of version \S+, so this one can't read it\. Install that build again,/,
    );
  });

  it("is refused if a newer version stores something that this one can't read", () => {
    StateFolder.open(path, [v1, v2]).close();
    change({ layout: 2, version: "9.9.9" });
    expect(() => StateFolder.open(path, [v1, v2])).toThrow(
      /was written by a newer version \(9\.9\.9\) .+ from before the upgrade\.$/,
    );
  });

  it("is refused if its description is damaged", () => {
    writeFileSync(join(path, "state.json"), "{");
    expect(() => StateFolder.open(path, [v1, v2])).toThrow("is damaged. Restore it from a backup.");
  });
});

/** A database that workerd has left. */
function createDatabase(path: string, isEmpty: boolean): string {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA page_size = 4096; CREATE TABLE entries (key TEXT)");
  if (isEmpty) database.exec("DROP TABLE entries; VACUUM");
  database.close();
  return path;
}

describe("databases of objects that store nothing", () => {
  it("are removed before the start, and no others", async () => {
    const objects = createTempDirectory("serve");
    await mkdir(join(objects, "Class"));
    const create = (name: string, isEmpty = true) => createDatabase(join(objects, "Class", `${name}.sqlite`), isEmpty);
    const [empty, killed, logged] = [create("empty"), create("killed"), create("logged")];
    const kept = [logged, create("full", false), create("metadata")];
    writeFileSync(`${killed}-wal`, "");
    writeFileSync(`${killed}-shm`, "");
    writeFileSync(`${logged}-wal`, "a transaction");
    expect(removeEmptyObjects(objects)).toBe(2);
    expect([empty, killed, `${killed}-wal`, `${killed}-shm`].filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("are removed while the service runs, unless it has them open", async () => {
    const objects = join(folder, "objects");
    const list = () => readdirSync(join(objects, "Thing")).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
    // Whoever asks for something creates its object.
    expect(await call("THINGS/1", "get", "key")).toEqual({ value: null });
    expect(list()).toHaveLength(1);
    const left = createDatabase(join(objects, "Thing", `${"0".repeat(64)}.sqlite`), true);
    expect(await sweepEmptyObjects(objects, runtime)).toBe(1);
    expect(existsSync(left)).toBe(false);
    await call("THINGS/1", "put", "key", "value");
    runtime.kill();
    await runtime.ended;
    await start();
    expect(await call("THINGS/1", "get", "key")).toEqual({ value: "value" });
  });

  it("stay while a backup holds the worker", async () => {
    const left = createDatabase(join(folder, "objects", "Thing", `${"0".repeat(64)}.sqlite`), true);
    await mkdir(join(folder, "pause"));
    expect(await sweepEmptyObjects(join(folder, "objects"), runtime)).toBe(0);
    expect(existsSync(left)).toBe(true);
    await rmdir(join(folder, "pause"));
    expect(await sweepEmptyObjects(join(folder, "objects"), runtime)).toBe(1);
  });
});
