import { describe, expect, it } from "vitest";
import type { Fixture } from "../../contract.ts";
import { KITSU_CALLS, openKitsu, sendFixture, shapeOf } from "../../testing/index.ts";
import worker from "../../worker/main.ts";

describe("the calls of Kitsu's versions", () => {
  it("are there since 2017, in both modes", () => {
    const months = [...KITSU_CALLS.values()].map(({ kitsu }) => kitsu?.month ?? "");
    expect(months).toEqual(months.toSorted());
    expect(months[0]).toBe("2017-12");
  });

  it.each([...KITSU_CALLS])("are understood: %s", async (_, fixture) => {
    const kitsu = openKitsu();
    const called = await sendFixture(worker, fixture);
    expect(called.reply).toMatchObject({ kind: "done" });
    const { call, person } = await called.log();
    expect(person).toMatchObject({ trust: "claimed", name: kitsu.people.artist.full_name });
    expect(call).toMatchObject({
      person: { id: kitsu.people.artist.id, email: kitsu.people.artist.email },
      selection: kitsu.tasks.slice(0, fixture.tasks.length).map(({ id }) => id),
      path: expect.stringMatching(/^\//),
      server: "kitsu.studio.example",
      entityType: expect.any(String),
      ignored: [],
    });
    expect(call?.dialect).not.toMatch(/mixed|unknown/);
  });
});

/** A comment on a shot and an asset, confirmed. */
const COMMENT: Fixture = {
  fixture: 1,
  action: "comment",
  request: {
    method: "POST",
    query: [],
    headers: { "content-type": "application/x-www-form-urlencoded" },
    fields: [
      ["personid", "00000000-0000-4000-8000-000000000001"],
      ["personemail", "person-1@studio.example"],
      ["projectid", "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"],
      ["currentpath", "/my-tasks"],
      ["currentserver", "kitsu.studio.example"],
      ["selection", "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01,5b2c7d11-9e0f-4a3b-8c6d-1f2e3d4c5b6a"],
      ["entitytype", "episode"],
      ["form", "comment"],
      ["input.text", "Ready"],
      ["input.status", "keep"],
    ],
    confirmed: true,
  },
  person: { role: "supervisor" },
  tasks: [
    { id: "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01", entityType: "shot" },
    { id: "5b2c7d11-9e0f-4a3b-8c6d-1f2e3d4c5b6a", entityType: "asset" },
  ],
  status: 200,
  reply: {
    kind: "done",
    severity: "success",
    title: "Commented on 2 tasks",
    outcomes: [{ id: "0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e01", label: "SH010", state: "done" }],
  },
};

describe("a recorded call in a test", () => {
  it("is sent as somebody of the same role, on tasks of the same kinds, and confirmed as it was", async () => {
    const kitsu = openKitsu();
    const { reply } = await sendFixture(worker, COMMENT);
    expect(shapeOf(reply)).toEqual(shapeOf(COMMENT.reply));
    const commented = kitsu.tasks.filter(({ comments }) => comments.length > 0);
    expect(commented.map(({ entityType }) => entityType)).toEqual(["Shot", "Asset"]);
    expect(commented[0]?.comments).toMatchObject([{ text: "Ready", author: kitsu.people.supervisor.full_name }]);
  });

  /** The same comment with a status of another Kitsu. */
  const withStatus = (label: string, type: "json" | "x-www-form-urlencoded"): Fixture => {
    const { request } = COMMENT;
    const status = "7d9e1f2a-3b4c-4d5e-8f60-718293a4b5c6";
    const others = request.fields.filter(([name]) => !name.startsWith("input."));
    const answers: Fixture["request"]["fields"] =
      type === "json"
        ? [["input", { text: "Ready", status }]]
        : [
            ["input.text", "Ready"],
            ["input.status", status],
          ];
    return {
      ...COMMENT,
      request: {
        ...request,
        headers: { "content-type": `application/${type}` },
        fields: [...others, ...answers],
        choices: { status: [label] },
      },
    };
  };

  it.each(["json", "x-www-form-urlencoded"] as const)("finds a choice by its label, in %s", async (type) => {
    const kitsu = openKitsu();
    const { reply } = await sendFixture(worker, withStatus("waiting for approval", type));
    expect(shapeOf(reply)).toEqual(shapeOf(COMMENT.reply));
    const comments = kitsu.tasks.flatMap((task) => task.comments);
    expect(comments).toMatchObject([
      { text: "Ready", status: "wfa" },
      { text: "Ready", status: "wfa" },
    ]);
  });

  it("says which choice the sample Kitsu does not have", async () => {
    openKitsu();
    await expect(sendFixture(worker, withStatus("Client Review", "json"))).rejects.toThrow(
      /The recorded answer to "Status" was "Client Review", and there is no such choice here: .*"Todo"/,
    );
  });

  it("is not confirmed if the person did not", async () => {
    const kitsu = openKitsu();
    const { confirmed: _, ...request } = COMMENT.request;
    const { reply } = await sendFixture(worker, { ...COMMENT, request });
    expect(shapeOf(reply)).toMatchObject({ kind: "ask", asksToConfirm: true });
    expect(kitsu.tasks.some(({ comments }) => comments.length > 0)).toBe(false);
  });

  it("gets as many tasks as it had, and the person, tasks and settings of the test", async () => {
    const kitsu = openKitsu();
    const many = Array.from({ length: 9 }, (_, at) => ({
      id: `0d6e1f9a-3c1b-4f0e-9a55-8b1f6c2d7e${at + 10}`,
      entityType: "shot",
    }));
    const debug = { ...COMMENT, action: "debug", tasks: many };
    expect((await (await sendFixture(worker, debug)).log()).call?.selection).toHaveLength(9);
    const own = { person: kitsu.people.client, tasks: kitsu.show.tasks.slice(0, 1) };
    const refused = await sendFixture(worker, COMMENT, {
      ...own,
      settings: { ACTION_LIMITS: '{"comment": {"roles": ["manager"]}}' },
    });
    expect(shapeOf(refused.reply)).toEqual({ kind: "failed", code: "not-allowed" });
    expect((await refused.log()).call).toMatchObject({ person: { id: own.person.id }, selection: [own.tasks[0]?.id] });
  });

  it("says what is wrong with a file that is no fixture", async () => {
    await expect(sendFixture(worker, { ...COMMENT, fixture: 2 })).rejects.toThrow(
      /not a fixture of this version: fixture/,
    );
  });
});
