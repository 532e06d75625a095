import { beforeEach, describe, expect, it, vi } from "vitest";
import { callAction } from "../../../testing/index.ts";
import { playlist } from "../../../worker/actions/playlist.ts";
import worker from "../../../worker/main.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ajax, ask, KITSU, readAnswer, readFailed, readLog } from "../../support/worker/worker.ts";
import {
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT_TOKEN,
  type FakeZou,
  id,
  MANAGER,
  openFakeZou,
  SUPERVISOR,
} from "../../support/worker/zou.ts";

const VARIABLES = { KITSU_TOKEN: BOT_TOKEN };
const PREVIEW = id(10, 1);

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

/** A separate project for each test, because the table of projects is cached. */
let projects = 100;
function makeProject(taskCount: number, rest: object = {}) {
  projects += 1;
  const made = addProject(fake, projects, taskCount, rest);
  for (const taskId of made.taskIds) Object.assign(fake.tasks.get(taskId) ?? {}, { last_preview_file_id: PREVIEW });
  return made;
}

const call = (selection: readonly string[], person: { id: string; email?: unknown } = MANAGER) => ({
  selection,
  userid: person.id,
  useremail: person.email,
});
const run = (selection: readonly string[], query = "") =>
  ask(`/actions/playlist${query}`, ajax(call(selection)), { ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api` });
const runDone = async (selection: readonly string[], query = "") => {
  const { reply } = await readAnswer(await run(selection, query));
  if (reply.kind !== "done") throw new Error(`Expected done, got ${JSON.stringify(reply)}`);
  return reply;
};

describe("the playlist action", () => {
  it("creates a playlist of the previews, in the order of the selection, and links to it", async () => {
    const { projectId, taskIds } = makeProject(3);
    const reply = await runDone(taskIds.toReversed());
    expect(fake.playlists).toMatchObject([
      { project_id: projectId, for_entity: "shot", episode_id: null, is_for_all: false },
    ]);
    const [made] = fake.playlists;
    const entities = taskIds.toReversed().map((taskId) => fake.tasks.get(taskId)?.entity_id);
    expect(made?.shots).toEqual(entities.map((entity_id) => ({ entity_id, preview_file_id: PREVIEW })));
    expect(reply).toMatchObject({
      severity: "success",
      text: "It has 3 previews.",
      effects: [{ kind: "go", path: `/productions/${projectId}/playlists/${made?.id}` }],
    });
  });

  it("skips what it has no time for, and offers a retry", async () => {
    const [one, two] = [makeProject(1), makeProject(2)];
    const init = ajax(call([...one.taskIds, ...two.taskIds]));
    const variables = { ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api`, ACTION_TIME_LIMIT: "5" };
    const { reply, run: made } = await readAnswer(await ask("/actions/playlist", init, variables));
    expect(fake.playlists).toHaveLength(1);
    expect(reply).toMatchObject({ kind: "done", severity: "warning" });
    expect(reply.kind === "done" && reply.outcomes?.map(({ state, reason, retry }) => [state, reason, retry])).toEqual([
      ["done", undefined, undefined],
      ["skipped", "Not tried. There was no time left.", true],
      ["skipped", "Not tried. There was no time left.", true],
    ]);
    expect(made?.retry).toBeDefined();
  });

  it("sorts by name if its address says so", async () => {
    const { taskIds } = makeProject(11);
    await runDone(taskIds.toReversed(), "?order=shots");
    const shots = fake.playlists[0]?.shots;
    expect(Array.isArray(shots) && shots.map(({ entity_id }) => entity_id)).toEqual(
      taskIds.map((taskId) => fake.tasks.get(taskId)?.entity_id),
    );
  });

  it("names the playlist after the parameter in its address, the time and, if the bot creates it, the person", async () => {
    const { taskIds } = makeProject(1);
    await runDone(taskIds, `?name=${encodeURIComponent("Dailies 🦊 ".repeat(20))}`);
    expect(fake.playlists[0]?.name).toMatch(/^Dailies 🦊 .* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(Person 2\)$/u);
    expect(String(fake.playlists[0]?.name).length).toBeLessThanOrEqual(80);
  });

  it("has the time in the person's time zone, and a default name", async () => {
    const { taskIds } = makeProject(1);
    await runDone(taskIds);
    const [, day, time] = /^Previews (\S+) (\S+) \(/.exec(String(fake.playlists[0]?.name)) ?? [];
    // In Paris, in winter or summer.
    const aheadOfUtc = Math.round((Date.parse(`${day}T${time}Z`) - Date.now()) / 3_600_000);
    expect([1, 2]).toContain(aheadOfUtc);
  });

  it("creates the playlist as the person if their session came with the call", async () => {
    const { taskIds } = makeProject(1);
    const init = ajax(call(taskIds, SUPERVISOR), {
      cookie: `access_token_cookie=session-${SUPERVISOR.id}`,
      "sec-fetch-site": "same-origin",
    });
    await ask(`${KITSU}/actions/playlist`, init, {
      KITSU_API: `${KITSU}/${projects}/api`,
      BASE_PATH: "",
      ...VARIABLES,
    });
    expect(fake.playlists).toMatchObject([{ created_by: SUPERVISOR.id, name: expect.not.stringContaining("(") }]);
  });

  it("reports tasks without a preview, shots that are already in it, and tasks that no longer exist", async () => {
    const { projectId, taskIds } = makeProject(2);
    const [first] = taskIds;
    const bare = addTask(fake, projectId, addEntity(fake, projectId, 70, "Shot", { name: "SH070" }), 70);
    const again = addTask(fake, projectId, String(fake.tasks.get(first ?? "")?.entity_id), 71, {
      last_preview_file_id: PREVIEW,
    });
    const reply = await runDone([...taskIds, bare, again, id(9, 424_242)]);
    expect(reply).toMatchObject({ severity: "warning", text: "2 of 5 tasks were added." });
    expect(reply.outcomes?.filter(({ state }) => state === "skipped").map(({ reason }) => reason)).toEqual([
      "No preview yet",
      "SQ01 / SH1 / Animation is already in it",
      "Deleted or not visible",
    ]);
  });

  it("creates one playlist per project and entity type", async () => {
    const one = makeProject(1);
    const two = makeProject(1);
    const asset = addTask(fake, two.projectId, addEntity(fake, two.projectId, 80, "Asset"), 80, {
      last_preview_file_id: PREVIEW,
    });
    const reply = await runDone([...one.taskIds, ...two.taskIds, asset]);
    expect(reply.title).toBe("3 playlists created");
    expect(fake.playlists.map(({ for_entity }) => for_entity)).toEqual(["shot", "shot", "asset"]);
  });

  it("assigns the playlist to its episode, or to the whole show if there are several", async () => {
    const { projectId } = makeProject(0, { production_type: "tvshow" });
    const [first, second] = [1, 2].map((number) => {
      const episode = addEntity(fake, projectId, 900 + number, "Episode");
      const sequence = addEntity(fake, projectId, 910 + number, "Sequence", { parent_id: episode });
      const shot = addEntity(fake, projectId, 920 + number, "Shot", { parent_id: sequence });
      return { episode, task: addTask(fake, projectId, shot, 900 + number, { last_preview_file_id: PREVIEW }) };
    });
    if (!first || !second) throw new Error("Two episodes");
    const alone = await runDone([first.task]);
    expect(fake.playlists[0]).toMatchObject({ episode_id: first.episode, is_for_all: false });
    expect(alone.effects).toMatchObject([
      { path: `/productions/${projectId}/episodes/${first.episode}/playlists/${fake.playlists[0]?.id}` },
    ]);
    const both = await runDone([first.task, second.task]);
    expect(fake.playlists[1]).toMatchObject({ episode_id: null, is_for_all: true });
    expect(both.effects).toMatchObject([{ path: expect.stringContaining("/episodes/all/playlists/") }]);
  });

  it("creates nothing if there is nothing to play, and says so", async () => {
    const { taskIds } = addProject(fake, 99, 2);
    const response = await run(taskIds);
    expect(response.status).toBe(422);
    expect(await readFailed(response)).toMatchObject({
      code: "nothing-to-do",
      outcomes: [{ reason: "No preview yet" }, { reason: "No preview yet" }],
    });
    expect(fake.playlists).toEqual([]);
  });

  it("tries another name if one is taken", async () => {
    const { taskIds } = makeProject(1);
    const asZou = vi.mocked(globalThis.fetch).getMockImplementation();
    const names: unknown[] = [];
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      if (request.method === "POST") names.push(await request.json());
      if (names.length === 1)
        return Response.json({ message: "A record with the same unique values already exists." }, { status: 400 });
      return asZou?.(input, init) ?? Response.error();
    });
    await runDone(taskIds);
    expect(names).toMatchObject([{ name: expect.stringMatching(/\)$/) }, { name: expect.stringMatching(/\) 2$/) }]);
  });

  it("keeps its playlists if the next one fails, and reports which tasks are missing", async () => {
    const [one, two] = [makeProject(1), makeProject(1)];
    fake.teams.set(
      two.projectId,
      (fake.teams.get(two.projectId) ?? []).map((member) =>
        member.person.is_bot ? { ...member, project_role: "user" } : member,
      ),
    );
    const reply = await runDone([...one.taskIds, ...two.taskIds]);
    expect(reply).toMatchObject({ severity: "warning", title: "Playlist created" });
    expect(reply.outcomes).toMatchObject([
      { state: "done" },
      { state: "failed", reason: expect.stringContaining("Kitsu does not allow this") },
    ]);
  });

  it("refuses artists before it creates anything, and says why", async () => {
    const { taskIds } = makeProject(2);
    const response = await ask("/actions/playlist", ajax(call(taskIds, ARTIST)), VARIABLES);
    expect(response.status).toBe(403);
    expect(await readFailed(response)).toMatchObject({
      code: "not-allowed",
      text: expect.stringContaining("Make a playlist is for admins, managers and supervisors"),
    });
    expect(fake.playlists).toEqual([]);
    expect(await readLog()).toMatchObject([{ status: 403, person: { id: ARTIST.id } }]);
  });

  it("is not offered if the worker can't ask Kitsu", async () => {
    expect(await (await ask("/")).text()).not.toContain("/actions/playlist");
    expect(await readFailed(await ask("/actions/playlist", ajax()))).toMatchObject({
      code: "not-configured",
      advice: expect.stringContaining("KITSU_TOKEN"),
    });
  });
});

