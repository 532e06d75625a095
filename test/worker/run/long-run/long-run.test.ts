import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../../../../contract.ts";
import type { Action, ActionContext, Control, RunStatus, WatchContext } from "../../../../worker/action/action.ts";
import { debug } from "../../../../worker/actions/debug.ts";
import { Failure } from "../../../../worker/format/failure.ts";
import { formatDay } from "../../../../worker/format/locale-formats.ts";
import { localizeAll, toEnglish } from "../../../../worker/format/localize.ts";
import { message } from "../../../../worker/format/message.ts";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import type { Reply } from "../../../../worker/format/reply.ts";
import { nameCanceler } from "../../../../worker/run/long-run/canceler.ts";
import { LongRun } from "../../../../worker/run/long-run/long-run.ts";
import { Locks } from "../../../../worker/storage/locks.ts";
import { RunCoordinator } from "../../../../worker/storage/run-coordinator.ts";
import { replaceRun } from "../../../support/worker/replace-run.ts";
import { makeRecord, newRunId, RUN } from "../../../support/worker/runs.ts";
import { holdTimeLimit } from "../../../support/worker/time-limit.ts";
import {
  ADA,
  ADA_FORM,
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  EVE_AJAX,
  EVE_FORM,
  form,
  KITSU,
  OTHER_TASK,
  READER,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../../support/worker/worker.ts";
import { ARTIST, addProject, BOT_TOKEN, MANAGER, openFakeZou } from "../../../support/worker/zou.ts";

const started = (done: number): Reply => ({ kind: "started", title: "Rendering", progress: { done, total: 3 } });
const ENDED: Reply = { kind: "done", severity: "success", title: "Rendered" };

const mutable: Pick<Action, "watch" | "control" | "undo" | "picture"> = debug;
let run: ReturnType<typeof replaceRun>;
let watch: ReturnType<typeof vi.fn<(watch: WatchContext, data: unknown) => Promise<RunStatus>>>;
let control: ReturnType<typeof vi.fn<(watch: WatchContext, data: unknown, what: Control) => Promise<RunStatus>>>;

beforeEach(() => {
  run = replaceRun(debug).mockImplementation(async ({ continueWith }) => {
    continueWith({ step: 0 });
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
  delete mutable.picture;
});

const begin = async (members: object = {}): Promise<Answer> =>
  readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, ...members })));
const follow = async (answer: Answer): Promise<Answer> => {
  expect(answer, JSON.stringify(answer)).toMatchObject({ run: { follow: { url: expect.any(String) } } });
  return readAnswer(await ask((answer.run?.follow?.url ?? "").replace(EDGE, "")));
};
const post = (url = "", members: object = {}) => ask(url.replace(EDGE, ""), ajax({ ...ADA_FORM, ...members }));
const untilReply = (answer: Answer, reply: object) =>
  vi.waitFor(async () => expect((await follow(answer)).reply).toMatchObject(reply));
const untilOver = (answer: Answer) =>
  vi.waitFor(async () => expect((await follow(answer)).reply.kind).not.toBe("started"));
/** The replies in the log, as JSON with their texts in English. */
const readReplies = async () => JSON.stringify((await readLog()).map(({ reply }) => localizeAll(reply, ENGLISH)));
const NO_UPDATE = { kind: "started", text: expect.stringContaining("No update") };

const erase = async (person: string) => {
  const headers = { ...READER, origin: EDGE, accept: "application/json" };
  const body = new URLSearchParams({ person });
  return (await ask("/runs/person/erase", { method: "POST", headers, body })).json();
};

const longRun = () => env.LONG_RUNS.getByName(RUN);
/** Runs the alarm, or waits for it if the runtime is running it already. */
const runAlarm = () => runInDurableObject(longRun(), (instance) => instance.alarm());
/**
 * Runs the alarm until this holds, and no more often: a poll that is running may miss what has just
 * changed, and a run that has ended deletes itself with its next alarms.
 */
const runAlarmUntil = (check: () => Promise<unknown>) =>
  vi.waitFor(async () => {
    try {
      await check();
    } catch (thrown) {
      await runAlarm();
      throw thrown;
    }
  });
/** Lets a run delete itself, which it does when its end is in the log. */
const untilDeleted = async () => {
  const later = advance(601_000);
  await runAlarmUntil(async () => expect(await countStored()).toBe(0));
  later.mockRestore();
};
const countStored = () => runInDurableObject(longRun(), async (_, { storage }) => (await storage.list()).size);
const advance = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);
/** Polls wait for this, because a Durable Object can't await a promise that is resolved outside. */
const makeGate = () => {
  const gate = { isOpen: false };
  const untilOpen = async () => {
    while (!gate.isOpen) await scheduler.wait(5);
  };
  const open = () => {
    gate.isOpen = true;
  };
  return { untilOpen, open };
};

