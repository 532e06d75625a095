import { beforeEach, describe, expect, it } from "vitest";
import { debug } from "../../../worker/actions/debug.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import {
  ADA,
  AJAX_FIELDS,
  ajax,
  ask,
  FORM_FIELDS,
  form,
  KITSU,
  readAnswer,
  readLog,
  TASK,
} from "../../support/worker/worker.ts";
import {
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT_TOKEN,
  CLIENT,
  type FakeZou,
  id,
  MANAGER,
  openFakeZou,
  type Row,
  VENDOR,
} from "../../support/worker/zou.ts";

describeAction(debug);

async function tablesOf(init: RequestInit, path = "/actions/debug") {
  const { reply } = await readAnswer(await ask(path, init));
  const tables = reply.kind === "done" ? (reply.tables ?? []) : [];
  return (title: string) => Object.fromEntries(tables.find((table) => table.title === title)?.rows ?? []);
}

describe("the debug action", () => {
  it("shows every field under its own name, and the parsed call", async () => {
    const table = await tablesOf(ajax({ ...AJAX_FIELDS, userId: ADA }), "/actions/debug?preset=4k");
    expect(table("Received fields")).toMatchObject({
      preset: "4k",
      entitytype: "shot",
      userid: ADA,
      userId: ADA,
    });
    expect(table("Parsed call")).toMatchObject({
      "person.id": ADA,
      "params.preset": "4k",
      "selection[0]": TASK,
    });
  });

  it("shows the ignored fields with a reason", async () => {
    const table = await tablesOf(ajax({ ...AJAX_FIELDS, colour: "red", entitytype: "spaceship" }));
    expect(table("Ignored fields")).toMatchObject({ colour: "red", entitytype: "spaceship" });
    const claims = await ask(
      "/actions/debug",
      ajax({ ...AJAX_FIELDS, productionid: "all", useremail: "ada", originurl: 7 }),
    );
    expect(claims.status).toBe(200);
    for (const part of ["is not the id of a project", "is not an e-mail address", "is not text"])
      expect(await claims.clone().text()).toContain(part);
  });

  it("shows the same on a page", async () => {
    const text = await (await ask("/actions/debug", form({ ...FORM_FIELDS, colour: "<b>red</b>" }))).text();
    for (const part of ["form", ADA, TASK, "personemail", "&lt;b&gt;red&lt;/b&gt;", "Kitsu has no such field"])
      expect(text).toContain(part);
  });

  it("shows which secrets were sent, but never their values", async () => {
    const secrets = {
      cookie: "access_token_cookie=s3cr3t; theme=s3cr3t",
      authorization: "Bearer s3cr3t",
      "cf-access-jwt-assertion": "s3cr3t",
    };
    const response = await ask("/actions/debug", ajax(AJAX_FIELDS, secrets));
    const text = await response.text();
    expect(text).not.toContain("s3cr3t");
    expect(text).toContain("access_token_cookie=(masked); theme=(masked)");
    expect(text).toContain("cf-access-jwt-assertion");
    expect(JSON.stringify(await readLog())).not.toContain("s3cr3t");
  });

  it("lists the first 300 of many ids and counts the others, and has all of them to copy", async () => {
    const selection = Array.from({ length: 5_000 }, () => crypto.randomUUID());
    const { reply } = await readAnswer(await ask("/actions/debug", ajax({ ...AJAX_FIELDS, selection })));
    const { tables = [], effects = [] } = reply.kind === "done" ? reply : {};
    const rows = tables.find(({ title }) => title === "Parsed call")?.rows ?? [];
    expect(rows.filter(([name]) => String(name).startsWith("selection["))).toHaveLength(300);
    expect(rows.at(-1)).toEqual(["selection", "4,700 more"]);
    expect(JSON.stringify(effects)).toContain(selection.at(-1));
  });

  it("runs without a selection, and says that other actions would not", async () => {
    const { reply } = await readAnswer(await ask("/actions/debug", ajax({ ...AJAX_FIELDS, selection: [] })));
    expect(reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "0 tasks received",
      text: expect.stringContaining("refuse such a call"),
    });
  });
});

