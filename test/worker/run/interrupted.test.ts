// A worker may die at any moment, and KV refuse at any moment: what was done is in the log as what it is, once, and what was offered is there.
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import type { Action } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import worker from "../../../worker/index.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import {
  ADA,
  AJAX_FIELDS,
  ajax,
  arrive,
  ask,
  EDGE,
  KITSU,
  makeEnv,
  readAnswer,
  readFailed,
  readLog,
} from "../../support/worker/worker.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const PATH = `/actions/debug?run=${RUN}`;
const DONE: Reply = { kind: "done", severity: "success", title: "Sent" };
const ASK: Reply = { kind: "ask", title: "Frames?", fields: [], submit: "Go on" };
const NEVER = { put: () => new Promise<never>(() => undefined) };
const REFUSES = { put: () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")) };

const meet = () => env.RUN_COORDINATORS.getByName(RUN);
const mutable: Pick<Action, "undo"> & { isSafe?: boolean | undefined } = debug;
let run: ReturnType<typeof replaceRun>;

beforeEach(() => {
  mutable.isSafe = false;
  mutable.undo = vi.fn(async () => ({ ...DONE, title: "Taken back" }));
  run = replaceRun(debug).mockResolvedValue(DONE);
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => {
  mutable.isSafe = true;
  delete mutable.undo;
});

const call = async (variables: object = {}) => readAnswer(await ask(PATH, ajax(), { ...variables }));

/** Answers, and dies: nothing that was to be done after the answer is done. */
const answerAndDie = async (path: string, init = ajax()) =>
  readAnswer(
    await worker.fetch(arrive(path.replace(EDGE, ""), init), makeEnv({ RUNS: NEVER }), createExecutionContext()),
  );

/** A request that arrived, took the turn if it has one, and whose worker died. */
async function die(at: number, hasTurn: boolean): Promise<void> {
  const reply = { kind: "failed", code: "run-interrupted", title: "The run was interrupted" };
  const arrived = { method: "POST", path: "/", headers: [], fields: [] };
  const draft = JSON.stringify({ id: RUN, at, tookMs: 1, action: "debug", status: 500, arrived, reply });
  const token = `dead at ${at}`;
  const arriving = { token, attempt: "", at, action: "debug", until: Date.now() + 60_000 };
  await meet().startRequest(arriving, new TextEncoder().encode(draft));
  if (hasTurn) await meet().takeTurn({ at, action: "debug", person: ADA }, token);
}

/** Later, when what has not ended must be dead, and what was not written is written again. */
async function settle(): Promise<void> {
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 100_000);
  await runDurableObjectAlarm(meet());
}

describe("a request whose worker died", () => {
  it("is one line of the log with what the run had asked before", async () => {
    run.mockResolvedValue(ASK);
    const { run: asked } = await call();
    await die(Date.now() + 700, true);
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { code: "run-interrupted" } }]);
    expect(asked?.url).toBe(`${EDGE}/runs/${RUN}?at=${(await readLog())[0]?.at}`);
  });

  it("is in the log although the same was sent again before its time was over", async () => {
    await die(1_000, true);
    expect((await readFailed(await ask(PATH, ajax()))).code).toBe("already-submitted");
    expect(run).not.toHaveBeenCalled();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, at: 1_000, reply: { code: "run-interrupted" } }]);
    // Whoever sends it once more is told that, and not that something is under way.
    expect((await readFailed(await ask(PATH, ajax()))).code).toBe("run-interrupted");
  });

  it.each([1, 2, 3])("is in the log although the worker dies again while that is settled, at step %i", async (step) => {
    await die(1_000, true);
    await runInDurableObject(meet(), async (instance, { storage }) => {
      const put = storage.put.bind(storage);
      let count = 0;
      vi.spyOn(storage, "put").mockImplementation(async (entries: unknown, value: unknown) => {
        count += 1;
        if (count === step) throw new Error("died");
        return typeof entries === "string" ? put(entries, value) : put(Object(entries));
      });
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 100_000);
      await instance.alarm().catch(() => undefined);
      vi.mocked(storage.put).mockRestore();
    });
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { code: "run-interrupted" } }]);
  });

  it("takes nothing from a question: what would have begun had taken the turn", async () => {
    await die(1_000, false);
    run.mockResolvedValue(ASK);
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "ask" } }]);
  });

  it("takes nothing from a run that another request has ended", async () => {
    await die(1_000, false);
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
    expect((await readAnswer(await ask(`/runs/${RUN}`, { headers: { origin: KITSU } }))).reply.kind).toBe("done");
  });

  it("takes nothing from the run that another request is at work on", async () => {
    const arriving = { token: "alive", attempt: "", at: 1_000, action: "debug", until: Date.now() + 1_000_000 };
    await meet().startRequest(arriving, new Uint8Array());
    await meet().takeTurn({ at: 1_000, action: "debug", person: ADA }, "alive");
    await die(1_000, false);
    await settle();
    expect(await meet().readPhase()).toMatchObject({ state: "running" });
    expect(await readLog()).toEqual([]);
  });

  it("is no end of what it began, and what goes on", async () => {
    const at = 1_000;
    const arrived = { method: "POST", path: "/", headers: [], fields: [] };
    const reply: Reply = { kind: "started", title: "Rendering" };
    const record = { id: RUN, at, tookMs: 1, action: "debug", status: 202, reply, arrived };
    await die(at, true);
    await env.LONG_RUNS.getByName(RUN).begin({ record, base: EDGE, key: "k", isWatched: false }, "null");
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]);
    expect((await readAnswer(await ask(`/runs/${RUN}`, { headers: { origin: KITSU } }))).reply.kind).toBe("started");
  });
});