describe("a long run", () => {
  it("is polled with the data that the action stored, and its end is logged", async () => {
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

  it("keeps links to the worker itself while it runs, on plain http", async () => {
    const own = EDGE.replace("https", "http");
    const links = [`${own}/runs`, "http://elsewhere.tld/"].map((url) => ({ label: url, url }));
    watch.mockResolvedValue({ reply: { ...started(1), links }, data: null });
    const answer = await readAnswer(await ask(`${own}/actions/debug?run=${RUN}`, ajax()));
    await untilReply(answer, {
      links: [{ url: `${own}/runs` }, { label: "How to fix it" }],
      text: expect.stringContaining("A link was removed"),
    });
  });

  it("keeps the data that the action saved during a failed poll", async () => {
    watch.mockImplementation(async ({ save }) => {
      await save({ sending: "SH010" });
      throw new Failure("kitsu-unreachable", { text: "The farm is gone.", retry: true });
    });
    const answer = await begin();
    await untilReply(answer, {
      kind: "started",
      text: expect.stringMatching(/The farm is gone\. No update since \d\d:\d\d UTC/),
    });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => expect((await follow(answer)).reply).toEqual(ENDED));
    expect(watch.mock.lastCall?.[1]).toEqual({ sending: "SH010" });
  });

  it("ends with the reason if a poll fails for good", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockRejectedValue(new Failure("kitsu-refused", { text: "No." }));
    const answer = await begin();
    await untilOver(answer);
    expect((await follow(answer)).reply).toMatchObject({ kind: "failed", code: "kitsu-refused", text: "No." });
  });

  it("survives an error of ours for an hour, because the outside system continues", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockRejectedValue(new Error("an error of ours"));
    const answer = await begin();
    await untilReply(answer, NO_UPDATE);
    advance(2 * 3_600_000);
    await runAlarmUntil(async () =>
      expect((await follow(answer)).reply).toMatchObject({ kind: "failed", code: "internal-error" }),
    );
  });

  it("survives it for as long after hours in which the farm could not be reached", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockRejectedValue(new Failure("farm-unreachable", { text: "No.", retry: true }));
    const answer = await begin();
    await untilReply(answer, NO_UPDATE);
    const now = Date.now();
    for (const [hours, thrown] of [
      [20, new Error("an error of ours")],
      [20.5, new Failure("not-configured", { text: "FLAMENCO" })],
    ] as const) {
      watch.mockRejectedValue(thrown);
      vi.spyOn(Date, "now").mockReturnValue(now + hours * 3_600_000);
      watch.mockClear();
      await runAlarmUntil(async () => expect(watch).toHaveBeenCalled());
      expect((await follow(answer)).reply.kind).toBe("started");
    }
    const day = formatDay(new Date(now).toISOString().slice(0, 10), ENGLISH);
    expect((await follow(answer)).reply).toMatchObject({ text: expect.stringContaining(`No update since ${day}, `) });
  });

  it("is polled again after its storage failed once", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    await evictDurableObject(longRun());
    await runInDurableObject(longRun(), async (instance, { storage }) => {
      const get = vi.spyOn(storage, "get").mockRejectedValue(new Error("overloaded"));
      await instance.alarm();
      get.mockRestore();
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
    });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => expect((await follow(answer)).reply).toEqual(ENDED));
  });

  it("is polled no more often than the studio wants, but at once if there is more to do", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 5_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    await runInDurableObject(longRun(), (instance) =>
      Reflect.set(instance, "env", { ...Reflect.get(instance, "env"), LONG_RUN_EVERY_SECONDS: "600" }),
    );
    await runAlarmUntil(() =>
      runInDurableObject(longRun(), async (_, { storage }) =>
        expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + 500_000),
      ),
    );
    watch.mockClear().mockResolvedValue({ reply: started(2), data: null, nextCheckMs: 0 });
    await runAlarm();
    await vi.waitFor(() => expect(watch.mock.calls.length).toBeGreaterThan(3));
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await untilOver(answer);
  });

  it("ends when it exceeds its time limit", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    advance(73 * 3_600_000);
    await runAlarmUntil(async () =>
      expect((await follow(answer)).reply).toMatchObject({ kind: "failed", code: "time-limit" }),
    );
  });

  it("may read the reply of another run, running or ended", async () => {
    const read: (Reply | undefined)[] = [];
    let first = started(1);
    watch.mockImplementation(async ({ run: { id }, readRunReply }) => {
      if (id === RUN) return { reply: first, data: null, nextCheckMs: 60_000 };
      read.push(await readRunReply(RUN), await readRunReply("e".repeat(32)));
      return { reply: ENDED, data: null };
    });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    await untilOver(await readAnswer(await ask(`/actions/debug?run=${"d".repeat(32)}`, ajax(AJAX_FIELDS))));
    first = { ...ENDED, title: "Rendered by Ana" };
    await runAlarmUntil(async () => expect(JSON.stringify(await readLog())).toContain("Rendered by Ana"));
    // From here on, only the log has the run.
    await untilDeleted();
    await untilOver(await readAnswer(await ask(`/actions/debug?run=${"c".repeat(32)}`, ajax(AJAX_FIELDS))));
    expect(read).toEqual([started(1), undefined, first, undefined]);
  });

  it("survives eviction from memory", async () => {
    watch.mockResolvedValue({ reply: started(1), data: { step: 1 }, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    await evictDurableObject(longRun());
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => expect((await follow(answer)).reply).toEqual(ENDED));
    expect(watch.mock.lastCall?.[1]).toEqual({ step: 1 });
  });

  it("is polled only once at a time, even if the alarm runs twice", async () => {
    const gate = makeGate();
    watch.mockImplementation(async () => {
      await gate.untilOpen();
      return { reply: ENDED, data: null };
    });
    const answer = await begin();
    await vi.waitFor(() => expect(watch).toHaveBeenCalledTimes(1));
    const again = runAlarm();
    gate.open();
    await again;
    expect(watch).toHaveBeenCalledTimes(1);
    await untilOver(answer);
  });

  it("stays for those who follow it, even if the alarm that ended it runs again", async () => {
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await untilOver(await begin());
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: ENDED }]));
    await runAlarm();
    await runAlarm();
    expect(await countStored()).toBeGreaterThan(0);
  });

  it("can't be followed without its key, and is followed in the log after it deleted itself", async () => {
    watch.mockResolvedValue({ reply: ENDED, data: null });
    const answer = await begin();
    await untilOver(answer);
    const url = answer.run?.follow?.url ?? "";
    expect((await ask(url.replace(EDGE, "").replace(/key=.*/, `key=${"0".repeat(32)}`))).status).toBe(404);
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: ENDED }]));
    await untilDeleted();
    expect((await follow(answer)).reply).toEqual(ENDED);
  });
});