describe("the debug action, if it can ask Kitsu", () => {
  const VARIABLES = { KITSU_TOKEN: BOT_TOKEN };
  let fake: FakeZou;
  let projects = 300;
  beforeEach(() => {
    fake = openFakeZou();
    projects += 1;
  });

  const run = async (person: { id: string; email?: unknown }, selection: readonly string[], productionid?: string) => {
    const fields = { selection, userid: person.id, useremail: person.email, productionid };
    const { reply } = await readAnswer(
      await ask("/actions/debug", ajax(fields), { ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api` }),
    );
    if (reply.kind !== "done") throw new Error(JSON.stringify(reply));
    return reply;
  };
  const page = async (person: { id: string }, selection: readonly string[]) => {
    const fields = { selection: selection.join(","), personid: person.id };
    return (await ask("/actions/debug", form(fields), { ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api` })).text();
  };

  it("shows every field of tasks and entities with value and type, grouped by entity", async () => {
    const { projectId, taskIds } = addProject(fake, projects, 1, {
      descriptors: [{ name: "Cam <b>era</b>", field_name: "camera", entity_type: "Shot" }],
    });
    const shot = String(fake.tasks.get(taskIds[0] ?? "")?.entity_id);
    Object.assign(fake.entities.get(shot) ?? {}, {
      data: { camera: "drone", frame_in: "101", nothing: null },
      of_a_later_zou: { a: 1 },
    });
    const second = addTask(fake, projectId, shot, 77, { assignees: [ARTIST.id], due_date: "2020-01-01T00:00:00" });
    const { title, tables } = await run(MANAGER, [...taskIds, second]);
    expect(title).toBe("2 tasks of 1 entity in 1 project");
    expect(tables?.[0]).toMatchObject({
      title: "Tasks",
      rows: [
        ["SQ01 / SH1 / Animation", `Project ${projects}`, "wip", "", "none"],
        [expect.any(String), expect.any(String), "wip", ARTIST.full_name, "none"],
      ],
    });
    const facts = tables?.[1]?.rows ?? [];
    expect(tables?.[1]?.title).toBe(`Project ${projects} / SQ01 / SH1: 2 tasks`);
    expect(facts).toEqual(
      expect.arrayContaining([
        ["page in Kitsu", `${KITSU}/productions/${projectId}/shots/${shot}`, "address"],
        ["entity.nb_frames", "48", "number"],
        ['entity.data.camera ("Cam <b>era</b>")', "drone", "text"],
        ["entity.data.frame_in", "101", "text"],
        ["entity.data.nothing", "", "nothing"],
        ["entity.of_a_later_zou", '{"a":1}', "object"],
        ["parent", "SQ01 (Sequence)", "name"],
        ["Animation: page in Kitsu", `${KITSU}/productions/${projectId}/shots/tasks/${second}`, "address"],
        ["Animation: assignees", ARTIST.full_name, "names"],
        ["Animation: assignee's page", `${KITSU}/people/${ARTIST.id}`, "address"],
        ["project's page", `${KITSU}/productions/${projectId}/shots`, "address"],
        ["Animation: due_date", expect.stringMatching(/^2020-01-01 00:00:00 UTC, [\d,]+ days ago$/), "datetime"],
        ["Animation: estimation", "960", "number"],
        ["Animation: without a value", expect.stringContaining("done_date"), "nothing"],
      ]),
    );
  });

  it("never shows clients the studio's internal fields", async () => {
    const { taskIds, projectId } = addProject(fake, projects, 1);
    const more = {
      priority: 3,
      difficulty: 5,
      retake_count: 1,
      due_date: "2027-01-06T00:00:00",
      completion_rate: 40,
      later: "of a later Zou",
    };
    const dated = addTask(fake, projectId, addEntity(fake, projectId, 77_001, "Shot"), 77_002, {
      ...more,
      assignees: [ARTIST.id],
    });
    const hidden =
      /estimation|duration|due_date|start_date|done_date|retake_count|priority|difficulty|completion_rate|ssignee|of a later Zou/;
    const seen = JSON.stringify(await run(MANAGER, [...taskIds, dated]));
    for (const name of ["estimation", "due_date", "retake_count", "of a later Zou", ARTIST.id, "Zoé"])
      expect(seen).toContain(name);
    const shown = JSON.stringify(await run(CLIENT, [...taskIds, dated])) + (await page(CLIENT, [...taskIds, dated]));
    expect(shown).not.toMatch(hidden);
    for (const name of [ARTIST.id, "Zoé"]) expect(shown).not.toContain(name);
    expect(shown).toContain("task_status_id");
  });

  it("shows clients and vendors only the metadata columns they may see, on the page, in the toast and in the copied JSON", async () => {
    const column = (field_name: string, rest: object = {}) => ({
      name: `Column ${field_name}`,
      field_name,
      entity_type: "Shot",
      ...rest,
    });
    const descriptors = [
      column("approved", { for_client: true }),
      column("camera"),
      column("budget", { departments: [id(11, 1)] }),
      column("rig", { departments: [id(11, 2)] }),
    ];
    const { taskIds } = addProject(fake, projects, 1, { descriptors });
    const [taskId = ""] = taskIds;
    const data = {
      approved: "value-of-approved",
      camera: "value-of-camera",
      budget: "value-of-budget",
      rig: "value-of-rig",
    };
    Object.assign(fake.entities.get(String(fake.tasks.get(taskId)?.entity_id)) ?? {}, { data });
    const preview = {
      id: id(10, 1),
      task_id: taskId,
      extension: "mp4",
      original_name: "the-rejected",
      validation_status: "rejected",
    };
    fake.previews.set(preview.id, preview);
    Object.assign(fake.tasks.get(taskId) ?? {}, { assignees: [VENDOR.id], last_preview_file_id: preview.id });
    const seen = async (person: Row) => {
      const shown = [JSON.stringify(await run(person, taskIds)), await page(person, taskIds)];
      return [...Object.keys(data).map((name) => `value-of-${name}`), "the-rejected"].filter((value) => {
        const [toast, tab] = shown.map((text) => text.includes(value));
        expect([value, toast]).toEqual([value, tab]);
        return toast;
      });
    };
    const all = ["value-of-approved", "value-of-camera", "value-of-budget", "value-of-rig", "the-rejected"];
    expect(await seen(MANAGER)).toEqual(all);
    expect(await seen(CLIENT)).toEqual(["value-of-approved"]);
    expect(await seen(VENDOR)).toEqual(["value-of-approved", "value-of-camera", "the-rejected"]);
    VENDOR.departments = [id(11, 2)];
    expect(await seen(VENDOR)).toEqual(["value-of-approved", "value-of-camera", "value-of-rig", "the-rejected"]);
    VENDOR.departments = [];
  });

  it("reports ids that no longer exist, and deleted entities", async () => {
    const { projectId, taskIds } = addProject(fake, projects, 1);
    const orphan = addTask(fake, projectId, id(3, 9_999), 78);
    const reply = await run(MANAGER, [...taskIds, orphan, id(9, 9_999)]);
    expect(reply).toMatchObject({
      severity: "warning",
      outcomes: [{ id: id(9, 9_999), state: "skipped", reason: "Deleted or not visible" }],
    });
    expect(reply.tables?.find(({ title }) => title?.includes("–"))?.rows).toContainEqual([
      "entity",
      "deleted",
      "nothing",
    ]);
  });

  it("links to itself as a page, and never shows salaries", async () => {
    const { taskIds } = addProject(fake, projects, 2);
    const reply = await run(MANAGER, taskIds);
    expect(reply.links?.[0]?.url).toMatch(/^https:\/\/edge\.studio\.tld\/actions\/debug\?personid=.*selection=/);
    const again = await ask(
      reply.links?.[0]?.url ?? "",
      { headers: { accept: "text/html" } },
      { ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api` },
    );
    expect(await again.text()).toContain("2 tasks of 2 entities in 1 project");
    expect(JSON.stringify(reply)).not.toContain("4711");
  });

  it("lists the first 100 tasks with all their fields, and each of the others in one row", async () => {
    const { projectId, taskIds } = addProject(fake, projects, 102);
    const reply = await run(MANAGER, taskIds, projectId);
    expect(reply.text).toContain("Only the first 100 tasks are listed with all their fields.");
    expect(reply.tables?.[0]?.rows).toHaveLength(102);
    expect(reply.text).toContain("96 more tables are on the page");
  });

  it("keeps a page of 500 tasks under 2 MB, and a toast short", async () => {
    const { taskIds } = addProject(fake, projects, 500);
    const text = await page(MANAGER, taskIds);
    expect(text).toContain("500 tasks of 500 entities in 1 project");
    expect(text.length).toBeLessThan(2_000_000);
    const reply = await run(MANAGER, taskIds);
    expect(reply.tables).toHaveLength(8);
    expect(reply.text).toContain("more tables are on the page");
  });
});
