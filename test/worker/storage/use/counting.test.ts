// Each run is counted once, as it ends, however often its record is delivered, and whatever dies or
// refuses in between.
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Reply } from "../../../../contract.ts";
import type { Action } from "../../../../worker/action/action.ts";
import { debug } from "../../../../worker/actions/debug.ts";
import { Failure } from "../../../../worker/format/failure.ts";
import worker from "../../../../worker/main.ts";
import { forgetAll } from "../../../../worker/services/isolate-memory.ts";
import { readSettings } from "../../../../worker/settings/settings.ts";
import { deliverRecord } from "../../../../worker/storage/use/deliver-record.ts";
import type { UseEvent } from "../../../../worker/storage/use/use-event.ts";
import { firstDay, toDay } from "../../../../worker/storage/use/use-tables.ts";
import { replaceRun } from "../../../support/worker/replace-run.ts";
import { DONE, encodeDraft, INTERRUPTED, makeRecord, newRunId } from "../../../support/worker/runs.ts";
import { ADA, AJAX_FIELDS, ajax, arrive, ask, makeEnv, readAnswer } from "../../../support/worker/worker.ts";

const REFUSING = { put: () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")) };
const DEAD = { getByName: () => ({ count: () => Promise.reject(new Error("The object was reset")) }) };
const DAY_MS = 86_400_000;
const ASK: Reply = { kind: "ask", title: "Frames?", fields: [], submit: "Next" };

const mutable: Pick<Action, "undo"> & { isSafe?: boolean | undefined } = debug;
const object = () => env.ACTION_USE.getByName("actions");
const coordinator = (run: string) => env.RUN_COORDINATORS.getByName(run);
const read = (perDay = false) => object().read({ from: firstDay(90), to: toDay(Date.now() + DAY_MS), perDay });
const readCounts = async () => (await read()).counts.map(({ action, runs, failed }) => ({ action, runs, failed }));
const advance = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);
const deliver = (record: Parameters<typeof makeRecord>[0], variables: object = {}) =>
  deliverRecord(makeEnv({ ...variables }), readSettings(makeEnv()), makeRecord(record));