describe("the start of a long run", () => {
  const beginWith = (begin: () => Promise<boolean>) =>
    ask(`/actions/debug?run=${RUN}`, ajax(AJAX_FIELDS), {
      LONG_RUNS: { getByName: () => ({ begin, peek: async () => undefined }) },
    });

  it("is tried twice, and then the run has failed", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const begin = vi.fn().mockRejectedValueOnce(new Error("deploy")).mockResolvedValueOnce(true);
    expect((await readAnswer(await beginWith(begin))).reply.kind).toBe("started");
    begin.mockRejectedValue(new Error("overloaded"));
    const answer = await readAnswer(await beginWith(begin));
    expect(answer).toMatchObject({ run: { id: RUN }, reply: { kind: "failed", code: "internal-error" } });
    expect(answer.run?.follow).toBeUndefined();
    expect((await readLog()).map(({ reply }) => Object(reply).kind)).toContain("failed");
  });

  it("keeps the locks for about a minute if it failed, because the run may have started", async () => {
    const locks = env.LOCKS.getByName("debug");
    run.mockImplementation(async ({ continueWith, lock }) => {
      await lock([TASK]);
      continueWith(null);
      return started(0);
    });
    vi.spyOn(console, "error").mockReturnValue();
    await beginWith(() => Promise.reject(new Error("overloaded")));
    expect(await locks.find("other", [TASK])).toHaveLength(1);
    advance(100_000);
    expect(await locks.find("other", [TASK])).toHaveLength(0);
  });

  it("keeps the locks for as long as the run may take", async () => {
    run.mockImplementation(async ({ continueWith, lock }) => {
      await lock([TASK]);
      continueWith(null);
      return started(0);
    });
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    await begin();
    advance(71 * 3_600_000);
    expect(await env.LOCKS.getByName("debug").find("other", [TASK])).toHaveLength(1);
  });

  it("happens once for simultaneous callers, and can be repeated if nothing was stored", async () => {
    const record = makeRecord({ status: 202, reply: started(0) });
    const start = (key: string) => ({ record, base: EDGE, reader: ENGLISH, key, isWatched: false });
    await runInDurableObject(longRun(), async (instance, { storage }) => {
      const put = vi.spyOn(storage, "put").mockRejectedValue(new Error("full"));
      await expect(instance.begin(start("one"), "null")).rejects.toThrow("full");
      put.mockRestore();
      expect(await Promise.all(["one", "two"].map((key) => instance.begin(start(key), "null")))).toEqual([true, false]);
      expect(await storage.get("state")).toBeDefined();
    });
  });

  it("does not extend the locks of a run that could not be stored", async () => {
    const locks = env.LOCKS.getByName("debug");
    await locks.take({ run: RUN, person: "Ada", until: Date.now() + 60_000 }, [TASK]);
    const record = makeRecord({ status: 202, reply: started(0) });
    await runInDurableObject(longRun(), async (instance, { storage }) => {
      vi.spyOn(storage, "put").mockRejectedValue(new Error("full"));
      await expect(
        instance.begin({ record, base: EDGE, reader: ENGLISH, key: "k", isWatched: false }, "null"),
      ).rejects.toThrow("full");
    });
    advance(100_000);
    expect(await locks.find("other", [TASK])).toEqual([]);
  });

  it("is logged as soon as the log takes it", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const put = vi.spyOn(env.RUNS, "put").mockRejectedValueOnce(new Error("KV PUT failed: 429 Too Many Requests"));
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    await begin();
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]));
    expect(put).toHaveBeenCalledTimes(2);
  });

  it("is logged after a few seconds if the log refused it twice, even without a `watch`", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.RUNS, "put").mockRejectedValue(new Error("KV PUT failed: 429 Too Many Requests"));
    delete mutable.watch;
    await begin();
    await vi.waitFor(() =>
      runInDurableObject(longRun(), async (_, { storage }) => {
        const alarm = await storage.getAlarm();
        expect(alarm).toBeGreaterThan(Date.now());
        expect(alarm).toBeLessThan(Date.now() + 60_000);
      }),
    );
    vi.mocked(env.RUNS.put).mockRestore();
    await runDurableObjectAlarm(longRun());
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "started" } }]));
  });
});

