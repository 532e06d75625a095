// What a studio's tests rely on, with an action that asks, plans, continues, reports per task and
// can be undone.

import * as v from "valibot";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { callAction, openKitsu, type TestKitsu } from "../../testing/index.ts";
import { setStudioActions } from "../../worker/actions/index.ts";
import { createWorker, defineAction, Failure, type Outcome } from "../../worker/index.ts";

type Data = { left: { id: string; label: string }[]; done: Outcome[]; isPaused: boolean };

/** Copies one task with each check. */
const copy = defineAction({
  id: "copy",
  title: { en: "Copy", fr: "Copier" },
  about: "Copies the files of the selected tasks.",
  modes: ["ajax", "form"],
  needsKitsu: true,
  roles: ["admin", "manager", "supervisor"],
  input: () =>
    v.object({
      note: v.pipe(v.string(), v.title("Note"), v.nonEmpty()),
      formats: v.optional(v.array(v.picklist(["png", "exr"])), ["exr"]),
      isFinal: v.optional(v.boolean(), false),
    }),
  plan: async ({ kitsu }) =>
    (await kitsu().readSelection()).tasks.map(({ task, label }) => ({ id: task.id, label, state: "planned" })),
  async run({ kitsu, input, continueWith, offerUndo, settings }) {
    if (settings.env.DISK === "full") throw new Failure("disk-full", { title: "The disk is full", retry: true });
    const { tasks } = await kitsu().readSelection();
    offerUndo({ data: input, lifeS: 600 });
    continueWith({ left: tasks.map(({ task, label }) => ({ id: task.id, label })), done: [], isPaused: false });
    return { kind: "started", title: `Copying ${input.formats.join()} ${input.isFinal}`, text: input.note };
  },
  async watch(_, data) {
    const { left, done, isPaused } = data as Data;
    const [next, ...rest] = isPaused ? [] : left;
    const after = next === undefined ? done : [...done, { ...next, state: "done" as const }];
    const isOver = !isPaused && rest.length === 0;
    return {
      data: { left: isPaused ? left : rest, done: after, isPaused },
      controls: ["cancel", isPaused ? "resume" : "pause"],
      reply: isOver
        ? { kind: "done", severity: "success", title: "Copied", outcomes: after }
        : { kind: "started", title: "Copying", progress: { done: after.length, total: after.length + rest.length } },
    };
  },
  async control(_, data, what) {
    const { left, done } = data as Data;
    if (what === "cancel") {
      const outcomes = [...done, ...left.map((task) => ({ ...task, state: "skipped" as const, retry: true }))];
      return { data, reply: { kind: "done", severity: "warning", title: "Canceled", outcomes } };
    }
    const isPaused = what === "pause";
    return {
      data: { left, done, isPaused },
      controls: ["cancel", isPaused ? "resume" : "pause"],
      reply: { kind: "started", title: isPaused ? "Paused" : "Copying" },
    };
  },
  undo: async (_, data) => ({ kind: "done", severity: "success", title: `Removed ${JSON.stringify(data)}` }),
});

const worker = createWorker({ actions: [copy] });
afterAll(() => setStudioActions([]));

let kitsu: TestKitsu;
beforeEach(() => {
  kitsu = openKitsu();
});
const call = (options: object = {}) =>
  callAction(worker, "copy", { person: kitsu.people.supervisor, tasks: kitsu.tasks.slice(0, 3), ...options });
const start = async (options: object = {}) => (await (await call(options)).answer({ note: "Take 2" })).confirm();

