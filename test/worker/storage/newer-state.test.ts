// What a newer version stored is neither lost nor in the way after a rollback: this version shows
// what it knows, leaves alone what it can't read, and the newer one finds all of it later.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { erasePart } from "../../../worker/run/person-data.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { readParts, toParts } from "../../../worker/storage/large-value.ts";
import { keyOf } from "../../../worker/storage/run-key.ts";
import { readRunRecord, writeRecord } from "../../../worker/storage/run-log.ts";
import { EARLIER_STATES, listObjects, restoreObject } from "../../support/worker/earlier-states.ts";
import { DONE, makeRecord, newRunId } from "../../support/worker/runs.ts";
import { ADA, ask, makeEnv, READER, readFailed, readLog, TASK } from "../../support/worker/worker.ts";

const DEPLOYMENT = makeEnv();
const SETTINGS = readSettings(DEPLOYMENT);
/** As a version would write it that has another kind of reply. */
const UNREADABLE = { ...makeRecord(), version: 3, reply: { kind: "scheduled", title: "Renders tomorrow" } };

const askJson = (path: string) => ask(path, { headers: { ...READER, accept: "application/json" } });

/** Logs a record, with a line for it. */
async function log(record: object, state: string) {
  const [id, at] = [newRunId(), Date.now()];
  const key = keyOf(at, id);
  const line = { action: "debug", state, title: "Tomorrow", person: ADA, email: "", project: "", tasks: 1 };
  await env.RUNS.put(key, JSON.stringify({ ...record, id, at }), {
    metadata: { ...line, status: 200, tookMs: 1, cost: 3 },
  });
  return { id, at, readStored: () => env.RUNS.get(key, "json") };
}

describe("the log of a newer version", () => {
  it("keeps what this version does not know of a record, also when the record changes", async () => {
    const { id, at, readStored } = await log({ ...makeRecord(), version: 3, cost: { eur: 2 } }, "done");
    const record = await readRunRecord(DEPLOYMENT, SETTINGS, id, at);
    await writeRecord(DEPLOYMENT, SETTINGS, { ...record, undone: { at: 1, person: "Ada", reply: DONE } });
    expect(await readStored()).toMatchObject({ version: 3, cost: { eur: 2 }, undone: { person: "Ada" } });
  });

  it("has pages, whatever its replies have", async () => {
    const outcomes = [{ id: TASK, label: "SH010", state: "paused" }];
    const tables = [{ title: "Dates", columns: ["Due"], rows: [[{ date: "2027-01-01" }]] }];
    const charts = [{ kind: "pie", title: "Share", labels: ["a"], series: [] }];
    const title = { key: "newer.title", values: { name: "SH020" } };
    const reply = { ...DONE, title, severity: "critical", outcomes, tables, charts, effects: [{ kind: "hologram" }] };
    const { id, at } = await log({ ...makeRecord(), reply }, "done");
    const page = await ask(`/runs/${id}?at=${at}`, { headers: { ...READER, accept: "text/html" } });
    expect(page.status).toBe(200);
    const text = await page.text();
    for (const part of ["newer.title SH020", "2027-01-01"]) expect(text).toContain(part);
  });

  it("lists runs in a state that this version does not know", async () => {
    const { id } = await log(UNREADABLE, "scheduled");
    const { runs } = await (await askJson("/runs.json")).json<{ runs: unknown[] }>();
    expect(runs).toMatchObject([{ id, title: "Tomorrow", state: "unconfirmed" }]);
  });

  it("says whose a record is that this version can't read, and leaves it alone", async () => {
    const { id, at, readStored } = await log(UNREADABLE, "scheduled");
    const before = await readStored();
    for (const path of ["", "/retry", "/undo"]) {
      const method = path === "" ? "GET" : "POST";
      const headers = { ...READER, accept: "application/json", origin: "https://kitsu.studio.tld" };
      const response = await ask(`/runs/${id}${path}?at=${at}`, { method, headers });
      expect(await readFailed(response)).toMatchObject({
        code: "unknown-run",
        text: expect.stringMatching(/^A newer version of the action server recorded this run/),
        advice: "It opens again after the next upgrade.",
      });
    }
    expect(await readStored()).toEqual(before);
  });

  it("is erased with its person, whether this version can read it or not", async () => {
    const { readStored } = await log(UNREADABLE, "scheduled");
    expect(await erasePart(DEPLOYMENT, SETTINGS, ADA, undefined)).toMatchObject({ erased: 1, running: 0 });
    expect(await readStored()).toBeNull();
  });
});

