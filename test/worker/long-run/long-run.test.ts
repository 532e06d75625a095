import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, Reply } from "../../../contract.ts";
import type { Action, ActionContext, Control, RunStatus, WatchContext } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure } from "../../../worker/failure.ts";
import { nameCanceler } from "../../../worker/long-run/canceler.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import {
  ADA,
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  form,
  KITSU,
  OTHER_TASK,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";
import { ARTIST, addProject, BOT_TOKEN, MANAGER, openFakeZou } from "../../support/worker/zou.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const started = (done: number): Reply => ({ kind: "started", title: "Rendering", progress: { done, total: 3 } });
const ENDED: Reply = { kind: "done", severity: "success", title: "Rendered" };

const mutable: Pick<Action, "watch" | "control" | "undo"> = debug;
let run: ReturnType<typeof replaceRun>;
let watch: ReturnType<typeof vi.fn<(watch: WatchContext, data: unknown) => Promise<RunStatus>>>;
let control: ReturnType<typeof vi.fn<(watch: WatchContext, data: unknown, what: Control) => Promise<RunStatus>>>;

beforeEach(() => {
  run = replaceRun(debug).mockImplementation(async ({ continueWith: goOn }) => {
    goOn({ step: 0 });
    return started(0);
  });
  watch = vi.fn();
  control = vi.fn();
  Object.assign(mutable, { watch, control });
});
afterEach(() => {
  delete mutable.watch;
  delete mutable.control;
  delete mutable.undo;
});

const begin = async (members: object = {}): Promise<Answer> =>
  readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, ...members })));
const follow = async ({ run: begun }: Answer): Promise<Answer> =>
  readAnswer(await ask((begun?.follow?.url ?? "").replace(EDGE, "")));
const post = (url = "", members: object = {}) =>
  ask(url.replace(EDGE, ""), ajax({ personid: ADA, personemail: "ada@studio.tld", ...members }));
const untilOver = (answer: Answer) =>
  vi.waitFor(async () => expect((await follow(answer)).reply.kind).not.toBe("started"));

