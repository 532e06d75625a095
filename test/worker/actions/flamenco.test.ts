import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Ask, Reply } from "../../../contract.ts";
import type { JobType, Setting } from "../../../playground/farms/flamenco/job-types-data.ts";
import type { Control, RunStatus, WatchContext } from "../../../worker/action/action.ts";
import { flamenco } from "../../../worker/actions/flamenco.ts";
import { toEnglish } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";
import { LongRun } from "../../../worker/run/long-run/long-run.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { readParts } from "../../../worker/storage/large-value.ts";
import { getLocks } from "../../../worker/storage/locks.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../support/worker/flamenco.ts";
import { ajax, ask, KITSU, makeEnv, readAnswer, readFailed } from "../../support/worker/worker.ts";
import {
  ARTIST,
  addProject,
  BOT_TOKEN,
  CLIENT,
  type FakeZou,
  MANAGER,
  openFakeZou,
  type Row,
} from "../../support/worker/zou.ts";

const OWN = {
  url: FLAMENCO,
  blend: "/mnt/prod/{project.code}/{sequence}/{entity}/{entity}_lighting.blend",
  output: "/mnt/prod/{project.code}/renders",
};
const SET = { KITSU_TOKEN: BOT_TOKEN, FLAMENCO: OWN };

let zou: FakeZou;
let fake: FakeFlamenco;
beforeEach(() => {
  zou = openFakeZou();
  fake = openFakeFlamenco();
  // What the run starts is continued by hand here.
  vi.spyOn(LongRun.prototype, "alarm").mockResolvedValue();
});

/** A project of its own for each test, because the table of projects is cached. */
let projects = 700;
function makeProject(taskCount: number, rest: object = {}) {
  projects += 1;
  return addProject(zou, projects, taskCount, { code: "demo", ...rest });
}
const shotOf = (taskId = ""): Row | Record<string, unknown> =>
  zou.entities.get(String(zou.tasks.get(taskId)?.entity_id)) ?? {};

let runs = 0x7000;
type Caller = { person?: Row; set?: object };
function begin(selection: readonly string[], { person = MANAGER, set = {} }: Caller = {}) {
  runs += 1;
  const id = runs.toString(16).padStart(32, "0");
  const variables = { ...SET, KITSU_API: `${KITSU}/${projects}/api`, ...set };
  const send = (more: object = {}) =>
    ask(
      `/actions/flamenco?run=${id}`,
      ajax({ selection, userid: person.id, useremail: person.email, ...more }),
      variables,
    );
  return { id, variables, send };
}

const INPUT = { frames: "", chunk_size: 5, priority: 50, format: "PNG", scene: "" };
const own = (rest: object) => ({ set: { FLAMENCO: { ...OWN, ...rest } } });

async function askForm(selection: readonly string[], caller: Caller = {}, input?: object): Promise<Ask> {
  const { reply } = await readAnswer(await begin(selection, caller).send(input && { input, form: "flamenco" }));
  if (reply.kind !== "ask") throw new Error(`Expected a form, got ${JSON.stringify(reply)}`);
  return reply;
}

/** Answers the form, and confirms whatever comes next. */
async function run(selection: readonly string[], input: object = {}, caller: Caller = {}) {
  const { id, variables, send } = begin(selection, caller);
  const answer = { input: { ...INPUT, ...input }, form: "flamenco" };
  const asked = (await readAnswer(await send(answer))).reply;
  const isAgreement = asked.kind === "ask" && asked.plan !== undefined;
  const reply = isAgreement ? (await readAnswer(await send({ ...answer, plan: asked.plan }))).reply : asked;
  return { id, variables, asked, reply, send };
}

const outcomesOf = (reply: Reply) => ("outcomes" in reply ? (reply.outcomes ?? []) : []);
const reasonsOf = (reply: Reply) => outcomesOf(reply).map(({ state, reason }) => `${state}: ${reason}`);

/** The run's watch, as its Durable Object would call it. */
async function follow({ id, variables }: { id: string; variables: object }, others?: Reply) {
  const kept = await runInDurableObject(env.LONG_RUNS.getByName(id), async (_, { storage }) =>
    readParts(storage, "data"),
  );
  let data: unknown = JSON.parse(String(kept));
  const save = async (saved: unknown) => {
    data = JSON.parse(JSON.stringify(saved));
  };
  const watch: WatchContext = {
    run: { id, url: `${KITSU}/runs/${id}` },
    person: { id: MANAGER.id, name: "Person 2", email: undefined },
    reader: ENGLISH,
    localize: toEnglish,
    settings: readSettings(makeEnv({ ...variables })),
    base: KITSU,
    signal: new AbortController().signal,
    kitsu: () => undefined,
    readRunReply: async () => others,
    save,
  };
  const take = async (status: RunStatus | undefined) => {
    if (status === undefined) throw new Error("It is not followed");
    await save(status.data);
    return { ...status, reply: localizeReply(status.reply, ENGLISH) };
  };
  return {
    poll: async () => take(await flamenco.watch?.(watch, data)),
    control: async (what: Control) => take(await flamenco.control?.(watch, data, what)),
  };
}

