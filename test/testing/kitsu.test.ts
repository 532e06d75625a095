// The fake Kitsu that a studio's tests use.
import { beforeEach, describe, expect, it } from "vitest";
import { callAction, openKitsu, type TestKitsu } from "../../testing/index.ts";
import { closeKitsu, findOpenKitsu } from "../../testing/kitsu.ts";
import worker from "../../worker/main.ts";

const realFetch = globalThis.fetch;

let kitsu: TestKitsu;
beforeEach(() => {
  kitsu = openKitsu();
});
const comment = (answers: { status?: string; text: string }, tasks = kitsu.tasks.slice(0, 1)) =>
  callAction(worker, "comment", { person: kitsu.people.manager, tasks }).then((asked) => asked.answer(answers));

describe("openKitsu", () => {
  it("has productions with tasks on shots and assets, and a TV show with episodes", () => {
    expect(kitsu.tasks.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      "SQ010 / SH0010 / Animation: wip",
      "SQ010 / SH0020 / Animation: wfa",
      "SQ010 / SH0030 / Animation: retake",
      "SQ010 / SH0010 / Compositing: todo",
      "Characters / Mira / Modeling: done",
      "Characters / Old Lin / Modeling: wip",
    ]);
    expect(kitsu.show.tasks.map(({ name }) => name)).toContain("E02 / SQ010 / SH0010 / Animation");
  });

  it("gives each task the name that the worker gives it", async () => {
    for (const { tasks } of [kitsu.production, kitsu.show]) {
      const { reply } = await callAction(worker, "comment", { person: kitsu.people.manager, tasks });
      expect(reply).toMatchObject({
        tasks: { names: tasks.slice(0, 3).map(({ name }) => expect.stringContaining(name)) },
      });
    }
  });

  it("shows what an action changed", async () => {
    const [task] = kitsu.tasks;
    const done = kitsu.zou.tables.statuses.find(({ short_name }) => short_name === "done");
    const { reply } = await comment({ text: "Final", status: done?.id ?? "" });
    expect(reply).toMatchObject({ kind: "done" });
    expect(task).toMatchObject({ status: "done", comments: [{ text: "Final", status: "done", author: "Ada Roy" }] });
  });

  it("shows the playlists that were created", async () => {
    const call = { person: kitsu.people.supervisor, tasks: kitsu.tasks.slice(0, 4) };
    const { reply } = await callAction(worker, "playlist", call);
    expect(reply).toMatchObject({
      kind: "done",
      outcomes: [{ state: "skipped", reason: "No preview yet" }, {}, {}, {}],
    });
    expect(kitsu.playlists).toMatchObject([{ project_id: kitsu.production.id, shots: { length: 3 } }]);
  });

  it("takes more tasks, and finds them by name", () => {
    const added = kitsu.production.addTask({ entity: "SH0100", sequence: "SQ020", status: "done", hasPreview: false });
    expect(kitsu.findTask("SQ020 / SH0100 / Animation")).toBe(added);
    expect(added).toMatchObject({ status: "done", preview: undefined });
    expect(() => kitsu.findTask("SH0100")).toThrow('There is no task "SH0100". There are "SQ010 / SH0010 / Animation"');
  });

  it("fails when the test says so, once or more often", async () => {
    kitsu.failNext({ status: 403, method: "POST", path: "batch-comment" });
    expect((await comment({ text: "Hello" })).reply.kind).toBe("failed");
    expect((await comment({ text: "Hello" })).reply).toMatchObject({ kind: "done" });
    kitsu.failNext({ times: 1_000 });
    expect(await comment({ text: "Hello" }).catch(String)).toContain('it replied "failed"');
  });

  it("has a person of each role, whose rights are Zou's", async () => {
    const { reply } = await callAction(worker, "playlist", { person: kitsu.people.vendor, tasks: kitsu.tasks });
    expect(reply).toMatchObject({ kind: "failed", code: "not-allowed" });
  });

  it("answers other servers as the test says", async () => {
    kitsu.respond("https://farm.studio.example/", async (request) => Response.json({ got: await request.text() }));
    const response = await fetch("https://farm.studio.example/jobs", { method: "POST", body: "SH0010" });
    expect(await response.json()).toEqual({ got: "SH0010" });
  });

  it("refuses requests to servers that the test doesn't know, and fails the test", async () => {
    const sentence = 'Answer it with kitsu.respond("https://farm.studio.example/"';
    await expect(fetch("https://farm.studio.example/jobs")).rejects.toThrow(sentence);
    expect(closeKitsu).toThrow(sentence);
  });
});

describe("after each test", () => {
  it("fetch is restored and Kitsu is closed, before the next one opens its own", () => {
    kitsu.tasks[0] && kitsu.zou.tasks.delete(kitsu.tasks[0].id);
    expect(globalThis.fetch).not.toBe(realFetch);
  });
  it("nothing of the last test is left", () => {
    expect(findOpenKitsu()).toBe(kitsu);
    expect(kitsu.zou.tasks.has(kitsu.tasks[0]?.id ?? "")).toBe(true);
  });
});