describe.each(["ajax", "form"] as const)("an action called as %s", (mode) => {
  it("asks, shows its plan, starts, ends, and is undone", async () => {
    const asked = await call({ mode });
    expect(asked.reply).toMatchObject({
      kind: "ask",
      fields: [{ name: "note" }, { name: "formats", value: ["exr"] }, {}],
    });
    const planned = await asked.answer({ note: "Take 2", formats: ["png", "exr"], isFinal: true });
    expect(planned.reply).toMatchObject({
      kind: "ask",
      outcomes: [{ state: "planned", label: "SQ010 / SH0010 / Animation" }, {}, {}],
    });
    const started = await planned.confirm();
    expect(started.reply).toMatchObject({ kind: "started" });
    expect(started.page === undefined).toBe(mode === "ajax");
    const ended = await started.follow();
    expect(ended.reply).toMatchObject({
      kind: "done",
      outcomes: kitsu.tasks.slice(0, 3).map(({ id }) => ({ id, state: "done" })),
    });
    expect(await ended.log()).toMatchObject({
      action: "copy",
      reply: { title: "Copied" },
      person: { role: "supervisor" },
    });
    const undone = await ended.undo();
    expect(undone.reply).toMatchObject({
      kind: "done",
      title: 'Removed {"note":"Take 2","formats":["png","exr"],"isFinal":true}',
    });
    expect(await ended.log()).toMatchObject({ undone: { person: "Djibril Sow" } });
  });

  it("asks again for what is wrong", async () => {
    const again = await (await call({ mode })).answer({});
    expect(again.reply).toMatchObject({ kind: "ask", fields: [{ name: "note", error: "Must not be empty" }, {}, {}] });
  });

  it("is refused for a role that may not run it", async () => {
    const refused = await call({ mode, person: kitsu.people.artist });
    expect(refused).toMatchObject({ status: 403, reply: { kind: "failed", code: "not-allowed" } });
  });
});

describe("following a long run", () => {
  it("stops where the test says", async () => {
    const halfway = await (await start()).follow(({ progress }) => progress?.done === 2);
    expect(halfway.reply).toMatchObject({ kind: "started", progress: { done: 2, total: 3 } });
    expect((await halfway.follow()).reply).toMatchObject({ kind: "done", title: "Copied" });
  });

  it("moves the clock instead of waiting", async () => {
    const before = Date.now();
    await (await start()).follow();
    expect(Date.now() - before).toBeGreaterThanOrEqual(4_000);
  });

  it("pauses, resumes and cancels it, and offers a retry of the rest", async () => {
    const first = await (await start()).follow(({ progress }) => progress?.done === 1);
    const paused = await first.pause();
    expect(paused.reply).toMatchObject({ kind: "started", title: "Paused" });
    await expect(paused.pause()).rejects.toThrow("There is no pause");
    const resumed = await paused.resume();
    expect(resumed.reply).toMatchObject({ kind: "started", title: "Copying" });
    const canceled = await resumed.cancel();
    expect(canceled.reply).toMatchObject({
      title: "Canceled",
      outcomes: [{ state: "done" }, { state: "skipped" }, {}],
    });
    expect(await canceled.log()).toMatchObject({ reply: { title: "Canceled" } });
    expect((await canceled.retry()).reply).toMatchObject({ kind: "ask", outcomes: [{}, {}] });
  });

  it("passes the settings of the call on to it", async () => {
    const called = await start({ settings: { LONG_RUN_LIMIT_HOURS: "1" } });
    expect((await called.follow()).reply.kind).toBe("done");
  });
});

describe("callAction", () => {
  it("passes settings to the action, and shows its own failure codes", async () => {
    const refused = await start({ settings: { DISK: "full" } });
    expect(refused).toMatchObject({ status: 422, reply: { kind: "failed", code: "disk-full", retry: true } });
  });

  it("replies in the language of Kitsu's page", async () => {
    expect((await call({ language: "fr" })).reply).toMatchObject({ title: "Copier" });
  });

  it("acts as the person if their session comes with the call", async () => {
    await call({ trust: "session" });
    const tokens = kitsu.requests.map(({ token }) => token);
    expect(new Set(tokens)).toEqual(new Set([`session-${kitsu.people.supervisor.id}`]));
  });

  it.each([
    [
      "answer an unknown field",
      async () => (await call()).answer({ text: "?" }),
      'no field "text". It asks for "note"',
    ],
    [
      "confirm what is a form",
      async () => (await call()).confirm(),
      'It asks for "note", "formats", "isFinal". Use answer',
    ],
    [
      "answer what is a confirmation",
      async () => (await (await call()).answer({ note: "a" })).answer({}),
      "It only asks to confirm. Use confirm().",
    ],
    [
      "answer what asks nothing",
      async () => (await start()).answer({}),
      'The action asks nothing: it replied "started"',
    ],
    ["follow what does not continue", async () => (await call()).follow(), "The run does not continue"],
    [
      "undo what offers no undo",
      async () => (await call()).undo(),
      'There is no undo: the action replied "ask" (Copy)',
    ],
  ])("says what is wrong with a test that tries to %s", async (_, step, sentence) => {
    await expect(step()).rejects.toThrow(sentence);
  });
});