describe("a long run that has started", () => {
  it("can be undone after its end, if it offered that when it started", async () => {
    const undo = vi.fn(async (_: ActionContext, __: unknown) => ({ ...ENDED, title: "Removed" }));
    mutable.undo = undo;
    run.mockImplementation(async ({ continueWith, offerUndo }) => {
      offerUndo({ data: { made: 7 }, lifeS: 600, label: "Remove it" });
      continueWith(null);
      return started(0);
    });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    const answer = await begin();
    expect(answer.run?.undo).toBeUndefined();
    await untilOver(answer);
    const { run: ended } = await follow(answer);
    expect(ended?.undo).toMatchObject({ label: "Remove it" });
    expect((await readAnswer(await post(ended?.undo?.url))).reply).toMatchObject({ title: "Removed" });
    expect(undo.mock.lastCall?.[1]).toEqual({ made: 7 });
    await vi.waitFor(async () =>
      expect(await readLog()).toContainEqual(expect.objectContaining({ id: RUN, undone: expect.anything() })),
    );
  });

  it("says at once wherever it is read that it was undone, and in the log even if that refused its end", async () => {
    mutable.undo = async () => ({ ...ENDED, title: "Removed" });
    run.mockImplementation(async ({ continueWith, offerUndo }) => {
      offerUndo({ data: null, lifeS: 600, label: "Remove it" });
      continueWith(null);
      return started(0);
    });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    const refused = vi.spyOn(env.RUNS, "put").mockRejectedValue(new Error("429"));
    vi.spyOn(console, "error").mockReturnValue();
    const answer = await begin();
    await untilOver(answer);
    const { run: ended } = await follow(answer);
    await post(ended?.undo?.url);
    const path = (answer.run?.url ?? "").replace(EDGE, "");
    const withoutKey = path.replace(/&key=.*/, "");
    const read = async (url: string, accept: string) => (await ask(url, { headers: { ...READER, accept } })).text();
    for (const page of [await read(path, "text/html"), await read(withoutKey, "text/html")]) {
      expect(page).toContain("Undone by");
      expect(page).not.toContain("Remove it");
    }
    expect(JSON.parse(await read(withoutKey, "application/json"))).toMatchObject({
      undone: { reply: { title: "Removed" } },
      run: expect.not.objectContaining({ undo: expect.anything() }),
    });
    expect((await follow(answer)).run).not.toHaveProperty("undo");
    refused.mockRestore();
    await runAlarmUntil(async () =>
      expect(await readLog()).toContainEqual(expect.objectContaining({ id: RUN, undone: expect.anything() })),
    );
    await runDurableObjectAlarm(env.RUN_COORDINATORS.getByName(RUN));
    expect(await readLog()).toContainEqual(expect.objectContaining({ id: RUN, undone: expect.anything() }));
  });

  it("releases the tasks that have finished, while the rest continues", async () => {
    run.mockImplementation(async ({ continueWith, lock }) => {
      await lock([TASK, OTHER_TASK]);
      continueWith(null);
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
    await untilReply(answer, { outcomes });
    // Followers get the reply before the tasks are released.
    await vi.waitFor(async () =>
      expect((await env.LOCKS.getByName("debug").find("other", [TASK, OTHER_TASK])).map(({ task }) => task)).toEqual([
        OTHER_TASK,
      ]),
    );
    // The poll that released it has not ended: it would store its result in the next test's run.
    await runAlarm();
  });

  it("locks nothing after the action's time limit", async () => {
    const endTimeLimit = holdTimeLimit(7.5);
    let isRunning = false;
    let lockError: unknown;
    run.mockImplementation(async ({ continueWith, lock, signal }) => {
      isRunning = true;
      while (!signal.aborted) await scheduler.wait(5);
      await lock([TASK]).catch((thrown: unknown) => {
        lockError = thrown;
        throw thrown;
      });
      continueWith(null);
      return started(0);
    });
    const answering = ask(`/actions/debug?run=${RUN}`, ajax(AJAX_FIELDS), { ACTION_TIME_LIMIT: 7.5 });
    await vi.waitFor(() => expect(isRunning).toBe(true));
    endTimeLimit();
    expect(await readFailed(await answering)).toMatchObject({ code: "time-limit" });
    await vi.waitFor(() => expect(lockError).toMatchObject({ code: "time-limit" }));
    expect(await env.LOCKS.getByName("debug").find("other", [TASK])).toHaveLength(0);
  });
});

describe("a quiet hour of a long run", () => {
  /** Runs the alarms of an hour that begins nine hours later. Returns how many there were. */
  const passHour = async () => {
    const start = Date.now() + 9 * 3_600_000;
    let now = start;
    let alarms = 0;
    vi.spyOn(Date, "now").mockImplementation(() => now);
    // From here on, the runtime itself has no alarm to run: each is hours away.
    await runInDurableObject(longRun(), async (instance, { storage }) => {
      do await instance.alarm();
      while (((await storage.getAlarm()) ?? 0) <= start);
    });
    // As in a quiet hour, where each alarm finds an object that has left memory.
    await evictDurableObject(longRun());
    for (; now < start + 3_600_000 && alarms < 1_000; alarms += 1) {
      now = await runInDurableObject(longRun(), async (instance, { storage }) => {
        await instance.alarm();
        return (await storage.getAlarm()) ?? Number.NaN;
      });
    }
    return alarms;
  };
  const spyOnCosts = () => [
    vi.spyOn(env.RUNS, "put"),
    vi.spyOn(env.RUNS, "get"),
    vi.spyOn(Locks.prototype, "keep"),
    vi.spyOn(Locks.prototype, "release"),
    vi.spyOn(RunCoordinator.prototype, "readPendingRecord"),
  ];
  const outcomes = [
    { id: TASK, label: "SH010", state: "done" as const },
    { id: OTHER_TASK, label: "SH020", state: "waiting" as const },
  ];

  it("has a poll a minute, and no other request to an object or the log", async () => {
    run.mockImplementation(async ({ continueWith, lock }) => {
      await lock([TASK, OTHER_TASK]);
      continueWith(null);
      return started(0);
    });
    let polls = 0;
    watch.mockImplementation(async () => {
      polls += 1;
      return { reply: { kind: "started", title: "Rendering", outcomes }, data: { polls } };
    });
    const answer = await begin();
    await untilReply(answer, { outcomes });
    await runAlarm();
    const costs = spyOnCosts();
    expect(await passHour()).toBe(60);
    for (const cost of costs) expect(cost).not.toHaveBeenCalled();
  });

  it("writes nothing but the action's data", async () => {
    watch.mockResolvedValue({ reply: started(1), data: { step: 1 } });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    await evictDurableObject(longRun());
    watch.mockResolvedValue({ reply: started(1), data: { step: 2 } });
    const written = await runInDurableObject(longRun(), async (instance, { storage }) => {
      const put = vi.spyOn(storage, "put");
      await instance.alarm();
      return put.mock.calls.flatMap(([entries]) => Object.keys(entries));
    });
    expect(new Set(written)).toEqual(new Set(["data", "data/0"]));
  });

  it("is polled as seldom although the estimate of the time left changes", async () => {
    let left = 90_000;
    watch.mockImplementation(async () => ({
      reply: { kind: "started", title: "Rendering", progress: { done: 1, total: 3, left: left-- } },
      data: null,
    }));
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    expect(await passHour()).toBe(60);
  });

  it("has one alarm if a studio's server reports the progress", async () => {
    delete mutable.watch;
    await begin();
    await vi.waitFor(() =>
      runInDurableObject(longRun(), async (_, { storage }) => expect(await storage.getAlarm()).not.toBeNull()),
    );
    expect(await passHour()).toBe(1);
  });
});

describe("a long run whose progress a studio's server reports", () => {
  it("is over when its time is, even if reports continue", async () => {
    delete mutable.watch;
    const answer = await begin();
    const readAlarm = () => runInDurableObject(longRun(), async (_, { storage }) => storage.getAlarm());
    await vi.waitFor(async () => expect(await readAlarm()).toBeGreaterThan(Date.now() + 60_000));
    advance(73 * 3_600_000);
    expect(
      await longRun().report("debug", { id: "report", at: Math.floor(Date.now() / 1_000), reply: started(1) }),
    ).toBe("taken");
    expect(await readAlarm()).toBeLessThanOrEqual(Date.now());
    await runAlarmUntil(async () => expect((await follow(answer)).reply).toMatchObject({ code: "time-limit" }));
  });
});

describe("a long run that locked nothing", () => {
  it("does not ask for locks", async () => {
    const costs = [vi.spyOn(Locks.prototype, "keep"), vi.spyOn(Locks.prototype, "release")];
    const outcomes = [{ id: TASK, label: "SH010", state: "done" as const }];
    watch.mockResolvedValue({
      reply: { kind: "started", title: "Commenting", outcomes },
      data: null,
      nextCheckMs: 60_000,
    });
    const answer = await begin();
    await untilReply(answer, { outcomes });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => expect((await follow(answer)).reply).toEqual(ENDED));
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: ENDED }]));
    for (const cost of costs) expect(cost).not.toHaveBeenCalled();
  });
});

