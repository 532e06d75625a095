import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome, Reply } from "../../../contract.ts";
import { type Action, type ActionContext, type Confirmation, defineAction } from "../../../worker/action/action.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { DONE, RUN } from "../../support/worker/runs.ts";
import { holdTimeLimit } from "../../support/worker/time-limit.ts";
import {
  ADA,
  ADA_FORM,
  AJAX_FIELDS,
  ajax,
  ask,
  EDGE,
  EVE_AJAX,
  EVE_FORM,
  FORM_FIELDS,
  form,
  OTHER_TASK,
  READER,
  readAnswer,
  readFailed,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";

const PATH = `/actions/debug?run=${RUN}`;

/** What the action under test does. Each test changes only the part that it is about. */
const behavior = {
  plan: undefined as (() => Promise<Outcome[]>) | undefined,
  confirm: undefined as (() => Confirmation) | undefined,
  run: vi.fn<(context: ActionContext & { input: unknown }) => Promise<Reply>>(),
  undo: vi.fn<(context: ActionContext, data: unknown) => Promise<Reply>>(),
};

const mutable: Pick<Action, "undo"> = debug;

/** Replaces the debug action by one that asks for frames. */
function installAction(): void {
  const action = defineAction({
    id: "debug",
    title: "Render",
    about: "Renders.",
    modes: ["ajax"],
    submit: "Send",
    input: () => v.object({ frames: v.pipe(v.string(), v.regex(/^\d+-\d+$/, "Must be like 101-148")) }),
    ...(behavior.plan && { plan: behavior.plan }),
    ...(behavior.confirm && { confirm: behavior.confirm }),
    run: (context) => behavior.run(context),
    undo: (context, data) => behavior.undo(context, data),
  });
  vi.spyOn(debug, "prepare").mockImplementation(action.prepare);
  mutable.undo = action.undo;
}

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
  Object.assign(behavior, { plan: undefined, confirm: undefined });
  behavior.run.mockReset().mockResolvedValue(DONE);
  behavior.undo.mockReset().mockResolvedValue({ ...DONE, title: "Undone" });
  installAction();
});

/** Runs the coordinator's alarm after what it waits for. */
async function runAlarmLater(): Promise<void> {
  const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 100_000);
  await runDurableObjectAlarm(env.RUN_COORDINATORS.getByName(RUN));
  now.mockRestore();
}

async function readQuestion(members: object = {}, path = PATH) {
  const { reply } = await answer(members, path);
  if (reply.kind !== "ask") throw new Error(`Expected a question, got ${JSON.stringify(reply)}`);
  return reply;
}

afterEach(() => {
  delete mutable.undo;
});

/** Sends a call three times. The one that runs finishes when the others have been answered. */
async function sendWhileRunning(sendOnce: () => Promise<Response>, finish: () => void): Promise<Response[]> {
  holdTimeLimit();
  let answered = 0;
  const countAnswers = async () => {
    const response = await sendOnce();
    answered += 1;
    return response;
  };
  const answering = Promise.all([countAnswers(), countAnswers(), countAnswers()]);
  await vi.waitFor(() => expect(answered).toBe(2));
  finish();
  return answering;
}