describeAction(flamenco, SET);

describe("the form", () => {
  it("proposes the frames that all shots share, and nothing if they differ", async () => {
    const { taskIds } = makeProject(3);
    const form = await askForm(taskIds);
    expect(form.fields?.map(({ name, value }) => [name, value])).toEqual([
      ["frames", "101-148"],
      ["chunk_size", 5],
      ["priority", 50],
      ["format", "PNG"],
      ["scene", undefined],
    ]);
    Object.assign(shotOf(taskIds[1]), { data: { frame_in: 1, frame_out: 20 } });
    expect((await askForm(taskIds)).fields?.[0]).toMatchObject({ value: "", placeholder: "each shot's own" });
  });

  it.each([
    [{ data: { frame_in: 148, frame_out: 101 }, nb_frames: 48 }],
    [{ data: { frame_in: 101.5, frame_out: 148 }, nb_frames: 48 }],
    [{ data: { frame_in: 1, frame_out: 1_000_000 } }],
  ])("proposes no frames if those in Kitsu are wrong: %j", async (entity) => {
    const { taskIds } = makeProject(1);
    Object.assign(shotOf(taskIds[0]), entity);
    expect((await askForm(taskIds)).fields?.[0]).toMatchObject({ name: "frames", value: "" });
  });

  it("stays within the studio's limits", async () => {
    const { taskIds } = makeProject(1);
    const caller = own({
      priority: { default: 40, least: 10, most: 60 },
      formats: ["OPEN_EXR"],
      chunk_size: 8,
      roots: ["/mnt/prod"],
    });
    const form = await askForm(taskIds, caller, {
      ...INPUT,
      priority: 90,
      frames: "148-101",
      format: "PNG",
      output: "/etc/x",
      blend: "/mnt/prod/../x",
    });
    const errors = Object.fromEntries(form.fields?.map(({ name, error }) => [name, error]) ?? []);
    expect(errors).toEqual({
      frames: "148-101 runs backwards: write 101-148",
      chunk_size: undefined,
      priority: "Must be at most 60",
      format: "Is not one of the choices",
      scene: undefined,
      output: "Must be below /mnt/prod",
      blend: "Must be an absolute path without ..",
    });
  });

  it("has no scene if Flamenco has none", async () => {
    fake.manager.minor = 5;
    const { taskIds } = makeProject(1);
    expect((await askForm(taskIds)).fields?.map(({ name }) => name)).not.toContain("scene");
  });

  it("says that Flamenco is down before it asks anything else", async () => {
    fake.isDown = true;
    const { taskIds } = makeProject(1);
    expect(await readFailed(await begin(taskIds).send())).toMatchObject({ code: "farm-unreachable", retry: true });
  });
});