describe("a retry of a long run", () => {
  const failed = [{ id: OTHER_TASK, label: "SH020", state: "failed" as const }];
  const retry = (answer: Answer) => post(answer.run?.retry, {});

  it("repeats the tasks that failed, even if the log has no end of the run yet", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    const [before] = await readLog();
    watch.mockResolvedValue({ reply: { ...ENDED, outcomes: failed }, data: null });
    await runAlarmUntil(async () => expect((await follow(answer)).reply.kind).toBe("done"));
    const ended = await follow(answer);
    vi.spyOn(env.RUNS, "get").mockResolvedValue(JSON.parse(JSON.stringify(before)));
    await retry(ended);
    expect(run.mock.lastCall?.[0].call.selection).toEqual([OTHER_TASK]);
  });

  it("is refused while the run is still running", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    const response = await post(answer.run?.url.replace(RUN, `${RUN}/retry`));
    expect(await readFailed(response)).toMatchObject({ code: "already-submitted" });
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("a socket of a long run", () => {
  it("gets the run's answer now and after each change", async () => {
    const gate = makeGate();
    watch.mockImplementationOnce(async () => {
      await gate.untilOpen();
      return { reply: started(2), data: null, nextCheckMs: 60_000 };
    });
    const answer = await begin();
    const path = (answer.run?.follow?.socket ?? "").replace(/^wss:\/\/[^/]+/, "");
    const { status, webSocket } = await ask(path, { headers: { upgrade: "websocket" } });
    expect(status).toBe(101);
    const received: unknown[] = [];
    webSocket?.accept();
    webSocket?.addEventListener("message", ({ data }) => {
      received.push(JSON.parse(String(data)));
    });
    await vi.waitFor(() => expect(received).toMatchObject([{ reply: { progress: { done: 0 } } }]));
    gate.open();
    await vi.waitFor(() =>
      expect(received).toMatchObject([{}, { run: { id: RUN }, reply: { progress: { done: 2 } } }]),
    );
    webSocket?.close();
  });

  const openSocket = async (answer: Answer, query = "") => {
    const path = (answer.run?.follow?.socket ?? "").replace(/^wss:\/\/[^/]+/, "");
    const response = await ask(`${path}${query}`, { headers: { upgrade: "websocket" } });
    response.webSocket?.accept();
    return response;
  };
  const readAlarm = () => runInDurableObject(longRun(), async (_, { storage }) => storage.getAlarm());

  it("opens with one request to the run's object", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    const others = (["read", "peek"] as const).map((name) => vi.spyOn(LongRun.prototype, name));
    const { webSocket } = await openSocket(answer);
    expect(webSocket).not.toBeNull();
    for (const other of others) expect(other).not.toHaveBeenCalled();
    webSocket?.close();
  });

  it("gets a pong for each ping, from the runtime and not from the run's object", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    const { webSocket } = await openSocket(answer);
    const received: unknown[] = [];
    webSocket?.addEventListener("message", ({ data }) => {
      received.push(data);
    });
    await evictDurableObject(longRun());
    webSocket?.send("ping");
    await vi.waitFor(() => expect(received.at(-1)).toBe("pong"));
    const answeredAt = await runInDurableObject(longRun(), async (_, ctx) =>
      ctx.getWebSockets().map((socket) => ctx.getWebSocketAutoResponseTimestamp(socket)),
    );
    expect(answeredAt).toEqual([expect.any(Date)]);
    webSocket?.close();
  });

  it("that says something else gets no answer, and stays open", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    const { webSocket } = await openSocket(answer);
    const received: unknown[] = [];
    webSocket?.addEventListener("message", ({ data }) => {
      received.push(data);
    });
    webSocket?.send("hello");
    webSocket?.send("ping");
    await vi.waitFor(() => expect(received.at(-1)).toBe("pong"));
    webSocket?.close();
  });

  it("is refused with JSON if the key is wrong or the run has ended", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    const wrong = (answer.run?.follow?.url ?? "").replace(EDGE, "").replace(/key=\w+/, `key=${"0".repeat(32)}`);
    expect(await ask(wrong, { headers: { upgrade: "websocket" } })).toMatchObject({ status: 404, webSocket: null });
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => expect((await follow(answer)).reply).toEqual(ENDED));
    const response = await openSocket(answer);
    expect(response.webSocket).toBeNull();
    expect((await readAnswer(response)).reply).toEqual(ENDED);
  });

  it("brings the next poll forward, but no further than the studio wants", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const answer = await begin();
    await untilReply(answer, { progress: { done: 1 } });
    await runInDurableObject(longRun(), (instance) =>
      Reflect.set(instance, "env", { ...Reflect.get(instance, "env"), LONG_RUN_EVERY_SECONDS: "40" }),
    );
    const now = Date.now();
    (await openSocket(answer)).webSocket?.close();
    expect(Math.abs(((await readAlarm()) ?? 0) - now - 40_000)).toBeLessThan(15_000);
    await runInDurableObject(longRun(), (instance) =>
      Reflect.set(instance, "env", { ...Reflect.get(instance, "env"), LONG_RUN_EVERY_SECONDS: "600" }),
    );
    const before = await readAlarm();
    (await openSocket(answer)).webSocket?.close();
    expect(await readAlarm()).toBe(before);
  });

  it("and the address to follow it speak the language and the time zone of their reader", async () => {
    const gate = makeGate();
    const since = Date.parse("2025-11-23T22:30:00Z");
    watch.mockImplementation(async () => {
      await gate.untilOpen();
      const text = message("longRun.noUpdateSince", { since });
      const title = { en: "Rendering", fr: "Rendu en cours" };
      return { reply: { ...started(2), title, text }, data: null, nextCheckMs: 60_000 };
    });
    const call = ajax(AJAX_FIELDS, { "accept-language": "fr-FR" });
    const { follow: addresses } =
      (await readAnswer(await ask(`/actions/debug?run=${RUN}&tz=America/Vancouver`, call))).run ?? {};
    const own = "&lang=fr-FR&tz=America%2FVancouver";
    expect(addresses?.url).toMatch(new RegExp(`${own}$`));
    expect(addresses?.socket).toMatch(new RegExp(`${own}$`));
    const url = (addresses?.url ?? "").replace(EDGE, "").replace(own, "");
    const sockets: (WebSocket | null)[] = [];
    const listen = async (query: string) => {
      const { webSocket } = await ask(`${url}${query}`, { headers: { upgrade: "websocket" } });
      const received: unknown[] = [];
      webSocket?.addEventListener("message", ({ data }) => {
        received.push(JSON.parse(String(data)));
      });
      webSocket?.accept();
      sockets.push(webSocket);
      return received;
    };
    const other = "&lang=en&tz=UTC";
    const [inFrench, inEnglish] = [await listen(own), await listen(other)];
    gate.open();
    const french = { title: "Rendu en cours", text: expect.stringContaining("14:30") };
    const english = { title: "Rendering", text: expect.stringContaining("22:30") };
    await vi.waitFor(() =>
      expect([inFrench.at(-1), inEnglish.at(-1)]).toMatchObject([{ reply: french }, { reply: english }]),
    );
    expect((await readAnswer(await ask(`${url}${own}`))).reply).toMatchObject(french);
    expect((await readAnswer(await ask(`${url}${other}`))).reply).toMatchObject(english);
    for (const socket of sockets) socket?.close();
  });
});

