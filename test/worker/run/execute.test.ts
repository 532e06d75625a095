import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome, Reply } from "../../../contract.ts";
import { type Action, type ActionContext, type Confirmation, defineAction } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure } from "../../../worker/failure.ts";
import {
  ADA,
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  FORM_FIELDS,
  form,
  OTHER_TASK,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const PATH = `/actions/debug?run=${RUN}`;
const READER = { authorization: "Bearer sesame-open-sesame" };

/** What the action under test does. Each test says what is different. */
const doing = {
  plan: undefined as (() => Promise<Outcome[]>) | undefined,
  confirm: undefined as (() => Confirmation) | undefined,
  run: vi.fn<(given: ActionContext & { input: unknown }) => Promise<Reply>>(),
  undo: vi.fn<(given: ActionContext, data: unknown) => Promise<Reply>>(),
};

const mutable: Pick<Action, "undo"> = debug;

/** Puts an action that asks in the place of one there is. */
function install(): void {
  const action = defineAction({
    id: "debug",
    title: "Render",
    about: "Renders.",
    modes: ["ajax"],
    submit: "Send",
    input: () => v.object({ frames: v.pipe(v.string(), v.regex(/^\d+-\d+$/, "Must be like 101-148")) }),
    ...(doing.plan && { plan: doing.plan }),
    ...(doing.confirm && { confirm: doing.confirm }),
    run: (given) => doing.run(given),
    undo: (given, data) => doing.undo(given, data),
  });
  vi.spyOn(debug, "prepare").mockImplementation(action.prepare);
  mutable.undo = action.undo;
}

const TOO_SOON = new Error("KV PUT failed: 429 Too Many Requests");
const DONE = { kind: "done", severity: "success", title: "Sent" } as const;
const MIXED: Reply = {
  ...DONE,
  severity: "warning",
  outcomes: [
    { id: TASK, label: "SH010", state: "done" },
    { id: OTHER_TASK, label: "SH020", state: "failed", reason: "No blend file" },
  ],
};
const planned = (reason: string): Outcome[] => [
  { id: TASK, label: "SH010", state: "planned", reason },
  { id: OTHER_TASK, label: "SH020", state: "skipped", reason: "No blend file" },
];

const send = (members: object = {}, path = PATH) => ask(path, ajax({ ...AJAX_FIELDS, ...members }));
const answer = async (members: object = {}, path = PATH) => readAnswer(await send(members, path));
const INPUT = { input: { frames: "101-148" }, form: "debug" };

beforeEach(() => {
  Object.assign(doing, { plan: undefined, confirm: undefined });
  doing.run.mockReset().mockResolvedValue(DONE);
  doing.undo.mockReset().mockResolvedValue({ ...DONE, title: "Taken back" });
  install();
});

async function askedReply(members: object = {}, path = PATH) {
  const { reply } = await answer(members, path);
  if (reply.kind !== "ask") throw new Error(`Expected a question, got ${JSON.stringify(reply)}`);
  return reply;
}

afterEach(() => {
  delete mutable.undo;
});

describe("an action that asks", () => {
  it("runs only when it is answered, under the same run and in one line of the log", async () => {
    expect(await askedReply()).toMatchObject({ title: "Render", submit: "Send", fields: [{ name: "frames" }] });
    expect(doing.run).not.toHaveBeenCalled();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "ask" } }]);
    expect((await askedReply({ input: { frames: "all" }, form: "debug" })).fields).toMatchObject([
      { value: "all", error: "Must be like 101-148" },
    ]);
    const { run, reply } = await answer(INPUT);
    expect(reply).toMatchObject(DONE);
    expect(doing.run.mock.lastCall?.[0].input).toEqual({ frames: "101-148" });
    const log = await readLog();
    expect(log).toMatchObject([{ id: RUN, reply: DONE, call: { input: INPUT.input } }]);
    expect(run?.url).toContain(`at=${log[0]?.at}`);
  });

  it("is in the log as it ended, also where KV took its end sooner than what it asked", async () => {
    const put = vi.spyOn(env.RUNS, "put").mockRejectedValueOnce(TOO_SOON);
    const asking = send();
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(1));
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
    await asking;
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });

  it("runs once, however often its dialog is submitted", async () => {
    await askedReply();
    doing.run.mockImplementationOnce(async () => {
      await scheduler.wait(200);
      return DONE;
    });
    const answers = await Promise.all([send(INPUT), send(INPUT), send(INPUT)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(doing.run).toHaveBeenCalledTimes(1);
    const refused = await Promise.all(answers.filter(({ status }) => status === 409).map((one) => readFailed(one)));
    for (const one of refused)
      expect(one).toMatchObject({ code: "already-submitted", advice: expect.stringContaining(RUN) });
    // Now that it is over, it is told what came of it.
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
    expect(doing.run).toHaveBeenCalledTimes(1);
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });

  it("says what was done, and not that nothing was, when it is sent again: what it did has changed what it would do", async () => {
    const said = (await answer(INPUT)).reply;
    doing.run.mockRejectedValue(new Failure("nothing-to-do", { text: "No task would change." }));
    expect((await answer(INPUT)).reply).toEqual(said);
    expect(await readLog()).toMatchObject([{ id: RUN, reply: said }]);
  });

  it("stays the run of whose it is: a call of another person under its id is another run", async () => {
    await askedReply();
    const eve = { userid: "11111111-2222-4333-8444-555555555555", useremail: "eve@studio.tld" };
    expect(await readFailed(await send({ ...INPUT, ...eve }))).toMatchObject({ code: "invalid-call" });
    expect(
      await readFailed(await send({ form: "comment", selection: [], userid: undefined, useremail: undefined })),
    ).toMatchObject({ kind: "failed" });
    const mine = (await readLog()).filter(({ id, person }) => id === RUN && Object(person).id === ADA);
    expect(mine).toMatchObject([{ reply: { kind: "ask" } }]);
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
  });

  it("may be called with all the answers at once", async () => {
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
  });

  it("may ask something else when it runs, and then runs again", async () => {
    doing.run.mockResolvedValueOnce({ kind: "ask", title: "Over quota", fields: [], submit: "Anyway" });
    expect((await answer(INPUT)).reply).toMatchObject({ kind: "ask", title: "Over quota" });
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
    expect(doing.run).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["another action's form", { ...INPUT, form: "comment" }, "form"],
    ["an answer that is a list of objects", { input: { frames: [{}] }, form: "debug" }, "input"],
    ["an endless answer", { input: { frames: "x".repeat(30_000) }, form: "debug" }, "input.frames"],
    ["an endless form", { input: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`a${at}`, ""])) }, "input"],
  ])("refuses %s", async (_, members, field) => {
    await askedReply();
    expect(await readFailed(await send(members))).toMatchObject({ code: "invalid-call", field });
    expect(doing.run).not.toHaveBeenCalled();
  });

  it("refuses the answer of somebody else", async () => {
    await askedReply();
    const other = await send({ ...INPUT, userid: "11111111-2222-4333-8444-555555555555", useremail: "eve@studio.tld" });
    expect(await readFailed(other)).toMatchObject({
      code: "invalid-call",
      field: "run",
      text: expect.stringContaining("somebody else"),
    });
    expect(doing.run).not.toHaveBeenCalled();
  });

  it("asks on a page as well, which sends Kitsu's call again with no script", async () => {
    const page = await (await ask(PATH, form())).text();
    expect(page).toContain(`action="/actions/debug?run=${RUN}"`);
    for (const value of Object.values(FORM_FIELDS)) expect(page).toContain(`value="${value}"`);
    const fields = { ...FORM_FIELDS, form: "debug", "input.frames": `"><b>` };
    const again = await (await ask(PATH, form(fields, { origin: EDGE }))).text();
    expect(again).toContain("Must be like 101-148");
    expect(again).toContain('value="&quot;&gt;&lt;b&gt;"');
    const done = await (await ask(PATH, form({ ...fields, "input.frames": "101-148" }, { origin: EDGE }))).text();
    expect(done).toContain("Sent");
    expect(doing.run.mock.lastCall?.[0].call).toMatchObject({ person: { id: ADA }, selection: [TASK, OTHER_TASK] });
  });
});

