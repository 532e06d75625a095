// The worker may die and KV may refuse a write at any moment. Even so, the log has each run once,
// with its true outcome, and every offered URL works.
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import type { Action } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import worker from "../../../worker/main.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { DONE, encodeDraft, makeRecord, RUN } from "../../support/worker/runs.ts";
import {
  ADA,
  ADA_FORM,
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

const PATH = `/actions/debug?run=${RUN}`;
const ASK: Reply = { kind: "ask", title: "Frames?", fields: [], submit: "Next" };
const HANGING = { put: () => new Promise<never>(() => undefined) };
const REFUSING = { put: () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests")) };

const getCoordinator = () => env.RUN_COORDINATORS.getByName(RUN);
const mutable: Pick<Action, "undo"> & { isSafe?: boolean | undefined } = debug;
let run: ReturnType<typeof replaceRun>;

const advance = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);

beforeEach(() => {
  // Alarms follow the system's clock. With this one an hour ahead, they run only when a test says
  // so.
  advance(3_600_000);
  mutable.isSafe = false;
  mutable.undo = vi.fn(async () => ({ ...DONE, title: "Undone" }));
  run = replaceRun(debug).mockResolvedValue(DONE);
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => {
  mutable.isSafe = true;
  delete mutable.undo;
});

const call = async (variables: object = {}) => readAnswer(await ask(PATH, ajax(), { ...variables }));

/** The worker answers and then dies: nothing that was to follow the answer happens. */
const answerAndDie = async (path: string, init = ajax()) =>
  readAnswer(
    await worker.fetch(arrive(path.replace(EDGE, ""), init), makeEnv({ RUNS: HANGING }), createExecutionContext()),
  );

/** Starts a request, lets it take the run's turn if it should, and never ends it. */
async function startAndDie(at: number, takesTurn: boolean): Promise<void> {
  const token = `started at ${at}`;
  const request = { token, attempt: "", at, action: "debug", until: Date.now() + 60_000 };
  await getCoordinator().startRequest(request, encodeDraft({ at }));
  if (takesTurn) await getCoordinator().takeTurn({ at, action: "debug", person: ADA }, token);
}

/** Runs the coordinator's alarm after the time limit: it ends dead requests and retries writes. */
async function settle(): Promise<void> {
  advance(100_000);
  await runDurableObjectAlarm(getCoordinator());
}

describe("a request whose worker died", () => {
  it("is logged in one entry with the question that the run asked before", async () => {
    run.mockResolvedValue(ASK);
    const { run: asked } = await call();
    await startAndDie(Date.now() + 700, true);
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { code: "run-interrupted" } }]);
    expect(asked?.url).toBe(`${EDGE}/runs/${RUN}?at=${(await readLog())[0]?.at}`);
  });

  it("is logged although the same call was sent again before the time limit", async () => {
    await startAndDie(1_000, true);
    expect((await readFailed(await ask(PATH, ajax()))).code).toBe("already-submitted");
    expect(run).not.toHaveBeenCalled();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, at: 1_000, reply: { code: "run-interrupted" } }]);
    // The same call now gets this answer, and not that the run is still running.
    expect((await readFailed(await ask(PATH, ajax()))).code).toBe("run-interrupted");
  });

  it.each([1, 2, 3])("is logged although the worker dies again in write %i of the alarm", async (fatal) => {
    await startAndDie(1_000, true);
    await runInDurableObject(getCoordinator(), async (instance, { storage }) => {
      const put = storage.put.bind(storage);
      let write = 0;
      vi.spyOn(storage, "put").mockImplementation(async (entries: unknown, value: unknown) => {
        write += 1;
        if (write === fatal) throw new Error("died");
        return typeof entries === "string" ? put(entries, value) : put(Object(entries));
      });
      advance(100_000);
      await instance.alarm().catch(() => undefined);
      vi.mocked(storage.put).mockRestore();
    });
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { code: "run-interrupted" } }]);
  });

  it("does not hide a question, because it had not taken the turn to run", async () => {
    await startAndDie(1_000, false);
    run.mockResolvedValue(ASK);
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "ask" } }]);
  });

  it("does not interrupt a run that another request has ended", async () => {
    await startAndDie(1_000, false);
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
    expect((await readAnswer(await ask(`/runs/${RUN}`, { headers: { origin: KITSU } }))).reply.kind).toBe("done");
  });

  it("does not interrupt a run that another request is running", async () => {
    const request = { token: "alive", attempt: "", at: 1_000, action: "debug", until: Date.now() + 1_000_000 };
    await getCoordinator().startRequest(request, new Uint8Array());
    await getCoordinator().takeTurn({ at: 1_000, action: "debug", person: ADA }, "alive");
    await startAndDie(1_000, false);
    await settle();
    expect(await getCoordinator().readPhase()).toMatchObject({ state: "running" });
    expect(await readLog()).toEqual([]);
  });

  it("does not end the long run that it started", async () => {
    const record = makeRecord({ status: 202, reply: { kind: "started", title: "Rendering" } });
    await startAndDie(record.at, true);
    await env.LONG_RUNS.getByName(RUN).begin(
      { record, base: EDGE, reader: ENGLISH, key: "k", isWatched: false },
      "null",
    );
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]);
    expect((await readAnswer(await ask(`/runs/${RUN}`, { headers: { origin: KITSU } }))).reply.kind).toBe("started");
  });
});

