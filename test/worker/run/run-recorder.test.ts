// A run is known by its id from the moment its call arrives, and what is said of it is true.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { RunPhaseStore } from "../../../worker/storage/run-phase.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import { ajax, ask, KITSU, readAnswer, readFailed, readLog } from "../../support/worker/worker.ts";

const newRun = () => crypto.randomUUID().replaceAll("-", "");
const DONE: Reply = { kind: "done", severity: "success", title: "Made for Ada" };
const fromKitsu = (method = "GET") => ({ method, headers: { origin: KITSU, accept: "application/json" } });
const look = (run: string) => ask(`/runs/${run}`, fromKitsu());
const giveUp = (run: string) => ask(`/runs/${run}/void`, fromKitsu("POST"));
const call = (run: string) => ask(`/actions/debug?run=${run}`, ajax());
const meet = (run: string) => env.RUN_COORDINATORS.getByName(run);

/** As the Durable Object of a run whose worker died: nobody will say that the request is over. */
const registryOf = (run: string, work: (registry: RunPhaseStore) => Promise<unknown>) =>
  runInDurableObject(meet(run), (_, { storage }) => work(new RunPhaseStore(storage)));

describe("a run, by its id alone", () => {
  it("is running while it is, and says since when", async () => {
    const run = newRun();
    let end: (reply: Reply) => void = () => undefined;
    replaceRun(debug).mockReturnValue(
      new Promise((resolve) => {
        end = resolve;
      }),
    );
    const calling = call(run);
    await vi.waitFor(async () => expect((await look(run)).status).toBe(202));
    expect((await readAnswer(await look(run))).reply).toMatchObject({
      kind: "started",
      title: "Debug",
      text: expect.stringMatching(/^Running since \d\d:\d\d UTC\.$/),
    });
    expect((await readAnswer(await giveUp(run))).reply.kind).toBe("started");
    end(DONE);
    expect((await readAnswer(await calling)).reply).toMatchObject(DONE);
    expect((await readAnswer(await look(run))).reply).toEqual({
      kind: "done",
      severity: "success",
      title: "Debug",
      text: "It has run.",
    });
  });

  it("is told without a look into KV, and without a word that may name somebody", async () => {
    const run = newRun();
    replaceRun(debug).mockResolvedValue(DONE);
    await call(run);
    const [get, list] = [vi.spyOn(env.RUNS, "get"), vi.spyOn(env.RUNS, "list")];
    const response = await look(run);
    expect(await response.text()).not.toContain("Ada");
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
    expect(get).not.toHaveBeenCalled();
    expect(list).not.toHaveBeenCalled();
  });

  it("is found in the log without its time, which the run itself knows", async () => {
    const run = newRun();
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
    expect(await readFailed(await ask(`/runs/${newRun()}/retry`, fromKitsu("POST")))).toMatchObject({
      code: "unknown-run",
    });
    expect(list).not.toHaveBeenCalled();
  });

  it("was interrupted where nobody ended it, which the log says, too", async () => {
    const run = newRun();
    replaceRun(debug).mockResolvedValue(DONE);
    const draft = {
      id: run,
      at: Date.now(),
      tookMs: 0,
      action: "debug",
      status: 500,
      arrived: { method: "POST", path: "/", headers: [], fields: [] },
    };
    const reply = { kind: "failed", code: "run-interrupted", title: "The run was interrupted" };
    const until = Date.now() - 1;
    await meet(run).startRequest(
      { token: "t", attempt: "", at: draft.at, action: "debug", until },
      new TextEncoder().encode(JSON.stringify({ ...draft, reply })),
    );
    expect(await readFailed(await look(run))).toMatchObject({
      code: "run-interrupted",
      text: expect.stringContaining("Part of it may be done"),
    });
    await runDurableObjectAlarm(meet(run));
    // The alarm may have been on its way already.
    await vi.waitFor(async () =>
      expect(await readLog()).toMatchObject([{ id: run, reply: { code: "run-interrupted" } }]),
    );
    expect((await readFailed(await look(run))).code).toBe("run-interrupted");
  });

  it("is unknown where no call of that id arrived, to any page", async () => {
    for (const origin of [KITSU, "https://anywhere.tld"]) {
      const response = await ask(`/runs/${newRun()}`, { headers: { origin } });
      expect(response.status).toBe(404);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin === KITSU ? KITSU : "*");
      expect((await readFailed(response)).code).toBe("unknown-run");
    }
  });

  it("is not called unknown where the log can't be read: that is a fault of ours, and passes", async () => {
    const get = () => Promise.reject(new Error("KV GET failed: 503"));
    const response = await ask(`/runs/${newRun()}?at=1`, fromKitsu(), { RUNS: { get, list: get } });
    expect(response.status).toBe(503);
    expect(await readFailed(response)).toMatchObject({ code: "log-unreachable", retry: true });
    expect(response.headers.get("access-control-allow-origin")).toBe(KITSU);
  });
});

