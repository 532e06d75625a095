// What the worker writes to a real Zou and undoes, with forms and confirmations as in Kitsu.
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { type Connection, connect, type Row } from "./connection.ts";
import { type PersonName, withoutManagersRights } from "./people.ts";
import type { Production } from "./production.ts";

export type Reply = {
  kind: string;
  code?: string;
  title: string;
  text?: string;
  plan?: string;
  outcomes?: { id: string; state: string; reason?: string }[];
  links?: { url: string }[];
  effects?: { kind: string; path: string; text?: string }[];
};
export type Answer = { reply: Reply; run?: { undo?: { url: string } } };

export type Setup = {
  api: string;
  adminToken: string;
  studio: Production;
  /** a call to a worker on its own host, with a claimed person */
  callClaiming(path: string, who: PersonName, body: object): Promise<Answer>;
  /** a call to a worker on Kitsu's host, with the person's session */
  callInSession(path: string, who: PersonName, body: object): Promise<Answer>;
};

/** @param getSetup called when the studio is ready */
export function testWrites(getSetup: () => Setup): void {
  const admin = () => connect(getSetup().api, getSetup().adminToken);

  /** Answers the form and confirms. */
  async function comment(
    who: PersonName,
    selection: readonly string[],
    input: { status: string; text: string },
    inSession = false,
  ): Promise<Reply> {
    const { callClaiming, callInSession } = getSetup();
    const path = `comment?run=${randomBytes(16).toString("hex")}`;
    const say = async (body: object) =>
      (await (inSession ? callInSession : callClaiming)(path, who, { selection, ...body })).reply;
    expect(await say({})).toMatchObject({ kind: "ask" });
    const asked = await say({ input, form: "comment" });
    return asked.plan === undefined ? asked : say({ input, form: "comment", plan: asked.plan });
  }

  const readTasks = (zou: Connection, ids: readonly string[]) =>
    zou.get(`/data/tasks?id=${encodeURIComponent(JSON.stringify(ids))}&relations=true`);
  const lastComment = async (zou: Connection, id: string) => (await zou.get(`/data/tasks/${id}/comments`))[0];

  it("comments as the bot in the person's name, sets the status, and triggers no hashtag", async () => {
    const { studio } = getSetup();
    const zou = admin();
    const rows = await zou.get(`/data/tasks?project_id=${studio.tvshow.id}&task_type_id=${studio.taskTypes.layout}`);
    const chosen = rows.slice(0, 3).map(({ id }) => id);
    const others = await zou.get(`/data/tasks?entity_id=${rows[0]?.entity_id}`);
    const count = async () =>
      Promise.all(
        others.map(async ({ id }) => (chosen.includes(id) ? 0 : (await zou.get(`/data/tasks/${id}/comments`)).length)),
      );
    const before = await count();
    const reply = await comment("manager", [...chosen, ...studio.short.tasks.slice(0, 1)], {
      status: studio.statuses.wfa,
      text: "For #All and #Animation: @Sam O'Neil please look",
    });
    expect(reply).toMatchObject({ kind: "done", title: "Commented on 4 tasks" });
    expect(await count()).toEqual(before);
    for (const row of await readTasks(zou, chosen)) expect(row.task_status_id).toBe(studio.statuses.wfa);
    expect(await lastComment(zou, studio.short.tasks[0] ?? "")).toMatchObject({
      person_id: studio.persons.manager.id,
      text: "For #\u2060All and #\u2060Animation: @Sam O'Neil please look",
      mentions: [studio.persons.supervisor.id],
    });
  });

  it("reports whether an @name notifies someone", async () => {
    const { studio } = getSetup();
    const zou = admin();
    const [task] = studio.short.tasks;
    const { id, full_name: name } = (await zou.get(`/data/projects/${studio.short.id}/team`))[0] ?? {
      id: "",
      full_name: "",
    };
    const [first] = String(name).split(" ");
    const cases = [
      { text: `@${name} please`, isHeard: true },
      { text: `Please look, @${name}`, isHeard: true },
      { text: `@${first}, please`, isHeard: false },
      { text: `@${name}, please`, isHeard: false },
    ];
    for (const { text, isHeard } of cases) {
      const { callClaiming } = getSetup();
      const path = `comment?run=${randomBytes(16).toString("hex")}`;
      const answer = { selection: [task ?? ""], input: { status: "keep", text }, form: "comment" };
      const { reply } = await callClaiming(path, "manager", answer);
      expect(reply.kind, text).toBe(isHeard ? "done" : "ask");
      if (reply.kind === "ask") await callClaiming(path, "manager", { ...answer, plan: reply.plan });
      const written = await lastComment(zou, task ?? "");
      expect(written).toMatchObject({ text, mentions: isHeard ? [id] : [] });
    }
  });

  it("comments as the person of the session, where Kitsu allows it", async () => {
    const { studio } = getSetup();
    const zou = admin();
    const rows = await readTasks(zou, studio.short.tasks.slice(0, 8));
    const isTheirs = ({ assignees }: Row) => Array.isArray(assignees) && assignees.includes(studio.persons.artist.id);
    const [theirs, foreign] = [rows.filter(isTheirs), rows.filter((row) => !isTheirs(row))];
    for (const inSession of [true, false]) {
      const text = `In ${inSession ? "my" : "the bot's"} session`;
      const reply = await comment(
        "artist",
        rows.map(({ id }) => id),
        { status: "keep", text },
        inSession,
      );
      const ids = (state: string) => reply.outcomes?.filter((one) => one.state === state).map(({ id }) => id);
      expect(new Set(ids("done"))).toEqual(new Set(theirs.map(({ id }) => id)));
      expect(new Set(ids("skipped"))).toEqual(new Set(foreign.map(({ id }) => id)));
      expect(await lastComment(zou, theirs[0]?.id ?? "")).toMatchObject({ person_id: studio.persons.artist.id, text });
    }
  });

  it("finds the comments that Zou wrote before it refused one, and writes the others", async () => {
    const { studio } = getSetup();
    const zou = admin();
    const rows = await zou.get(`/data/tasks?project_id=${studio.short.id}&task_type_id=${studio.taskTypes.lighting}`);
    const capped = rows.filter(({ retake_count: count }) => Number(count) > 0).slice(0, 2);
    const free = rows.filter(({ retake_count: count }) => Number(count) === 0).slice(0, 3);
    const [first, second, third] = free.map(({ id }) => id);
    const selection = [first, capped[0]?.id, second, capped[1]?.id, third].map((id) => id ?? "");
    // Zou takes this for a limit of one retake. The worker checks only whole numbers.
    const limitRetakes = async (ofProject: number, ofEntity: number | null) => {
      await zou.put(`/data/projects/${studio.short.id}`, { max_retakes: ofProject });
      for (const { entity_id } of capped)
        await zou.put(`/data/entities/${entity_id}`, { data: { max_retakes: ofEntity } });
    };
    await limitRetakes(5, 1.5);
    try {
      const reply = await comment("manager", selection, { status: studio.statuses.retake, text: "Once more" });
      expect(reply.outcomes?.map(({ state }) => state)).toEqual(["done", "failed", "done", "failed", "done"]);
      expect(reply.outcomes?.[1]?.reason).toContain("Kitsu refused: “No more retakes allowed on this task”.");
      for (const { id } of free) {
        const comments = await zou.get(`/data/tasks/${id}/comments`);
        expect(comments.filter(({ text }) => text === "Once more")).toHaveLength(1);
      }
    } finally {
      await limitRetakes(0, null);
    }
  });

  it("skips what a limit that was set a moment ago does not allow", async () => {
    const { studio } = getSetup();
    const zou = admin();
    const rows = await zou.get(`/data/tasks?project_id=${studio.short.id}&task_type_id=${studio.taskTypes.lighting}`);
    const [capped] = rows.filter(({ retake_count: count }) => Number(count) > 0);
    await zou.put(`/data/projects/${studio.short.id}`, { max_retakes: 1 });
    try {
      const reply = await comment("manager", [capped?.id ?? ""], { status: studio.statuses.retake, text: "Again" });
      expect(JSON.stringify(reply)).toContain("No more retakes: 1 of 1 is used");
      expect((await lastComment(zou, capped?.id ?? ""))?.text).not.toBe("Again");
    } finally {
      await zou.put(`/data/projects/${studio.short.id}`, { max_retakes: 0 });
    }
  });

  it("names the author in the text if Zou doesn't let the bot write in their name", async () => {
    const { studio } = getSetup();
    const zou = admin();
    const { id: task } = (await readTasks(zou, studio.tvshow.tasks.slice(0, 1)))[0] ?? { id: "" };
    const project = { id: studio.tvshow.id, hasProjectRoles: studio.hasProjectRoles };
    await withoutManagersRights(zou, studio.bots.manager, project, async () => {
      expect(await comment("manager", [task], { status: "keep", text: "Hello" })).toMatchObject({ kind: "done" });
      expect(await lastComment(zou, task)).toMatchObject({
        person_id: studio.bots.manager.id,
        text: "Hello\n\n(Maya Roy)",
      });
    });
  });

  it("creates a playlist in Zou, and removes it on undo unless someone changed it", async () => {
    const { studio, callClaiming, callInSession } = getSetup();
    const zou = admin();
    const make = async (call: Setup["callClaiming"], who: PersonName) => {
      const { reply, run } = await call("playlist", who, { selection: studio.short.tasks.slice(0, 8) });
      expect(reply).toMatchObject({ kind: "done", title: "Playlist created" });
      expect(reply.outcomes?.some(({ state, reason }) => state === "skipped" && reason === "No preview yet")).toBe(
        true,
      );
      const id = reply.effects?.[0]?.path.split("/").at(-1);
      expect(await zou.get(`/data/projects/${studio.short.id}/playlists/${id}`)).toMatchObject({ for_entity: "shot" });
      const undo = async () => (await call(run?.undo?.url ?? "", who, {})).reply;
      return { path: `/data/playlists/${id}`, undo };
    };
    for (const [call, who] of [[callClaiming, "manager"] as const, [callInSession, "supervisor"] as const]) {
      const { path, undo } = await make(call, who);
      expect(await undo()).toMatchObject({ kind: "done", title: "Playlist removed" });
      await expect(zou.get(path)).rejects.toThrow("404");
    }
    const renamed = await make(callClaiming, "manager");
    await zou.put(renamed.path, { name: "Mine" });
    expect(await renamed.undo()).toMatchObject({ kind: "failed", text: expect.stringContaining("has been changed") });
    const shared = await make(callClaiming, "manager");
    if (await zou.knows("POST", `${shared.path}/share`)) {
      await zou.post(`${shared.path}/share`, {});
      expect(await shared.undo()).toMatchObject({
        kind: "failed",
        text: expect.stringContaining("was shared with guests"),
      });
    } else expect(await shared.undo()).toMatchObject({ kind: "done" });
    const removed = await make(callClaiming, "manager");
    await zou.remove(removed.path);
    expect(await removed.undo()).toMatchObject({ kind: "done" });
  });
}