describe("a long run is counted once, when it ends:", () => {
  const read = () => env.ACTION_USE.getByName("actions").read({ from: "", to: "9", action: "debug", perDay: false });
  const readCount = async () => {
    const { counts, codes } = await read();
    const { runs = 0, failed = 0, undos = 0 } = counts[0] ?? {};
    return { runs, failed, undos, codes: codes.map(({ code }) => code) };
  };
  beforeEach(() =>
    runInDurableObject(env.ACTION_USE.getByName("actions"), (_, { storage }) => {
      for (const table of ["days", "failures", "durations", "last", "seen"]) storage.sql.exec(`DELETE FROM ${table}`);
    }),
  );
  const NONE = { runs: 0, failed: 0, undos: 0, codes: [] };

  it("also if it is canceled, and the alarm runs again", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, controls: ["cancel"], nextCheckMs: 60_000 });
    control.mockResolvedValue({ reply: { ...ENDED, title: "Canceled" }, data: null });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).run?.cancel).toContain("/cancel"));
    expect(await readCount()).toEqual(NONE);
    await post((await follow(answer)).run?.cancel);
    await runAlarmUntil(async () => expect(await readCount()).toEqual({ ...NONE, runs: 1 }));
    await runAlarm();
    await untilDeleted();
    expect(await readCount()).toEqual({ ...NONE, runs: 1 });
  });

  it("also if its time is over, on the day on which it began", async () => {
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000 });
    const day = new Date().toISOString().slice(0, 10);
    await untilReply(await begin(), { progress: { done: 1 } });
    advance(73 * 3_600_000);
    await runAlarmUntil(async () =>
      expect(await readCount()).toEqual({ ...NONE, runs: 1, failed: 1, codes: ["time-limit"] }),
    );
    const { counts } = await env.ACTION_USE.getByName("actions").read({ from: day, to: day, perDay: true });
    expect(counts).toMatchObject([{ day, runs: 1, failed: 1 }]);
  });

  it("also if the log refuses its end, and if it is undone before the log has it", async () => {
    watch.mockResolvedValue({ reply: ENDED, data: null });
    mutable.undo = async () => ENDED;
    run.mockImplementation(async ({ continueWith, offerUndo }) => {
      offerUndo({ data: null, lifeS: 600 });
      continueWith(null);
      return started(0);
    });
    const refuse = vi.spyOn(env.RUNS, "put").mockRejectedValue(new Error("KV PUT failed: 429"));
    const answer = await begin();
    await untilOver(answer);
    await vi.waitFor(async () => expect((await follow(answer)).run?.undo?.url).toContain("/undo"));
    await post((await follow(answer)).run?.undo?.url);
    refuse.mockRestore();
    await untilDeleted();
    await runDurableObjectAlarm(env.RUN_COORDINATORS.getByName(RUN));
    expect(await readCount()).toEqual({ ...NONE, runs: 1, undos: 1 });
  });
});