describe("an action that wants agreement", () => {
  beforeEach(() => {
    doing.confirm = () => ({ title: "Submit 2 shots, 96 frames?", submit: "Submit", isDangerous: true });
    doing.plan = async () => planned("48 frames");
    install();
  });

  it("shows what would happen to each task, and runs when the person agreed to exactly that", async () => {
    const question = await askedReply(INPUT);
    expect(question).toMatchObject({
      title: "Submit 2 shots, 96 frames?",
      submit: "Submit",
      dangerous: true,
      outcomes: planned("48 frames"),
      fields: [{ name: "frames", type: "hidden", value: "101-148" }],
    });
    expect(doing.run).not.toHaveBeenCalled();
    expect((await answer({ ...INPUT, plan: question.plan })).reply).toMatchObject(DONE);
  });

  it("asks again, with the difference, when the tasks changed meanwhile", async () => {
    const { plan } = await askedReply(INPUT);
    doing.plan = async () => [
      ...planned("48 frames").slice(1),
      { id: TASK, label: "SH010", state: "planned", reason: "52 frames" },
    ];
    install();
    const again = await askedReply({ ...INPUT, plan });
    expect(again.problem).toContain("1 changed");
    expect(again.outcomes?.[0]).toMatchObject({ id: TASK, reason: "52 frames (before: planned 48 frames)" });
    expect(doing.run).not.toHaveBeenCalled();
    expect((await answer({ ...INPUT, plan: again.plan })).reply).toMatchObject(DONE);
  });

  it.each([
    ["of another call", async () => (await askedReply(INPUT, `/actions/debug?run=${"f".repeat(32)}`)).plan],
    [
      "of somebody else, when the run itself is forgotten",
      async () => {
        const { plan } = await askedReply({
          ...INPUT,
          userid: "11111111-2222-4333-8444-555555555555",
          useremail: "eve@studio.tld",
        });
        await runInDurableObject(env.RUN_COORDINATORS.getByName(RUN), (_, { storage }) => storage.deleteAll());
        return plan;
      },
    ],
    ["with other answers", async () => (await askedReply({ ...INPUT, input: { frames: "1-2" } })).plan],
    ["that is made up", async () => "0".repeat(32)],
  ])("does not take an agreement %s", async (_, getPlan) => {
    const plan = await getPlan();
    expect((await askedReply({ ...INPUT, plan })).problem).toContain("Nothing was done");
    expect(doing.run).not.toHaveBeenCalled();
  });

  it("on a page has a way back to the answers", async () => {
    const fields = { ...FORM_FIELDS, form: "debug", "input.frames": "101-148" };
    const page = await (await ask(PATH, form(fields, { origin: EDGE }))).text();
    for (const part of [
      "96 frames?",
      "SH010",
      'name="plan"',
      'name="input.frames" value="101-148"',
      'name="back"',
      "dangerous",
    ]) {
      expect(page).toContain(part);
    }
    const back = await (await ask(PATH, form({ ...fields, back: "1" }, { origin: EDGE }))).text();
    expect(back).toContain('<input type="text" value="101-148"');
  });
});