describe("a call that fails before its caller is known", () => {
  const refused = { CALLS_BY_PERSON: { limit: async () => ({ success: false }) } };

  it("is logged as a separate run if the run was opened before", async () => {
    run.mockResolvedValue(ASK);
    await call();
    const failed = await call(refused);
    expect(failed).toMatchObject({ reply: { code: "too-many-calls" } });
    expect(failed.run?.id).not.toBe(RUN);
    await settle();
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.find(({ id }) => id === RUN)).toMatchObject({ reply: { kind: "ask" } });
  });

  it("shares its log entry with the same call, sent again", async () => {
    await call(refused);
    advance(5_000);
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

  it("leaves a run that can be read and undone at once, and is logged with its outcome", async () => {
    offer();
    const { run: made } = await answerAndDie(PATH);
    expect(await readLog()).toEqual([]);
    expect(
      (await readAnswer(await ask(made?.url.replace(EDGE, "") ?? "", { headers: { origin: KITSU } }))).reply.kind,
    ).toBe("done");
    const undone = await answerAndDie(made?.undo?.url ?? "", ajax(ADA_FORM));
    expect(undone.reply).toMatchObject({ title: "Undone" });
    await settle();
    await runDurableObjectAlarm(env.RUN_COORDINATORS.getByName(undone.run?.id ?? ""));
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.find(({ id }) => id === RUN)).toMatchObject({ reply: DONE, undone: { reply: { title: "Undone" } } });
  });
});

describe("a log that refuses writes", () => {
  it("gets only the newest record: a question does not overwrite its answer", async () => {
    run.mockResolvedValueOnce(ASK);
    await call({ RUNS: REFUSING });
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });

  it("gets no question after the run has become a long run", async () => {
    run.mockResolvedValueOnce(ASK).mockImplementationOnce(async ({ continueWith }) => {
      continueWith(null);
      return { kind: "started", title: "Rendering" };
    });
    await call({ RUNS: REFUSING });
    await call();
    await settle();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]);
  });

  it("gets each call that changes nothing under one id, up to a limit", async () => {
    const add = (at: number) => getCoordinator().addPendingRecord(String(at), makeRecord({ at }));
    const now = Date.now();
    const added: boolean[] = [];
    for (let index = 0; index < 25; index += 1) added.push(await add(now + index));
    expect(added.filter(Boolean)).toHaveLength(20);
    expect(JSON.parse((await getCoordinator().readPendingRecord(now + 3)) ?? "{}")).toMatchObject({ at: now + 3 });
    expect(await getCoordinator().readPendingRecord(now + 24)).toBeUndefined();
    await settle();
    expect((await readLog()).map(({ at }) => at).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, index) => now + index),
    );
    expect(await getCoordinator().readPendingRecord()).toBeUndefined();
    expect(await add(now + 24)).toBe(true);
  });

  it("gets a call that changes nothing although its id is of a run that does", async () => {
    await call();
    mutable.isSafe = true;
    advance(5_000);
    const { run: second } = await call();
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.map(({ id, at }) => `${EDGE}/runs/${id}?at=${at}`)).toContain(second?.url);
  });

  it("gets the record of the request that runs the action, not of one that failed meanwhile", async () => {
    const reply: Reply = { kind: "failed", code: "kitsu-unreachable", title: "Kitsu can't be reached" };
    await getCoordinator().takeTurn({ at: 1, action: "debug", person: ADA }, "one");
    const end = { at: 1, action: "debug", reply, offers: {} };
    const record = makeRecord({ at: 1, status: 502, reply });
    expect(await getCoordinator().endRequest("two", end, record)).toEqual({
      isKept: false,
      isOwner: false,
      submittedAt: 1,
    });
    expect(await getCoordinator().readPendingRecord()).toBeUndefined();
    expect(
      await getCoordinator().endRequest("one", { ...end, reply: DONE }, { ...record, status: 200, reply: DONE }),
    ).toMatchObject({
      isKept: true,
    });
    expect(JSON.parse((await getCoordinator().readPendingRecord()) ?? "{}")).toMatchObject({
      status: 200,
      reply: DONE,
    });
    expect(await getCoordinator().readPhase()).toMatchObject({ state: "over", reply: DONE });
  });
});