beforeEach(() => {
  // Alarms follow the system's clock: with this one ahead, they run only when a test says so.
  advance(3_600_000);
  forgetAll();
  mutable.isSafe = false;
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(async () => {
  mutable.isSafe = true;
  delete mutable.undo;
  await runInDurableObject(object(), (_, { storage }) => {
    for (const table of ["days", "failures", "durations", "last", "seen"]) storage.sql.exec(`DELETE FROM ${table}`);
  });
});

describe("a run is counted once", () => {
  it("when it ends", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    await ask(`/actions/debug?run=${newRunId()}`, ajax());
    const { counts, steps, last, since } = await read(true);
    expect(counts).toEqual([
      {
        ...{ day: toDay(Date.now()), action: "debug", runs: 1, failed: 0, faults: 0 },
        ...{ tasks: AJAX_FIELDS.selection.length, retries: 0, undos: 0 },
      },
    ]);
    expect(steps).toMatchObject([{ action: "debug", count: 1 }]);
    expect(last).toMatchObject([{ action: "debug" }]);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  it("however often its record is delivered", async () => {
    const record = { id: newRunId(), at: Date.now() };
    await Promise.all(Array.from({ length: 5 }, () => deliver(record)));
    await deliver({ ...record, reply: INTERRUPTED });
    expect(await readCounts()).toEqual([{ action: "debug", runs: 1, failed: 0 }]);
  });

  it("although the page sends the same call twice", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    const path = `/actions/debug?run=${newRunId()}`;
    await ask(path, ajax());
    await ask(path, ajax());
    expect(await readCounts()).toMatchObject([{ runs: 1 }]);
  });

  it("although KV refuses its record for a while", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    const run = newRunId();
    await ask(`/actions/debug?run=${run}`, ajax(), { RUNS: REFUSING });
    advance(60_000);
    await runDurableObjectAlarm(coordinator(run));
    expect(await readCounts()).toMatchObject([{ runs: 1 }]);
  });

  it("although the statistics refuse it for a while, and the log gets it no third time", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    const run = newRunId();
    await ask(`/actions/debug?run=${run}`, ajax(), { ACTION_USE: DEAD });
    expect(await readCounts()).toEqual([]);
    const put = vi.spyOn(env.RUNS, "put");
    await runInDurableObject(coordinator(run), async (instance) => {
      const { ACTION_USE } = env;
      Object.defineProperty(instance, "env", { value: { ...env, ACTION_USE: DEAD }, configurable: true });
      for (let alarm = 0; alarm < 3; alarm += 1) {
        advance(60_000);
        await instance.alarm();
      }
      Object.defineProperty(instance, "env", { value: { ...env, ACTION_USE }, configurable: true });
      advance(60_000);
      await instance.alarm();
    });
    expect(put).toHaveBeenCalledTimes(1);
    expect(await readCounts()).toMatchObject([{ runs: 1 }]);
  });

  it("although the answer of the statistics is lost", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    const run = newRunId();
    const lost = {
      getByName: () => ({
        count: async (events: UseEvent[]) => {
          await object().count(events);
          throw new Error("Network connection lost.");
        },
      }),
    };
    await ask(`/actions/debug?run=${run}`, ajax(), { ACTION_USE: lost });
    expect(await readCounts()).toMatchObject([{ runs: 1 }]);
    advance(60_000);
    await runDurableObjectAlarm(coordinator(run));
    expect(await readCounts()).toMatchObject([{ runs: 1 }]);
  });

  it("although a hundred end in the same second", async () => {
    const at = Date.now();
    await Promise.all(Array.from({ length: 100 }, () => deliver({ id: newRunId(), at })));
    expect(await readCounts()).toEqual([{ action: "debug", runs: 100, failed: 0 }]);
  });

  it("although it is undone after nobody knows any more that it was counted", async () => {
    const [id, at] = [newRunId(), Date.now()];
    await deliver({ id, at });
    advance(40 * DAY_MS);
    await runInDurableObject(object(), (instance) => instance.alarm());
    const undone = { at: Date.now(), person: "Ada", reply: DONE };
    await deliver({ id, at, undone });
    await deliver({ id, at, undone });
    expect((await read()).counts).toMatchObject([{ runs: 1, undos: 1 }]);
  });

  it("if the worker died right after its answer", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    const run = newRunId();
    const hanging = { put: () => new Promise<never>(() => undefined) };
    const never = { getByName: () => ({ count: () => new Promise<never>(() => undefined) }) };
    const variables = { RUNS: hanging, ACTION_USE: never };
    await worker.fetch(arrive(`/actions/debug?run=${run}`, ajax()), makeEnv(variables), createExecutionContext());
    expect(await readCounts()).toEqual([]);
    advance(100_000);
    await runDurableObjectAlarm(coordinator(run));
    expect(await readCounts()).toEqual([{ action: "debug", runs: 1, failed: 0 }]);
  });

  it("as interrupted, if the worker died before its answer", async () => {
    const run = newRunId();
    const request = { token: "one", attempt: "", at: Date.now(), action: "debug", until: Date.now() + 60_000 };
    await coordinator(run).startRequest(request, encodeDraft({ id: run, at: request.at }));
    advance(100_000);
    await runDurableObjectAlarm(coordinator(run));
    expect(await readCounts()).toEqual([{ action: "debug", runs: 1, failed: 1 }]);
    expect((await read()).codes).toMatchObject([{ code: "run-interrupted", count: 1 }]);
  });

  it("also if it changes nothing and is a link", async () => {
    mutable.isSafe = true;
    replaceRun(debug).mockResolvedValue(DONE);
    await ask("/actions/debug");
    expect(await readCounts()).toMatchObject([{ runs: 1 }]);
  });
});

describe("it does not count", () => {
  it("a question, or a run that continues", async () => {
    replaceRun(debug).mockResolvedValue(ASK);
    await ask(`/actions/debug?run=${newRunId()}`, ajax());
    await deliver({ id: newRunId(), at: Date.now(), follow: "key", reply: { kind: "started", title: "Rendering" } });
    expect(await readCounts()).toEqual([]);
  });

  it("a dry run", async () => {
    const call = { dialect: "ajax", person: {}, selection: [], params: {}, ignored: [], isDry: true };
    await deliver({ id: newRunId(), at: Date.now(), call });
    expect(await readCounts()).toEqual([]);
  });

  it("anything in a deployment without the binding, which works", async () => {
    replaceRun(debug).mockResolvedValue(DONE);
    const { reply } = await readAnswer(
      await ask(`/actions/debug?run=${newRunId()}`, ajax(), { ACTION_USE: undefined }),
    );
    expect(reply.kind).toBe("done");
    expect(await readCounts()).toEqual([]);
  });
});