describe("a call that fails before anybody knows whose it is", () => {
  const refused = { CALLS_BY_PERSON: { limit: async () => ({ success: false }) } };

  it("is a run of its own, where that run was begun before", async () => {
    run.mockResolvedValue(ASK);
    await call();
    const failed = await call(refused);
    expect(failed).toMatchObject({ reply: { code: "too-many-calls" } });
    expect(failed.run?.id).not.toBe(RUN);
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.find(({ id }) => id === RUN)).toMatchObject({ reply: { kind: "ask" } });
  });

  it("is the same line of the log, where it is only sent again", async () => {
    await call(refused);
    await scheduler.wait(2);
    await call();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });
});

describe("a worker that dies right after its answer", () => {
  const offer = () =>
    run.mockImplementationOnce(async ({ offerUndo }) => {
      offerUndo({ data: { made: 1 }, lifeS: 600 });
      return DONE;
    });

  it("leaves a run that can be looked at and taken back at once, and is in the log as what it is", async () => {
    offer();
    const { run: made } = await answerAndDie(PATH);
    expect(await readLog()).toEqual([]);
    expect(
      (await readAnswer(await ask(made?.url.replace(EDGE, "") ?? "", { headers: { origin: KITSU } }))).reply.kind,
    ).toBe("done");
    const undone = await answerAndDie(
      made?.undo?.url ?? "",
      ajax({ personid: ADA, personemail: AJAX_FIELDS.useremail }),
    );
    expect(undone.reply).toMatchObject({ title: "Taken back" });
    await settle();
    await runDurableObjectAlarm(env.RUN_COORDINATORS.getByName(undone.run?.id ?? ""));
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.find(({ id }) => id === RUN)).toMatchObject({ reply: DONE, undone: { reply: { title: "Taken back" } } });
  });
});

describe("a log that refuses", () => {
  it("is told the newest alone: a question is not written over its answer", async () => {
    run.mockResolvedValueOnce(ASK);
    await call({ RUNS: REFUSES });
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });

  it("is not told of a question when the run goes on meanwhile", async () => {
    run.mockResolvedValueOnce(ASK).mockImplementationOnce(async ({ continueWith: goOn }) => {
      goOn(null);
      return { kind: "started", title: "Rendering" };
    });
    await call({ RUNS: REFUSES });
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]);
  });

  it("is told of every call of one id that changes nothing, and of no more than there is room for", async () => {
    const arrived = { method: "POST", path: "/", headers: [], fields: [] };
    const keep = (at: number) =>
      meet().addPendingRecord(String(at), {
        id: RUN,
        at,
        tookMs: 1,
        action: "debug",
        status: 200,
        arrived,
        reply: DONE,
      });
    const now = Date.now();
    const kept: boolean[] = [];
    for (let index = 0; index < 25; index += 1) kept.push(await keep(now + index));
    expect(kept.filter(Boolean)).toHaveLength(20);
    expect(JSON.parse((await meet().readPendingRecord(now + 3)) ?? "{}")).toMatchObject({ at: now + 3 });
    expect(await meet().readPendingRecord(now + 24)).toBeUndefined();
    await settle();
    // Its own alarm may have come first.
    await vi.waitFor(async () =>
      expect((await readLog()).map(({ at }) => at).toSorted()).toEqual(
        Array.from({ length: 20 }, (_, index) => now + index),
      ),
    );
    await vi.waitFor(async () => expect(await meet().readPendingRecord()).toBeUndefined());
    expect(await keep(now + 24)).toBe(true);
  });

  it("is told of a call that changes nothing, though it came under the id of a run that does", async () => {
    await call();
    mutable.isSafe = true;
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 5_000);
    const { run: looked } = await call();
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.map(({ id, at }) => `${EDGE}/runs/${id}?at=${at}`)).toContain(looked?.url);
  });

  it("is told what another request has submitted, and nothing of one that failed beside it", async () => {
    const reply: Reply = { kind: "failed", code: "kitsu-unreachable", title: "Kitsu can't be reached" };
    await meet().takeTurn({ at: 1, action: "debug", person: ADA }, "one");
    const over = { at: 1, action: "debug", reply, offers: {} };
    const arrived = { method: "POST", path: "/", headers: [], fields: [] };
    const record = { id: RUN, at: 1, tookMs: 1, action: "debug", status: 502, arrived, reply };
    expect(await meet().endRequest("two", over, record)).toEqual({ isKept: false, isOwner: false, submittedAt: 1 });
    expect(await meet().readPendingRecord()).toBeUndefined();
    expect(
      await meet().endRequest("one", { ...over, reply: DONE }, { ...record, status: 200, reply: DONE }),
    ).toMatchObject({
      isKept: true,
    });
    expect(JSON.parse((await meet().readPendingRecord()) ?? "{}")).toMatchObject({ status: 200, reply: DONE });
    expect(await meet().readPhase()).toMatchObject({ state: "over", reply: DONE });
  });
});