describe("the confirmation", () => {
  it("shows frames, tasks and folder of each shot, which Flamenco has compiled", async () => {
    const { taskIds } = makeProject(3);
    Object.assign(shotOf(taskIds[1]), { data: {}, nb_frames: 20 });
    const { asked } = await run(taskIds);
    expect(asked).toMatchObject({ kind: "ask", title: "Submit 3 shots, 116 frames?", submit: "Render" });
    expect(reasonsOf(asked)).toEqual([
      "planned: 48 frames, 11 tasks, to /mnt/prod/demo/renders/SQ01_SH1 Animation",
      "planned: 20 frames, 5 tasks, to /mnt/prod/demo/renders/SQ01_SH2 Animation",
      "planned: 48 frames, 11 tasks, to /mnt/prod/demo/renders/SQ01_SH3 Animation",
    ]);
    expect(fake.requests.filter((one) => one === "POST /jobs/check").length).toBeGreaterThanOrEqual(3);
  });

  it("has the first 16 compiled, and says so", async () => {
    const { taskIds } = makeProject(30);
    const { send } = begin(taskIds);
    const { reply } = await readAnswer(await send({ input: INPUT, form: "flamenco" }));
    expect(reply).toMatchObject({ kind: "ask", text: expect.stringContaining("Flamenco checked the first 16.") });
    expect(fake.requests.filter((one) => one === "POST /jobs/check").length).toBe(16);
    expect(fake.jobs.size).toBe(0);
  });

  it.each([
    ["SH'1", "has '"],
    ['SH"1', 'has "'],
    ["SH`id`", "has `"],
    ["SH$(id)", "has $"],
    ["SH\n1", "control character"],
    ["..", 'has ".."'],
    ["SH@#@1", "has #"],
    ["SH{timestamp}", "has {"],
    ["a/b", "has /"],
  ])("leaves out a shot named %j, and renders the others", async (name, reason) => {
    const { taskIds } = makeProject(2);
    Object.assign(shotOf(taskIds[0]), { name });
    const { asked, reply } = await run(taskIds);
    expect(asked).toMatchObject({ title: "Submit 1 shot, 48 frames?" });
    expect(reasonsOf(asked)[0]).toContain(reason);
    expect(reply.kind).toBe("started");
  });

  it.each([
    [{ data: {}, nb_frames: null }, "has no frame range in Kitsu"],
    [{ data: { frame_in: 148, frame_out: 101 } }, "run backwards in Kitsu, from 148 to 101"],
    [{ data: { frame_in: 101.5, frame_out: 148 } }, "not a whole frame"],
    [{ data: { frame_in: 1, frame_out: 1_000_000 } }, "1,000,000 frames are more than the limit of 10,000 per shot"],
    [{ data: { frame_in: "1", frame_out: "1" } }, "1 frame, 2 tasks"],
  ])("goes by the frames in Kitsu: %j", async (entity, reason) => {
    const { taskIds } = makeProject(2);
    Object.assign(shotOf(taskIds[0]), entity);
    expect(reasonsOf((await run(taskIds)).asked)[0]).toContain(reason);
  });

  it("refuses two shots with the same folder", async () => {
    const { taskIds } = makeProject(2);
    const { reply } = await run(taskIds, {}, own({ name: "{sequence}" }));
    expect(reply).toMatchObject({ kind: "failed", code: "nothing-to-do" });
    expect(reasonsOf(reply)[0]).toContain("same folder as SQ01 / SH2 / Animation");
  });

  it("shows what Flamenco refuses, in its words", async () => {
    const { taskIds } = makeProject(1);
    const { reply } = await run(taskIds, {}, own({ job_types: [{ type: "gone" }] }));
    expect(reply).toMatchObject({
      kind: "failed",
      code: "farm-refused",
      text: "Flamenco refused: no such job type known",
    });
  });
});