describe("what failed", () => {
  const first = async () => {
    doing.run.mockResolvedValueOnce(MIXED);
    const { run } = await answer(INPUT);
    return run?.retry ?? "";
  };
  const retry = (url: string, members: object = {}, id = "e".repeat(32)) =>
    ask(`${url.replace(EDGE, "")}&run=${id}`, ajax({ personid: ADA, personemail: "ada@studio.tld", ...members }));

  it("is not tried again by somebody whose id can't be understood, nor taken back", async () => {
    const url = await first();
    for (const address of [url, url.replace("/retry", "/undo")]) {
      const reply = await readFailed(await retry(address, { personid: "nobody", personemail: undefined }));
      expect(reply).toMatchObject({ code: "invalid-call", field: "personid" });
    }
    expect(doing.run).toHaveBeenCalledTimes(1);
  });

  it("is tried again with what was not tried, and not with what was skipped for good", async () => {
    const [untried, skipped] = [crypto.randomUUID(), crypto.randomUUID()];
    doing.run.mockResolvedValueOnce({
      ...DONE,
      outcomes: [
        { id: TASK, label: "a", state: "done" },
        { id: untried, label: "b", state: "skipped", reason: "Not tried: there was no time left", retry: true },
        { id: skipped, label: "c", state: "skipped", reason: "No preview yet" },
        { id: OTHER_TASK, label: "d", state: "failed", retry: false },
      ],
    });
    const { run } = await answer(INPUT);
    await retry(run?.retry ?? "");
    expect(doing.run.mock.lastCall?.[0]).toMatchObject({ call: { selection: [untried] } });
    const pathname = (run?.url ?? "").replace(EDGE, "");
    const page = await (await ask(pathname, { headers: { ...READER, accept: "text/html" } })).text();
    expect(page).toContain("Do what was not tried (1)");
  });

  it("is tried again with the same input, as a run of its own that knows the first", async () => {
    const { run, reply } = await readAnswer(await retry(await first()));
    expect(reply).toMatchObject(DONE);
    expect(run?.retry).toBeUndefined();
    const given = doing.run.mock.lastCall?.[0];
    expect(given).toMatchObject({
      input: INPUT.input,
      call: { selection: [OTHER_TASK], retryOf: { id: RUN, root: RUN } },
    });
    expect((await readLog()).map(({ id }) => id)).toEqual(["e".repeat(32), RUN]);
  });

  it("knows the first of all that tried it with the same answers, and none where they were changed", async () => {
    const roots: unknown[] = [];
    doing.run.mockImplementation(async ({ call }) => {
      roots.push(call.retryOf?.root);
      return MIXED;
    });
    const { run: again } = await readAnswer(await retry(await first()));
    const { run: third } = await readAnswer(await retry(again?.retry ?? "", { ...INPUT }, "d".repeat(32)));
    const changed = { ...INPUT, input: { frames: "1-2" } };
    const { run: fourth } = await readAnswer(await retry(third?.retry ?? "", changed, "c".repeat(32)));
    await retry(fourth?.retry ?? "", {}, "b".repeat(32));
    expect(roots).toEqual([RUN, RUN, undefined, "c".repeat(32)]);
  });

  it("is tried again once, however often the button is pressed", async () => {
    const url = await first();
    doing.run.mockClear();
    await Promise.all([retry(url), retry(url)]);
    expect(doing.run).toHaveBeenCalledTimes(1);
  });

  it("is not tried again where nothing failed, or where it would be refused again", async () => {
    expect((await answer(INPUT)).run?.retry).toBeUndefined();
    doing.run.mockRejectedValueOnce(new Failure("not-allowed", { text: "No." }));
    expect((await answer(INPUT, `/actions/debug?run=${"a".repeat(32)}`)).run?.retry).toBeUndefined();
    doing.run.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    expect((await answer(INPUT, `/actions/debug?run=${"b".repeat(32)}`)).run?.retry).toContain("/retry");
  });

  it("can be tried again from the page, and from the run's page in the log for whose run it was", async () => {
    const url = await first();
    doing.run.mockResolvedValue(MIXED);
    const page = await (
      await ask(`/actions/debug?run=${"c".repeat(32)}`, form({ ...FORM_FIELDS, "input.frames": "1-2" }))
    ).text();
    expect(page).toMatch(/action="https:\/\/edge.studio.tld\/runs\/c{32}\/retry\?at=\d+&amp;run=[0-9a-f]{32}"/);
    expect(page).toContain("Retry what failed (1)");
    const { pathname, search } = new URL(url);
    const inLog = await ask(pathname.replace("/retry", "") + search, { headers: { ...READER, accept: "text/html" } });
    expect(await inLog.text()).toContain("Retry what failed (1)");
    const again = await ask(`${pathname}${search}&run=${"d".repeat(32)}`, form([], { ...READER, origin: EDGE }));
    expect(await again.text()).toContain("Sent");
    expect(doing.run.mock.lastCall?.[0].call).toMatchObject({ person: { id: ADA }, selection: [OTHER_TASK] });
  });

  it("is not tried again by a page that is no Kitsu of ours, nor where there was no such run", async () => {
    const url = await first();
    expect((await ask(url.replace(EDGE, ""), ajax({}, { origin: "https://elsewhere.tld" }))).status).toBe(403);
    expect((await retry(`${EDGE}/runs/${"9".repeat(32)}/retry?at=1`)).status).toBe(404);
    expect(doing.run).toHaveBeenCalledTimes(1);
  });
});