describe("an action that asks", () => {
  it("runs only after the answer, as the same run and in one log entry", async () => {
    expect(await readQuestion()).toMatchObject({ title: "Render", submit: "Send", fields: [{ name: "frames" }] });
    expect(behavior.run).not.toHaveBeenCalled();
    expect((await readQuestion({ input: { frames: "all" }, form: "debug" })).fields).toMatchObject([
      { value: "all", error: "Must be like 101-148" },
    ]);
    const { run, reply } = await answer(INPUT);
    expect(reply).toMatchObject(DONE);
    expect(behavior.run.mock.lastCall?.[0].input).toEqual({ frames: "101-148" });
    const log = await readLog();
    expect(log).toMatchObject([{ id: RUN, reply: DONE, call: { input: INPUT.input } }]);
    expect(run?.url).toContain(`at=${log[0]?.at}`);
  });

  it("is in the log a minute later if nobody answers, and can be read on its page at once", async () => {
    const { run } = await answer();
    expect(await readLog()).toEqual([]);
    const page = await ask((run?.url ?? "").replace(EDGE, ""), { headers: READER });
    expect(await page.json()).toMatchObject({ reply: { kind: "ask" } });
    await runAlarmLater();
    expect(await readLog()).toMatchObject([{ id: RUN, reply: { kind: "ask" } }]);
  });

  it("takes one write to the log, with its end, if it is answered before that", async () => {
    const put = vi.spyOn(env.RUNS, "put");
    await readQuestion();
    await answer(INPUT);
    await runAlarmLater();
    expect(put).toHaveBeenCalledTimes(1);
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });

  it("runs once, however often its dialog is submitted", async () => {
    await readQuestion();
    const work = Promise.withResolvers<Reply>();
    behavior.run.mockReturnValueOnce(work.promise);
    const answers = await sendWhileRunning(
      () => send(INPUT),
      () => work.resolve(DONE),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(behavior.run).toHaveBeenCalledTimes(1);
    const refused = await Promise.all(answers.filter(({ status }) => status === 409).map((one) => readFailed(one)));
    for (const one of refused)
      expect(one).toMatchObject({ code: "already-submitted", advice: expect.stringContaining(RUN) });
    // After the run has ended, the same call gets its outcome.
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
    expect(behavior.run).toHaveBeenCalledTimes(1);
    expect(await readLog()).toMatchObject([{ id: RUN, reply: DONE }]);
  });

  it("gets the same reply when it is sent again, although there is nothing left to do", async () => {
    const { reply } = await answer(INPUT);
    behavior.run.mockRejectedValue(new Failure("nothing-to-do", { text: "No task would change." }));
    expect((await answer(INPUT)).reply).toEqual(reply);
    expect(await readLog()).toMatchObject([{ id: RUN, reply }]);
  });

  it("stays its owner's run: another person's call under its id is a separate run", async () => {
    await readQuestion();
    expect(await readFailed(await send({ ...INPUT, ...EVE_AJAX }))).toMatchObject({ code: "invalid-call" });
    expect(
      await readFailed(await send({ form: "comment", selection: [], userid: undefined, useremail: undefined })),
    ).toMatchObject({ kind: "failed" });
    await runAlarmLater();
    const mine = (await readLog()).filter(({ id, person }) => id === RUN && Object(person).id === ADA);
    expect(mine).toMatchObject([{ reply: { kind: "ask" } }]);
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
  });

  it("takes all answers with the first call", async () => {
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
  });

  it("may ask another question when it runs, and then runs again", async () => {
    behavior.run.mockResolvedValueOnce({ kind: "ask", title: "Over quota", fields: [], submit: "Anyway" });
    expect((await answer(INPUT)).reply).toMatchObject({ kind: "ask", title: "Over quota" });
    expect((await answer(INPUT)).reply).toMatchObject(DONE);
    expect(behavior.run).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["another action's form", { ...INPUT, form: "comment" }, "form"],
    ["an answer that is a list of objects", { input: { frames: [{}] }, form: "debug" }, "input"],
    ["a very long answer", { input: { frames: "x".repeat(30_000) }, form: "debug" }, "input.frames"],
    [
      "a form with very many fields",
      { input: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`a${at}`, ""])) },
      "input",
    ],
  ])("refuses %s", async (_, members, field) => {
    await readQuestion();
    expect(await readFailed(await send(members))).toMatchObject({ code: "invalid-call", field });
    expect(behavior.run).not.toHaveBeenCalled();
  });

  it("refuses another person's answer", async () => {
    await readQuestion();
    const other = await send({ ...INPUT, ...EVE_AJAX });
    expect(await readFailed(other)).toMatchObject({
      code: "invalid-call",
      field: "run",
      text: expect.stringContaining("somebody else"),
    });
    expect(behavior.run).not.toHaveBeenCalled();
  });

  it("asks on a page as well, whose form sends Kitsu's call again without a script", async () => {
    const page = await (await ask(PATH, form())).text();
    expect(page).toContain(`action="/actions/debug?run=${RUN}"`);
    for (const value of Object.values(FORM_FIELDS)) expect(page).toContain(`value="${value}"`);
    const fields = { ...FORM_FIELDS, form: "debug", "input.frames": `"><b>` };
    const again = await (await ask(PATH, form(fields, { origin: EDGE }))).text();
    expect(again).toContain("Must be like 101-148");
    expect(again).toContain('value="&quot;&gt;&lt;b&gt;"');
    const done = await (await ask(PATH, form({ ...fields, "input.frames": "101-148" }, { origin: EDGE }))).text();
    expect(done).toContain("Sent");
    expect(behavior.run.mock.lastCall?.[0].call).toMatchObject({ person: { id: ADA }, selection: [TASK, OTHER_TASK] });
  });
});

