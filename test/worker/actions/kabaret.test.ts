import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Done } from "../../../contract.ts";
import { kabaret } from "../../../worker/actions/kabaret.ts";
import { PROGRAM_HELP } from "../../../worker/format/help-entry.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ajax, ask, EDGE, form, KITSU, readAnswer, readFailed } from "../../support/worker/worker.ts";
import {
  addEntity,
  addProject,
  addTask,
  BOT_TOKEN,
  type FakeZou,
  id,
  MANAGER,
  openFakeZou,
} from "../../support/worker/zou.ts";

const KABARET = {
  command: ["flow", "--site", "lyon"],
  name_rules: [{ match: "[- ]", replace: "_" }],
  help: "https://wiki.studio.tld/kabaret",
};
const VARIABLES = { KITSU_TOKEN: BOT_TOKEN, KABARET };

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

let projects = 400;
function makeProject(taskCount: number) {
  projects += 1;
  return addProject(fake, projects, taskCount, { name: "Paper Lantern" });
}

const call = (selection: readonly string[], own: object = KABARET, headers: Record<string, string> = {}) =>
  ask("/actions/kabaret", ajax({ selection, userid: MANAGER.id, useremail: MANAGER.email }, headers), {
    ...VARIABLES,
    KITSU_API: `${KITSU}/${projects}/api`,
    KABARET: own,
  });

