import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Reply } from "../../../contract.ts";
import type { Control, RunStatus, WatchContext } from "../../../worker/action/action.ts";
import { afanasy } from "../../../worker/actions/afanasy.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { LongRun } from "../../../worker/run/long-run/long-run.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { readParts } from "../../../worker/storage/large-value.ts";
import { getLocks } from "../../../worker/storage/locks.ts";
import { AFANASY_URL, type FakeAfserver, openFakeAfserver } from "../../support/worker/afserver.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { statusInEnglish } from "../../support/worker/english.ts";
import { ajax, ask, KITSU, makeEnv, readAnswer, readFailed } from "../../support/worker/worker.ts";
import {
  addProject,
  addTask,
  BOT_TOKEN,
  CLIENT,
  type FakeZou,
  id,
  MANAGER,
  openFakeZou,
  type Row,
} from "../../support/worker/zou.ts";

const AFANASY = {
  url: AFANASY_URL,
  user: "{person.desktop_login|lower|default:kitsu}",
  frames_most: 1_000,
  priority: { default: 50, least: 10, most: 80 },
  allow_anyway: true,
  templates: [
    {
      id: "blender",
      title: "Blender",
      service: "blender",
      scene: "/mnt/prod/{project.id}/{sequence}/{entity}.blend",
      command: 'blender -b "{scene}" -s @#@ -e @#@ -a',
      frames_per_task: 6,
    },
    { id: "playblast", service: "maya", command: 'mayabatch "{entity}" @#@ @#@', frames_per_task: 10 },
  ],
};
const [BLENDER] = AFANASY.templates;
const ONE = { ...AFANASY, templates: [BLENDER] };
const SET = { KITSU_TOKEN: BOT_TOKEN, AFANASY: ONE, AFANASY_TOKEN: "relay-token" };

