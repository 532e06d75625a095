// From the moment its call arrives, a run's state can be read by its id alone.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { RunPhaseStore } from "../../../worker/storage/run-phase.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { encodeDraft, makeRecord, newRunId } from "../../support/worker/runs.ts";
import { holdTimeLimit } from "../../support/worker/time-limit.ts";
import { ajax, ask, KITSU, readAnswer, readFailed, readLog } from "../../support/worker/worker.ts";

const DONE: Reply = { kind: "done", severity: "success", title: "Made for Ada" };
const fromKitsu = (method = "GET") => ({ method, headers: { origin: KITSU, accept: "application/json" } });
const readState = (run: string) => ask(`/runs/${run}`, fromKitsu());
const voidRun = (run: string) => ask(`/runs/${run}/void`, fromKitsu("POST"));
const call = (run: string) => ask(`/actions/debug?run=${run}`, ajax());
const getCoordinator = (run: string) => env.RUN_COORDINATORS.getByName(run);

const withPhaseStore = (run: string, work: (store: RunPhaseStore) => Promise<unknown>) =>
  runInDurableObject(getCoordinator(run), (_, { storage }) => work(new RunPhaseStore(storage)));

describe("the state of a run, by its id", () => {
  it("is running until the run ends, and says since when", async () => {
    const run = newRunId();
    holdTimeLimit();
    const work = Promise.withResolvers<Reply>();
    replaceRun(debug).mockReturnValue(work.promise);
    const answering = call(run);
    await vi.waitFor(async () => expect((await readState(run)).status).toBe(202));
    expect((await readAnswer(await readState(run))).reply).toMatchObject({
      kind: "started",
      title: "Debug",
      text: expect.stringMatching(/^Running since \d\d:\d\d UTC\.$/),
    });
    expect((await readAnswer(await voidRun(run))).reply.kind).toBe("started");
    work.resolve(DONE);
    expect((await readAnswer(await answering)).reply).toMatchObject(DONE);
    expect((await readAnswer(await readState(run))).reply).toEqual({
      kind: "done",
      severity: "success",
      title: "Debug",
      text: "It has run.",
    });
  });

  it("is answered without reading KV, and without personal data", async () => {
    const run = newRunId();
    replaceRun(debug).mockResolvedValue(DONE);
    await call(run);
    const [get, list] = [vi.spyOn(env.RUNS, "get"), vi.spyOn(env.RUNS, "list")];
    const response = await readState(run);
    expect(await response.text()).not.toContain("Ada");
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(get).not.toHaveBeenCalled();
    expect(list).not.toHaveBeenCalled();
  });

  it("is found in the log without the start time in the URL", async () => {
    const run = newRunId();
    replaceRun(debug).mockResolvedValue(DONE);
    await call(run);
    await vi.waitFor(async () => expect(await readLog()).toHaveLength(1));
    const list = vi.spyOn(env.RUNS, "list");
    const page = await ask(`/runs/${run}`, { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Debug");
    expect(await readFailed(await ask(`/runs/${run}/retry`, fromKitsu("POST")))).toMatchObject({
      code: "nothing-to-do",
    });
    expect(await readFailed(await ask(`/runs/${newRunId()}/retry`, fromKitsu("POST")))).toMatchObject({
      code: "unknown-run",
    });
    expect(list).not.toHaveBeenCalled();
  });

  it("is interrupted if the request never ended, also in the log", async () => {
    const run = newRunId();
    replaceRun(debug).mockResolvedValue(DONE);
    const at = Date.now();
    await getCoordinator(run).startRequest(
      { token: "t", attempt: "", at, action: "debug", until: at - 1 },
      encodeDraft({ id: run, at }),
    );
    expect(await readFailed(await readState(run))).toMatchObject({
      code: "run-interrupted",
      text: expect.stringContaining("Part of it may be done"),
    });
    await runDurableObjectAlarm(getCoordinator(run));
    // The alarm may have been running already.
    await vi.waitFor(async () =>
      expect(await readLog()).toMatchObject([{ id: run, reply: { code: "run-interrupted" } }]),
    );
    expect((await readFailed(await readState(run))).code).toBe("run-interrupted");
  });

  it("is recorded at its start and at its end with one alarm, because each change of it is a write", async () => {
    const [run, at] = [newRunId(), Date.now()];
    const until = at + 55_000;
    const readAlarm = () => runInDurableObject(getCoordinator(run), (_, { storage }) => storage.getAlarm());
    const draft = encodeDraft({ id: run, at });
    await getCoordinator(run).startRequest({ token: "t", attempt: "", at, action: "debug", until }, draft);
    expect(await readAlarm()).toBe(until);
    const ended = await getCoordinator(run).endRequest("t", undefined, makeRecord({ id: run, at }));
    expect(ended.isKept).toBe(true);
    expect(await readAlarm()).toBe(until);
  });

  it("is unknown to any page if no call with this id arrived", async () => {
    for (const origin of [KITSU, "https://anywhere.tld"]) {
      const response = await ask(`/runs/${newRunId()}`, { headers: { origin } });
      expect(response.status).toBe(404);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin === KITSU ? KITSU : "*");
      expect((await readFailed(response)).code).toBe("unknown-run");
    }
  });

  it("is not unknown if the log can't be read: that is a temporary error of ours", async () => {
    const get = () => Promise.reject(new Error("KV GET failed: 503"));
    const response = await ask(`/runs/${newRunId()}?at=1`, fromKitsu(), { RUNS: { get, list: get } });
    expect(response.status).toBe(503);
    expect(await readFailed(response)).toMatchObject({ code: "log-unreachable", retry: true });
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
  });
});

describe("a call that its page declared void", () => {
  it("never runs, however late it arrives", async () => {
    const run = newRunId();
    const work = replaceRun(debug).mockResolvedValue(DONE);
    expect(await readFailed(await voidRun(run))).toMatchObject({ code: "never-ran", advice: "Run the action again." });
    expect((await readFailed(await call(run))).code).toBe("never-ran");
    expect(work).not.toHaveBeenCalled();
    expect((await readFailed(await readState(run))).code).toBe("never-ran");
  });

  it("is not declared void by a foreign page, nor after it has arrived", async () => {
    const run = newRunId();
    expect(
      (await ask(`/runs/${run}/void`, { method: "POST", headers: { origin: "https://anywhere.tld" } })).status,
    ).toBe(403);
    replaceRun(debug).mockResolvedValue(DONE);
    await call(run);
    expect((await readAnswer(await voidRun(run))).reply.kind).toBe("done");
    expect((await readAnswer(await readState(run))).reply.kind).toBe("done");
  });
});

describe("the stored phase of a run", () => {
  it("keeps the end of the run when the same call is sent again", async () => {
    const run = newRunId();
    const end = { at: 1, action: "debug", reply: DONE, offers: {} };
    await withPhaseStore(run, async (store) => {
      const request = { attempt: "", at: 1, action: "debug", until: Date.now() + 60_000 };
      await store.startRequest({ ...request, token: "first" });
      await store.endRequest("first", end);
      await store.startRequest({ ...request, token: "again" });
      expect((await store.read()).state).toBe("running");
      await store.endRequest("again");
      expect(await store.read()).toMatchObject({ state: "over", reply: DONE });
    });
  });

  it("holds at most twenty requests, however often one id is sent", async () => {
    const run = newRunId();
    await withPhaseStore(run, async (store) => {
      for (let count = 0; count < 60; count += 1)
        await store.startRequest({
          token: `t${count}`,
          attempt: "",
          at: 1,
          action: "debug",
          until: Date.now() + 60_000,
        });
      for (let count = 1; count < 60; count += 1) await store.endRequest(`t${count}`);
      // The first request runs the action, and is never crowded out.
      expect((await store.read()).state).toBe("running");
      await store.endRequest("t0");
      expect((await store.read()).state).toBe("unknown");
    });
  });
});

describe("the answer to a run's question", () => {
  it("is a separate attempt, which can be void although the question was asked", async () => {
    const run = newRunId();
    const work = replaceRun(debug).mockResolvedValue({ kind: "ask", title: "Frames?", fields: [], submit: "Next" });
    await call(run);
    const attempt = "0a1b2c3d";
    const readAttempt = () => ask(`/runs/${run}?try=${attempt}`, fromKitsu());
    expect((await readFailed(await readAttempt())).code).toBe("unknown-run");
    expect((await readAnswer(await ask(`/runs/${run}`, fromKitsu()))).reply.kind).toBe("ask");
    const voided = await ask(`/runs/${run}/void?try=${attempt}`, fromKitsu("POST"));
    expect((await readFailed(voided)).code).toBe("never-ran");
    work.mockClear();
    const late = await ask(`/actions/debug?run=${run}&try=${attempt}`, ajax());
    expect((await readFailed(late)).code).toBe("never-ran");
    expect(work).not.toHaveBeenCalled();
    work.mockResolvedValue(DONE);
    const again = await ask(`/actions/debug?run=${run}&try=ffffffff`, ajax());
    expect((await readAnswer(again)).reply).toMatchObject(DONE);
    expect((await readAnswer(await ask(`/runs/${run}?try=ffffffff`, fromKitsu()))).reply.kind).toBe("done");
  });
});