describe("a run that goes on", () => {
  it("is looked at again and again with what the action left, and its end is written down", async () => {
    watch
      .mockResolvedValueOnce({ reply: started(1), data: { step: 1 }, nextCheckMs: 0 })
      .mockResolvedValueOnce({ reply: started(2), data: { step: 2 }, nextCheckMs: 0 })
      .mockResolvedValue({ reply: ENDED, data: null });
    const answer = await begin();
    expect(answer).toMatchObject({ reply: started(0), run: { follow: { url: expect.stringContaining("key=") } } });
    await untilOver(answer);
    expect(watch.mock.calls.map(([, data]) => data)).toEqual([{ step: 0 }, { step: 1 }, { step: 2 }]);
    expect((await follow(answer)).reply).toEqual(ENDED);
    await vi.waitFor(async () =>
      expect(await readLog()).toMatchObject([{ id: RUN, reply: ENDED, call: { selection: [TASK, OTHER_TASK] } }]),
    );
  });

  it("keeps what the action saved, when the look at it comes to nothing", async () => {
    watch
      .mockImplementationOnce(async ({ save }) => {
        await save({ sending: "SH010" });
        throw new Failure("kitsu-unreachable", { text: "The farm is gone.", retry: true });
      })
      .mockResolvedValue({ reply: ENDED, data: null });
    const answer = await begin();
    await vi.waitFor(async () => {
      const { reply } = await follow(answer);
      expect(reply).toMatchObject({
        kind: "started",
        text: expect.stringMatching(/The farm is gone\. No update since \d\d:\d\d UTC/),
      });
    });
    await runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
    expect(watch.mock.lastCall?.[1]).toEqual({ sending: "SH010" });
    expect((await follow(answer)).reply).toEqual(ENDED);
  });

  it("ends with the reason when looking at it fails for good", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockRejectedValue(new Failure("kitsu-refused", { text: "No." }));
    const answer = await begin();
    await untilOver(answer);
    expect((await follow(answer)).reply).toMatchObject({ kind: "failed", code: "kitsu-refused", text: "No." });
  });

  it("bears a fault of ours for an hour, for what it began goes on", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockRejectedValue(new Error("a fault of ours"));
    const answer = await begin();
    await vi.waitFor(async () =>
      expect((await follow(answer)).reply).toMatchObject({
        kind: "started",
        text: expect.stringContaining("No update"),
      }),
    );
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * 3_600_000);
    await runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
    expect((await follow(answer)).reply).toMatchObject({ kind: "failed", code: "internal-error" });
  });

  it("bears it for as long after the farm could not be reached for hours", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockRejectedValue(new Failure("farm-unreachable", { text: "No.", retry: true }));
    const answer = await begin();
    await vi.waitFor(async () =>
      expect((await follow(answer)).reply).toMatchObject({ text: expect.stringContaining("No update") }),
    );
    const now = Date.now();
    for (const [hours, thrown] of [
      [20, new Error("a fault of ours")],
      [20.5, new Failure("not-configured", { text: "FLAMENCO" })],
    ] as const) {
      watch.mockRejectedValue(thrown);
      vi.spyOn(Date, "now").mockReturnValue(now + hours * 3_600_000);
      await runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
      expect((await follow(answer)).reply.kind).toBe("started");
    }
    const day = new Date(now).toISOString().slice(0, 10);
    expect((await follow(answer)).reply).toMatchObject({ text: expect.stringContaining(`No update since ${day} `) });
  });

  it("is looked at again after its storage failed once", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject({ progress: { done: 1 } }));
    const object = env.LONG_RUNS.getByName(RUN);
    await evictDurableObject(object);
    await runInDurableObject(object, async (instance, { storage }) => {
      const get = vi.spyOn(storage, "get").mockRejectedValue(new Error("overloaded"));
      await instance.alarm();
      get.mockRestore();
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
      watch.mockResolvedValue({ reply: ENDED, data: null });
      await instance.alarm();
    });
    expect((await follow(answer)).reply).toEqual(ENDED);
  });

  it("is not looked at more often than the studio wants, but at once where there is more to do", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 5_000 });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject({ progress: { done: 1 } }));
    await runInDurableObject(env.LONG_RUNS.getByName(RUN), async (instance, { storage }) => {
      Reflect.set(instance, "env", { ...Reflect.get(instance, "env"), LONG_RUN_EVERY_SECONDS: "600" });
      await instance.alarm();
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + 500_000);
      watch.mockResolvedValue({ reply: started(2), data: null, nextCheckMs: 0 });
      await instance.alarm();
      expect(await storage.getAlarm()).not.toBeGreaterThan(Date.now());
    });
  });

  it("ends when it takes longer than it may", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject({ progress: { done: 1 } }));
    const object = env.LONG_RUNS.getByName(RUN);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 73 * 3_600_000);
    await runInDurableObject(object, (instance) => instance.alarm());
    expect((await follow(answer)).reply).toMatchObject({ kind: "failed", code: "time-limit" });
  });

  it("may ask how another run stands, and how it ended", async () => {
    const read: (Reply | undefined)[] = [];
    let first = started(1);
    watch.mockImplementation(async ({ run: { id }, readRunReply }) => {
      if (id === RUN) return { reply: first, data: null, nextCheckMs: 60_000 };
      read.push(await readRunReply(RUN), await readRunReply("e".repeat(32)));
      return { reply: ENDED, data: null };
    });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject({ progress: { done: 1 } }));
    await untilOver(await readAnswer(await ask(`/actions/debug?run=${"d".repeat(32)}`, ajax(AJAX_FIELDS))));
    first = { ...ENDED, title: "Rendered by Ana" };
    const alarm = () => runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
    await alarm();
    await vi.waitFor(async () => expect(JSON.stringify(await readLog())).toContain("Rendered by Ana"));
    // The run itself has forgotten: the log knows.
    await alarm();
    await untilOver(await readAnswer(await ask(`/actions/debug?run=${"c".repeat(32)}`, ajax(AJAX_FIELDS))));
    expect(read).toEqual([started(1), undefined, first, undefined]);
  });

  it("survives that the runtime forgets it", async () => {
    watch.mockResolvedValue({ reply: started(1), data: { step: 1 }, nextCheckMs: 60_000 });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject({ progress: { done: 1 } }));
    const object = env.LONG_RUNS.getByName(RUN);
    await evictDurableObject(object);
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runInDurableObject(object, (instance) => instance.alarm());
    expect(watch.mock.lastCall?.[1]).toEqual({ step: 1 });
    expect((await follow(answer)).reply).toEqual(ENDED);
  });

  it("is not looked at twice at once, when the alarm runs twice", async () => {
    const gate = { isOpen: false };
    watch.mockImplementation(async () => {
      // A promise resolved from outside would be another object's.
      while (!gate.isOpen) await scheduler.wait(5);
      return { reply: ENDED, data: null };
    });
    const answer = await begin();
    await vi.waitFor(() => expect(watch).toHaveBeenCalledTimes(1));
    await runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
    expect(watch).toHaveBeenCalledTimes(1);
    gate.isOpen = true;
    await untilOver(answer);
  });

  it("can't be followed without its key, and by the log when the run itself has forgotten", async () => {
    watch.mockResolvedValue({ reply: ENDED, data: null });
    const answer = await begin();
    await untilOver(answer);
    const url = answer.run?.follow?.url ?? "";
    expect((await ask(url.replace(EDGE, "").replace(/key=.*/, `key=${"0".repeat(32)}`))).status).toBe(404);
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: ENDED }]));
    await runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
    expect((await follow(answer)).reply).toEqual(ENDED);
  });
});