describe("the job", () => {
  it("has every setting of simple-blender-render, and says whose it is", async () => {
    const { taskIds, projectId } = makeProject(1);
    const started = await run(taskIds);
    expect(started.reply).toMatchObject({ kind: "started", title: "Rendering: SQ01 / SH1 / Animation with Flamenco" });
    await (await follow(started)).poll();
    const { name, type, priority, submitter_platform, settings, metadata } = fake.only().submitted;
    expect({ name, type, priority, submitter_platform }).toEqual({
      name: "SQ01_SH1 Animation",
      type: "simple-blender-render",
      priority: 50,
      submitter_platform: "linux",
    });
    expect(settings).toEqual({
      frames: "101-148",
      chunk_size: 5,
      blendfile: "/mnt/prod/demo/SQ01/SH1/SH1_lighting.blend",
      render_output_root: "/mnt/prod/demo/renders",
      add_path_components: 0,
      render_output_path: "/mnt/prod/demo/renders/SQ01_SH1 Animation/{timestamp}/######",
      fps: 25,
      format: "PNG",
      image_file_extension: ".png",
      has_previews: false,
      scene: "",
    });
    expect(metadata).toEqual({
      project: `Project ${projects}`,
      "user.name": "Person 2",
      "kitsu.task_id": taskIds[0],
      "kitsu.entity_id": zou.tasks.get(taskIds[0] ?? "")?.entity_id,
      "kitsu.project_id": projectId,
      "kitsu.run_id": started.id,
      "kitsu.mark": expect.stringMatching(new RegExp(`^${started.id}/${taskIds[0]}/[0-9a-f]+$`)),
    });
  });

  it("writes only the share of a server with backslashes, because Blender reads // as the folder of its file", async () => {
    const { taskIds } = makeProject(1);
    const share = { platform: "windows", blend: "//nas01/prod/{entity}.blend", output: "//nas01/renders\\" };
    await (await follow(await run(taskIds, {}, own(share)))).poll();
    expect(fake.only().submitted).toMatchObject({
      settings: {
        blendfile: "\\\\nas01\\prod\\SH1.blend",
        render_output_root: "\\\\nas01\\renders\\",
        render_output_path: "\\\\nas01\\renders\\SQ01_SH1 Animation\\{timestamp}\\######",
      },
    });
  });

  it("has paths of the studio's platform, with the folders of the blend file", async () => {
    const { taskIds } = makeProject(1);
    const windows = {
      platform: "windows",
      blend: "P:\\{project.code}\\{sequence}\\{entity}.blend",
      output: "P:\\renders\\",
      add_path_components: 2,
    };
    await (await follow(await run(taskIds, {}, own(windows)))).poll();
    expect(fake.only().submitted).toMatchObject({
      submitter_platform: "windows",
      settings: {
        blendfile: "P:/demo/SQ01/SH1.blend",
        render_output_root: "P:/renders/",
        render_output_path: "P:/renders/demo/SQ01/SQ01_SH1 Animation/{timestamp}/######",
      },
    });
  });

  it("renders the working file recorded in Kitsu rather than the template's", async () => {
    const { taskIds } = makeProject(1);
    zou.workingFiles.push({
      id: crypto.randomUUID(),
      path: "/mnt/prod/demo/sh1_v007",
      revision: 7,
      task_id: taskIds[0],
    });
    await (await follow(await run(taskIds))).poll();
    expect(fake.only().settings.blendfile).toBe("/mnt/prod/demo/sh1_v007.blend");
  });

  it("has frames, folder and blend file as typed", async () => {
    const { taskIds } = makeProject(1);
    const typed = {
      frames: "1-10, 20",
      output: "/mnt/prod/tests",
      blend: "/mnt/prod/x.blend",
      format: "OPEN_EXR",
      scene: "Main",
    };
    await (await follow(await run(taskIds, typed, own({ roots: ["/mnt/prod"] })))).poll();
    expect(fake.only().settings).toMatchObject({
      frames: "1-10,20",
      blendfile: "/mnt/prod/x.blend",
      render_output_root: "/mnt/prod/tests",
      image_file_extension: ".exr",
      scene: "Main",
    });
  });

  it("has a studio's own type: settings from the form, from what is known, from FLAMENCO, or the type's default", async () => {
    fake.own({
      name: "studio-comp",
      label: "Comp",
      etag: "e1",
      settings: [
        { key: "frames", type: "string", required: true },
        { key: "quality", type: "string", choices: ["low", "high"], default: "low", description: "How fine" },
        { key: "samples", type: "int32", propargs: { min: 1, max: 64 }, default: 16, visible: "submission" },
        { key: "denoise", type: "bool", default: true },
        { key: "secret", type: "string", default: "x", visible: "hidden" },
        { key: "target", type: "string", required: true, visible: "web" },
        { key: "gain", type: "float", visible: false },
      ],
    });
    const { taskIds } = makeProject(1);
    const caller = own({
      job_types: [
        "simple-blender-render",
        { type: "studio-comp", label: "Comp", settings: { target: "{output}/{entity}_{frames}.exr" } },
      ],
    });
    const first = await askForm(taskIds, caller);
    expect(first.fields?.[0]).toMatchObject({ name: "job_type", value: "simple-blender-render" });
    const second = await askForm(taskIds, caller, { ...INPUT, job_type: "studio-comp" });
    expect(second.fields?.map(({ name, type, value }) => [name, type, value])).toEqual([
      ["job_type", "one-of", "studio-comp"],
      ["frames", "text", ""],
      ["priority", "number", 50],
      ["setting_quality", "one-of", "low"],
      ["setting_samples", "number", 16],
      ["setting_denoise", "toggle", true],
    ]);
    expect(second.fields?.[4]).toMatchObject({ min: 1, max: 64, step: 1 });
    const answers = { job_type: "studio-comp", setting_quality: "high", setting_samples: 32, setting_denoise: false };
    await (await follow(await run(taskIds, answers, caller))).poll();
    expect(fake.only().submitted).toMatchObject({ type: "studio-comp", type_etag: "e1" });
    expect(fake.only().settings).toEqual({
      frames: "101-148",
      quality: "high",
      samples: 32,
      denoise: false,
      secret: "x",
      target: "/mnt/prod/demo/renders/SH1_101-148.exr",
      gain: 0,
    });
  });
});