/** The calls of one run of a menu entry. */
function enter(name: string, selection: readonly string[], own: object) {
  const path = `/actions/kabaret?with=${name}&run=${crypto.randomUUID().replaceAll("-", "")}`;
  const variables = { ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api`, KABARET: own };
  return (more: object = {}) =>
    ask(path, ajax({ selection, userid: MANAGER.id, useremail: MANAGER.email, ...more }), variables);
}

async function open(
  selection: readonly string[],
  own: object = KABARET,
  headers: Record<string, string> = {},
): Promise<Done> {
  const { reply } = await readAnswer(await call(selection, own, headers));
  if (reply.kind !== "done") throw new Error(`Expected done, got ${JSON.stringify(reply)}`);
  return reply;
}

const OID = "/Paper_Lantern/films/Paper_Lantern/sequences/SQ01/shots/SH1/tasks/animation";

describeAction(kabaret, VARIABLES);

function launchOf({ effects = [] }: Done) {
  for (const effect of effects) if (effect.kind === "launch") return effect;
  throw new Error("Nothing is opened");
}
const takeTicket = async (reply: Done) =>
  (await ask(launchOf(reply).ticket?.url.replace(/\/state$/, "") ?? "", {}, VARIABLES)).json();

describe("opening in Kabaret", () => {
  it("leads to the worker's own help if the studio has no page of its own", async () => {
    const { taskIds } = makeProject(1);
    const { help: _, ...own } = KABARET;
    expect(launchOf(await open(taskIds, own)).help).toBe(`${EDGE}${PROGRAM_HELP}`);
  });

  it("makes a link to the object, with the oid and the command to copy", async () => {
    const { taskIds } = makeProject(1);
    const reply = await open(taskIds);
    expect(reply).toMatchObject({ severity: "info", title: "Opening SQ01 / SH1 / Animation in Kabaret" });
    expect(reply.outcomes).toMatchObject([{ id: taskIds[0], state: "waiting" }]);
    const command = `flow --site lyon --home-oid ${OID}`;
    const { url: state = "" } = launchOf(reply).ticket ?? {};
    const ticket = state.replace(/\/state$/, "");
    expect(reply.effects).toEqual([
      {
        kind: "launch",
        app: "Kabaret",
        ways: [
          {
            url: `kabaret://open?oid=${encodeURIComponent(OID)}&project=Paper_Lantern&u=${encodeURIComponent(ticket)}`,
            command,
          },
        ],
        ticket: { url: expect.stringMatching(/\/t\/[0-9a-f]{64}\/state$/), until: expect.any(Number) },
        help: "https://wiki.studio.tld/kabaret",
      },
      { kind: "copy", text: OID, label: "Copy the address in Kabaret" },
      { kind: "copy", text: command, label: "Copy the command" },
    ]);
  });

  it("quotes the studio's own command for each system", async () => {
    const { taskIds } = makeProject(1);
    const own = { ...KABARET, command: ["C:\\Program Files\\flow.exe"] };
    const reply = await open(taskIds, own, { "sec-ch-ua-platform": '"Windows"' });
    expect(reply.effects?.[0]).toMatchObject({
      system: "windows",
      ways: [
        { system: "linux" },
        { system: "windows", command: `"C:\\Program Files\\flow.exe" --home-oid ${OID}` },
        { system: "darwin" },
      ],
    });
    expect(reply.effects?.[2]).toMatchObject({ text: `"C:\\Program Files\\flow.exe" --home-oid ${OID}` });
  });

  it("opens the first task, and links to the others", async () => {
    const { taskIds } = makeProject(3);
    const reply = await open([...taskIds, id(9, 424_242)]);
    expect(reply.outcomes?.map(({ state, link }) => [state, link?.url.includes("SH2")])).toEqual([
      ["waiting", undefined],
      ["skipped", true],
      ["skipped", false],
      ["skipped", undefined],
    ]);
    expect(reply.effects).toHaveLength(3);
  });

  it("says what is missing for each task, and opens the first complete one", async () => {
    const { projectId, taskIds } = makeProject(2);
    const [first = "", second = ""] = taskIds;
    Object.assign(fake.entities.get(String(fake.tasks.get(first)?.entity_id)) ?? {}, { name: "SH.010" });
    const edit = addTask(
      fake,
      projectId,
      addEntity(fake, projectId, 940_000 + projects, "Edit", { name: "Cut" }),
      940_000 + projects,
    );
    const reply = await open([first, edit, second]);
    expect(reply).toMatchObject({ severity: "warning", title: "Opening SQ01 / SH2 / Animation in Kabaret" });
    expect(reply.outcomes).toMatchObject([
      {
        id: first,
        state: "failed",
        reason: expect.stringMatching(/^"SH.010" can't be a name in Kabaret: .* a rule to name_rules$/),
      },
      { id: edit, state: "failed", reason: "Kabaret has no address for an edit: add one to oid_templates" },
      { id: second, state: "waiting" },
    ]);
  });

  it("opens the shot if the task has no name, or nothing if the studio prefers that", async () => {
    const { taskIds } = makeProject(1);
    const map = { ...KABARET, task_rule: "map" };
    const reply = await open(taskIds, map);
    const noName = "The task type Animation has no name in Kabaret: add it to task_names";
    const note = `${noName}. The shot is opened instead`;
    expect(reply).toMatchObject({ text: `${note}.`, outcomes: [{ state: "waiting", reason: note }] });
    expect(reply.effects?.[1]).toMatchObject({ text: "/Paper_Lantern/films/Paper_Lantern/sequences/SQ01/shots/SH1" });
    const refused = await readFailed(await call(taskIds, { ...map, unmapped_task: "refuse" }));
    expect(refused).toMatchObject({
      code: "nothing-to-do",
      advice: expect.stringContaining("KABARET"),
      outcomes: [{ state: "failed", reason: noName }],
    });
  });

  it("gives the handler a ticket with the object and the person", async () => {
    const { taskIds } = makeProject(1);
    expect(await takeTicket(await open(taskIds))).toMatchObject({
      version: 1,
      verb: "open",
      app: "kabaret",
      person: { id: MANAGER.id, email: MANAGER.email },
      items: [{ task_id: taskIds[0], name: "SQ01 / SH1 / Animation" }],
      kabaret: { oid: OID, project: "Paper_Lantern" },
    });
    const { ticket, ways } = launchOf(await open(taskIds, { ...KABARET, url_template: "flow://go?oid={oid|url}" }));
    expect([ticket, ways[0]?.url]).toEqual([undefined, `flow://go?oid=${encodeURIComponent(OID)}`]);
  });

  it("opens an action's form, and runs the action only if the setting allows it and the person confirms", async () => {
    const { taskIds } = makeProject(2);
    const entries = {
      build: { title: "Build scene", action: "build" },
      publish: { title: "Publish", action: "publish", run: true, button: "Publish all" },
    };
    const own = { ...KABARET, entries };
    const { reply: opened } = await readAnswer(await enter("build", taskIds, own)());
    if (opened.kind !== "done") throw new Error(`Expected done, got ${opened.kind}`);
    expect(await takeTicket(opened)).toMatchObject({ kabaret: { oid: `${OID}/build` } });
    const publish = enter("publish", taskIds, own);
    const { reply: asked } = await readAnswer(await publish());
    expect(asked).toMatchObject({
      kind: "ask",
      title: "Publish: SQ01 / SH1 / Animation?",
      submit: "Publish",
      text: expect.stringContaining('"Publish all"'),
      outcomes: [{ state: "planned" }, { state: "skipped", reason: "Only one task is run at a time" }],
    });
    const plan = asked.kind === "ask" ? asked.plan : undefined;
    const { reply: ran } = await readAnswer(await publish({ input: {}, form: "kabaret", plan }));
    if (ran.kind !== "done") throw new Error(`Expected done, got ${JSON.stringify(ran)}`);
    expect(await takeTicket(ran)).toMatchObject({ kabaret: { oid: `${OID}/publish`, run: { button: "Publish all" } } });
    expect(ran.outcomes?.map(({ state, link }) => [state, link])).toEqual([
      ["waiting", undefined],
      ["skipped", undefined],
    ]);
    const none = enter("toString", taskIds, own);
    expect(await readFailed(await none())).toMatchObject({ code: "invalid-call", field: "with" });
  });

  it("has an entry's title in the person's language", async () => {
    onTestFinished(() => void Object.assign(MANAGER, { locale: "en_US" }));
    Object.assign(MANAGER, { locale: "fr_FR" });
    const { taskIds } = makeProject(1);
    const title = { en: "Publish", fr: "Publier" };
    const own = { ...KABARET, entries: { publish: { title, action: "publish", run: true } } };
    const { reply } = await readAnswer(await enter("publish", taskIds, own)());
    expect(reply).toMatchObject({ kind: "ask", submit: "Publier" });
  });

  it("takes the oid from the entity's column", async () => {
    const { taskIds } = makeProject(1);
    const [taskId = ""] = taskIds;
    Object.assign(fake.entities.get(String(fake.tasks.get(taskId)?.entity_id)) ?? {}, {
      data: { kabaret_oid: "/lantern/x/y" },
    });
    expect((await open(taskIds)).effects?.[1]).toMatchObject({ text: "/lantern/x/y" });
  });

  it("shows a form's tab a button for the link", async () => {
    const { taskIds } = makeProject(1);
    const fields = {
      personid: MANAGER.id,
      personemail: String(MANAGER.email),
      selection: taskIds.join(","),
      currentpath: "/",
    };
    const response = await ask("/actions/kabaret", form(fields), {
      ...VARIABLES,
      KITSU_API: `${KITSU}/${projects}/api`,
    });
    expect(await response.text()).toContain('href="kabaret://open?oid=%2FPaper_Lantern');
  });

  it("is not offered without KABARET, and says so", async () => {
    const variables = { KITSU_TOKEN: BOT_TOKEN };
    expect(await (await ask("/", {}, variables)).text()).not.toContain("/actions/kabaret");
    expect(await readFailed(await ask("/actions/kabaret", ajax(), variables))).toMatchObject({
      code: "not-configured",
      advice: expect.stringContaining("KABARET"),
    });
  });
});