describe("one that can't begin", () => {
  const begins = (begin: () => Promise<boolean>) =>
    ask(`/actions/debug?run=${RUN}`, ajax(AJAX_FIELDS), {
      LONG_RUNS: { getByName: () => ({ begin, peek: async () => undefined }) },
    });

  it("is begun once more, and otherwise has failed, and says so", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const begin = vi.fn().mockRejectedValueOnce(new Error("deploy")).mockResolvedValueOnce(true);
    expect((await readAnswer(await begins(begin))).reply.kind).toBe("started");
    begin.mockRejectedValue(new Error("overloaded"));
    const answer = await readAnswer(await begins(begin));
    expect(answer).toMatchObject({ run: { id: RUN }, reply: { kind: "failed", code: "internal-error" } });
    expect(answer.run?.follow).toBeUndefined();
    expect((await readLog()).map(({ reply }) => Object(reply).kind)).toContain("failed");
  });

  it("leaves what it locked for a minute or so, for it may have begun", async () => {
    const locks = env.LOCKS.getByName("debug");
    run.mockImplementation(async ({ continueWith: goOn, lock }) => {
      await lock([TASK]);
      goOn(null);
      return started(0);
    });
    vi.spyOn(console, "error").mockReturnValue();
    await begins(() => Promise.reject(new Error("overloaded")));
    expect(await locks.find("other", [TASK])).toHaveLength(1);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 100_000);
    expect(await locks.find("other", [TASK])).toHaveLength(0);
  });

  it("keeps it for as long as it goes on, once it has begun", async () => {
    run.mockImplementation(async ({ continueWith: goOn, lock }) => {
      await lock([TASK]);
      goOn(null);
      return started(0);
    });
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    await begin();
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 71 * 3_600_000);
    expect(await env.LOCKS.getByName("debug").find("other", [TASK])).toHaveLength(1);
  });

  it("begins once, of whoever asks at the same moment, and again where nothing was kept", async () => {
    const object = env.LONG_RUNS.getByName("b".repeat(32));
    const record = { id: "b".repeat(32), at: 1, tookMs: 1, action: "debug", status: 202, reply: started(0) };
    const arrived = { method: "POST", path: "/", headers: [], fields: [] };
    const beginning = (key: string) => ({ record: { ...record, arrived }, base: EDGE, key, isWatched: false });
    await runInDurableObject(object, async (instance, { storage }) => {
      const put = vi.spyOn(storage, "put").mockRejectedValue(new Error("full"));
      await expect(instance.begin(beginning("one"), "null")).rejects.toThrow("full");
      put.mockRestore();
      expect(await Promise.all(["one", "two"].map((key) => instance.begin(beginning(key), "null")))).toEqual([
        true,
        false,
      ]);
      expect(await storage.get("state")).toBeDefined();
    });
  });

  it("locks nothing for what could not be stored", async () => {
    const locks = env.LOCKS.getByName("debug");
    const id = "d".repeat(32);
    await locks.take({ run: id, person: "Ada", until: Date.now() + 60_000 }, [TASK]);
    const arrived = { method: "POST", path: "/", headers: [], fields: [] };
    const record = { id, at: 1, tookMs: 1, action: "debug", status: 202, reply: started(0), arrived };
    await runInDurableObject(env.LONG_RUNS.getByName(id), async (instance, { storage }) => {
      vi.spyOn(storage, "put").mockRejectedValue(new Error("full"));
      await expect(instance.begin({ record, base: EDGE, key: "k", isWatched: false }, "null")).rejects.toThrow("full");
    });
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 100_000);
    expect(await locks.find("other", [TASK])).toEqual([]);
  });

  it("is in the log as what goes on, as soon as the log takes it", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const put = vi.spyOn(env.RUNS, "put").mockRejectedValueOnce(new Error("KV PUT failed: 429 Too Many Requests"));
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    await begin();
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]));
    expect(put).toHaveBeenCalledTimes(2);
  });

  it("is in the log in some seconds though nobody looks at it, where the log did not take it twice", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.RUNS, "put").mockRejectedValue(new Error("KV PUT failed: 429 Too Many Requests"));
    delete mutable.watch;
    await begin();
    const going = env.LONG_RUNS.getByName(RUN);
    await vi.waitFor(() =>
      runInDurableObject(going, async (_, { storage }) => {
        const alarm = await storage.getAlarm();
        expect(alarm).toBeGreaterThan(Date.now());
        expect(alarm).toBeLessThan(Date.now() + 60_000);
      }),
    );
    vi.mocked(env.RUNS.put).mockRestore();
    await runDurableObjectAlarm(going);
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]);
  });

  it("can be taken back from its end on, where it offered that when it began", async () => {
    const undo = vi.fn(async (_: ActionContext, __: unknown) => ({ ...ENDED, title: "Removed" }));
    mutable.undo = undo;
    run.mockImplementation(async ({ continueWith: goOn, offerUndo }) => {
      offerUndo({ data: { made: 7 }, lifeS: 600, label: "Remove it" });
      goOn(null);
      return started(0);
    });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    const answer = await begin();
    expect(answer.run?.undo).toBeUndefined();
    await untilOver(answer);
    const { run: over } = await follow(answer);
    expect(over?.undo).toMatchObject({ label: "Remove it" });
    expect((await readAnswer(await post(over?.undo?.url))).reply).toMatchObject({ title: "Removed" });
    expect(undo.mock.lastCall?.[1]).toEqual({ made: 7 });
    await vi.waitFor(async () =>
      expect(await readLog()).toContainEqual(expect.objectContaining({ id: RUN, undone: expect.anything() })),
    );
  });

  it("gives back what is over, while the rest goes on", async () => {
    run.mockImplementation(async ({ continueWith: goOn, lock }) => {
      await lock([TASK, OTHER_TASK]);
      goOn(null);
      return started(0);
    });
    const outcomes = [
      { id: TASK, label: "SH010", state: "done" as const },
      { id: OTHER_TASK, label: "SH020", state: "running" as const },
    ];
    watch.mockResolvedValue({
      reply: { kind: "started", title: "Rendering", outcomes },
      data: null,
      nextCheckMs: 60_000,
    });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject({ outcomes }));
    expect((await env.LOCKS.getByName("debug").find("other", [TASK, OTHER_TASK])).map(({ task }) => task)).toEqual([
      OTHER_TASK,
    ]);
  });

  it("locks nothing when its time is over", async () => {
    run.mockImplementation(async ({ continueWith: goOn, lock }) => {
      await scheduler.wait(150);
      await lock([TASK]);
      goOn(null);
      return started(0);
    });
    await ask(`/actions/debug?run=${RUN}`, ajax(AJAX_FIELDS), { ACTION_TIME_LIMIT: 0.1 });
    await scheduler.wait(150);
    expect(await env.LOCKS.getByName("debug").find("other", [TASK])).toHaveLength(0);
  });
});