describe("what it counts", () => {
  it("are failures by their code, and whose they are", async () => {
    const fail = (code: string, status: number) =>
      deliver({ id: newRunId(), at: Date.now(), status, reply: { kind: "failed", code, title: code } });
    await fail("empty-selection", 422);
    await fail("kitsu-timeout", 504);
    await fail("kitsu-timeout", 504);
    await fail("render-failed", 202);
    await fail("target-refused", 422);
    await fail("disk-full", 507);
    await fail("movie-not-found", 422);
    await fail("<b>Not a code</b>", 422);
    const { counts, codes, steps } = await read();
    expect(counts).toMatchObject([{ runs: 8, failed: 8, faults: 3 }]);
    expect(Object.fromEntries(codes.map(({ code, count }) => [code, count]))).toEqual({
      ...{ "disk-full": 1, "empty-selection": 1, "kitsu-timeout": 2, "movie-not-found": 1 },
      ...{ other: 1, "render-failed": 1, "target-refused": 1 },
    });
    expect(steps).toEqual([]);
  });

  it("are at most 30 codes of an action per day, and the others together", async () => {
    for (let index = 0; index < 35; index += 1) {
      const reply: Reply = { kind: "failed", code: `odd-${index}`, title: "Odd" };
      await deliver({ id: newRunId(), at: Date.now(), status: 422, reply });
    }
    const { codes } = await read();
    expect(codes).toHaveLength(31);
    expect(codes.find(({ code }) => code === "other")?.count).toBe(5);
  });

  it("is an undo once, on the day when it happened, and a retry", async () => {
    const [id, at] = [newRunId(), Date.now() - 2 * DAY_MS];
    await deliver({ id, at });
    const undone = { at: Date.now(), person: "Ada", reply: DONE };
    await deliver({ id, at, undone });
    await deliver({ id, at, undone });
    const call = {
      ...{ dialect: "ajax", person: {}, selection: ["one"], params: {}, ignored: [] },
      retryOf: { id, at },
    };
    await deliver({ id: newRunId(), at: Date.now(), call });
    const { counts } = await read(true);
    expect(counts).toMatchObject([
      { day: toDay(at), runs: 1, undos: 0 },
      { day: toDay(Date.now()), runs: 1, undos: 1, retries: 1, tasks: 1 },
    ]);
  });

  it("is the day on which a run began, in UTC, also a leap day", async () => {
    const at = Date.parse("2028-02-29T23:59:59.999Z");
    await deliver({ id: newRunId(), at, tookMs: 3 * DAY_MS });
    await deliver({ id: newRunId(), at: at + 1, tookMs: 0 });
    const { counts, steps } = await object().read({ from: "2028-02-28", to: "2028-03-05", perDay: true });
    expect(counts.map(({ day, runs }) => [day, runs])).toEqual([
      ["2028-02-29", 1],
      ["2028-03-01", 1],
    ]);
    expect(steps).toHaveLength(2);
  });

  it("is who used an action last, in whatever order the records arrive, until they are forgotten", async () => {
    const person = (id: string, name: string) => ({ person: { trust: "claimed" as const, id, name } });
    await deliver({ id: newRunId(), at: Date.now(), ...person(ADA, "Ada") });
    await deliver({ id: newRunId(), at: Date.now() - DAY_MS, ...person("other", "Ben") });
    expect((await read()).last).toEqual([{ action: "debug", at: Date.now(), person: ADA, name: "Ada" }]);
    await object().forgetPerson(ADA);
    expect((await read()).last).toEqual([{ action: "debug", at: Date.now(), person: "", name: "" }]);
  });
});