describe("the Durable Objects of a newer version", () => {
  it("keep a record that the log does not have yet, until a version reads it", async () => {
    const [id, at] = [newRunId(), Date.now()];
    const coordinator = env.RUN_COORDINATORS.getByName(id);
    const store = (record: object) =>
      runInDurableObject(coordinator, (_, { storage }) =>
        storage.put({ ...toParts(`record/${at}`, record), [`pending/${at}`]: { by: "a", writeAt: Date.now() - 1 } }),
      );
    await store({ ...UNREADABLE, id, at });
    await coordinator.retryWriteSoon();
    const now = vi.spyOn(Date, "now").mockReturnValue(at + 5_000);
    await runDurableObjectAlarm(coordinator);
    expect(await readLog()).toEqual([]);
    await runInDurableObject(coordinator, async (_, { storage }) => {
      expect(await storage.getAlarm()).toBe(at + 5_000 + 3_600_000);
      expect((await storage.list({ prefix: `record/${at}` })).size).toBe(2);
    });
    await store({ ...makeRecord(), id, at });
    now.mockReturnValue(at + 4_000_000);
    await runDurableObjectAlarm(coordinator);
    expect(await readLog()).toMatchObject([{ id, reply: DONE }]);
  });

  it("still say that a call must never run, if its run's reply can't be read", async () => {
    const coordinator = env.RUN_COORDINATORS.getByName(newRunId());
    await runInDurableObject(coordinator, (_, { storage }) => {
      const phase = { version: 3, at: 1, action: "debug", seen: [""], voided: ["late"], running: [] };
      return storage.put("phase", { ...phase, end: { reply: UNREADABLE.reply, offers: {} }, mood: "good" });
    });
    const late = { token: "t", attempt: "late", at: 1, action: "debug", until: Date.now() + 60_000 };
    expect(await coordinator.startRequest(late, new Uint8Array())).toMatchObject({ isVoid: true });
  });

  it("go on with a long run as soon as its version is back", async () => {
    const [object] = EARLIER_STATES.slice(-1).flatMap((state) => listObjects(state, "LongRun"));
    const longRun = env.LONG_RUNS.getByName(newRunId());
    await restoreObject(longRun, object ?? { keys: {}, tables: {} });
    const state = await runInDurableObject(longRun, async (_, { storage }) => {
      const before = await storage.get(["state", "state/0"]);
      await storage.put(toParts("state", { reply: UNREADABLE.reply }));
      await storage.setAlarm(Date.now() + 60_000);
      return Object.fromEntries(before);
    });
    await evictDurableObject(longRun);
    const error = vi.spyOn(console, "error").mockReturnValue();
    await runDurableObjectAlarm(longRun);
    expect(error).toHaveBeenCalledWith(expect.stringContaining("A newer version stored this run"));
    await runInDurableObject(longRun, async (_, { storage }) => {
      expect(await storage.getAlarm()).not.toBeNull();
      await storage.put(state);
    });
    await evictDurableObject(longRun);
    expect((await longRun.peek())?.answer.reply.kind).toBe("started");
  });

  it("go on with a long run that has other buttons and other members", async () => {
    const [object] = EARLIER_STATES.slice(-1).flatMap((state) => listObjects(state, "LongRun"));
    const longRun = env.LONG_RUNS.getByName(newRunId());
    await restoreObject(longRun, object ?? { keys: {}, tables: {} });
    await runInDurableObject(longRun, async (_, { storage }) => {
      const [start, state] = [await readParts(storage, "start"), await readParts(storage, "state")];
      const newer = { ...Object(state), controls: ["rewind", "cancel"], mood: "good" };
      await storage.put({
        ...toParts("start", { ...Object(start), version: 3, mood: "good" }),
        ...toParts("state", newer),
      });
    });
    await evictDurableObject(longRun);
    const run = (await longRun.peek())?.answer.run;
    expect(run?.cancel).toEqual(expect.any(String));
    expect(JSON.stringify(run)).not.toContain("rewind");
  });

  it("take locks and counts, whatever columns were added", async () => {
    const [locks, use] = [env.LOCKS.getByName("newer"), env.ACTION_USE.getByName("newer")];
    const addColumns = (_: unknown, { storage: { sql } }: DurableObjectState) => {
      const tables = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_*'").toArray();
      for (const { name } of tables) sql.exec(`ALTER TABLE ${name} ADD COLUMN added TEXT`);
      return tables.length;
    };
    expect(await runInDurableObject(locks, addColumns)).toBe(1);
    expect(await runInDurableObject(use, addColumns)).toBe(9);
    expect(await locks.take({ run: "a", person: "Ada", until: Date.now() + 60_000 }, ["task"])).toEqual([]);
    expect(await locks.find("b", ["task"])).toMatchObject([{ run: "a" }]);
    const run = { kind: "run", action: "debug", tasks: 1, tookMs: 5, isRetry: false, person: null } as const;
    const failure = { code: "internal-error", blame: "action" } as const;
    await use.count([{ ...run, ...failure, key: "1", at: Date.now() }]);
    const today = new Date().toISOString().slice(0, 10);
    const { counts } = await use.read({ from: today, to: today, perDay: false });
    expect(counts).toMatchObject([{ action: "debug", runs: 1, failed: 1 }]);
  });
});
