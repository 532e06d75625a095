import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Outcome, Reply } from "../../contract.ts";
import { type Action, defineAction, type Standing } from "../../worker/action.ts";
import { debug } from "../../worker/actions/debug.ts";
import { comment } from "../../worker/actions/comment.ts";
import { Failure } from "../../worker/failure.ts";
import type { Farm, JobStanding } from "../../worker/farm/farm.ts";
import { openAfanasyFarm } from "../../worker/farm/afanasy-farm.ts";
import { takeTasks } from "../../worker/farm/busy.ts";
import { carryOn, controlRun } from "../../worker/farm/render.ts";
import { makeRun, readRun } from "../../worker/farm/run.ts";
import { AFANASY_URL, openFakeAfserver } from "../support/worker/afserver.ts";
import { replaceRun } from "../support/worker/replace-run.ts";
import { ADA, AJAX_FIELDS, ajax, ask, EDGE, form, FORM_FIELDS, KITSU, makeEnv, OTHER_TASK, readAnswer, readLog, TASK } from "../support/worker/worker.ts";
import { ARTIST, addProject, BOT_TOKEN, MANAGER, openFakeZou, STATUS, SUPERVISOR } from "../support/worker/zou.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const mutable: Pick<Action, "watch" | "control" | "undo"> = debug;
afterEach(() => { delete mutable.watch; delete mutable.control; delete mutable.undo; });

function retryRun(count: number, jobs: Map<string, JobStanding>, rest: Partial<Farm<string>> = {}) {
  const calls: string[] = [];
  let clock = 1_000_000;
  const farm: Farm<string> = {
    title: "Farm", atOnce: 4, canPause: true,
    submit: async (order) => { calls.push(`submit ${order}`); return { id: order }; },
    find: async (marks) => new Map(marks.flatMap((m): [string, { id: string }][] => { const id = m.split("/")[1] ?? ""; return jobs.has(id) ? [[m, { id }]] : []; })),
    look: async () => new Map(jobs),
    control: async ({ id }, _m, what) => {
      calls.push(`${what} ${id}`);
      const job = jobs.get(id);
      if (what === "pause" && job?.state === "failed") throw new Failure("farm-refused", { text: "does not allow it to be paused: it is failed" });
      if (what === "restart") jobs.set(id, { state: "waiting", done: 0, total: 48 });
    },
    ...rest,
  };
  const ordered = Array.from({ length: count }, (_, i) => ({ task: `s${i}`, label: `SH${i}`, order: `s${i}`, size: 48 }));
  let data: unknown = makeRun("again", ordered, [], [], "first");
  const watch = { signal: new AbortController().signal, readRun: async () => undefined, save: async (d: unknown) => { data = JSON.parse(JSON.stringify(d)); } };
  const take = (s: Standing) => { data = JSON.parse(JSON.stringify(s.data)); return s; };
  return { calls, farm, advance: (ms: number) => { clock += ms; },
    look: async () => take(await carryOn(watch, readRun(v.string(), data), farm, () => clock)),
    control: async (w: "pause" | "cancel" | "resume") => take(await controlRun(watch, readRun(v.string(), data), farm, w, () => clock)) };
}
const failedJobs = (count: number) => new Map(Array.from({ length: count }, (_, i): [string, JobStanding] => [`s${i}`, { state: "failed", done: 40, total: 48 }]));

it("T1 a retry of 30 failed shots restarts all 30", async () => {
  const run = retryRun(30, failedJobs(30));
  let { reply } = await run.look();
  for (let i = 0; i < 5 && reply.kind === "started"; i += 1) ({ reply } = await run.look());
  expect(run.calls.filter((c) => c.startsWith("restart"))).toHaveLength(30);
});

it("T6 paused before the restart reached the farm: goes on to wait, does not fail", async () => {
  let down = true;
  const jobs = failedJobs(1);
  const run = retryRun(1, jobs);
  const { control, look } = run.farm;
  run.farm.control = async (...a) => { if (down) throw new Failure("farm-unreachable", { text: "down", retry: true }); return control(...a); };
  run.farm.look = async (...a) => { if (down) throw new Failure("farm-unreachable", { text: "down", retry: true }); return look(...a); };
  await run.look().catch(() => undefined);
  // what was saved: found, wishes restart
  await run.control("pause");
  down = false;
  run.advance(10_000);
  const { reply } = await run.look();
  expect([reply.kind, run.calls]).toEqual(["started", expect.anything()]);
});

it("T6b paused before it was found: is not restarted", async () => {
  let down = true;
  const run = retryRun(1, failedJobs(1));
  const { find } = run.farm;
  run.farm.find = async (m) => { if (down) throw new Failure("farm-unreachable", { text: "down", retry: true }); return find(m); };
  await run.look().catch(() => undefined);
  await run.control("pause").catch(() => undefined);
  down = false;
  await run.look();
  expect(run.calls).not.toContain("restart s0");
});

