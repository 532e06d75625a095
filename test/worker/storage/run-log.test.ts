import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { toEnglish } from "../../../worker/format/localize.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { listRuns } from "../../../worker/storage/list-runs.ts";
import { readRunRecord, recordRun } from "../../../worker/storage/run-log.ts";
import type { RunRecord } from "../../../worker/storage/run-record.ts";
import { makeRecord as makeSmallRecord, newRunId } from "../../support/worker/runs.ts";
import { ADA, makeEnv, OTHER_TASK, PROJECT, TASK } from "../../support/worker/worker.ts";

const settings = readSettings(makeEnv());
const NOON = Date.parse("2026-11-23T12:00:00Z");

const makeRecord = (rest: Partial<RunRecord> = {}): RunRecord =>
  makeSmallRecord({
    id: newRunId(),
    at: NOON,
    tookMs: 7,
    call: {
      dialect: "ajax",
      person: { id: ADA, email: "ada@studio.tld" },
      project: PROJECT,
      selection: [TASK, OTHER_TASK],
      params: {},
      ignored: [],
    },
    arrived: {
      method: "POST",
      path: "/actions/debug",
      headers: [["origin", "https://kitsu.studio.tld"]],
      fields: [["userid", ADA]],
    },
    ...rest,
  });

const record = (...records: RunRecord[]) => Promise.all(records.map((one) => recordRun(makeEnv(), settings, one)));
const list = async (filter = {}, limit = 50) => (await listRuns(makeEnv(), filter, limit)).runs;

describe("the log", () => {
  it("has one key per run", async () => {
    await record(makeRecord(), makeRecord(), makeRecord());
    expect((await env.RUNS.list()).keys).toHaveLength(3);
  });

  it("is ordered newest first, across seconds, days and years", async () => {
    const times = [
      "2026-11-23T12:00:00.000Z",
      "2026-11-23T12:00:00.001Z",
      "2026-11-23T23:59:59.999Z",
      "2026-11-24T00:00:00.000Z",
      "2027-01-01T00:00:00.000Z",
    ];
    await record(...times.map((time) => makeRecord({ at: Date.parse(time) })));
    expect((await list()).map(({ at }) => new Date(at).toISOString())).toEqual(times.toReversed());
  });

  it("reads a page of 50 with one list and no get", async () => {
    await record(...Array.from({ length: 60 }, (_, index) => makeRecord({ at: NOON + index })));
    const [lists, gets] = [vi.spyOn(env.RUNS, "list"), vi.spyOn(env.RUNS, "get")];
    const first = await listRuns(makeEnv(), {}, 50);
    expect(first.runs).toHaveLength(50);
    expect(lists).toHaveBeenCalledTimes(1);
    expect(gets).not.toHaveBeenCalled();
    const second = await listRuns(makeEnv(), {}, 50, { cursor: first.cursor });
    expect(second.runs.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, index) => NOON + 9 - index));
    expect(second.cursor).toBeUndefined();
  });

  it.each([
    ["done", ["done", "done"]],
    ["done", []],
    ["partial", ["done", "failed"]],
    ["partial", ["done", "skipped"]],
    ["partial", ["skipped"]],
    ["partial", ["waiting", "skipped"]],
    ["unconfirmed", ["waiting"]],
    ["unconfirmed", ["done", "running"]],
  ] as const)("has the state %s if the tasks are %j", async (state, states) => {
    const outcomes = states.map((one) => ({ id: TASK, label: "SH010", state: one }));
    await record(makeRecord({ reply: { kind: "done", severity: "info", title: "It ran", outcomes } }));
    expect((await list()).map((run) => run.state)).toEqual([state]);
  });

  it.each([
    ["failed", ["failed"]],
    ["failed", []],
    ["partial", ["done", "failed"]],
  ] as const)("has the state %s if the run failed and the tasks are %j", async (state, states) => {
    const outcomes = states.map((one) => ({ id: TASK, label: "SH010", state: one }));
    await record(makeRecord({ reply: { kind: "failed", code: "x", title: "It broke", outcomes } }));
    expect((await list()).map((run) => run.state)).toEqual([state]);
  });

  it("has everything that one line shows in the summary", async () => {
    const outcomes = [{ id: TASK, label: "SH010", state: "failed" as const }];
    const written = makeRecord({
      reply: { kind: "done", severity: "warning", title: "9 done, 3 failed", outcomes },
      person: { trust: "claimed", id: ADA, name: "Ada Roy" },
      selected: { projects: ["Paper Lantern", "Night Tram"], tasks: [] },
    });
    await record(written);
    expect(await list()).toEqual([
      {
        id: written.id,
        at: NOON,
        action: "debug",
        state: "partial",
        title: "9 done, 3 failed",
        person: ADA,
        email: "ada@studio.tld",
        name: "Ada Roy",
        project: PROJECT,
        projects: "Paper Lantern, Night Tram",
        tasks: 2,
        trust: "claimed",
        status: 200,
        tookMs: 7,
      },
    ]);
  });

  it("has a summary that fits, however long and wide its texts are", async () => {
    const title = "日本語🦊".repeat(2_000);
    const wide = makeRecord({
      action: "é".repeat(5_000),
      person: { trust: "unchecked", id: ADA, name: "山".repeat(500) },
      selected: { projects: ["山".repeat(300), "山".repeat(300)], tasks: [] },
    });
    const call = wide.call && { ...wide.call, person: { id: ADA, email: `${"山".repeat(240)}@studio.tld` } };
    await record(makeRecord({ reply: { kind: "failed", code: "x", title } }), wide, { ...wide, id: newRunId(), call });
    expect(await list()).toHaveLength(3);
    for (const run of await list({ project: "山山" })) expect(run.name).toMatch(/^山{24,80}$/);
    const cut = toEnglish((await list()).find(({ state }) => state === "failed")?.title ?? "?");
    expect(title.startsWith(cut)).toBe(true);
  });

  it("keeps a run for as many days as the settings say", async () => {
    const put = vi.spyOn(env.RUNS, "put");
    await recordRun(makeEnv(), readSettings(makeEnv({ LOG_RETENTION_DAYS: "7" })), makeRecord());
    expect(put.mock.lastCall?.[2]).toMatchObject({ expirationTtl: 7 * 86_400 });
  });

  it("finds a run by its id and time, with one get and no list", async () => {
    const written = makeRecord();
    await record(written, makeRecord(), makeRecord({ at: NOON - 1 }));
    const lists = vi.spyOn(env.RUNS, "list");
    const find = (id: string, at: number) => readRunRecord(makeEnv(), readSettings(makeEnv()), id, at);
    expect(await find(written.id, NOON)).toEqual({ ...written, version: 2 });
    expect(lists).not.toHaveBeenCalled();
    await expect(find(newRunId(), NOON)).rejects.toMatchObject({ code: "unknown-run" });
    await expect(find(written.id, NOON + 1)).rejects.toMatchObject({ code: "unknown-run" });
  });

  it("reports a page that no longer exists", async () => {
    vi.spyOn(env.RUNS, "list").mockRejectedValue(new Error("KV GET failed: 400 Bad Request"));
    await expect(listRuns(makeEnv(), {}, 50, { cursor: "gone" })).rejects.toMatchObject({ code: "invalid-filter" });
  });

  it.each([undefined, "a-cursor"])(
    "reports that it can't be read, and allows a retry, if KV refuses (cursor %s)",
    async (cursor) => {
      vi.spyOn(env.RUNS, "list").mockRejectedValue(new Error("KV GET failed: 503 Service Unavailable"));
      const refused = listRuns(makeEnv(), {}, 50, { cursor });
      await expect(refused).rejects.toMatchObject({ code: "log-unreachable", reply: { retry: true } });
    },
  );

  it("skips entries that it can't parse", async () => {
    await env.RUNS.put("run/00001/00000001/nonsense", "{}", { metadata: { a: 1 } });
    await env.RUNS.put(`run/00001/00000001/${newRunId()}`, "{}");
    await record(makeRecord());
    expect(await list()).toHaveLength(1);
  });
});