describe("a studio's own job type", () => {
  const typed = (settings: readonly Setting[], more: Partial<JobType> = {}) =>
    fake.own({ name: "studio", label: "Studio", etag: "e1", settings, ...more });

  it("may have a default that nobody may type, and a number for true", async () => {
    typed([
      { key: "frames", type: "string" },
      { key: "command", type: "string", default: '{blender} -x "y"' },
      { key: "denoise", type: "bool", default: 1 },
      { key: "hidden", type: "bool", default: 1, visible: "hidden" },
    ]);
    const { taskIds } = makeProject(1);
    const caller = own({ job_types: ["studio"] });
    const { fields } = await askForm(taskIds, caller);
    const proposed = Object.fromEntries(fields?.map(({ name, value = "" }) => [name, value]) ?? []);
    const wrong = await askForm(taskIds, caller, { ...proposed, setting_command: "$(id)" });
    expect(wrong.fields?.map(({ error }) => error).filter(Boolean)).toEqual([
      expect.stringContaining("Must not have quotes"),
    ]);
    await (await follow(await run(taskIds, proposed, caller))).poll();
    const command = '{blender} -x "y"';
    expect(fake.only().settings).toEqual({ frames: "101-148", command, denoise: true, hidden: true });
  });

  it("may be simple-blender-render with settings in FLAMENCO", async () => {
    typed(
      [
        { key: "frames", type: "string", required: true },
        { key: "chunk_size", type: "int32", default: 1 },
        { key: "blendfile", type: "string", required: true, visible: "web" },
        { key: "render_output_path", type: "string", editable: false },
        { key: "format", type: "string", required: true, visible: "web" },
        { key: "scene", type: "string", visible: "web" },
        { key: "gpu", type: "bool", default: false },
        { key: "samples", type: "int32", default: 64, visible: "hidden" },
      ],
      { name: "simple-blender-render" },
    );
    const { taskIds } = makeProject(1);
    const settings = { scene: "Main", gpu: true, render_output_path: "{output}/{entity}/{timestamp}/######" };
    const caller = own({ job_types: [{ type: "simple-blender-render", settings }] });
    const { fields } = await askForm(taskIds, caller);
    expect(fields?.map(({ name }) => name)).toEqual(["frames", "chunk_size", "priority", "format"]);
    const begun = await run(taskIds, {}, caller);
    expect(reasonsOf(begun.asked)[0]).toContain("48 frames, 11 tasks");
    await (await follow(begun)).poll();
    expect(fake.only().submitted).toMatchObject({
      type_etag: "e1",
      settings: {
        ...{ scene: "Main", gpu: true, samples: 64, format: "PNG" },
        render_output_path: "/mnt/prod/demo/renders/SH1/{timestamp}/######",
      },
    });
  });

  it("has only its own settings", async () => {
    typed([{ key: "frames", type: "string" }]);
    const { taskIds } = makeProject(1);
    const { reply } = await run(taskIds, {}, own({ job_types: [{ type: "studio", settings: { sampels: 5 } }] }));
    expect(reasonsOf(reply)).toEqual(["failed: FLAMENCO.job_types sets sampels, which is not a setting of studio"]);
  });

  it("has its scene even if Flamenco's own type has none", async () => {
    fake.manager.minor = 5;
    typed([
      { key: "frames", type: "string" },
      { key: "scene", type: "string", required: true },
    ]);
    const { taskIds } = makeProject(1);
    const begun = await run(taskIds, { scene: "Main" }, own({ job_types: ["studio"] }));
    await (await follow(begun)).poll();
    expect(fake.only().settings).toEqual({ frames: "101-148", scene: "Main" });
  });

  it("is asked again if a new field appeared meanwhile, and refused if it was confirmed already", async () => {
    typed([{ key: "frames", type: "string" }]);
    const { taskIds } = makeProject(1);
    const caller = own({ job_types: ["studio"] });
    const begun = await run(taskIds, {}, caller);
    typed([{ key: "frames", type: "string" }], { etag: "e2" });
    expect((await (await follow(begun)).poll()).reply).toMatchObject({
      text: "The job type has been changed in Flamenco since the form was opened.",
    });
    typed([
      { key: "frames", type: "string" },
      { key: "more", type: "string" },
    ]);
    const other = makeProject(1).taskIds;
    expect((await run(other, {}, caller)).asked).toMatchObject({
      fields: expect.arrayContaining([expect.objectContaining({ name: "setting_more" })]),
    });
  });
});