it("T5 what is agreed to is what is rendered: an order that is another now is not the old job again", async () => {
  const jobs = new Map<string, JobStanding>([["s0", { state: "failed", done: 0, total: 24 }]]);
  const run = retryRun(1, jobs); // size 48 now, the job of before has 24
  await run.look();
  run.advance(10_000);
  jobs.set("s0", { state: "done", done: 24, total: 24 });
  const { reply } = await run.look();
  expect([run.calls, reply.title]).toEqual([["submit s0"], expect.anything()]);
});

it("T3 begins once, told twice at the same moment", async () => {
  const beginning = (key: string) => ({ recorded: { id: RUN, at: 1, tookMs: 0, action: "debug", status: 202, arrived: { method: "POST", path: "/", headers: [], fields: [] }, reply: { kind: "started" as const, title: "x" } }, base: EDGE, key, isWatched: false });
  const object = env.LONG_RUNS.getByName(RUN);
  const answers = await Promise.all([object.begin(beginning("a".repeat(32)) as never, "{}"), object.begin(beginning("b".repeat(32)) as never, "{}")]);
  expect(answers.toSorted()).toEqual([false, true]);
});

const started = (done: number): Reply => ({ kind: "started", title: "Rendering", progress: { done, total: 3 } });

it("T2 nobody takes another's run over by its id", async () => {
  openFakeZou();
  const { taskIds } = addProject(openFakeZou(), 901, 1);
  const run = replaceRun(debug).mockImplementation(async ({ goOn }) => { goOn({}); return started(0); });
  const control = vi.fn(async () => ({ reply: { kind: "done", severity: "info", title: "Canceled" } as Reply, data: null }));
  mutable.watch = vi.fn(async () => ({ reply: started(1), data: null, controls: ["cancel" as const], againMs: 60_000 }));
  mutable.control = control;
  const session = (who: { id: string }) => ({ cookie: `access_token_cookie=session-${who.id}`, "sec-fetch-site": "same-origin" });
  const set = { KITSU_API: `${KITSU}/901/api` };
  const hers = await readAnswer(await ask(`${KITSU}/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email }, session(MANAGER)), set));
  expect(hers.reply.kind).toBe("started");
  await vi.waitFor(async () => expect((await env.LONG_RUNS.getByName(RUN).peek())?.recorded.reply).toMatchObject({ progress: { done: 1 } }));
  const at = hers.run?.url.match(/at=(\d+)/)?.[1];
  const before = await readAnswer(await ask(`${KITSU}/runs/${RUN}/cancel?at=${at}`, ajax({}, session(ARTIST)), set));
  expect(before.reply).toMatchObject({ kind: "failed", code: "not-allowed" });
  // A call of his own under her run's id, which names nobody and ends before it takes the turn.
  run.mockRejectedValue(new Error("never"));
  vi.spyOn(debug, "prepare").mockResolvedValue({ kind: "ask", title: "?", fields: [], submit: "Go" });
  await ask(`${KITSU}/actions/debug?run=${RUN}`, ajax({ selection: taskIds, form: "debug" }, session(ARTIST)), set);
  const log = await readLog();
  const after = await readAnswer(await ask(`${KITSU}/runs/${RUN}/cancel?at=${at}`, ajax({}, session(ARTIST)), set));
  expect({ log: log.map((one) => [(one.person as { id: string }).id === ARTIST.id ? "artist" : "manager", (one.reply as Reply).kind]), after: after.reply.kind, canceled: control.mock.calls.length }).toEqual({ log: [["manager", "started"]], after: "failed", canceled: 0 });
});

it("T2b nobody empties another's line of the log by its id", async () => {
  replaceRun(debug).mockResolvedValue({ kind: "done", severity: "success", title: "Done it" });
  await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, input: {}, form: "debug" }));
  await ask(`/actions/debug?run=${RUN}`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"form":"comment"}' });
  await ask(`/actions/debug?run=${RUN}`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"form":"debug","selection":"x"}' });
  expect((await readLog()).map(({ reply }) => (reply as Reply).title)).toEqual(["Done it"]);
});

it("T8 sent again under its id, a comment that was written says so", async () => {
  const zou = openFakeZou();
  const { taskIds } = addProject(zou, 902, 2);
  const set = { KITSU_TOKEN: BOT_TOKEN, KITSU_API: `${KITSU}/902/api` };
  const send = async (more: object) => readAnswer(await ask(`/actions/comment?run=${RUN}`, ajax({ selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email, ...more }), set));
  const input = { input: { status: STATUS.wip, text: "" }, form: "comment" };
  const asked = (await send(input)).reply;
  const plan = asked.kind === "ask" ? asked.plan : undefined;
  const first = (await send({ ...input, plan })).reply;
  expect(first.kind).toBe("done");
  for (const id of taskIds) Object.assign(zou.tasks.get(id) ?? {}, { task_status_id: STATUS.wip });
  const second = (await send({ ...input, plan })).reply;
  const log = (await readLog()).map(({ reply }) => [(reply as Reply).kind, (reply as Reply).title]);
  expect({ second: [second.kind, second.title], log }).toEqual({ second: ["done", first.title], log: [["done", first.title]] });
});

it("T7 a retry on the page keeps the root, whatever the types of the answers were", async () => {
  const roots: unknown[] = [];
  const prompts: string[] = [];
  const action = defineAction({
    id: "debug", title: "Render", about: "x", modes: ["ajax"],
    input: () => v.object({ priority: v.pipe(v.number()), paused: v.boolean() }),
    confirm: ({ call }) => ({ title: "Sure?", text: call.retryOf?.root ? "kept" : "", submit: "Go" }),
    run: async ({ call }) => { roots.push(call.retryOf?.root); return { kind: "done", severity: "warning", title: "x", outcomes: [{ id: TASK, label: "a", state: "failed" }] }; },
  });
  vi.spyOn(debug, "prepare").mockImplementation(action.prepare);
  const send = async (more: object) => readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, ...more })));
  const input = { input: { priority: 50, paused: false }, form: "debug" };
  const asked = (await send(input)).reply;
  const { run } = await send({ ...input, plan: asked.kind === "ask" ? asked.plan : "" });
  let address = `${(run?.retry ?? "").replace(EDGE, "")}&run=${"e".repeat(32)}`;
  let fields: string[][] = [["personid", ADA], ["personemail", "ada@studio.tld"]];
  for (let i = 0; i < 4; i += 1) {
    const page = await (await ask(address, form(fields, { origin: EDGE }))).text();
    if (!page.includes('data-form="debug"')) break;
    prompts.push(/class="problem"[^>]*>([^<]*)/.exec(page)?.[1] ?? "asked");
    fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, n = "", w = ""]) => [n, w]);
  }
  expect({ prompts, second: roots[1] }).toEqual({ prompts: ["asked"], second: RUN });
});

it("T9 a run of before the deploy goes on", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  mutable.watch = vi.fn(async () => ({ reply: { kind: "done", severity: "success", title: "Rendered" } as Reply, data: null }));
  replaceRun(debug).mockImplementation(async ({ goOn }) => { goOn({ step: 0 }); return started(0); });
  const object = env.LONG_RUNS.getByName(RUN);
  mutable.watch = vi.fn(async () => ({ reply: started(1), data: { step: 1 }, againMs: 60_000 }));
  await ask(`/actions/debug?run=${RUN}`, ajax());
  await vi.waitFor(async () => expect((await object.peek())?.recorded.reply).toMatchObject({ progress: { done: 1 } }));
  await runInDurableObject(object, async (_, { storage }) => { const s = await storage.get<object>("state"); await storage.put("state", { ...s, data: '{"step":1}' }); await storage.delete("data"); });
  await evictDurableObject(object);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 100 * 3_600_000);
  await runInDurableObject(object, (i) => i.alarm());
  expect((await object.peek())?.recorded.reply.kind).toBe("failed");
});

it("T4 a shot that is done in a batch still going is free", async () => {
  const outcomes: Outcome[] = [{ id: TASK, label: "SH010", state: "done" }, { id: OTHER_TASK, label: "SH020", state: "running" }];
  mutable.watch = vi.fn(async () => ({ reply: { kind: "started", title: "Rendering", outcomes } as Reply, data: null, againMs: 60_000 }));
  const run = replaceRun(debug).mockImplementation(async ({ goOn, lock }) => { await lock([TASK, OTHER_TASK]); goOn({}); return { kind: "started", title: "Rendering", outcomes }; });
  await ask(`/actions/debug?run=${RUN}`, ajax());
  await vi.waitFor(() => expect(mutable.watch).toHaveBeenCalled());
  let taken: unknown;
  run.mockImplementation(async (given) => {
    const planned = [{ outcome: { id: TASK, label: "SH010", state: "planned" as const }, ordered: { task: TASK, label: "SH010", order: "new scene", size: 48 } }];
    const { mine, joined } = await takeTasks(given, planned, "join");
    const render = makeRun(given.run.id, mine, [], joined);
    const calls: string[] = [];
    const farm: Farm<string> = { title: "Farm", atOnce: 1, submit: async (o) => { calls.push(o); return { id: "1" }; }, find: async () => new Map(), look: async () => new Map(), control: async () => {} };
    const { reply } = await carryOn({ signal: given.signal, save: async () => {}, readRun: async (id) => (await env.LONG_RUNS.getByName(id).peek())?.recorded.reply }, render, farm);
    taken = { title: reply.title, calls };
    return { kind: "done", severity: "success", title: "x" };
  });
  await ask(`/actions/debug?run=${"d".repeat(32)}`, ajax());
  expect(taken).toMatchObject({ calls: ["new scene"] });
});

it("T11 two retries of a run that was to be rendered once more do not hold the same job", async () => {
  const marks: string[] = [];
  replaceRun(debug).mockImplementation(async (given) => {
    const planned = [{ outcome: { id: TASK, label: "SH010", state: "planned" as const }, ordered: { task: TASK, label: "SH010", order: "o", size: 48 } }];
    const { mine, joined, aside } = await takeTasks(given, planned, "anyway");
    marks.push(...makeRun(given.run.id, mine, aside, joined, "first").shots.map(({ mark }) => mark));
    given.goOn({});
    return started(0);
  });
  mutable.watch = vi.fn(async () => ({ reply: started(1), data: null, againMs: 60_000 }));
  await ask(`/actions/debug?run=${RUN}`, ajax());
  await ask(`/actions/debug?run=${"d".repeat(32)}`, ajax());
  expect(new Set(marks).size).toBe(2);
});

it("T10 Afanasy: what was canceled in a retry can be tried again", async () => {
  const server = openFakeAfserver();
  const farm = openAfanasyFarm({ url: AFANASY_URL, at_once: 2, page: "x" }, ["ada"], new AbortController().signal, 500);
  const order = { job: { name: "SH", user_name: "ada", host_name: "k", blocks: [{ name: "r", service: "b", command: "b @#@ @#@", flags: 1, frame_first: 1, frame_last: 48, frames_per_task: 4, frames_inc: 1 }] }, kitsu: { project: "p", entity: "e", task: "t" } };
  const ref = await farm.submit(order as never, "first/t");
  const job = server.jobs.get(Number(ref.id));
  if (!job) throw new Error("none");
  job.st = 32;
  await farm.control(ref, "first/t", "restart");
  job.st = 1;
  await farm.control(ref, "first/t", "cancel");
  expect((await farm.look([{ job: ref, mark: "first/t" }])).get(ref.id)?.state).toBe("canceled");
  const again = makeRun("again", [{ task: "t", label: "SH", order, size: 48 }], [], [], "first");
  const { reply } = await carryOn({ signal: new AbortController().signal, save: async () => {}, readRun: async () => undefined }, again as never, farm as never);
  expect([reply.kind, reply.title, (reply as { outcomes: Outcome[] }).outcomes[0]?.reason]).toEqual(["started", expect.anything(), expect.anything()]);
});

it("T12 the key is not in the log", async () => {
  replaceRun(debug).mockImplementation(async ({ goOn }) => { goOn({}); return started(0); });
  mutable.watch = vi.fn(async () => ({ reply: started(1), data: null, controls: ["cancel" as const], againMs: 60_000 }));
  mutable.control = vi.fn(async () => ({ reply: { kind: "done", severity: "info", title: "Canceled" } as Reply, data: null }));
  const { run } = await readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax()));
  const key = /key=(\w+)/.exec(run?.follow?.url ?? "")?.[1] ?? "-";
  const cancel = (run?.follow?.url ?? "").replace(EDGE, "").replace("/follow", "/cancel");
  await ask(cancel, ajax({ personid: ADA, personemail: "ada@studio.tld" }, { referer: `${EDGE}/runs/${RUN}?at=1&key=${key}` }));
  expect(JSON.stringify(await readLog())).not.toContain(key);
});

it("T13 the living run keeps its locks when its id is used once more after a day", async () => {
  const run = replaceRun(debug).mockImplementation(async ({ goOn, lock }) => { await lock([TASK]); goOn({}); return started(0); });
  mutable.watch = vi.fn(async () => ({ reply: started(1), data: null, againMs: 60_000 }));
  const send = async () => readAnswer(await ask(`/actions/debug?run=${RUN}`, ajax({ ...AJAX_FIELDS, input: {}, form: "debug" })));
  await send();
  await vi.waitFor(() => expect(mutable.watch).toHaveBeenCalled());
  await runInDurableObject(env.CONVERSATIONS.getByName(RUN), (i) => i.alarm());
  const second = await send();
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 300_000);
  expect({ runs: run.mock.calls.length, second: second.reply.kind, busy: (await env.LOCKS.getByName("debug").find("other", [TASK])).length }).toEqual({ runs: 1, second: "started", busy: 1 });
});