describe("the filtered log", () => {
  it("finds runs by action, person, e-mail address, project and state, and by all of them", async () => {
    const others = {
      call: {
        ...makeRecord().call,
        person: { id: TASK, email: "bob@studio.tld" },
        project: TASK,
        selection: [],
        dialect: "form",
        params: {},
        ignored: [],
      },
    };
    await record(
      makeRecord(),
      makeRecord({ ...others, action: "publish", reply: { kind: "failed", code: "x", title: "No" } }),
    );
    for (const filter of [
      { action: "debug" },
      { person: ADA },
      { person: "ADA@" },
      { project: PROJECT },
      { state: "done" },
    ]) {
      expect(await list(filter)).toMatchObject([{ action: "debug" }]);
    }
    expect(await list({ action: "publish", person: "bob", project: TASK, state: "failed" })).toMatchObject([
      { action: "publish" },
    ]);
    expect(await list({ action: "publish", person: ADA })).toEqual([]);
  });

  it("finds runs by a part of a person's or a project's name", async () => {
    await record(
      makeRecord({
        person: { trust: "claimed", name: "Ada Roy" },
        selected: { projects: ["Paper Lantern"], tasks: [] },
      }),
      makeRecord({ person: { trust: "claimed", name: "Bruno" }, selected: { projects: ["Night Tram"], tasks: [] } }),
    );
    for (const filter of [{ person: "ada r" }, { project: "LANTERN" }])
      expect(await list(filter)).toMatchObject([{ name: "Ada Roy" }]);
    expect(await list({ project: "Tram", person: "Ada Roy" })).toEqual([]);
    expect(await list({ project: PROJECT.toUpperCase() })).toHaveLength(2);
  });

  it("finds old records, which have no names", async () => {
    await record(makeRecord());
    const [key] = (await env.RUNS.list<Record<string, unknown>>()).keys;
    const { name: _, projects: __, ...old } = key?.metadata ?? {};
    await env.RUNS.put(key?.name ?? "", "{}", { metadata: old });
    expect(await list({ person: "ada", project: PROJECT })).toMatchObject([
      { name: "", projects: "", email: "ada@studio.tld" },
    ]);
  });

  it("costs no more by day than without a filter, and has only that day", async () => {
    await record(
      ...["2026-11-22T23:59:59.999Z", "2026-11-23T00:00:00Z", "2026-11-23T23:59:59.999Z", "2026-11-24T00:00:00Z"].map(
        (time) => makeRecord({ at: Date.parse(time) }),
      ),
    );
    const lists = vi.spyOn(env.RUNS, "list");
    expect((await list({ day: "2026-11-23" })).map(({ at }) => new Date(at).getUTCDate())).toEqual([23, 23]);
    expect(lists).toHaveBeenCalledTimes(1);
  });
});