describe("tried again", () => {
  const failed = [{ id: OTHER_TASK, label: "SH020", state: "failed" as const }];
  const retry = (answer: Answer) => post(answer.run?.retry, {});

  it("are the ones that failed, whatever the log has of it yet", async () => {
    watch.mockResolvedValue({ reply: { ...ENDED, outcomes: failed }, data: null });
    const answer = await begin();
    const [before] = await readLog();
    await untilOver(answer);
    const over = await follow(answer);
    vi.spyOn(env.RUNS, "get").mockResolvedValue(JSON.parse(JSON.stringify(before)));
    await retry(over);
    expect(run.mock.lastCall?.[0].call.selection).toEqual([OTHER_TASK]);
  });

  it("is nothing while it is still at work", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    const response = await post(answer.run?.url.replace(RUN, `${RUN}/retry`));
    expect(await readFailed(response)).toMatchObject({ code: "already-submitted" });
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("a socket", () => {
  it("says how the run stands, and every change", async () => {
    const gate = { isOpen: false };
    watch.mockImplementationOnce(async () => {
      while (!gate.isOpen) await scheduler.wait(5);
      return { reply: started(2), data: null, nextCheckMs: 60_000 };
    });
    const { run: begun } = await begin();
    const path = (begun?.follow?.socket ?? "").replace(/^wss:\/\/[^/]+/, "");
    const { status, webSocket } = await ask(path, { headers: { upgrade: "websocket" } });
    expect(status).toBe(101);
    const heard: unknown[] = [];
    webSocket?.accept();
    webSocket?.addEventListener("message", ({ data }) => {
      heard.push(JSON.parse(String(data)));
    });
    await vi.waitFor(() => expect(heard).toMatchObject([{ reply: { progress: { done: 0 } } }]));
    gate.isOpen = true;
    await vi.waitFor(() => expect(heard).toMatchObject([{}, { run: { id: RUN }, reply: { progress: { done: 2 } } }]));
    webSocket?.close();
  });
});

describe("what can be done to it", () => {
  const running = async () => {
    watch.mockResolvedValue({ reply: started(1), data: { job: 7 }, controls: ["cancel"], nextCheckMs: 60_000 });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).run?.cancel).toContain("/cancel"));
    return follow(answer);
  };

  it("is canceled by the person whose run it is, and that is written down", async () => {
    const { run: going } = await running();
    control.mockResolvedValue({ reply: { ...ENDED, title: "Canceled" }, data: null });
    expect((await readAnswer(await post(going?.cancel))).reply).toMatchObject({ kind: "done", title: "Canceling" });
    expect(control.mock.lastCall?.slice(1)).toEqual([{ job: 7 }, "cancel"]);
    const [, key = ""] = /key=([0-9a-f]{32})/.exec(going?.cancel ?? "") ?? [];
    await vi.waitFor(async () => expect(JSON.stringify(await readLog())).toContain("key=(masked)"));
    expect(JSON.stringify(await readLog())).not.toContain(key);
    await vi.waitFor(async () => {
      expect((await readLog()).map(({ reply }) => reply)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ title: "Canceled" }),
          expect.objectContaining({ title: "Canceling" }),
        ]),
      );
    });
  });

  it("leads a form's tab back to the run, by its own time and not by the one that was sent", async () => {
    const { run: going } = await running();
    control.mockResolvedValue({ reply: { ...ENDED, title: "Canceled" }, data: null });
    const path = (going?.cancel ?? "").replace(EDGE, "").replace(/at=\d+/, `at=${"9".repeat(40)}`);
    const response = await ask(path, form({ personid: ADA, personemail: "ada@studio.tld" }));
    expect(response.status).toBe(303);
    const [own] = /at=\d+/.exec(going?.cancel ?? "") ?? [];
    expect(response.headers.get("location")).toContain(`/runs/${RUN}?${own}`);
  });

  it("says who canceled it, where that was somebody else", async () => {
    const { taskIds } = addProject(openFakeZou(), 900, 1);
    const needing: { needsKitsu?: boolean } = debug;
    /** Who is set over a task is asked of Kitsu. The run itself has no account there, and must not miss one. */
    const getByName = (name: string) => {
      const run = env.LONG_RUNS.getByName(name);
      const control = (what: Control, at: number, by?: string) => {
        delete needing.needsKitsu;
        return run.control(what, at, by);
      };
      const begin = (...told: Parameters<typeof run.begin>) => run.begin(...told);
      return { begin, peek: () => run.peek(), control };
    };
    const variables = {
      KITSU_TOKEN: BOT_TOKEN,
      KITSU_API: "https://kitsu.studio.tld/900/api",
      LONG_RUNS: { getByName },
    };
    const as = ({ id, email }: { id: string; email?: unknown }, path: string, more: object = {}) =>
      ask(path.replace(EDGE, ""), ajax({ userid: id, useremail: email, ...more }), variables);
    try {
      watch.mockResolvedValue({ reply: started(1), data: { job: 7 }, controls: ["cancel"], nextCheckMs: 60_000 });
      const answer = await readAnswer(await as(ARTIST, `/actions/debug?run=${RUN}`, { selection: taskIds }));
      await vi.waitFor(async () => expect((await follow(answer)).run?.cancel).toContain("/cancel"));
      const { run: going } = await follow(answer);
      control.mockResolvedValueOnce({ reply: started(1), data: { job: 7 }, controls: ["cancel"], nextCheckMs: 60_000 });
      needing.needsKitsu = true;
      expect((await as(MANAGER, going?.cancel ?? "")).status).toBe(200);
      expect((await follow(answer)).reply).toMatchObject({ text: "Person 2 is canceling it." });
      const outcomes = [{ id: TASK, label: "SH010", state: "skipped" as const }];
      control.mockResolvedValueOnce({
        reply: { kind: "done", severity: "warning", title: "Canceled", text: "1 shot.", outcomes },
        data: null,
      });
      // The second one to press is not the one who did it.
      expect((await as(ARTIST, going?.cancel ?? "")).status).toBe(200);
      await untilOver(answer);
      expect((await follow(answer)).reply).toMatchObject({ text: "Canceled by Person 2. 1 shot." });
      await vi.waitFor(async () => expect(JSON.stringify(await readLog())).toContain("Canceled by Person 2. 1 shot."));
    } finally {
      delete needing.needsKitsu;
    }
  });

  it("does not say it to whoever did it, nor where it was themselves", async () => {
    const { run: going } = await running();
    control.mockResolvedValueOnce({
      reply: { kind: "done", severity: "warning", title: "Canceled", text: "1 shot." },
      data: null,
    });
    expect((await readAnswer(await post(going?.cancel))).reply.text).toBe("1 shot.");
    await vi.waitFor(async () => expect(JSON.stringify(await readLog())).toContain("1 shot."));
    expect(JSON.stringify(await readLog())).not.toContain("Canceled by");
  });

  it("says so of nothing that was finished all the same", () => {
    const done: Reply = {
      kind: "done",
      severity: "success",
      title: "Rendered",
      outcomes: [{ id: TASK, label: "a", state: "done" }],
    };
    const told: Reply = { kind: "done", severity: "info", title: "Canceled", text: "Canceled by Bruno." };
    expect(nameCanceler(done, "Bruno")).toBe(done);
    expect(nameCanceler(ENDED, "Bruno")).toBe(ENDED);
    expect(nameCanceler({ kind: "failed", code: "x", title: "No" }, "Bruno")).toMatchObject({
      text: "Canceled by Bruno.",
    });
    expect(nameCanceler({ ...told, outcomes: [{ id: TASK, label: "a", state: "skipped" }] }, "Bruno").text).toBe(
      "Canceled by Bruno.",
    );
    expect(nameCanceler(told, undefined)).toBe(told);
  });

  it("is not canceled by whoever has had a line of its id written into the log", async () => {
    const { run: going } = await running();
    const eve = { userid: "11111111-2222-4333-8444-555555555555", useremail: "eve@studio.tld" };
    await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, ...eve, selection: [] }));
    const lines = (await readLog()).filter(({ id }) => id === RUN);
    for (const { at } of lines) {
      if (going?.url.includes(`at=${at}&`)) continue;
      const forged = { personid: eve.userid, personemail: eve.useremail };
      expect((await post(`${EDGE}/runs/${RUN}/cancel?at=${at}`, forged)).status).toBe(409);
    }
    expect(control).not.toHaveBeenCalled();
  });

  it("is canceled, too, where the log could not be written", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.RUNS, "put").mockRejectedValue(new Error("429"));
    const { run: going } = await running();
    control.mockResolvedValue({ reply: ENDED, data: null });
    expect((await readAnswer(await post(going?.cancel))).reply).toMatchObject({ title: "Canceling" });
  });

  it("is refused in the action's own words, to somebody else, and when it is over", async () => {
    const { run: going } = await running();
    control.mockRejectedValueOnce(new Failure("kitsu-refused", { text: "The farm says no." }));
    expect(await readFailed(await post(going?.cancel))).toMatchObject({
      code: "kitsu-refused",
      text: "The farm says no.",
    });
    const other = { personid: "11111111-2222-4333-8444-555555555555", personemail: "eve@studio.tld" };
    expect(await readFailed(await post(going?.cancel, other))).toMatchObject({ code: "not-allowed" });
    control.mockResolvedValueOnce({ reply: ENDED, data: null });
    await post(going?.cancel);
    expect(await readFailed(await post(going?.cancel))).toMatchObject({ code: "run-over" });
    expect(control).toHaveBeenCalledTimes(2);
  });
});