describe("the controls of a long run", () => {
  const beginRunning = async () => {
    watch.mockResolvedValue({ reply: started(1), data: { job: 7 }, controls: ["cancel"], nextCheckMs: 60_000 });
    const answer = await begin();
    await vi.waitFor(async () => expect((await follow(answer)).run?.cancel).toContain("/cancel"));
    return follow(answer);
  };

  it("cancel it for its owner, and the log says so", async () => {
    const { run: running } = await beginRunning();
    control.mockResolvedValue({ reply: { ...ENDED, title: "Canceled" }, data: null });
    expect((await readAnswer(await post(running?.cancel))).reply).toMatchObject({ kind: "done", title: "Canceling" });
    expect(control.mock.lastCall?.slice(1)).toEqual([{ job: 7 }, "cancel"]);
    const [, key = ""] = /key=([0-9a-f]{32})/.exec(running?.cancel ?? "") ?? [];
    await vi.waitFor(async () => expect(JSON.stringify(await readLog())).toContain("key=(masked)"));
    expect(JSON.stringify(await readLog())).not.toContain(key);
    await vi.waitFor(async () => {
      expect((await readLog()).map(({ reply }) => reply)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ title: "Canceled" }),
          expect.objectContaining({ title: message("longRun.cancel") }),
        ]),
      );
    });
  });

  it("lead a form's tab back to the run, with its own time and not with the one in the URL", async () => {
    const { run: running } = await beginRunning();
    control.mockResolvedValue({ reply: { ...ENDED, title: "Canceled" }, data: null });
    const path = (running?.cancel ?? "").replace(EDGE, "").replace(/at=\d+/, `at=${"9".repeat(40)}`);
    const response = await ask(path, form(ADA_FORM));
    expect(response.status).toBe(303);
    const [own] = /at=\d+/.exec(running?.cancel ?? "") ?? [];
    expect(response.headers.get("location")).toContain(`/runs/${RUN}?${own}`);
  });

  it("name the person who canceled it, if that was not its owner", async () => {
    const { taskIds } = addProject(openFakeZou(), 900, 1);
    const needing: { needsKitsu?: boolean } = debug;
    // The check for supervisors needs Kitsu, but the long run itself has no account there.
    const getByName = (name: string) => {
      const run = env.LONG_RUNS.getByName(name);
      const control = (what: Control, at: number, by?: string) => {
        delete needing.needsKitsu;
        return run.control(what, at, by);
      };
      const begin = (...start: Parameters<typeof run.begin>) => run.begin(...start);
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
      const { run: running } = await follow(answer);
      control.mockResolvedValueOnce({ reply: started(1), data: { job: 7 }, controls: ["cancel"], nextCheckMs: 60_000 });
      needing.needsKitsu = true;
      expect((await as(MANAGER, running?.cancel ?? "")).status).toBe(200);
      expect((await follow(answer)).reply).toMatchObject({ text: "Person 2 is canceling it." });
      const outcomes = [{ id: TASK, label: "SH010", state: "skipped" as const }];
      control.mockResolvedValueOnce({
        reply: { kind: "done", severity: "warning", title: "Canceled", text: "1 shot.", outcomes },
        data: null,
      });
      // The first person to cancel it is named, not the second.
      expect((await as(ARTIST, running?.cancel ?? "")).status).toBe(200);
      await untilOver(answer);
      expect((await follow(answer)).reply).toMatchObject({ text: "Canceled by Person 2. 1 shot." });
      await vi.waitFor(async () => expect(await readReplies()).toContain("Canceled by Person 2. 1 shot."));
    } finally {
      delete needing.needsKitsu;
    }
  });

  it("name nobody if the owner canceled it", async () => {
    const { run: running } = await beginRunning();
    control.mockResolvedValueOnce({
      reply: { kind: "done", severity: "warning", title: "Canceled", text: "1 shot." },
      data: null,
    });
    expect((await readAnswer(await post(running?.cancel))).reply.text).toBe("1 shot.");
    await vi.waitFor(async () => expect(JSON.stringify(await readLog())).toContain("1 shot."));
    expect(await readReplies()).not.toContain("Canceled by");
  });

  it("name nobody if everything was done already", () => {
    const done: Reply = {
      kind: "done",
      severity: "success",
      title: "Rendered",
      outcomes: [{ id: TASK, label: "a", state: "done" }],
    };
    const canceled: Reply = { kind: "done", severity: "info", title: "Canceled", text: "Canceled by Bruno." };
    expect(nameCanceler(done, "Bruno")).toBe(done);
    expect(nameCanceler(ENDED, "Bruno")).toBe(ENDED);
    const textAfter = (reply: Reply) => toEnglish(nameCanceler(reply, "Bruno").text ?? "");
    expect(textAfter({ kind: "failed", code: "x", title: "No" })).toBe("Canceled by Bruno.");
    expect(textAfter({ ...canceled, outcomes: [{ id: TASK, label: "a", state: "skipped" }] })).toBe(
      "Canceled by Bruno.",
    );
    expect(nameCanceler(canceled, undefined)).toBe(canceled);
  });

  it("don't cancel it for somebody who got a log entry with its id", async () => {
    const { run: running } = await beginRunning();
    await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, ...EVE_AJAX, selection: [] }));
    const entries = (await readLog()).filter(({ id }) => id === RUN);
    for (const { at } of entries) {
      if (running?.url.includes(`at=${at}&`)) continue;
      expect((await post(`${EDGE}/runs/${RUN}/cancel?at=${at}`, EVE_FORM)).status).toBe(409);
    }
    expect(control).not.toHaveBeenCalled();
  });

  it("cancel it even if the log can't be written", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(env.RUNS, "put").mockRejectedValue(new Error("429"));
    const { run: running } = await beginRunning();
    control.mockResolvedValue({ reply: ENDED, data: null });
    expect((await readAnswer(await post(running?.cancel))).reply).toMatchObject({ title: "Canceling" });
  });

  it("refuse with the action's own text, and refuse other people and ended runs", async () => {
    const { run: running } = await beginRunning();
    control.mockRejectedValueOnce(new Failure("kitsu-refused", { text: "The farm says no." }));
    expect(await readFailed(await post(running?.cancel))).toMatchObject({
      code: "kitsu-refused",
      text: "The farm says no.",
    });
    expect(await readFailed(await post(running?.cancel, EVE_FORM))).toMatchObject({ code: "not-allowed" });
    control.mockResolvedValueOnce({ reply: ENDED, data: null });
    await post(running?.cancel);
    expect(await readFailed(await post(running?.cancel))).toMatchObject({ code: "run-over" });
    expect(control).toHaveBeenCalledTimes(2);
  });
});

describe("a long run that works as the person", () => {
  const beginAs = async (asPerson: boolean) => {
    const { taskIds } = addProject(openFakeZou(), 980, 2);
    const accounts: unknown[] = [];
    run.mockImplementation(async ({ continueWith }) => {
      continueWith(null, { asPerson });
      return started(0);
    });
    watch.mockImplementation(async ({ kitsu }) => {
      accounts.push(kitsu()?.zou.account);
      return { reply: started(1), data: null, nextCheckMs: 60_000 };
    });
    const headers = { cookie: `access_token_cookie=session-${MANAGER.id}`, "sec-fetch-site": "same-origin" };
    const init = ajax({ ...AJAX_FIELDS, selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email }, headers);
    const answer = await readAnswer(await ask(`${KITSU}/actions/debug?run=${RUN}`, init, { BASE_PATH: "" }));
    await vi.waitFor(() => expect(accounts).toHaveLength(1));
    const readStorage = () =>
      runInDurableObject(longRun(), async (_, { storage }) => {
        const parts = await storage.list<Uint8Array>();
        return [...parts.values()]
          .map((part) => (part instanceof Uint8Array ? new TextDecoder().decode(part) : ""))
          .join();
      });
    return { answer, accounts, readStorage };
  };

  it("stores the token of their session until its end, and shows it nowhere", async () => {
    const { answer, accounts, readStorage } = await beginAs(true);
    expect(accounts).toEqual(["person"]);
    expect(await readStorage()).toContain(`session-${MANAGER.id}`);
    expect(JSON.stringify(await follow(answer))).not.toContain("session-");
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => expect(await readStorage()).not.toContain("session-"));
    await vi.waitFor(async () => expect(await readLog()).toMatchObject([{ reply: ENDED }]));
    expect(JSON.stringify(await readLog())).not.toContain(`session-${MANAGER.id}`);
  });

  it("stores no token unless the action asks for that", async () => {
    const { accounts, readStorage } = await beginAs(false);
    expect(accounts).toEqual([undefined]);
    expect(await readStorage()).not.toContain("session-");
  });
});