describe("what a studio's own job type refuses", () => {
  const type = {
    settings: [
      { key: "frames", type: "string" },
      { key: "samples", type: "int32", label: "Samples" },
      { key: "note", type: "string" },
    ] satisfies Setting[],
    refuse: ({ samples, note, frames }: Readonly<Record<string, unknown>>) => {
      if (Number(samples) > 1_000) return "Samples over 1000 need a supervisor";
      if (note === "later") return "nothing can be rendered later";
      if (note === "never") return "Ask the farm's wranglers first";
      return frames === "1-20" ? "that is too short" : undefined;
    },
  };
  const caller = own({ job_types: ["studio"] });
  const ask = async (answers: object, count = 1) => {
    fake.own({ name: "studio", label: "Studio", etag: "e1", ...type });
    const { taskIds } = makeProject(count);
    if (count > 1) Object.assign(shotOf(taskIds[1]), { data: { frame_in: 1, frame_out: 20 } });
    return (await run(taskIds, { setting_samples: 64, setting_note: "now", ...answers }, caller)).asked;
  };

  it("is shown at its field, and what was typed is still there", async () => {
    const asked = await ask({ setting_samples: 2_000, setting_note: "my note" }, 3);
    expect(asked).toMatchObject({ kind: "ask", submit: "Next" });
    const fields = asked.kind === "ask" ? (asked.fields ?? []) : [];
    expect(fields.map(({ name, value, error }) => [name, value, error])).toEqual([
      ["frames", "", undefined],
      ["priority", 50, undefined],
      ["setting_samples", 2_000, "Flamenco refused: Samples over 1000 need a supervisor"],
      ["setting_note", "my note", undefined],
    ]);
  });

  it("is shown at the field with the value it mentions", async () => {
    const asked = await ask({ setting_note: "later" });
    const wrong = asked.kind === "ask" ? asked.fields?.filter(({ error }) => error !== undefined) : [];
    expect(wrong).toMatchObject([{ name: "setting_note", error: "Flamenco refused: nothing can be rendered later" }]);
  });

  it("is shown above the form if the field is unknown", async () => {
    const asked = await ask({ setting_note: "never" });
    expect(asked).toMatchObject({ kind: "ask", problem: "Flamenco refused: Ask the farm's wranglers first" });
    expect(asked.kind === "ask" && asked.fields?.every(({ error }) => error === undefined)).toBe(true);
  });

  it("is shown at the shot if others can be rendered", async () => {
    const asked = await ask({}, 2);
    expect(reasonsOf(asked)).toEqual(["planned: 48 frames", "failed: Flamenco refused: that is too short"]);
  });
});

describe("the form of a studio's own job type", () => {
  const fieldsOf = async (settings: readonly Setting[], rest: object = {}) => {
    fake.own({ name: "studio", label: "Studio", etag: "e1", settings });
    const { fields } = await askForm(makeProject(1).taskIds, own({ job_types: ["studio"], ...rest }));
    return Object.fromEntries((fields ?? []).map((field) => [field.name, field]));
  };

  it("proposes the type's defaults, within the studio's limits", async () => {
    const settings: Setting[] = [
      { key: "chunk_size", type: "int32", default: 3 },
      { key: "format", type: "string", default: "OPEN_EXR" },
      { key: "scene", type: "string", default: "Main" },
    ];
    expect(await fieldsOf(settings)).toMatchObject({
      chunk_size: { value: 3 },
      format: { value: "OPEN_EXR" },
      scene: { value: "Main" },
    });
    expect(
      await fieldsOf(settings, { chunk_size: { default: 8, least: 8, most: 16 }, formats: ["PNG"] }),
    ).toMatchObject({
      chunk_size: { value: 8 },
      format: { value: "PNG" },
    });
  });

  it("marks texts that are required, even with a default", async () => {
    const fields = await fieldsOf([
      { key: "scene", type: "string", required: true },
      { key: "layer", type: "string", required: true },
      { key: "look", type: "string", required: true, default: "day" },
      { key: "empty", type: "string", required: true, default: "" },
      { key: "note", type: "string" },
    ]);
    expect(Object.values(fields).map(({ name, required }) => [name, required])).toEqual([
      ["priority", false],
      ["scene", true],
      ["setting_layer", true],
      ["setting_look", true],
      ["setting_empty", true],
      ["setting_note", false],
    ]);
  });
});

describe("the folder of a studio's own job type", () => {
  const planOf = async (settings: object, keys: readonly string[], count = 1) => {
    fake.own({ name: "studio", label: "Studio", etag: "e1", settings: keys.map((key) => ({ key, type: "string" })) });
    const caller = own({ job_types: [{ type: "studio", settings }] });
    return reasonsOf((await run(makeProject(count).taskIds, {}, caller)).asked);
  };

  it("is found from its settings", async () => {
    expect(await planOf({ target: "{output}/{entity}/comp" }, ["target"])).toEqual([
      "planned: 48 frames, to /mnt/prod/demo/renders/SH1/comp",
    ]);
    expect(await planOf({ source: "{output}/in", target: "{output}/comp" }, ["source", "target"])).toEqual([
      "planned: 48 frames, to /mnt/prod/demo/renders/comp",
    ]);
  });

  it.each([
    [{ source: "{output}" }, ["source"]],
    [{ one: "{output}/1", two: "{output}/2" }, ["one", "two"]],
    [{}, ["frames"]],
  ])("is not shown if it is unclear: %j", async (settings, keys) => {
    expect(await planOf(settings, keys)).toEqual(["planned: 48 frames"]);
  });

  it("must differ for each shot, or none of them is rendered", async () => {
    expect(
      (await planOf({ target: "{output}/{entity}" }, ["target"], 2)).every((one) => one.startsWith("planned")),
    ).toBe(true);
    expect((await planOf({ target: "{output}/comp" }, ["target"], 2))[0]).toContain("same folder as SQ01 / SH2");
  });
});