describe("a run that works as the person", () => {
  const begun = async (asPerson: boolean) => {
    const { taskIds } = addProject(openFakeZou(), 980, 2);
    const seen: unknown[] = [];
    run.mockImplementation(async ({ continueWith: goOn }) => {
      goOn(null, { asPerson });
      return started(0);
    });
    watch.mockImplementation(async ({ kitsu }) => {
      seen.push(kitsu()?.zou.account);
      return { reply: started(1), data: null, nextCheckMs: 60_000 };
    });
    const headers = { cookie: `access_token_cookie=session-${MANAGER.id}`, "sec-fetch-site": "same-origin" };
    const init = ajax({ ...AJAX_FIELDS, selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email }, headers);
    const answer = await readAnswer(await ask(`${KITSU}/actions/debug?run=${RUN}`, init, { BASE_PATH: "" }));
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    const read = () =>
      runInDurableObject(env.LONG_RUNS.getByName(RUN), async (_, { storage }) => {
        const parts = await storage.list<Uint8Array>();
        return [...parts.values()]
          .map((part) => (part instanceof Uint8Array ? new TextDecoder().decode(part) : ""))
          .join();
      });
    return { answer, seen, read };
  };

  it("keeps the token of their session until it is over, and shows it nowhere", async () => {
    const { answer, seen, read } = await begun(true);
    expect(seen).toEqual(["person"]);
    expect(await read()).toContain(`session-${MANAGER.id}`);
    expect(JSON.stringify(await follow(answer))).not.toContain("session-");
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runInDurableObject(env.LONG_RUNS.getByName(RUN), (instance) => instance.alarm());
    expect(await read()).not.toContain("session-");
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: ENDED }]));
    expect(JSON.stringify(await readLog())).not.toContain(`session-${MANAGER.id}`);
  });

  it("keeps none unless it asks for it", async () => {
    const { seen, read } = await begun(false);
    expect(seen).toEqual([undefined]);
    expect(await read()).not.toContain("session-");
  });
});