describe("the tasks that a run locked", () => {
  it("are locked for other runs until the run has ended", async () => {
    const conflicts: unknown[] = [];
    run.mockImplementation(async ({ lock, continueWith, call }) => {
      conflicts.push(await lock(call.selection));
      continueWith(null);
      return started(0);
    });
    watch.mockResolvedValue({ reply: started(0), data: null, nextCheckMs: 60_000 });
    await begin();
    await ask(`/actions/debug?run=${"f".repeat(32)}`, ajax({ ...AJAX_FIELDS, selection: [TASK] }));
    expect(conflicts).toMatchObject([
      [],
      [{ task: TASK, run: RUN, person: "ada@studio.tld", since: expect.any(Number) }],
    ]);
    watch.mockResolvedValue({ reply: ENDED, data: null });
    await runAlarmUntil(async () => {
      await ask(`/actions/debug?run=${newRunId()}`, ajax({ ...AJAX_FIELDS, selection: [OTHER_TASK] }));
      expect(conflicts.at(-1)).toEqual([]);
    });
  });

  it("are released if the action fails", async () => {
    run.mockImplementationOnce(async ({ lock, call }) => {
      await lock(call.selection);
      throw new Failure("kitsu-refused", { text: "No." });
    });
    await begin();
    run.mockImplementationOnce(async ({ findConflicts, call }) => {
      expect(await findConflicts(call.selection)).toEqual([]);
      return ENDED;
    });
    expect((await readAnswer(await ask("/actions/debug", ajax()))).reply).toEqual(ENDED);
  });
});

describe("a poll", () => {
  it("ends before the run is canceled, so that it starts nothing that was canceled", async () => {
    const order: string[] = [];
    const gate = makeGate();
    watch.mockImplementation(async ({ save }) => {
      order.push("poll");
      await gate.untilOpen();
      await save({ sent: true });
      order.push("polled");
      return { reply: started(1), data: { sent: true }, controls: ["cancel"], nextCheckMs: 60_000 };
    });
    control.mockImplementation(async (_, data) => {
      order.push("control");
      expect(data).toEqual({ sent: true });
      return { reply: ENDED, data };
    });
    const answer = await begin();
    await vi.waitFor(() => expect(order).toEqual(["poll"]));
    const controlled = vi.spyOn(LongRun.prototype, "control");
    const canceling = post(answer.run?.follow?.url.replace("/follow", "/cancel"));
    await vi.waitFor(() => expect(controlled).toHaveBeenCalled());
    gate.open();
    expect((await canceling).status).toBe(200);
    expect(order).toEqual(["poll", "polled", "control"]);
  });

  it("that took too long is repeated, and does not end the run", async () => {
    watch.mockRejectedValue(new Failure("time-limit", { text: "It was still running." }));
    const answer = await begin();
    await untilReply(answer, NO_UPDATE);
  });
});

describe("the newest picture of a long run", () => {
  it("is served by the worker to anyone who has the key", async () => {
    const picture = vi.fn(async () => new Response("a jpeg", { headers: { "content-type": "image/jpeg" } }));
    mutable.picture = picture;
    watch.mockResolvedValue({ reply: started(1), data: null, nextCheckMs: 60_000, picture: "7" });
    const answer = await begin();
    await untilReply(answer, { picture: expect.stringContaining("n=7") });
    const { reply } = await follow(answer);
    const url = ("picture" in reply && reply.picture) || "";
    const response = await ask(url.replace(EDGE, ""));
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["image/jpeg", "a jpeg"]);
    expect((await ask(url.replace(EDGE, "").replace(/key=\w+/, "key=0"))).status).toBe(404);
  });
});

describe("a person who is erased", () => {
  it("stays in a run that continues, until it has ended", async () => {
    watch.mockImplementation(async () => ({ reply: started(1), data: {}, controls: ["cancel"] }));
    const answer = await begin();
    expect(await erase(ADA)).toMatchObject({ erased: 0, running: 1 });
    watch.mockImplementation(async () => ({ reply: ENDED, data: {} }));
    await runAlarm();
    await untilOver(answer);
    expect(JSON.stringify(await readLog())).toContain(AJAX_FIELDS.useremail);
    expect(await erase(ADA)).toMatchObject({ erased: 1, running: 0 });
    // Whoever follows it reads its end, and the log is not written again.
    expect((await follow(answer)).reply).toMatchObject(ENDED);
    await runAlarm();
    const { keys } = await env.RUNS.list();
    const stored = JSON.stringify([keys, await readLog()]);
    for (const personal of [ADA, AJAX_FIELDS.useremail]) expect(stored).not.toContain(personal);
    expect(await readLog()).toMatchObject([{ reply: { kind: "done" }, erased: true }]);
  });

  it("is not forgotten as the one who canceled a run that has not ended", async () => {
    const { taskIds, projectId } = addProject(openFakeZou(), 905, 1);
    const variables = { KITSU_TOKEN: BOT_TOKEN, KITSU_API: `${KITSU}/905/api` };
    const artist = { userid: ARTIST.id, useremail: ARTIST.email };
    const fields = { ...AJAX_FIELDS, ...artist, selection: taskIds, productionid: projectId };
    watch.mockImplementation(async () => ({ reply: started(1), data: {}, controls: ["cancel"] }));
    const answer = await readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax(fields), variables));
    await runAlarm();
    control.mockResolvedValue({ reply: started(1), data: {} });
    const { run: live } = await follow(answer);
    const caller = { personid: MANAGER.id, personemail: MANAGER.email };
    await ask((live?.cancel ?? "").replace(EDGE, ""), ajax(caller), variables);
    expect(await erase(MANAGER.id)).toMatchObject({ erased: 0, running: 1 });
    watch.mockResolvedValue({ reply: { kind: "failed", code: "canceled", title: "Canceled" }, data: {} });
    await runAlarm();
    await untilOver(answer);
    expect(await readReplies()).toContain(MANAGER.full_name);
    expect(await erase(MANAGER.id)).toMatchObject({ erased: 1, running: 0 });
    expect(JSON.stringify(await readLog())).not.toContain(MANAGER.full_name);
    expect(await readLog()).toMatchObject([{ erased: true }, { person: { id: ARTIST.id } }]);
  });
});