describe("a farm that would render nothing", () => {
  const TAG = "5b8e1c00-0000-4000-8000-000000000001";

  it("says so before the confirmation if its machines are asleep", async () => {
    fake.manager.wake(0, "asleep");
    const { asked, reply } = await run(makeProject(1).taskIds);
    expect(asked).toMatchObject({
      text: expect.stringContaining("No machine is awake at the moment: jobs will wait."),
    });
    expect(reply.kind).toBe("started");
  });

  it("is sent nothing if it has not been set up", async () => {
    fake.manager.isFirstRun = true;
    expect((await run(makeProject(1).taskIds)).reply).toMatchObject({
      code: "farm-refused",
      text: "This Flamenco has not been set up yet: it accepts jobs but renders none.",
    });
  });

  it("is sent nothing with a tag it does not have, and its tags are listed", async () => {
    fake.manager.tags.push({ id: TAG, name: "GPU" });
    const other = TAG.replace(/1$/, "2");
    expect((await run(makeProject(1).taskIds, {}, own({ worker_tag: other }))).reply).toMatchObject({
      code: "farm-refused",
      text: `FLAMENCO.worker_tag is ${other}, but this Flamenco has no such tag.`,
      advice: `Ask your TD to fix the setting. Flamenco has GPU (${TAG}).`,
    });
    expect((await run(makeProject(1).taskIds, {}, own({ worker_tag: TAG }))).reply.kind).toBe("started");
  });

  it("is sent the job if it does not report its state", async () => {
    fake.isSilent = (request) => /configuration|worker-mgt/.test(request);
    expect((await run(makeProject(1).taskIds)).reply.kind).toBe("started");
  });
});

describe("permissions and conflicts", () => {
  it("allow the team, artists included, and not clients", async () => {
    const { taskIds } = makeProject(1);
    expect((await run(taskIds, {}, { person: ARTIST })).reply.kind).toBe("started");
    expect((await run(taskIds, {}, { person: CLIENT })).reply).toMatchObject({ kind: "failed", code: "not-allowed" });
  });

  it("let a person follow what somebody else is rendering, without sending it again", async () => {
    const { taskIds } = makeProject(3);
    const [id = ""] = taskIds;
    await getLocks(makeEnv(), "flamenco").take({ run: "other", person: "Ana", until: Date.now() + 60_000 }, [id]);
    const begun = await run(taskIds, { busy: "join" });
    expect(begun.asked).toMatchObject({
      title: "Submit 2 shots, 96 frames?",
      text: expect.stringMatching(
        /^Ana has been rendering 1 of your 3 shots since \d\d:\d\d( UTC)?: you will follow that render\./,
      ),
    });
    expect(reasonsOf(begun.asked)[0]).toMatch(
      /^planned: Ana has been rendering it since \d\d:\d\d( UTC)?: following that render$/,
    );
    const outcomes = [{ id, label: "SH1", state: "running" as const, progress: { done: 12, total: 48 } }];
    const { reply } = await (await follow(begun, { kind: "started", title: "Rendering", outcomes })).poll();
    expect(fake.jobs.size).toBe(2);
    expect(outcomesOf(reply).find((one) => one.id === id)).toMatchObject({
      state: "running",
      reason: "Another run is rendering it",
    });
    expect(reply).toMatchObject({ title: "Rendering: 3 shots with Flamenco", progress: { done: 12, total: 144 } });
  });

  it("let a person leave it out, and say who renders it and since when", async () => {
    const { taskIds } = makeProject(3);
    await getLocks(makeEnv(), "flamenco").take(
      { run: "other", person: "Ana", until: Date.now() + 60_000 },
      taskIds.slice(0, 1),
    );
    const { asked, reply } = await run(taskIds, { busy: "skip" });
    expect(asked).toMatchObject({
      title: "Submit 2 shots, 96 frames?",
      text: expect.stringMatching(/^Ana has been rendering 1 of your 3 shots since \d\d:\d\d( UTC)?: left out/),
    });
    expect(reasonsOf(reply).at(-1)).toMatch(/^skipped: Ana has been rendering it since \d\d:\d\d( UTC)?$/);
  });

  it("let a person render it again if the studio allows that", async () => {
    const { taskIds } = makeProject(1);
    await getLocks(makeEnv(), "flamenco").take({ run: "other", person: "Ana", until: Date.now() + 60_000 }, taskIds);
    const form = await askForm(taskIds, own({ allow_anyway: true }));
    expect(form.fields?.at(0)).toMatchObject({
      name: "busy",
      value: "join",
      label: expect.stringContaining("Ana has been rendering this shot"),
    });
    expect((await run(taskIds, { busy: "anyway" })).reply).toMatchObject({ kind: "ask" });
    expect((await run(taskIds, { busy: "join" })).asked).toMatchObject({
      title: "Follow the render of 1 shot?",
      submit: "Follow",
    });
    expect((await run(taskIds, { busy: "skip" }, own({ allow_anyway: true }))).reply).toMatchObject({
      code: "nothing-to-do",
    });
    expect((await run(taskIds, { busy: "anyway" }, own({ allow_anyway: true }))).reply.kind).toBe("started");
  });
});