describe("a call that was given up", () => {
  it("never runs, however late it arrives", async () => {
    const run = newRun();
    const work = replaceRun(debug).mockResolvedValue(DONE);
    expect(await readFailed(await giveUp(run))).toMatchObject({ code: "never-ran", advice: "Run the action again." });
    expect((await readFailed(await call(run))).code).toBe("never-ran");
    expect(work).not.toHaveBeenCalled();
    expect((await readFailed(await look(run))).code).toBe("never-ran");
  });

  it("can't be given up by a foreign page, nor once it has arrived", async () => {
    const run = newRun();
    expect(
      (await ask(`/runs/${run}/void`, { method: "POST", headers: { origin: "https://anywhere.tld" } })).status,
    ).toBe(403);
    replaceRun(debug).mockResolvedValue(DONE);
    await call(run);
    expect((await readAnswer(await giveUp(run))).reply.kind).toBe("done");
    expect((await readAnswer(await look(run))).reply.kind).toBe("done");
  });
});

describe("the registry of a run", () => {
  it("keeps the end that was there while somebody sends the same again", async () => {
    const run = newRun();
    const over = { at: 1, action: "debug", reply: DONE, offers: {} };
    await registryOf(run, async (registry) => {
      const arriving = { attempt: "", at: 1, action: "debug", until: Date.now() + 60_000 };
      await registry.startRequest({ ...arriving, token: "first" });
      await registry.endRequest("first", over);
      await registry.startRequest({ ...arriving, token: "again" });
      expect((await registry.read()).state).toBe("running");
      await registry.endRequest("again");
      expect(await registry.read()).toMatchObject({ state: "over", reply: DONE });
    });
  });

  it("holds twenty requests at most, however often one id is sent", async () => {
    const run = newRun();
    await registryOf(run, async (registry) => {
      for (let count = 0; count < 60; count += 1)
        await registry.startRequest({
          token: `t${count}`,
          attempt: "",
          at: 1,
          action: "debug",
          until: Date.now() + 60_000,
        });
      for (let count = 40; count < 60; count += 1) await registry.endRequest(`t${count}`);
      expect((await registry.read()).state).toBe("unknown");
    });
  });
});

describe("the answer to what a run asks", () => {
  it("is an attempt of its own: the question was asked, and the answer never arrived", async () => {
    const run = newRun();
    const work = replaceRun(debug).mockResolvedValue({ kind: "ask", title: "Frames?", fields: [], submit: "Go on" });
    await call(run);
    const attempt = "0a1b2c3d";
    const look = () => ask(`/runs/${run}?try=${attempt}`, fromKitsu());
    expect((await readFailed(await look())).code).toBe("unknown-run");
    expect((await readAnswer(await ask(`/runs/${run}`, fromKitsu()))).reply.kind).toBe("ask");
    const gaveUp = await ask(`/runs/${run}/void?try=${attempt}`, fromKitsu("POST"));
    expect((await readFailed(gaveUp)).code).toBe("never-ran");
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