describe("undoing the playlist action", () => {
  const make = (...selections: string[][]) =>
    callAction(worker, "playlist", {
      person: MANAGER,
      tasks: selections.flat().map((id) => ({ id })),
      settings: VARIABLES,
    });

  it("is possible for ten minutes", async () => {
    const made = await make(makeProject(2).taskIds);
    expect(made.run?.undo).toMatchObject({ label: "Remove the playlist", until: expect.any(Number) });
    expect(Math.round(((made.run?.undo?.until ?? 0) - Date.now()) / 60_000)).toBe(10);
    expect((await made.undo()).reply).toMatchObject({
      kind: "done",
      severity: "success",
      title: "Playlist removed",
    });
    expect(fake.playlists).toEqual([]);
  });

  it.each([
    ["renamed", { name: "Mine now" }, "has been changed since it was made"],
    ["added to", { updated_at: "2026-11-23T12:00:09" }, "has been changed since it was made"],
    ["emptied in the same second", { shots: [] }, "has been changed since it was made"],
    ["built", { build_jobs: [{ id: id(12, 1) }] }, "was built into a movie"],
    ["shared", {}, "was shared with guests"],
  ])("keeps a playlist that somebody has %s meanwhile", async (how, change, reason) => {
    const made = await make(makeProject(2).taskIds);
    Object.assign(fake.playlists[0] ?? {}, change);
    if (how === "shared") fake.shares.push({ id: id(12, 2), playlist_id: String(fake.playlists[0]?.id) });
    expect((await made.undo()).reply).toMatchObject({
      kind: "failed",
      title: "Nothing was removed",
      text: expect.stringContaining(reason),
    });
    expect(fake.playlists).toHaveLength(1);
  });

  it("removes only unchanged playlists, and names the others", async () => {
    const made = await make(makeProject(1).taskIds, makeProject(1).taskIds);
    const [, second] = fake.playlists;
    Object.assign(second ?? {}, { name: "Kept" });
    expect((await made.undo()).reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Playlist removed",
      text: expect.stringContaining("has been changed"),
    });
    expect(fake.playlists).toEqual([second]);
  });

  it("succeeds if the playlist is already gone", async () => {
    const made = await make(makeProject(1).taskIds);
    fake.playlists.splice(0);
    expect((await made.undo()).reply).toMatchObject({ kind: "done", title: "Playlist removed" });
  });

  it("succeeds even if Kitsu's answer was lost", async () => {
    const made = await make(makeProject(1).taskIds);
    const asZou = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const answered = await asZou(input, init);
      if (init?.method === "DELETE") throw new TypeError("Network connection lost.");
      return answered;
    };
    const { reply } = await made.undo().finally(() => {
      globalThis.fetch = asZou;
    });
    expect(reply).toMatchObject({ kind: "done", severity: "success", title: "Playlist removed" });
    expect(fake.playlists).toEqual([]);
  });

  it("warns that the playlist may exist if Kitsu's answer was lost", async () => {
    const { taskIds } = makeProject(1);
    const asZou = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      if (init?.method === "POST") throw new TypeError("Network connection lost.");
      return asZou(input, init);
    };
    const { reply } = await make(taskIds).finally(() => {
      globalThis.fetch = asZou;
    });
    expect(reply).toMatchObject({
      kind: "failed",
      text: expect.stringContaining("check in Kitsu before you run this again"),
    });
  });

  it("keeps the playlist if Zou refuses, and says why", async () => {
    const { projectId, taskIds } = makeProject(1);
    const made = await make(taskIds);
    const team = fake.teams.get(projectId) ?? [];
    const demoted = team.map((member) => (member.person.is_bot ? { ...member, project_role: "user" } : member));
    fake.teams.set(projectId, demoted);
    expect((await made.undo()).reply).toMatchObject({
      kind: "failed",
      text: expect.stringContaining("Kitsu does not allow this"),
    });
    expect(fake.playlists).toHaveLength(1);
  });
});

describeAction(playlist, VARIABLES);