describe("the run", () => {
  it("is followed to its end, with a link to Flamenco's page", async () => {
    const { taskIds } = makeProject(2);
    const following = await follow(await run(taskIds));
    expect((await following.poll()).controls).toEqual(["cancel", "pause"]);
    const [first, second] = [...fake.jobs.values()];
    if (first === undefined || second === undefined) throw new Error("There are no jobs");
    fake.render(first, 48);
    fake.render(second, 12);
    const { reply } = await following.poll();
    expect(reply).toMatchObject({ kind: "started", progress: { done: 60, total: 96 } });
    expect(outcomesOf(reply).map(({ state, link }) => [state, link?.url])).toEqual([
      ["done", `${FLAMENCO}/app/jobs/${first.id}`],
      ["running", `${FLAMENCO}/app/jobs/${second.id}`],
    ]);
    Object.assign(second, { status: "failed", activity: "Task render-2 failed" });
    expect((await following.poll()).reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Rendered SQ01 / SH1 / Animation with Flamenco",
    });
  });

  it("has one job even if the answer was lost or cut, or the farm was down", async () => {
    const { taskIds } = makeProject(3);
    fake.next.push("lost", "cut");
    const following = await follow(await run(taskIds));
    await following.poll();
    expect(fake.jobs.size).toBe(3);
    await following.poll();
    expect(fake.jobs.size).toBe(3);
    fake.isDown = true;
    await expect(following.poll()).rejects.toMatchObject({ code: "farm-unreachable" });
    fake.isDown = false;
    for (const job of fake.jobs.values()) fake.render(job, 48);
    expect((await following.poll()).reply).toMatchObject({ kind: "done", severity: "success" });
  });

  it("can be canceled, paused and resumed on Flamenco", async () => {
    const { taskIds } = makeProject(1);
    const following = await follow(await run(taskIds));
    await following.poll();
    expect((await following.control("pause")).controls).toEqual(["cancel", "resume"]);
    expect(fake.only().status).toBe("paused");
    await following.control("resume");
    expect(fake.only().status).toBe("queued");
    expect((await following.control("cancel")).reply).toMatchObject({
      kind: "done",
      title: "Canceled: SQ01 / SH1 / Animation",
    });
    expect(fake.only().status).toBe("canceled");
  });
});

describe("the setting FLAMENCO", () => {
  const { taskIds } = { taskIds: ["0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01"] };
  it.each([
    [{ output: "renders" }, "FLAMENCO.output must be an absolute path"],
    [{ output: "P:\\renders" }, "FLAMENCO.output must be a path of the platform"],
    [{ blend: "/mnt/{shot}.blend" }, "FLAMENCO.blend has the unknown variable {shot}"],
    [{ formats: ["FFMPEG"] }, "FLAMENCO.formats.0 must be one of PNG"],
    [{ chunk_size: 0 }, "FLAMENCO.chunk_size must be at least 1"],
    [{ chunksize: 5 }, "FLAMENCO.chunksize is not a setting: check the spelling"],
    [{ chunk_size: { defualt: 5 } }, "FLAMENCO.chunk_size must be a number from 1 to 10000, or {default, least, most}"],
    [{ job_types: [{ type: "x", settings: { a: "{nope}" } }] }, "FLAMENCO.job_types.0 has the unknown variable {nope}"],
    [{ job_types: [{ typ: "x" }] }, "FLAMENCO.job_types.0 must be the name of a job type, or {type, label, settings}"],
    [{ job_types: ["x", { type: "x", label: "Draft" }] }, "FLAMENCO.job_types must list each job type once"],
    [{ name: " " }, "FLAMENCO.name must be a name"],
    [{ blend: [], recorded: false }, "FLAMENCO.blend must have a path unless recorded is true"],
    [{ url: "http://flamenco.lan:80800" }, "FLAMENCO.url must be the address of the manager"],
    [{ url: "flamenco:8080" }, "FLAMENCO.url must be the address of the manager"],
    [{ priority: { default: 5, least: 10 } }, "FLAMENCO.priority must have its default between least and most"],
  ])("names exactly what is wrong: %j", async (rest, text) => {
    expect((await readFailed(await begin(taskIds, own(rest)).send())).text).toContain(text);
  });
});
