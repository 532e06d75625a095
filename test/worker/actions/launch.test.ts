import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Done, Effect } from "../../../contract.ts";
import { launch } from "../../../worker/actions/launch.ts";
import { PROGRAM_HELP } from "../../../worker/format/help-entry.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ajax, ask, EDGE, form, KITSU, readAnswer, readFailed, readLog } from "../../support/worker/worker.ts";
import {
  addEntity,
  addProject,
  addTask,
  BOT_TOKEN,
  CLIENT,
  type FakeZou,
  id,
  MANAGER,
  openFakeZou,
  SUPERVISOR,
  VENDOR,
} from "../../support/worker/zou.ts";

const RV = { id: "rv", label: "Open in RV", kind: "rvlink", args: ["-play"], command: ["rv", "-play", "{path}"] };
const XSTUDIO = { id: "xstudio", label: "Open in xStudio", kind: "xstudio" };
const MPV = { id: "mpv", label: "Open in mpv", kind: "mpv" };
const BLENDER = {
  id: "blender",
  label: "Open in Blender",
  kind: "template",
  url: "studio-blender://open?path={path|url}&task={task.id|url}",
  extensions: ["blend"],
};
const STUDIO = { id: "studio", label: "Studio launcher", kind: "ticket", scheme: "studio", file: "output" };
const LAUNCHERS = {
  launchers: [RV, XSTUDIO, MPV, BLENDER, STUDIO],
  paths: [{ for: "Shot", linux: "/mnt/prod/{project.code}/{sequence}/{entity}_v{revision|pad:3}.mov" }],
  roots: [{ linux: "/mnt/prod", windows: "P:\\", darwin: "/Volumes/prod" }],
  help: "https://wiki.studio.tld/players",
};
const VARIABLES = { KITSU_TOKEN: BOT_TOKEN, LAUNCHERS };
const READER = { authorization: "Bearer sesame-open-sesame" };
const LINUX = { "sec-ch-ua-platform": '"Linux"' };

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

/** A separate project for each test, because the table of projects is cached. */
let projects = 300;
function makeProject(taskCount: number) {
  projects += 1;
  const made = addProject(fake, projects, taskCount, { code: "demo" });
  for (const [index, taskId] of made.taskIds.entries()) addPreview(taskId, projects * 1_000 + index);
  return made;
}

function addPreview(taskId: string, number: number, rest: object = {}) {
  const previewId = id(10, number);
  fake.previews.set(previewId, {
    id: previewId,
    revision: 3,
    extension: "mp4",
    status: "ready",
    task_id: taskId,
    ...rest,
  });
  Object.assign(fake.tasks.get(taskId) ?? {}, { last_preview_file_id: previewId });
}

const entityOf = (taskId: string | undefined) => String(fake.tasks.get(taskId ?? "")?.entity_id);
const nameEntity = (taskId: string | undefined, name: string) =>
  Object.assign(fake.entities.get(entityOf(taskId)) ?? {}, { name });
const record = (taskId: string | undefined, path: string, rest: object = {}) =>
  fake.outputFiles.push({
    id: crypto.randomUUID(),
    path,
    revision: 1,
    canceled: false,
    entity_id: entityOf(taskId),
    task_type_id: id(4, 1),
    ...rest,
  });

type Options = {
  query?: string;
  variables?: object | undefined;
  headers?: Record<string, string>;
  person?: { id: string; email?: unknown };
};

function open(
  selection: readonly string[],
  { query = "?with=rv", variables, headers = LINUX, person = MANAGER }: Options = {},
) {
  const fields = { selection, userid: person.id, useremail: person.email };
  return ask(`/actions/launch${query}`, ajax(fields, headers), {
    ...VARIABLES,
    KITSU_API: `${KITSU}/${projects}/api`,
    ...variables,
  });
}

async function openDone(selection: readonly string[], options: Options = {}): Promise<Done> {
  const { reply } = await readAnswer(await open(selection, options));
  if (reply.kind !== "done") throw new Error(`Expected done, got ${JSON.stringify(reply)}`);
  return reply;
}