describe("it keeps", () => {
  it("ninety days, a month of what it has seen, and names for as long as the log does", async () => {
    const person = { trust: "claimed" as const, id: ADA, name: "Ada" };
    const failed: Reply = { kind: "failed", code: "odd", title: "Odd" };
    const start = Date.now();
    for (const days of [0, 89, 90, 200])
      await deliver({ id: newRunId(), at: start - days * DAY_MS, action: `a${days}`, reply: failed, person });
    for (const days of [0, 89, 90, 200])
      await deliver({ id: newRunId(), at: start - days * DAY_MS, action: `a${days}`, person });
    const alarm = (variables: object = {}) =>
      runInDurableObject(object(), async (instance) => {
        Object.defineProperty(instance, "env", { value: { ...makeEnv(), ...variables }, configurable: true });
        await instance.alarm();
      });
    const countRows = () =>
      runInDurableObject(object(), (_, { storage }) =>
        ["days", "failures", "durations", "last", "seen"].map(
          (table) => storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n,
        ),
      );
    await alarm();
    expect(await countRows()).toEqual([2, 2, 2, 2, 8]);
    expect((await read()).last.map(({ name }) => name)).toEqual(["Ada", "Ada"]);
    await alarm({ LOG_RETENTION_DAYS: "7" });
    expect((await read()).last.map(({ action, name }) => [action, name])).toEqual([
      ["a0", "Ada"],
      ["a89", ""],
    ]);
    advance(31 * DAY_MS);
    await alarm();
    expect(await countRows()).toEqual([1, 1, 1, 1, 0]);
  });
});

describe("it drops", () => {
  it("what was counted with a wrong clock", async () => {
    const failed: Reply = { kind: "failed", code: "odd", title: "Odd" };
    const now = Date.now();
    const clock = advance(3_650 * DAY_MS);
    await deliver({ id: newRunId(), at: Date.now(), reply: failed });
    await deliver({ id: newRunId(), at: Date.now() });
    clock.mockReturnValue(now);
    await deliver({ id: newRunId(), at: now });
    await runInDurableObject(object(), async (instance) => {
      Object.defineProperty(instance, "env", { value: makeEnv(), configurable: true });
      await instance.alarm();
    });
    expect(await read(true)).toMatchObject({ counts: [{ runs: 1 }], codes: [] });
    expect((await object().read({ from: "", to: "9", perDay: true })).counts).toHaveLength(1);
    await deliver({ id: newRunId(), at: now });
    expect((await read()).last).toMatchObject([{ at: now }]);
  });
});

describe("an action is unstable", () => {
  const run = (failure?: Failure) =>
    deliver({
      ...{ id: newRunId(), at: Date.now() },
      ...(failure !== undefined && { reply: failure.reply, status: failure.status }),
    });
  const repeat = async (times: number, failure?: Failure) => {
    for (let index = 0; index < times; index += 1) await run(failure);
  };
  const FAULT = new Failure("target-unreachable", {});
  const REFUSED = new Failure("empty-selection", {});

  it("if a third of its runs failed, for reasons that are not the caller's", async () => {
    await repeat(4);
    await repeat(2, FAULT);
    expect((await read()).unstable).toEqual([]);
    await run(FAULT);
    expect((await read()).unstable).toEqual(["debug"]);
  });

  it("not because of refusals, and not because of few runs", async () => {
    await repeat(20, REFUSED);
    expect((await read()).unstable).toEqual([]);
    await repeat(4, FAULT);
    expect((await read()).unstable).toEqual([]);
  });

  it("no longer once five runs in a row have worked, or a week later", async () => {
    await repeat(10, FAULT);
    await repeat(4);
    await repeat(3, REFUSED);
    expect((await read()).unstable).toEqual(["debug"]);
    await run();
    expect((await read()).unstable).toEqual([]);
    await repeat(3, FAULT);
    expect((await read()).unstable).toEqual(["debug"]);
    advance(7 * DAY_MS);
    expect((await read()).unstable).toEqual([]);
  });

  const askFirst = async (variables: Record<string, unknown> = {}) =>
    (await readAnswer(await ask(`/actions/debug?run=${newRunId()}`, ajax(), variables))).reply.text;

  it("which is said before it runs, without asking for it each time", async () => {
    replaceRun(debug).mockResolvedValue(ASK);
    await repeat(5, FAULT);
    const use = vi.spyOn(env.ACTION_USE, "getByName");
    expect(await askFirst()).toBe(
      "Unstable: this has often failed in the last seven days, for reasons that are not yours.",
    );
    expect(use).not.toHaveBeenCalled();
  });

  it("which another isolate says with its first question, unless the statistics don't answer", async () => {
    replaceRun(debug).mockResolvedValue(ASK);
    await repeat(5, FAULT);
    for (const listUnstable of [() => new Promise(() => undefined), () => Promise.reject(new Error("reset"))]) {
      forgetAll();
      expect(await askFirst({ ACTION_USE: { getByName: () => ({ listUnstable }) } })).toBeUndefined();
    }
    expect(await askFirst()).toContain("Unstable");
  });
});