describe("an action that needs confirmation", () => {
  beforeEach(() => {
    behavior.confirm = () => ({ title: "Submit 2 shots, 96 frames?", submit: "Submit", isDangerous: true });
    behavior.plan = async () => planned("48 frames");
    installAction();
  });

  it("shows what would happen to each task, and runs once the person confirms exactly that", async () => {
    const question = await readQuestion(INPUT);
    expect(question).toMatchObject({
      title: "Submit 2 shots, 96 frames?",
      submit: "Submit",
      dangerous: true,
      outcomes: planned("48 frames"),
      fields: [{ name: "frames", type: "hidden", value: "101-148" }],
    });
    expect(behavior.run).not.toHaveBeenCalled();
    expect((await answer({ ...INPUT, plan: question.plan })).reply).toMatchObject(DONE);
  });

  it("asks again and shows the difference if the tasks have changed", async () => {
    const { plan } = await readQuestion(INPUT);
    behavior.plan = async () => [
      ...planned("48 frames").slice(1),
      { id: TASK, label: "SH010", state: "planned", reason: "52 frames" },
    ];
    installAction();
    const again = await readQuestion({ ...INPUT, plan });
    expect(again.problem).toContain("1 changed");
    expect(again.outcomes?.[0]).toMatchObject({ id: TASK, reason: "52 frames (before: planned 48 frames)" });
    expect(behavior.run).not.toHaveBeenCalled();
    expect((await answer({ ...INPUT, plan: again.plan })).reply).toMatchObject(DONE);
  });

  it.each([
    ["of another call", async () => (await readQuestion(INPUT, `/actions/debug?run=${"f".repeat(32)}`)).plan],
    [
      "by another person, even if the run's storage is gone",
      async () => {
        const { plan } = await readQuestion({ ...INPUT, ...EVE_AJAX });
        await runInDurableObject(env.RUN_COORDINATORS.getByName(RUN), (_, { storage }) => storage.deleteAll());
        return plan;
      },
    ],
    ["of other answers", async () => (await readQuestion({ ...INPUT, input: { frames: "1-2" } })).plan],
    ["that is made up", async () => "0".repeat(32)],
  ])("does not accept a confirmation %s", async (_, getPlan) => {
    const plan = await getPlan();
    expect((await readQuestion({ ...INPUT, plan })).problem).toContain("Nothing was done");
    expect(behavior.run).not.toHaveBeenCalled();
  });

  it("has a button on its page that leads back to the answers", async () => {
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

describe("the failed tasks of a run", () => {
  const first = async () => {
    behavior.run.mockResolvedValueOnce(MIXED);
    const { run } = await answer(INPUT);
    return run?.retry ?? "";
  };
  const retry = (url: string, members: object = {}, id = "e".repeat(32)) =>
    ask(`${url.replace(EDGE, "")}&run=${id}`, ajax({ ...ADA_FORM, ...members }));

  it("can't be retried, nor the run undone, by a caller with an invalid id", async () => {
    const url = await first();
    for (const address of [url, url.replace("/retry", "/undo")]) {
      const reply = await readFailed(await retry(address, { personid: "nobody", personemail: undefined }));
      expect(reply).toMatchObject({ code: "invalid-call", field: "personid" });
    }
    expect(behavior.run).toHaveBeenCalledTimes(1);
  });

  it("are retried with those that were not reached, but without those that were skipped for good", async () => {
    const [unreached, skipped] = [crypto.randomUUID(), crypto.randomUUID()];
    behavior.run.mockResolvedValueOnce({
      ...DONE,
      outcomes: [
        { id: TASK, label: "a", state: "done" },
        { id: unreached, label: "b", state: "skipped", reason: "Not tried: there was no time left", retry: true },
        { id: skipped, label: "c", state: "skipped", reason: "No preview yet" },
        { id: OTHER_TASK, label: "d", state: "failed", retry: false },
      ],
    });
    const { run } = await answer(INPUT);
    await retry(run?.retry ?? "");
    expect(behavior.run.mock.lastCall?.[0]).toMatchObject({ call: { selection: [unreached] } });
    const pathname = (run?.url ?? "").replace(EDGE, "");
    const page = await (await ask(pathname, { headers: { ...READER, accept: "text/html" } })).text();
    expect(page).toContain("Run what was not tried (1)");
  });

  it("are retried with the same input, as a new run that refers to the first", async () => {
    const { run, reply } = await readAnswer(await retry(await first()));
    expect(reply).toMatchObject(DONE);
    expect(run?.retry).toBeUndefined();
    expect(behavior.run.mock.lastCall?.[0]).toMatchObject({
      input: INPUT.input,
      call: { selection: [OTHER_TASK], retryOf: { id: RUN, root: RUN } },
    });
    expect((await readLog()).map(({ id }) => id)).toEqual(["e".repeat(32), RUN]);
  });

  it("are retried by runs that refer to the first one with the same answers", async () => {
    const roots: unknown[] = [];
    behavior.run.mockImplementation(async ({ call }) => {
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

  it("are retried once, however often the button is pressed", async () => {
    const url = await first();
    behavior.run.mockClear();
    await Promise.all([retry(url), retry(url)]);
    expect(behavior.run).toHaveBeenCalledTimes(1);
  });

  it("can't be retried if there are none, or if the run would be refused again", async () => {
    expect((await answer(INPUT)).run?.retry).toBeUndefined();
    behavior.run.mockRejectedValueOnce(new Failure("not-allowed", { text: "No." }));
    expect((await answer(INPUT, `/actions/debug?run=${"a".repeat(32)}`)).run?.retry).toBeUndefined();
    behavior.run.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    expect((await answer(INPUT, `/actions/debug?run=${"b".repeat(32)}`)).run?.retry).toContain("/retry");
  });

  it("can be retried from the reply's page, and from the run's page on behalf of its owner", async () => {
    const url = await first();
    behavior.run.mockResolvedValue(MIXED);
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
    expect(behavior.run.mock.lastCall?.[0].call).toMatchObject({ person: { id: ADA }, selection: [OTHER_TASK] });
  });

  it("can't be retried by a foreign page, or if there is no such run", async () => {
    const url = await first();
    expect((await ask(url.replace(EDGE, ""), ajax({}, { origin: "https://elsewhere.tld" }))).status).toBe(403);
    expect((await retry(`${EDGE}/runs/${"9".repeat(32)}/retry?at=1`)).status).toBe(404);
    expect(behavior.run).toHaveBeenCalledTimes(1);
  });
});

describe("a run that can be undone", () => {
  const offer = (lifeS = 600) =>
    behavior.run.mockImplementationOnce(async (context) => {
      context.offerUndo({ data: { playlist: "p1" }, lifeS, label: "Remove it" });
      return DONE;
    });
  const run = async () => (await answer(INPUT)).run;
  const undo = (url = "", members: object = {}) => ask(url.replace(EDGE, ""), ajax({ ...ADA_FORM, ...members }));

  it("is undone with the data that the action stored, and the log says so", async () => {
    offer();
    const made = await run();
    expect(made?.undo).toMatchObject({ label: "Remove it", until: expect.any(Number) });
    expect((await readAnswer(await undo(made?.undo?.url))).reply).toMatchObject({ title: "Undone" });
    expect(behavior.undo.mock.lastCall?.[1]).toEqual({ playlist: "p1" });
    const log = await readLog();
    expect(log).toHaveLength(2);
    expect(log.find(({ id }) => id === RUN)).toMatchObject({ reply: DONE, undone: { reply: { title: "Undone" } } });
    expect(await (await ask("/runs.json?state=undone", { headers: READER })).json()).toMatchObject({
      runs: [{ id: RUN }],
    });
  });

  it("is remembered as submitted for as long as every other submitted run", async () => {
    offer();
    await run();
    const alarm = await runInDurableObject(env.RUN_COORDINATORS.getByName(RUN), (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(Date.now() + 72 * 3_600_000);
  });

  it("is undone once, however often the button is pressed", async () => {
    offer();
    const url = (await run())?.undo?.url;
    const work = Promise.withResolvers<Reply>();
    behavior.undo.mockReturnValueOnce(work.promise);
    const answers = await sendWhileRunning(
      () => undo(url),
      () => work.resolve({ ...DONE, title: "Undone" }),
    );
    expect(behavior.undo).toHaveBeenCalledTimes(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
    expect((await readAnswer(await undo(url))).reply).toMatchObject({ kind: "done", severity: "info" });
    expect(behavior.undo).toHaveBeenCalledTimes(1);
  });

  it("can be undone again after an undo that failed", async () => {
    offer();
    const url = (await run())?.undo?.url;
    behavior.undo.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    expect((await undo(url)).status).toBe(502);
    expect((await undo(url)).status).toBe(200);
  });

  it.each<[string, Reply]>([
    ["could not be tried", { kind: "failed", code: "kitsu-unreachable", title: "Not reached", retry: true }],
    ["failed for some tasks", { ...DONE, outcomes: [{ id: TASK, label: "SH010", state: "failed" }] }],
  ])("does not run the action again to retry an undo that %s", async (_, reply) => {
    offer();
    const url = (await run())?.undo?.url;
    behavior.undo.mockResolvedValueOnce(reply);
    const undone = await readAnswer(await undo(url));
    expect(undone.run?.retry).toBeUndefined();
    const address = undone.run?.url.replace("?", "/retry?");
    expect(await readFailed(await undo(address))).toMatchObject({ code: "nothing-to-do" });
    expect(behavior.run).toHaveBeenCalledTimes(1);
  });

  it("does not say on the page of an undo that failed that it can be run from Kitsu", async () => {
    offer();
    const { pathname, search } = new URL((await run())?.undo?.url ?? "");
    behavior.undo.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    const page = await (await ask(pathname + search, form(ADA_FORM, { origin: EDGE }))).text();
    expect(page).toContain("No.");
    expect(page).not.toMatch(/run it from Kitsu|\/retry\?/);
  });

  it("must be of an action that has an `undo` function", async () => {
    mutable.undo = undefined;
    offer();
    vi.spyOn(console, "error").mockReturnValue();
    expect(await readFailed(await send(INPUT))).toMatchObject({ code: "internal-error" });
    expect(await readLog()).toMatchObject([{ cause: expect.stringContaining("needs an `undo` function") }]);
  });

  it("can't be undone by somebody else, after its time, or without an offer", async () => {
    offer(-1);
    const made = await run();
    expect(made?.undo).toBeUndefined();
    expect(await readFailed(await undo(made?.url.replace("?", "/undo?")))).toMatchObject({ code: "undo-over" });
    const other = await undo(made?.url.replace("?", "/undo?"), EVE_FORM);
    expect(await readFailed(other)).toMatchObject({
      code: "not-allowed",
      text: expect.stringContaining("ada@studio.tld"),
    });
    expect(behavior.undo).not.toHaveBeenCalled();
  });

  it("has a button on the reply's page, and on the run's page until the offer expires", async () => {
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
    behavior.run.mockResolvedValueOnce(MIXED);
    return (await answer(INPUT)).run?.retry ?? "";
  };

  it("is refused if nothing in the run failed", async () => {
    await answer(INPUT);
    const [{ at } = {}] = await readLog();
    const response = await retry(`${EDGE}/runs/${RUN}/retry?at=${at}`, "1");
    expect(await readFailed(response)).toMatchObject({ code: "nothing-to-do", title: "There is nothing to retry" });
    expect(behavior.run).toHaveBeenCalledTimes(1);
  });

  it("happens once, from any page, and the next one gets a link to it", async () => {
    const url = await first();
    expect((await readAnswer(await retry(url, "1"))).reply.kind).toBe("done");
    const again = await readFailed(await retry(url, "2"));
    expect(again).toMatchObject({
      code: "already-submitted",
      advice: expect.stringContaining(`/runs/${"1".repeat(32)}?at=`),
    });
    expect(behavior.run).toHaveBeenCalledTimes(2);
  });

  it("may be repeated if it did nothing", async () => {
    const url = await first();
    behavior.run.mockRejectedValueOnce(new Failure("kitsu-unreachable", { text: "No.", retry: true }));
    expect((await readFailed(await retry(url, "1"))).code).toBe("kitsu-unreachable");
    expect((await readAnswer(await retry(url, "2"))).reply.kind).toBe("done");
  });
});

describe("the offer of an undo", () => {
  it("allows another try soon after an undo was cut off, even if it has expired meanwhile", async () => {
    const coordinator = env.RUN_COORDINATORS.getByName("c".repeat(32));
    const now = Date.now();
    await coordinator.offerUndo({ at: now, action: "debug" }, { data: '{"made":1}', until: now + 600_000 });
    const at = async (ms: number) => {
      vi.spyOn(Date, "now").mockReturnValue(now + ms);
      return (await coordinator.takeUndo()).state;
    };
    expect(await at(599_000)).toBe("ready");
    // Its worker died.
    expect(await at(610_000)).toBe("running");
    expect(await at(640_000)).toBe("ready");
    await coordinator.endUndo(false);
    expect(await at(650_000)).toBe("lost");
  });

  it("lasts as long as was promised", async () => {
    const coordinator = env.RUN_COORDINATORS.getByName("d".repeat(32));
    const until = Date.now() + 7 * 86_400_000;
    await coordinator.offerUndo({ at: Date.now(), action: "debug" }, { data: "{}", until });
    const alarm = await runInDurableObject(coordinator, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(until);
  });
});