describe("what can be taken back", () => {
  const offer = (lifeS = 600) =>
    doing.run.mockImplementationOnce(async (given) => {
      given.offerUndo({ data: { playlist: "p1" }, lifeS, label: "Remove it" });
      return DONE;
    });
  const run = async () => (await answer(INPUT)).run;
  const undo = (url = "", members: object = {}) =>
    ask(url.replace(EDGE, ""), ajax({ personid: ADA, personemail: "ada@studio.tld", ...members }));

  it("is taken back with what the action left for it, and then says so", async () => {
    offer();
    const made = await run();
    expect(made?.undo).toMatchObject({ label: "Remove it", until: expect.any(Number) });
    expect((await readAnswer(await undo(made?.undo?.url))).reply).toMatchObject({ title: "Taken back" });
    expect(doing.undo.mock.lastCall?.[1]).toEqual({ playlist: "p1" });
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.find(({ id }) => id === RUN)).toMatchObject({ reply: DONE, undone: { reply: { title: "Taken back" } } });
    expect(await (await ask("/runs.json?state=undone", { headers: READER })).json()).toMatchObject({
      runs: [{ id: RUN }],
    });
  });

  it("is remembered as submitted for as long as any run that was submitted", async () => {
    offer();
    await run();
    const alarm = await runInDurableObject(env.RUN_COORDINATORS.getByName(RUN), (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(Date.now() + 72 * 3_600_000);
  });

  it("is taken back once, however often the button is pressed", async () => {
    offer();
    const url = (await run())?.undo?.url;
    doing.undo.mockImplementationOnce(async () => {
      await scheduler.wait(300);
      return { ...DONE, title: "Taken back" };
    });
    const answers = await Promise.all([undo(url), undo(url), undo(url)]);
    expect(doing.undo).toHaveBeenCalledTimes(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
    expect((await readAnswer(await undo(url))).reply).toMatchObject({ kind: "done", severity: "info" });
    expect(doing.undo).toHaveBeenCalledTimes(1);
  });

  it("can be tried again when taking it back failed", async () => {
    offer();
    const url = (await run())?.undo?.url;
    doing.undo.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    expect((await undo(url)).status).toBe(502);
    expect((await undo(url)).status).toBe(200);
  });

  it("is not offered by an action that does not say how, which is a fault of the action's", async () => {
    mutable.undo = undefined;
    offer();
    vi.spyOn(console, "error").mockReturnValue();
    expect(await readFailed(await send(INPUT))).toMatchObject({ code: "internal-error" });
    expect(await readLog()).toMatchObject([{ cause: expect.stringContaining("needs an `undo` function") }]);
  });

  it("is not taken back by somebody else, after its time, or where nothing was offered", async () => {
    offer(-1);
    const made = await run();
    expect(made?.undo).toBeUndefined();
    expect(await readFailed(await undo(made?.url.replace("?", "/undo?")))).toMatchObject({ code: "undo-over" });
    const other = await undo(made?.url.replace("?", "/undo?"), {
      personid: "11111111-2222-4333-8444-555555555555",
      personemail: "eve@studio.tld",
    });
    expect(await readFailed(other)).toMatchObject({
      code: "not-allowed",
      text: expect.stringContaining("ada@studio.tld"),
    });
    expect(doing.undo).not.toHaveBeenCalled();
  });

  it("has its button on the page, and on the run's page until it expires", async () => {
    offer();
    const page = await (await ask(PATH, form({ ...FORM_FIELDS, "input.frames": "1-2" }))).text();
    expect(page).toContain("Remove it");
    expect(page).toContain("for another 10 minutes");
    expect(await (await ask(`/runs/${RUN}`, { headers: { ...READER, accept: "text/html" } })).text()).toContain(
      "Remove it",
    );
  });
});

describe("a retry", () => {
  const retry = (url: string, id: string) =>
    ask(`${url.replace(EDGE, "")}&run=${id.repeat(32)}`, ajax({ ...AJAX_FIELDS, ...INPUT }));
  const first = async () => {
    doing.run.mockResolvedValueOnce(MIXED);
    return (await answer(INPUT)).run?.retry ?? "";
  };

  it("is refused where nothing of the run failed", async () => {
    await answer(INPUT);
    const [{ at } = {}] = await readLog();
    const response = await retry(`${EDGE}/runs/${RUN}/retry?at=${at}`, "1");
    expect(await readFailed(response)).toMatchObject({ code: "nothing-to-do", title: "There is nothing to retry" });
    expect(doing.run).toHaveBeenCalledTimes(1);
  });

  it("happens once, from whichever page, and says where", async () => {
    const url = await first();
    expect((await readAnswer(await retry(url, "1"))).reply.kind).toBe("done");
    const again = await readFailed(await retry(url, "2"));
    expect(again).toMatchObject({
      code: "already-submitted",
      advice: expect.stringContaining(`/runs/${"1".repeat(32)}?at=`),
    });
    expect(doing.run).toHaveBeenCalledTimes(2);
  });

  it("may be tried once more where nothing came of it", async () => {
    const url = await first();
    doing.run.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    expect((await readFailed(await retry(url, "1"))).code).toBe("kitsu-unreachable");
    expect((await readAnswer(await retry(url, "2"))).reply.kind).toBe("done");
  });
});

describe("an undo that is cut off", () => {
  it("can be done again soon, also where its offer ended meanwhile", async () => {
    const conversation = env.RUN_COORDINATORS.getByName("c".repeat(32));
    const now = Date.now();
    await conversation.offerUndo({ at: now, action: "debug" }, { data: '{"made":1}', until: now + 600_000 });
    const at = async (ms: number) => {
      vi.spyOn(Date, "now").mockReturnValue(now + ms);
      return (await conversation.takeUndo()).state;
    };
    expect(await at(599_000)).toBe("ready");
    // Its worker died.
    expect(await at(610_000)).toBe("running");
    expect(await at(640_000)).toBe("ready");
    await conversation.endUndo(false);
    expect(await at(650_000)).toBe("lost");
  });

  it("is offered for as long as was said", async () => {
    const conversation = env.RUN_COORDINATORS.getByName("d".repeat(32));
    const until = Date.now() + 7 * 86_400_000;
    await conversation.offerUndo({ at: Date.now(), action: "debug" }, { data: "{}", until });
    const alarm = await runInDurableObject(conversation, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(until);
  });
});