const effectOf = <K extends Effect["kind"]>({ effects = [] }: Done, kind: K) =>
  effects.find((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
const urlOn = (reply: Done, system?: string) =>
  effectOf(reply, "launch")?.ways.find((way) => way.system === system)?.url ?? "";
const unhex = (url: string) =>
  new TextDecoder().decode(
    new Uint8Array((url.split("/").at(-1)?.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))),
  );
const only = (...launchers: object[]) => ({ LAUNCHERS: { ...LAUNCHERS, launchers } });
const without = { paths: [] };
const bare = (launcher: object) => ({ LAUNCHERS: { ...LAUNCHERS, ...without, launchers: [launcher] } });

describeAction(launch, VARIABLES);

describe("opening in a player", () => {
  it("makes a link for each system, detects the person's, and does not claim success", async () => {
    const { taskIds } = makeProject(3);
    const reply = await openDone(taskIds);
    expect(reply).toMatchObject({ severity: "info", title: "Opening 3 tasks in RV" });
    expect(reply.outcomes?.map(({ state }) => state)).toEqual(["waiting", "waiting", "waiting"]);
    const effect = effectOf(reply, "launch");
    expect(effect).toMatchObject({
      app: "RV",
      label: "Open in RV",
      system: "linux",
      help: "https://wiki.studio.tld/players",
    });
    const { help: _, ...ownHelp } = LAUNCHERS;
    const helped = effectOf(await openDone(taskIds, { variables: { LAUNCHERS: ownHelp } }), "launch");
    expect(helped?.help).toBe(`${EDGE}${PROGRAM_HELP}`);
    expect(effect?.ticket).toBeUndefined();
    expect(effect?.ways.map(({ system }) => system)).toEqual(["linux", "windows", "darwin"]);
    expect(unhex(urlOn(reply, "linux"))).toBe(
      " -play /mnt/prod/demo/SQ01/SH1_v003.mov /mnt/prod/demo/SQ01/SH2_v003.mov /mnt/prod/demo/SQ01/SH3_v003.mov",
    );
    expect(unhex(urlOn(reply, "windows"))).toContain("'P:\\demo\\SQ01\\SH1_v003.mov'");
    expect(effect?.ways[0]?.command).toBe(
      "rv -play /mnt/prod/demo/SQ01/SH1_v003.mov /mnt/prod/demo/SQ01/SH2_v003.mov /mnt/prod/demo/SQ01/SH3_v003.mov",
    );
    expect(effectOf(reply, "copy")).toMatchObject({
      label: "Copy 3 paths",
      text: expect.stringMatching(/SH1_v003.*\n.*SH2_v003.*\n/),
    });
  });

  it.each([
    [{ "sec-ch-ua-platform": '"macOS"' }, "darwin"],
    [{ "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" }, "windows"],
    [{ "user-agent": "curl/8" }, undefined],
  ])("detects the system from %j", async (headers, system) => {
    const { taskIds } = makeProject(1);
    expect(effectOf(await openDone(taskIds, { headers }), "launch")?.system).toBe(system);
  });

  it("prefers the recorded file: the newest revision for this task type that is not canceled", async () => {
    const { taskIds } = makeProject(1);
    const [taskId] = taskIds;
    record(taskId, "/mnt/prod/a_v1.mov");
    record(taskId, "/mnt/prod/a_v2.mov", { revision: 2 });
    record(taskId, "/mnt/prod/a_v3.mov", { revision: 3, canceled: true });
    record(taskId, "/mnt/prod/a_v4.abc", { revision: 4 });
    record(taskId, "/mnt/prod/lighting_v9.mov", { revision: 9, task_type_id: id(4, 2) });
    const reply = await openDone(taskIds);
    expect(unhex(urlOn(reply, "linux"))).toBe(" -play /mnt/prod/a_v2.mov");
    expect(unhex(urlOn(reply, "darwin"))).toBe(" -play /Volumes/prod/a_v2.mov");
    expect(reply.title).toBe("Opening SQ01 / SH1 / Animation in RV");
  });

  it("links to the preview if no file is known, and says so", async () => {
    const { taskIds } = makeProject(2);
    const reply = await openDone(taskIds, { variables: { LAUNCHERS: { ...LAUNCHERS, ...without } } });
    expect(unhex(urlOn(reply))).toMatch(
      /^ -play https:\/\/edge\.studio\.tld\/media\/[0-9a-f]{64}\/SQ01_SH1_Animation_v3\.mp4 https/,
    );
    expect(reply.text).toBe("2 tasks have no known file and will play from Kitsu. The link works for an hour.");
    expect(JSON.stringify(reply)).not.toContain(BOT_TOKEN);
  });

  it("links to nothing without a bot's token, and names the setting", async () => {
    const { taskIds } = makeProject(1);
    const fields = { selection: taskIds, userid: SUPERVISOR.id, useremail: SUPERVISOR.email };
    const cookie = { cookie: `access_token_cookie=session-${SUPERVISOR.id}`, "sec-fetch-site": "same-origin" };
    const response = await ask(`${KITSU}/edge/actions/launch?with=rv`, ajax(fields, { ...LINUX, ...cookie }), {
      ...VARIABLES,
      KITSU_TOKEN: undefined,
      BASE_PATH: "/edge",
      KITSU_API: `${KITSU}/${projects}/api`,
      LAUNCHERS: { ...LAUNCHERS, ...without },
    });
    const reply = await readFailed(response);
    expect(reply).toMatchObject({ code: "nothing-to-do", title: "Nothing to open in RV" });
    expect(reply.outcomes?.[0]?.reason).toContain("KITSU_TOKEN");
  });

  it("hides columns of other departments from vendors, and rejected previews from clients", async () => {
    projects += 1;
    const column = (field_name: string, rest: object = {}) => ({
      name: field_name,
      field_name,
      entity_type: "Shot",
      ...rest,
    });
    const descriptors = [column("take"), column("budget", { departments: [id(11, 1)] })];
    const { taskIds } = addProject(fake, projects, 1, { descriptors });
    const [taskId = ""] = taskIds;
    Object.assign(fake.entities.get(entityOf(taskId)) ?? {}, { data: { take: "7", budget: "9000" } });
    Object.assign(fake.tasks.get(taskId) ?? {}, { assignees: [VENDOR.id] });
    const link = (url: string) => bare({ id: "rv", label: "Open", kind: "template", url });
    const [take, budget] = ["take", "budget"].map((name) => link(`studio://x?is={entity.data.${name}|url}`));
    expect(urlOn(await openDone(taskIds, { variables: take, person: VENDOR }))).toBe("studio://x?is=7");
    expect(urlOn(await openDone(taskIds, { variables: budget }))).toBe("studio://x?is=9000");
    const refused = await readFailed(await open(taskIds, { variables: budget, person: VENDOR }));
    expect(JSON.stringify(refused)).not.toContain("9000");
    addPreview(taskId, projects * 1_000, { validation_status: "rejected" });
    const media = link("studio://x?m={media_url|url}");
    expect(urlOn(await openDone(taskIds, { variables: media }))).toContain("media");
    expect((await readFailed(await open(taskIds, { variables: media, person: CLIENT }))).text).toContain(
      "It has no preview yet",
    );
  });

  it("does not show recorded files to vendors, even if the bot can read them", async () => {
    const { taskIds } = makeProject(1);
    const [taskId = ""] = taskIds;
    Object.assign(fake.tasks.get(taskId) ?? {}, { assignees: [VENDOR.id] });
    record(taskId, "/mnt/prod/secret_v1.mov");
    const reply = await openDone(taskIds, { person: VENDOR });
    expect(reply.text).toBe("Kitsu does not show you recorded files.");
    expect(JSON.stringify(reply)).not.toContain("secret");
    expect(fake.requests.some(({ path }) => path.includes("output-files") && path.includes(entityOf(taskId)))).toBe(
      false,
    );
  });

  it("treats a refusal by Kitsu as no files", async () => {
    const { taskIds } = makeProject(1);
    const asZou = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) =>
      new Request(input).url.includes("/data/output-files")
        ? Response.json({ error: true, message: "You don't have the permission" }, { status: 403 })
        : (asZou?.(input, init) ?? Response.error()),
    );
    expect(await openDone(taskIds)).toMatchObject({
      severity: "info",
      text: "Kitsu does not show you recorded files.",
      outcomes: [{ state: "waiting" }],
    });
  });

  it("says why each task can't be opened, and opens the others", async () => {
    const { projectId, taskIds } = makeProject(5);
    const [fine = "", apostrophe = "", dots = "", option = "", processing = ""] = taskIds;
    nameEntity(apostrophe, "it's");
    nameEntity(dots, "../../etc");
    record(option, "-eval.mov");
    addPreview(processing, 999_901, { status: "processing", revision: null });
    const bare = addTask(
      fake,
      projectId,
      addEntity(fake, projectId, 930_000 + projects, "Asset", { name: "Fox" }),
      930_000 + projects,
    );
    for (const taskId of [dots, option]) addPreview(taskId, 999_910 + taskIds.indexOf(taskId), { status: "broken" });
    const reply = await openDone([fine, apostrophe, dots, option, processing, bare, id(9, 424_242)]);
    expect(reply).toMatchObject({ severity: "warning", title: "Opening SQ01 / SH1 / Animation in RV" });
    expect(reply.outcomes?.map(({ state, reason }) => `${state}: ${reason ?? ""}`)).toEqual([
      "waiting: ",
      expect.stringContaining("failed: RV's links can't contain an apostrophe: /mnt/prod/demo/SQ01/it's_v003.mov"),
      'failed: {entity} has "..", which is not allowed: "../../etc". Its preview is broken',
      'failed: The path recorded in Kitsu begins with "-", like an option: "-eval.mov". Its preview is broken',
      "failed: {revision} has no value. Kitsu is still processing its preview",
      "failed: Kitsu has no recorded file for it, and LAUNCHERS has no path for Asset / Animation. It has no preview yet",
      "skipped: Deleted or not visible",
    ]);
  });

  it("opens the preview of a task with an unusable path, and gives the reason", async () => {
    const { taskIds } = makeProject(1);
    nameEntity(taskIds[0], "a/b");
    const reply = await openDone(taskIds);
    expect(reply.outcomes).toMatchObject([
      { state: "waiting", reason: '{entity} has /, which is not allowed in a path: "a/b"' },
    ]);
    expect(unhex(urlOn(reply))).toContain("/media/");
  });

  it("names the systems with a known path if the person's has none", async () => {
    const { taskIds } = makeProject(1);
    fake.workingFiles.push({ id: "w1", path: "/mnt/prod/a.blend", revision: 1, task_id: taskIds[0] });
    const variables = { LAUNCHERS: { ...LAUNCHERS, roots: [] } };
    for (const [launcher, headers] of [
      [BLENDER, { "sec-ch-ua-platform": '"Windows"' }],
      [{ ...STUDIO, file: "working" }, { "sec-ch-ua-platform": '"Windows"' }],
    ] as const) {
      const options = {
        query: "",
        headers,
        variables: { LAUNCHERS: { ...variables.LAUNCHERS, launchers: [launcher] } },
      };
      expect(await readFailed(await open(taskIds, options))).toMatchObject({
        code: "nothing-to-do",
        text: "Its path is only known for Linux and macOS, not for Windows.",
        outcomes: [{ state: "failed" }],
      });
    }
  });

  it("reads 300 tasks in a constant number of requests, and offers a list of all 300", async () => {
    const { taskIds } = makeProject(300);
    const reply = await openDone(taskIds);
    const url = urlOn(reply, "linux");
    expect(url.length).toBeLessThanOrEqual(2_000);
    const states = Map.groupBy(reply.outcomes ?? [], ({ state }) => state);
    const count = states.get("waiting")?.length ?? 0;
    expect(count).toBeGreaterThan(15);
    expect(states.get("skipped")).toHaveLength(300 - count);
    expect(reply).toMatchObject({
      severity: "warning",
      title: `Opening ${count} tasks in RV`,
      text: `One link to RV has room for ${count} of the 300 tasks. The list has all of them, and Studio launcher opens all of them at once.`,
    });
    const download = effectOf(reply, "download");
    expect(download).toMatchObject({ name: "rv-300.m3u8", label: "Download the list of 300 files" });
    const list = await (await ask(download?.url ?? "")).text();
    expect(list.match(/^\/mnt\/prod\/demo\/SQ01\/SH\d+_v003\.mov$/gm)).toHaveLength(300);
    expect(fake.requests.filter(({ path }) => /(output|preview)-files/.test(path))).toHaveLength(8);
  });

  it.each(["pdf", "glb", "obj", "psd", "zip", "blend", ".PDF"])(
    "opens no preview that the player does not show: %s",
    async (extension) => {
      const { taskIds } = makeProject(2);
      addPreview(taskIds[1] ?? "", projects * 1_000 + 500, { extension });
      for (const [launcher, app] of [
        [{ ...RV, media: "{media_url}" }, "RV"],
        [RV, "RV"],
        [XSTUDIO, "xStudio"],
        [MPV, "mpv"],
      ] as const) {
        const reply = await openDone(taskIds, { query: "", variables: bare({ ...launcher, many: true }) });
        expect(reply.title).toMatch(/^Opening SQ01/);
        const shown = extension.replace(".", "").toLowerCase();
        expect(reply.outcomes?.map(({ state }) => state)).toEqual(["waiting", "failed"]);
        expect(reply.outcomes?.[1]?.reason).toContain(`Its preview is a .${shown} file, which ${app} can't show`);
      }
    },
  );

  it("opens the extensions in the setting, and every movie if one of them is a movie", async () => {
    const { taskIds } = makeProject(2);
    addPreview(taskIds[1] ?? "", projects * 1_000 + 500, { extension: "pdf" });
    const states = async (extensions: string[]) => {
      const reply = await openDone(taskIds, { query: "", variables: bare({ ...MPV, many: true, extensions }) });
      return reply.outcomes?.map(({ state }) => state);
    };
    expect(await states(["mov"])).toEqual(["waiting", "failed"]);
    expect(await states(["pdf"])).toEqual(["failed", "waiting"]);
    expect(await states(["pdf", "mp4"])).toEqual(["waiting", "waiting"]);
  });

  it("links to 300 previews, and opens them in mpv as one list", async () => {
    const { taskIds } = makeProject(300);
    const reply = await openDone(taskIds, { query: "", variables: only({ ...MPV, many: true }) });
    expect(reply).toMatchObject({ severity: "info", title: "Opening 300 tasks in mpv" });
    const [, encoded = ""] = /^mpv:\/\/play\/([\w-]+)\//.exec(urlOn(reply)) ?? [];
    const listUrl = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    expect(listUrl).toMatch(new RegExp(`^${EDGE}/files/[0-9a-f]{64}/tasks\\.m3u8$`));
    expect((await (await ask(listUrl)).text()).match(/^https:.*\/media\/.*\.mp4$/gm)).toHaveLength(300);
  });

  it("opens one task and links to the others if the program takes only one", async () => {
    const { taskIds } = makeProject(23);
    const reply = await openDone(taskIds, { query: "?with=mpv" });
    expect(reply).toMatchObject({ severity: "info", title: "Opening SQ01 / SH1 / Animation in mpv" });
    expect(reply.outcomes?.[1]).toMatchObject({
      state: "skipped",
      reason: "Only one task is opened at a time",
      link: { label: "Open in mpv", url: expect.stringMatching(/^mpv:\/\/play\//) },
    });
    expect(reply.outcomes?.filter(({ link }) => link !== undefined)).toHaveLength(20);
    expect(reply.outcomes?.at(-1)).toMatchObject({
      state: "skipped",
      reason: "Only one task is opened at a time: select fewer",
    });
  });
});

describe("opening in the studio's own program", () => {
  it("opens the working file, never a preview", async () => {
    const { taskIds } = makeProject(2);
    const [first = "", second = ""] = taskIds;
    fake.workingFiles.push(
      { id: "w1", path: "/mnt/prod/a_v001", revision: 1, task_id: first },
      { id: "w2", path: "/mnt/prod/a b&c_v002", revision: 2, task_id: first },
    );
    const reply = await openDone(taskIds, { query: "?with=blender" });
    expect(urlOn(reply, "linux")).toBe(`studio-blender://open?path=%2Fmnt%2Fprod%2Fa%20b%26c_v002.blend&task=${first}`);
    expect(reply.outcomes).toMatchObject([
      { id: first, state: "waiting" },
      { id: second, state: "failed", reason: expect.stringContaining("Kitsu has no recorded file for it") },
    ]);
  });

  it("is logged as unconfirmed, and as done after the handler has fetched the ticket", async () => {
    const { taskIds } = makeProject(2);
    const log = async () => {
      const { runs } = await (await ask("/runs.json", { headers: READER }, VARIABLES)).json<{
        runs: { state: string }[];
      }>();
      return runs.map(({ state }) => state);
    };
    const reply = await openDone(taskIds, { query: "?with=studio" });
    expect(await log()).toEqual(["unconfirmed"]);
    const ticketUrl = decodeURIComponent(urlOn(reply).replace("studio://open?u=", ""));
    const ticketLink = env.TEMPORARY_LINKS.getByName(/[0-9a-f]{64}/.exec(ticketUrl)?.[0] ?? "");
    expect((await ask(ticketUrl)).status).toBe(200);
    expect(await runDurableObjectAlarm(ticketLink)).toBe(true);
    expect(await log()).toEqual(["done"]);
    const [record] = await readLog();
    expect(record).toMatchObject({ reply: { outcomes: [{ state: "done" }, { state: "done" }] } });
    // The ticket's state is still available. At its end it is deleted, and the log stays unchanged.
    expect(await (await ask(`${ticketUrl}/state`)).json()).toEqual({ state: "taken" });
    const put = vi.spyOn(env.RUNS, "put");
    expect(await runDurableObjectAlarm(ticketLink)).toBe(true);
    expect(put).not.toHaveBeenCalled();
  });

  it("is logged as failed if the handler reports that the program did not start", async () => {
    const { taskIds } = makeProject(1);
    const reply = await openDone(taskIds, { query: "?with=studio" });
    const ticketUrl = decodeURIComponent(urlOn(reply).replace("studio://open?u=", ""));
    await ask(ticketUrl, { headers: { "kitsu-report": "1" } });
    const body = JSON.stringify({ state: "failed", text: "Blender ended after 2 seconds: no display" });
    await ask(`${ticketUrl}/report`, { method: "POST", body, headers: { "content-type": "application/json" } });
    expect(await runDurableObjectAlarm(env.TEMPORARY_LINKS.getByName(/[0-9a-f]{64}/.exec(ticketUrl)?.[0] ?? ""))).toBe(
      true,
    );
    const [record] = await readLog();
    expect(record).toMatchObject({
      reply: {
        severity: "warning",
        outcomes: [{ state: "failed", reason: "Blender ended after 2 seconds: no display" }],
      },
    });
  });

  it("stays unconfirmed if the handler announced a report and never sent it", async () => {
    const { taskIds } = makeProject(1);
    const reply = await openDone(taskIds, { query: "?with=studio" });
    const ticketUrl = decodeURIComponent(urlOn(reply).replace("studio://open?u=", ""));
    await ask(ticketUrl, { headers: { "kitsu-report": "1" } });
    expect(await runDurableObjectAlarm(env.TEMPORARY_LINKS.getByName(/[0-9a-f]{64}/.exec(ticketUrl)?.[0] ?? ""))).toBe(
      true,
    );
    expect((await readLog())[0]).toMatchObject({ reply: { outcomes: [{ state: "waiting" }] } });
  });

  it.each(["after", "while"])(
    "is logged as failed if the report arrives %s the log is marked as unconfirmed",
    async (when) => {
      const { taskIds } = makeProject(1);
      const reply = await openDone(taskIds, { query: "?with=studio" });
      const ticketUrl = decodeURIComponent(urlOn(reply).replace("studio://open?u=", ""));
      const ticket = env.TEMPORARY_LINKS.getByName(/[0-9a-f]{64}/.exec(ticketUrl)?.[0] ?? "");
      await ask(ticketUrl, { headers: { "kitsu-report": "1" } });
      const body = JSON.stringify({ state: "failed", text: "No display" });
      const report = () =>
        ask(`${ticketUrl}/report`, { method: "POST", body, headers: { "content-type": "application/json" } });
      const { put } = env.RUNS;
      if (when === "while")
        vi.spyOn(env.RUNS, "put").mockImplementationOnce(async (...args) => {
          expect((await report()).status).toBe(204);
          return put.apply(env.RUNS, args);
        });
      expect(await runDurableObjectAlarm(ticket)).toBe(true);
      if (when === "after") expect((await report()).status).toBe(204);
      expect(await runDurableObjectAlarm(ticket)).toBe(true);
      expect((await readLog())[0]).toMatchObject({ reply: { outcomes: [{ state: "failed", reason: "No display" }] } });
    },
  );

  it("stays unconfirmed if no handler fetches the ticket, or if the link has none", async () => {
    const { taskIds } = makeProject(1);
    const reply = await openDone(taskIds, { query: "?with=studio" });
    const token = /[0-9a-f]{64}/.exec(decodeURIComponent(urlOn(reply)))?.[0] ?? "";
    expect(await runDurableObjectAlarm(env.TEMPORARY_LINKS.getByName(token))).toBe(true);
    await openDone(taskIds, { query: "?with=rv" });
    const { runs } = await (await ask("/runs.json?state=unconfirmed", { headers: READER }, VARIABLES)).json<{
      runs: object[];
    }>();
    expect(runs).toHaveLength(2);
  });

  it("gives the studio's handler a ticket with all tasks, in a link of less than 200 characters", async () => {
    const { taskIds } = makeProject(300);
    const reply = await openDone(taskIds, { query: "?with=studio" });
    expect(reply).toMatchObject({ severity: "info", title: "Opening 300 tasks in Studio launcher" });
    const url = urlOn(reply);
    expect(url.length).toBeLessThan(200);
    const ticketUrl = decodeURIComponent(url.replace("studio://open?u=", ""));
    expect(ticketUrl).toMatch(new RegExp(`^${EDGE}/t/[0-9a-f]{64}$`));
    const effect = effectOf(reply, "launch");
    expect(effect?.ticket?.url).toBe(`${ticketUrl}/state`);
    expect((effect?.ticket?.until ?? 0) - Date.now()).toBeGreaterThan(50_000);
    expect(await (await ask(`${ticketUrl}/state`)).json()).toEqual({ state: "waiting" });
    const foreign = await ask(ticketUrl, { headers: { "kitsu-person": "eve@studio.tld" } });
    expect(foreign.status).toBe(403);
    const ticket: unknown = await (await ask(ticketUrl, { headers: { "kitsu-person": String(MANAGER.email) } })).json();
    expect(ticket).toMatchObject({
      version: 1,
      verb: "open",
      app: "studio",
      person: { id: MANAGER.id, email: MANAGER.email },
      run: expect.stringMatching(/^[0-9a-f]{32}$/),
      items: expect.arrayContaining([
        {
          task_id: taskIds[0],
          entity_id: entityOf(taskIds[0]),
          name: "SQ01 / SH1 / Animation",
          path: {
            linux: "/mnt/prod/demo/SQ01/SH1_v003.mov",
            windows: "P:\\demo\\SQ01\\SH1_v003.mov",
            darwin: "/Volumes/prod/demo/SQ01/SH1_v003.mov",
          },
          frame_in: 101,
          frame_out: 148,
          fps: 25,
        },
      ]),
    });
    expect(await (await ask(`${ticketUrl}/state`)).json()).toEqual({ state: "taken" });
  });

  it("needs no file if the handler only uses the ids", async () => {
    const { taskIds } = makeProject(1);
    const reply = await openDone(taskIds, { query: "", variables: only({ ...STUDIO, file: "none" }) });
    const ticketUrl = decodeURIComponent(urlOn(reply).replace("studio://open?u=", ""));
    expect(await (await ask(ticketUrl)).json()).toMatchObject({ items: [{ task_id: taskIds[0] }] });
    expect(fake.requests.some(({ path }) => /(output|working)-files/.test(path))).toBe(false);
    expect(effectOf(reply, "copy")).toBeUndefined();
  });
});

describe("the choice of a program", () => {
  it("is asked for if there are several, and remembered", async () => {
    const { taskIds } = makeProject(1);
    const { reply } = await readAnswer(await open(taskIds, { query: "" }));
    expect(reply).toMatchObject({
      kind: "ask",
      submit: "Open",
      fields: [
        {
          name: "with",
          label: "Open with",
          type: "one-of",
          value: "rv",
          options: [
            { value: "rv", label: "RV" },
            { value: "xstudio", label: "xStudio" },
            { value: "mpv", label: "mpv" },
            { value: "blender", label: "Blender" },
            { value: "studio", label: "Studio launcher" },
          ],
        },
      ],
    });
    expect(reply.kind === "ask" && reply.fields[0]?.remember).not.toBe(false);
  });

  it("is taken from the answer", async () => {
    const { taskIds } = makeProject(1);
    const fields = {
      selection: taskIds,
      userid: MANAGER.id,
      useremail: MANAGER.email,
      form: "launch",
      input: { with: "xstudio" },
    };
    const response = await ask("/actions/launch", ajax(fields, LINUX), {
      ...VARIABLES,
      KITSU_API: `${KITSU}/${projects}/api`,
    });
    expect((await readAnswer(response)).reply).toMatchObject({
      kind: "done",
      title: expect.stringContaining("in xStudio"),
    });
  });

  it("is not asked for if there is one, or if the URL names it", async () => {
    const { taskIds } = makeProject(1);
    expect((await openDone(taskIds, { query: "", variables: only(XSTUDIO) })).title).toContain("in xStudio");
    expect((await openDone(taskIds, { query: "?with=xstudio" })).title).toContain("in xStudio");
  });

  it("is refused if it does not exist, with a list of the others", async () => {
    const { taskIds } = makeProject(1);
    expect(await readFailed(await open(taskIds, { query: "?with=djv" }))).toMatchObject({
      code: "invalid-call",
      text: expect.stringContaining('"djv"'),
      advice: expect.stringContaining("rv, xstudio, mpv, blender, studio"),
      field: "with",
    });
    expect((await open(taskIds, { query: "?with=djv", variables: only(XSTUDIO) })).status).toBe(400);
  });
});

describe("the launch action", () => {
  it("shows a form's tab a button for the link", async () => {
    const { taskIds } = makeProject(1);
    const fields = {
      personid: MANAGER.id,
      personemail: String(MANAGER.email),
      selection: taskIds.join(","),
      currentpath: "/",
    };
    const response = await ask("/actions/launch?with=rv", form(fields, LINUX), {
      ...VARIABLES,
      KITSU_API: `${KITSU}/${projects}/api`,
    });
    const page = await response.text();
    expect(page).toContain('href="rvlink://baked/');
    expect(page).toContain("Open in RV");
  });

  it("has the label in the person's language", async () => {
    onTestFinished(() => void Object.assign(MANAGER, { locale: "en_US" }));
    const label = { en: "Open in RV", fr: "Ouvrir dans RV" };
    for (const [language, text] of Object.entries(label)) {
      const { taskIds } = makeProject(1);
      Object.assign(MANAGER, { locale: language });
      const reply = await openDone(taskIds, { query: "", variables: only({ ...RV, label }) });
      expect(effectOf(reply, "launch")).toMatchObject({ app: "RV", label: text });
    }
  });

  it("accepts at most 500 tasks", async () => {
    const { taskIds } = makeProject(1);
    const many = Array.from({ length: 501 }, (_, index) => taskIds[index] ?? id(9, 800_000 + index));
    expect(await readFailed(await open(many))).toMatchObject({
      code: "not-allowed",
      text: expect.stringContaining("at most 500"),
    });
  });

  it("is not offered without a program, and says what to set", async () => {
    const variables = { KITSU_TOKEN: BOT_TOKEN };
    expect(await (await ask("/", {}, variables)).text()).not.toContain("/actions/launch");
    expect(await readFailed(await ask("/actions/launch", ajax(), variables))).toMatchObject({
      code: "not-configured",
      advice: expect.stringContaining("LAUNCHERS"),
    });
  });

  it("is not offered if the worker has no access to Kitsu", async () => {
    expect(await readFailed(await ask("/actions/launch", ajax(), { LAUNCHERS }))).toMatchObject({
      code: "not-configured",
      advice: expect.stringContaining("KITSU_TOKEN"),
    });
  });
});