describe("tasks that are locked", () => {
  it("are busy for other runs until the run is over", async () => {
    const seen: unknown[] = [];
    const locking = async ({ lock, continueWith: goOn, call }: ActionContext) => {
      seen.push(await lock(call.selection));
      goOn(null);
      return started(0);
    };
    run.mockImplementation(locking);
    watch.mockResolvedValue({ reply: started(0), data: null, nextCheckMs: 60_000 });
    await begin();
    await ask(`/actions/debug?run=${"f".repeat(32)}`, ajax({ ...AJAX_FIELDS, selection: [TASK] }));
    expect(seen).toMatchObject([[], [{ task: TASK, run: RUN, person: "ada@studio.tld", since: expect.any(Number) }]]);
    watch.mockResolvedValue({ reply: ENDED, data: null });
    const object = env.LONG_RUNS.getByName(RUN);
    await vi.waitFor(async () => {
      // A look that is under way is not made twice.
      await runInDurableObject(object, (instance) => instance.alarm());
      await ask(
        `/actions/debug?run=${crypto.randomUUID().replaceAll("-", "")}`,
        ajax({ ...AJAX_FIELDS, selection: [OTHER_TASK] }),
      );
      expect(seen.at(-1)).toEqual([]);
    });
  });

  it("are free again when the action fails after all", async () => {
    run.mockImplementationOnce(async ({ lock, call }) => {
      await lock(call.selection);
      throw new Failure("kitsu-refused", { text: "No." });
    });
    await begin();
    run.mockImplementationOnce(async ({ findConflicts: findBusy, call }) => {
      expect(await findBusy(call.selection)).toEqual([]);
      return ENDED;
    });
    expect((await readAnswer(await ask("/actions/debug", ajax()))).reply).toEqual(ENDED);
  });
});