let zou: FakeZou;
let server: FakeAfserver;
beforeEach(() => {
  zou = openFakeZou();
  server = openFakeAfserver();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  // What the run starts is continued by hand here.
  vi.spyOn(LongRun.prototype, "alarm").mockResolvedValue();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass, here and on the farm. */
function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
  server.pass(ms);
}

let projects = 500;
function makeProject(taskCount: number, rest: object = {}) {
  projects += 1;
  return addProject(zou, projects, taskCount, rest);
}
const shotOf = (taskId = "") => zou.entities.get(String(zou.tasks.get(taskId)?.entity_id)) ?? {};

let runs = 0x5000;
type Caller = { person?: Row; set?: object };
function begin(selection: readonly string[], { person = MANAGER, set = {} }: Caller = {}) {
  runs += 1;
  const runId = runs.toString(16).padStart(32, "0");
  const variables = { ...SET, KITSU_API: `${KITSU}/${projects}/api`, ...set };
  const say = async (more: object = {}) =>
    readAnswer(
      await ask(
        `/actions/afanasy?run=${runId}`,
        ajax({ selection, userid: person.id, useremail: person.email, ...more }),
        variables,
      ),
    );
  return { id: runId, variables, say };
}

const INPUT = { frames: "", framesPerTask: 4, priority: 50, paused: false };

/** Answers the form, and confirms whatever comes next. */
async function run(selection: readonly string[], input: object = {}, caller: Caller = {}) {
  const { variables, say, ...begun } = begin(selection, caller);
  const answer = { input: { ...INPUT, ...input }, form: "afanasy" };
  const asked = (await say(answer)).reply;
  const answered =
    asked.kind === "ask" && asked.plan !== undefined ? await say({ ...answer, plan: asked.plan }) : { reply: asked };
  return { ...begun, variables, asked, ...answered };
}

const outcomesOf = (reply: Reply) => ("outcomes" in reply ? (reply.outcomes ?? []) : []);
const reasonsOf = (reply: Reply) => outcomesOf(reply).map(({ state, reason }) => `${state}: ${reason}`);

/** The run's watch, as its Durable Object would call it. */
async function follow({ id: runId, variables }: { id: string; variables: object }, other?: object) {
  const kept = await runInDurableObject(env.LONG_RUNS.getByName(runId), async (_, { storage }) =>
    readParts(storage, "data"),
  );
  let data: unknown = other ?? JSON.parse(String(kept));
  const watch: WatchContext = {
    run: { id: runId, url: "" },
    reader: ENGLISH,
    localize: toEnglish,
    person: { id: MANAGER.id, name: "Ada", email: undefined },
    settings: readSettings(makeEnv({ ...variables })),
    base: "",
    signal: new AbortController().signal,
    kitsu: () => undefined,
    readRunReply: async () => undefined,
    save: async (saved) => {
      data = JSON.parse(JSON.stringify(saved));
    },
  };
  const keep = (status: RunStatus | undefined) => {
    data = JSON.parse(JSON.stringify(status?.data));
    if (status === undefined) throw new Error("It can be followed");
    return statusInEnglish(status);
  };
  return {
    poll: async () => keep(await afanasy.watch?.(watch, data)),
    control: async (what: Control) => keep(await afanasy.control?.(watch, data, what)),
  };
}

/** Like a retry, which searches for the jobs of the run before. */
async function retry(before: { id: string; variables: object }, taskIds: readonly string[]) {
  const [task = ""] = taskIds;
  const shot = server.farm.list().find(({ sent }) => String(sent.custom_data).includes(task));
  const jobKey = JSON.parse(String(shot?.sent.custom_data)).kitsu_mark;
  const data = {
    shots: [
      {
        task,
        label: "SH",
        jobKey,
        size: 48,
        state: "waiting",
        restartIfFound: true,
        submission: { job: shot?.sent, kitsu: {} },
      },
    ],
    skipped: [],
  };
  const { poll } = await follow(before, data);
  let reply = (await poll()).reply;
  return { poll: async () => (reply = (await poll()).reply), reply: () => reply };
}

describeAction(afanasy, SET);

describe("the form of the Afanasy action", () => {
  it("proposes the frames that the shots share, and what the studio set", async () => {
    const { taskIds } = makeProject(2);
    const { reply } = await begin(taskIds).say();
    expect(reply).toMatchObject({ kind: "ask", submit: "Render" });
    expect(reply.kind === "ask" && reply.fields).toMatchObject([
      { name: "frames", value: "101-148", type: "text" },
      { name: "framesPerTask", value: 6, min: 1, max: 10_000, step: 1 },
      { name: "priority", value: 50, min: 10, max: 80 },
      { name: "paused", type: "toggle", value: false },
    ]);
  });

  it("leaves each shot its own frames if they differ", async () => {
    const { taskIds } = makeProject(2);
    Object.assign(shotOf(taskIds[0]), { data: { frame_in: 1, frame_out: 5 } });
    const { reply } = await begin(taskIds).say();
    expect(reply.kind === "ask" && reply.fields[0]).toMatchObject({
      value: "",
      help: "Leave empty to use each shot's range from Kitsu.",
    });
  });

  it("asks for a template if there are several, and uses its frames per task", async () => {
    const { taskIds } = makeProject(1);
    const { say } = begin(taskIds, { set: { AFANASY } });
    const { reply } = await say({ input: { template: "playblast" }, form: "afanasy" });
    expect(reply.kind === "ask" && reply.fields).toMatchObject([
      {
        name: "template",
        options: [{ value: "blender", label: "Blender" }, { value: "playblast" }],
        value: "playblast",
      },
      { name: "frames" },
      { name: "framesPerTask", value: 10 },
      {},
      {},
    ]);
  });

  it.each([
    [{ frames: "148-101" }, "148-101 runs backwards: write 101-148"],
    [{ frames: "101.5" }, "101.5 is not a whole frame"],
    [{ frames: "1-1000000" }, "1,000,000 frames are more than the limit of 1,000 per shot"],
    [{ frames: "$(id)" }, '"$(id)" is neither a frame nor a range: write 101-148, or 1-10,20,30-40'],
    [{ framesPerTask: 0 }, "Must be at least 1"],
    [{ framesPerTask: 1.5 }, "Must be a whole number"],
    [{ priority: 81 }, "Must be at most 80"],
  ])("says at the field what is wrong with %j", async (input, error) => {
    const { taskIds } = makeProject(1);
    const { reply } = await run(taskIds, input);
    expect(reply.kind === "ask" && reply.fields.flatMap((field) => field.error ?? [])).toEqual([error]);
    expect(server.requests).toEqual([]);
  });
});

describe("before anything is rendered", () => {
  it("the person confirms the number of shots, projects and frames", async () => {
    const [one, two] = [makeProject(2), makeProject(1)];
    const { asked } = await run([...one.taskIds, ...two.taskIds]);
    expect(asked).toMatchObject({ title: "Submit 3 shots in 2 projects, 144 frames?", submit: "Render" });
    expect(reasonsOf(asked)).toEqual(Array.from({ length: 3 }, () => "planned: 101-148: 48 frames"));
  });

  it("a shot that can't be rendered shows the reason, and the others are rendered", async () => {
    const { taskIds } = makeProject(3);
    Object.assign(shotOf(taskIds[1]), { name: "SH$(rm -rf)" });
    Object.assign(shotOf(taskIds[2]), { data: null, nb_frames: null });
    const { asked, reply } = await run(taskIds);
    expect(asked.title).toBe("Submit 1 shot, 48 frames?");
    expect(reasonsOf(asked)).toEqual([
      "planned: 101-148: 48 frames",
      'skipped: {entity} has $, which is not allowed in a command: "SH$(rm -rf)"',
      "skipped: This shot has no frame range in Kitsu: enter one here, or set it on the shot",
    ]);
    expect(reply.kind).toBe("started");
    expect(outcomesOf(reply).map(({ state }) => state)).toEqual(["waiting", "skipped", "skipped"]);
  });

  it("of two tasks that would write the same files, the first is rendered", async () => {
    const { projectId, taskIds } = makeProject(1);
    const second = addTask(zou, projectId, String(zou.tasks.get(taskIds[0] ?? "")?.entity_id), 59_000 + projects, {
      task_type_id: id(4, 2),
    });
    const { asked } = await run([...taskIds, second]);
    expect(reasonsOf(asked)).toEqual([
      "planned: 101-148: 48 frames",
      "skipped: It would write the same files as SQ01 / SH1 / Animation: the template does not tell them apart",
    ]);
  });

  it("nothing starts if there is nothing to render", async () => {
    const { taskIds } = makeProject(1);
    Object.assign(shotOf(taskIds[0]), { name: "SH`id`" });
    const { reply } = await run(taskIds);
    expect(reply).toMatchObject({
      kind: "failed",
      code: "nothing-to-do",
      text: expect.stringContaining("{entity} has `"),
    });
  });

  it("clients may not use it", async () => {
    const { taskIds } = makeProject(1);
    const { reply } = await run(taskIds, {}, { person: CLIENT });
    expect(reply).toMatchObject({ kind: "failed", code: "not-allowed" });
  });
});

describe("a render run of the Afanasy action", () => {
  it("can be canceled before the farm has answered anything", async () => {
    server.isDead = true;
    const { taskIds } = makeProject(1);
    expect(await run(taskIds)).toMatchObject({ run: { cancel: expect.any(String) } });
  });

  it("submits one job per shot through the relay, and follows them to the end", async () => {
    const { taskIds } = makeProject(2);
    const begun = await run(taskIds, { priority: 70, framesPerTask: 12 });
    expect(begun.reply).toMatchObject({ kind: "started", progress: { done: 0, total: 96 } });
    expect(server.requests).toEqual([]);
    const { poll } = await follow(begun);
    expect((await poll()).reply).toMatchObject({ kind: "started", progress: { done: 0, total: 96 } });
    expect(server.requests[0]?.headers.get("authorization")).toBe("Bearer relay-token");
    expect(server.job(2).sent).toMatchObject({
      ...{ user_name: "kitsu", priority: 70 },
      blocks: [{ frames_per_task: 12, service: "blender" }],
    });
    pass(4_000);
    expect((await poll()).reply).toMatchObject({ kind: "started", progress: { done: expect.any(Number), total: 96 } });
    server.pass(200_000);
    expect((await poll()).reply).toMatchObject({
      kind: "done",
      severity: "success",
      title: "Rendered 2 shots with Afanasy",
      outcomes: [{ state: "done" }, { state: "done" }],
    });
  });

  it("reports a broken scene within a minute with the farm's defaults, quotes the program, and renders it on a retry", async () => {
    const { taskIds } = makeProject(2);
    Object.assign(shotOf(taskIds[1]), { name: "SH0040" });
    const begun = await run(taskIds);
    const { poll } = await follow(begun);
    let reply: Reply | undefined;
    let broken = 0;
    while (reply === undefined || reply.kind === "started") {
      pass(3_000);
      reply = (await poll()).reply;
      const isRefused = server.job(3).blocks[0]?.hosts.countAvoided(3) === 2;
      if (isRefused && outcomesOf(reply)[1]?.state !== "failed") broken += 3;
    }
    expect(broken).toBeLessThan(60);
    expect(reply).toMatchObject({
      kind: "done",
      outcomes: [
        { state: "done" },
        {
          state: "failed",
          reason: expect.stringMatching(
            /2 machines refuse it after errors, and no other can take it\. In frame 1\d\d-1\d\d: Error: Cycles: out of memory$/,
          ),
        },
      ],
    });
    const again = await retry(begun, taskIds.slice(1));
    for (let polls = 0; polls < 40 && again.reply().kind === "started"; polls += 1) {
      pass(3_000);
      await again.poll();
    }
    expect(again.reply()).toMatchObject({ kind: "done", severity: "success" });
    expect(server.farm.list().length).toBe(2);
  });

  it("starts paused if asked to, and can be resumed and canceled", async () => {
    const { taskIds } = makeProject(1);
    const { poll, control } = await follow(await run(taskIds, { paused: true }));
    await poll();
    pass(2_000);
    expect(outcomesOf((await poll()).reply)).toMatchObject([{ state: "waiting", reason: "Paused in Afanasy" }]);
    expect((await poll()).controls).toEqual(["cancel", "resume"]);
    await control("resume");
    expect(server.job(2).isOffline).toBe(false);
    await control("cancel");
    pass(5_000);
    expect((await poll()).reply).toMatchObject({ kind: "done", severity: "info", outcomes: [{ state: "skipped" }] });
    expect(server.job(2).isOffline).toBe(true);
  });

  it("submits nothing twice, whether the answer was lost or the server was down", async () => {
    const { taskIds } = makeProject(1);
    const { poll } = await follow(await run(taskIds));
    server.next.push("taken-close", "close");
    await expect(poll()).rejects.toMatchObject({ code: "farm-unreachable", reply: { retry: true } });
    expect((await poll()).reply.kind).toBe("started");
    expect(server.farm.list().length).toBe(1);
  });
});

describe("a shot that somebody is already rendering", () => {
  const other = { run: "f".repeat(32), person: "Ana", until: Date.now() + 3_600_000 };
  const occupy = (tasks: readonly string[]) => getLocks(makeEnv(), "afanasy").take(other, tasks);

  it("is detected, and followed or left out as the person chooses", async () => {
    const { taskIds } = makeProject(3);
    await occupy(taskIds.slice(0, 1));
    const { reply } = await begin(taskIds).say();
    expect(reply.kind === "ask" && reply.fields.at(0)).toMatchObject({
      name: "busy",
      label: expect.stringMatching(/^Ana has been rendering 1 of your 3 shots since \d\d:\d\d/),
      value: "join",
      options: [{ label: "Follow that render" }, { label: "Leave them out" }, { label: "Render them again" }],
    });
    const joining = await run(taskIds, { busy: "join" });
    expect(joining.asked.title).toBe("Submit 2 shots, 96 frames?");
    expect(joining.reply).toMatchObject({ kind: "started", title: "Rendering: 3 shots with Afanasy" });
    await getLocks(makeEnv(), "afanasy").release(joining.id);
    const skipping = await run(taskIds, { busy: "skip" });
    expect(skipping.asked.title).toBe("Submit 2 shots, 96 frames?");
    expect(reasonsOf(skipping.asked)[0]).toMatch(/^skipped: Ana has been rendering it since \d\d:\d\d/);
  });

  it("is rendered again if the person chooses that and the studio allows it", async () => {
    const { taskIds } = makeProject(2);
    await occupy(taskIds);
    const { asked, reply } = await run(taskIds, { busy: "anyway" });
    expect(asked.title).toBe("Submit 2 shots, 96 frames?");
    expect(reply.kind).toBe("started");
    const refused = await run(taskIds, { busy: "anyway" }, { set: { AFANASY: { ...ONE, allow_anyway: false } } });
    expect(refused.reply).toMatchObject({
      kind: "ask",
      fields: expect.arrayContaining([expect.objectContaining({ name: "busy" })]),
    });
  });

  it("is followed even if its render started after the form was shown", async () => {
    const { taskIds } = makeProject(2);
    const { say } = begin(taskIds);
    const answer = { input: INPUT, form: "afanasy" };
    const asked = (await say(answer)).reply;
    await occupy(taskIds.slice(0, 1));
    const again = (await say({ ...answer, plan: asked.kind === "ask" ? asked.plan : "" })).reply;
    expect(again.kind).toBe("ask");
  });
});

describe("without AFANASY, or with an invalid one,", () => {
  it("the action is not offered, and says what to set", async () => {
    const reply = await readFailed(await ask("/actions/afanasy", ajax(), { KITSU_TOKEN: BOT_TOKEN }));
    expect(reply).toMatchObject({ code: "not-configured", advice: expect.stringContaining("docs/afanasy.md") });
  });

  it("the answer names the invalid member", async () => {
    const set = { ...SET, AFANASY: { ...ONE, templates: [{ ...BLENDER, command: "blender {scene}" }] } };
    const reply = await readFailed(await ask("/actions/afanasy", ajax(), set));
    expect(reply.text).toContain("AFANASY.templates.0.command must have every variable in double quotes");
  });
});
