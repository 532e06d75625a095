import { beforeEach, describe, expect, it } from "vitest";
import { message } from "../../../worker/format/message.ts";
import { openKitsu } from "../../../worker/services/kitsu.ts";
import { openZou } from "../../../worker/services/zou.ts";
import {
  API,
  addEntity,
  addProject,
  addTask,
  BOT_TOKEN,
  type FakeZou,
  id,
  openFakeZou,
} from "../../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

/** A separate Kitsu for each test, because tables are remembered by address. */
function open(ids: readonly string[]) {
  const zou = openZou(API, BOT_TOKEN, new AbortController().signal);
  return openKitsu(zou, `${API}?${crypto.randomUUID()}`, ids);
}

const TABLE_REQUESTS = 4;
const requestsTo = (path: string) => fake.requests.filter((request) => request.path.startsWith(path));
const requestsFor = async (ids: readonly string[]) => {
  const before = fake.requests.length;
  const selection = await open(ids).readSelection();
  return { selection, requests: fake.requests.length - before - TABLE_REQUESTS };
};

describe("the selection", () => {
  it.each([
    [1, 1, 3],
    [80, 1, 3],
    [81, 1, 3],
    [1_000, 1, 3],
    [5_000, 1, 3],
    [80, 3, 5],
    [81, 3, 7],
    [5_000, 3, 7],
  ])("costs for %i tasks in %i projects at most %i requests, and the tables once", async (count, projects, most) => {
    const perProject = Math.ceil(count / projects);
    const ids = Array.from({ length: projects }, (_, index) => addProject(fake, index + 1, perProject).taskIds)
      .flat()
      .slice(0, count);
    const { selection, requests } = await requestsFor(ids);
    expect(selection.tasks.map(({ task }) => task.id)).toEqual(ids);
    expect(selection.missing).toEqual([]);
    expect(selection.projectIds).toHaveLength(projects);
    expect(requests).toBeLessThanOrEqual(most);
  });

  it("keeps the order, and labels each task like Kitsu", async () => {
    const { taskIds } = addProject(fake, 1, 3);
    const { selection } = await requestsFor(taskIds.toReversed());
    expect(selection.tasks.map(({ label }) => label)).toEqual([
      "SQ01 / SH3 / Animation",
      "SQ01 / SH2 / Animation",
      "SQ01 / SH1 / Animation",
    ]);
  });

  it.each([3, 200])("reports which of %i ids are deleted or not visible", async (count) => {
    const { taskIds } = addProject(fake, 1, count);
    const hidden = addProject(fake, 2, 2, { team: [] });
    const { selection } = await requestsFor([id(9, 999_999), ...taskIds, ...hidden.taskIds]);
    expect(selection.tasks).toHaveLength(count);
    expect(selection.missing).toEqual([id(9, 999_999), ...hidden.taskIds]);
  });

  it("finds a few existing tasks among many missing ones, wherever they are", async () => {
    const { taskIds } = addProject(fake, 1, 2);
    const gone = Array.from({ length: 700 }, (_, index) => id(9, 900_000 + index));
    const { selection, requests } = await requestsFor([gone[0] ?? "", ...taskIds, ...gone.slice(1)]);
    expect(selection.tasks.map(({ task }) => task.id)).toEqual(taskIds);
    expect(selection.missing).toEqual(gone);
    expect(requests).toBeLessThanOrEqual(12);
  });

  it("gives up after a few requests if thousands of tasks are missing", async () => {
    const gone = Array.from({ length: 5_000 }, (_, index) => id(9, 900_000 + index));
    await expect(open(gone).readSelection()).rejects.toMatchObject({
      code: "kitsu-unknown",
      message: expect.stringContaining("4,920 more are still to be checked"),
    });
    expect(requestsTo("/data/tasks")).toHaveLength(1);
  });

  it.each([1, 20])(
    "is refused for 13 or more projects before they are read, with %i tasks each",
    async (perProject) => {
      const ids = Array.from({ length: 13 }, (_, index) => addProject(fake, index + 1, perProject).taskIds).flat();
      await expect(open(ids).readSelection()).rejects.toMatchObject({
        code: "invalid-call",
        reply: { title: message("kitsu.tooManyProjects") },
      });
      expect([...requestsTo("/data/tasks"), ...requestsTo("/data/entities")]).toHaveLength(1);
      expect((await requestsFor(ids.slice(0, 12 * perProject))).selection.projectIds).toHaveLength(12);
    },
  );

  it("handles a deleted entity, data that is null, and an episode above the sequence", async () => {
    const { projectId } = addProject(fake, 1, 0, { production_type: "tvshow" });
    const episode = addEntity(fake, projectId, 1, "Episode", { name: "E01" });
    const sequence = addEntity(fake, projectId, 2, "Sequence", { name: "SQ02", parent_id: episode });
    const shot = addEntity(fake, projectId, 3, "Shot", { name: "SH010", parent_id: sequence, data: null });
    const asset = addEntity(fake, projectId, 4, "Asset", { name: "Fox", source_id: episode, entity_type_id: id(6, 2) });
    const ids = [shot, asset, id(3, 777)].map((entity, index) => addTask(fake, projectId, entity, index));
    const [first, second, third] = (await requestsFor(ids)).selection.tasks;
    expect(first).toMatchObject({
      label: "E01 / SQ02 / SH010 / Animation",
      episode: { name: "E01" },
      entity: { data: {} },
      project: { production_type: "tvshow" },
    });
    expect(second).toMatchObject({ label: "E01 / Character / Fox / Animation", episode: { name: "E01" } });
    expect(third).toMatchObject({ label: "– / Animation", entity: undefined });
  });

  it("is read only once", async () => {
    const kitsu = open(addProject(fake, 1, 2).taskIds);
    await Promise.all([kitsu.readSelection(), kitsu.readSelection()]);
    await kitsu.readSelection();
    expect(fake.requests.filter(({ path }) => path.startsWith("/data/tasks"))).toHaveLength(1);
  });
});

describe("the tables", () => {
  it("are remembered separately for each account, because Zou shows each its own projects", async () => {
    const { projectId, taskIds } = addProject(fake, 1, 1);
    const zou = openZou(API, BOT_TOKEN, new AbortController().signal);
    const address = `${API}?${crypto.randomUUID()}`;
    await openKitsu(zou, `${address} bot`, taskIds).readSelection();
    fake.projects.delete(projectId);
    expect((await openKitsu(zou, `${address} somebody`, taskIds).tables.projects()).has(projectId)).toBe(false);
    expect((await openKitsu(zou, `${address} bot`, taskIds).tables.projects()).has(projectId)).toBe(true);
  });

  it("are remembered for minutes, with the sequences, but nobody's rights and no shot", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const zou = openZou(API, BOT_TOKEN, new AbortController().signal);
    const address = `${API}?${crypto.randomUUID()}`;
    await openKitsu(zou, address, taskIds).readSelection();
    const before = fake.requests.length;
    await openKitsu(zou, address, taskIds).readSelection();
    expect(fake.requests.slice(before).map(({ path }) => path.split("?")[0])).toEqual([
      "/data/tasks",
      "/data/entities",
    ]);
    expect(requestsTo("/data/projects/").some(({ path }) => path.includes("/team"))).toBe(false);
  });
});