describe("a look that is under way", () => {
  it("is over before a cancel is asked for, so that nothing is begun that was canceled", async () => {
    const order: string[] = [];
    const gate = { isOpen: false };
    watch.mockImplementation(async ({ save }) => {
      order.push("look");
      while (!gate.isOpen) await scheduler.wait(5);
      await save({ sent: true });
      order.push("looked");
      return { reply: started(1), data: { sent: true }, controls: ["cancel"], nextCheckMs: 60_000 };
    });
    control.mockImplementation(async (_, data) => {
      order.push("control");
      expect(data).toEqual({ sent: true });
      return { reply: ENDED, data };
    });
    const { run: begun } = await begin();
    await vi.waitFor(() => expect(order).toEqual(["look"]));
    const canceling = post(begun?.follow?.url.replace("/follow", "/cancel"));
    await scheduler.wait(50);
    gate.isOpen = true;
    expect((await canceling).status).toBe(200);
    expect(order).toEqual(["look", "looked", "control"]);
  });

  it("that took too long is looked at again, and ends nothing", async () => {
    watch.mockRejectedValueOnce(new Failure("time-limit", { text: "It was still at work." }));
    const answer = await begin();
    await vi.waitFor(async () =>
      expect((await follow(answer)).reply).toMatchObject({
        kind: "started",
        text: expect.stringContaining("No update"),
      }),
    );
  });
});

describe("the newest picture", () => {
  it("is shown through the worker, to whoever has the key", async () => {
    const picture = vi.fn(async () => new Response("a jpeg", { headers: { "content-type": "image/jpeg" } }));
    Object.assign(debug, { picture });
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000, picture: "7" });
    const answer = await begin();
    await vi.waitFor(async () =>
      expect((await follow(answer)).reply).toMatchObject({ picture: expect.stringContaining("n=7") }),
    );
    const { reply } = await follow(answer);
    const address = ("picture" in reply && reply.picture) || "";
    const response = await ask(address.replace(EDGE, ""));
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["image/jpeg", "a jpeg"]);
    expect((await ask(address.replace(EDGE, "").replace(/key=\w+/, "key=0"))).status).toBe(404);
    Reflect.deleteProperty(debug, "picture");
  });
});
