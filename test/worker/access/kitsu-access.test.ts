// Kitsu is read while we find out who calls. Nobody gets anything by that.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ajax, ask, KITSU, readAnswer, readFailed } from "../../support/worker/worker.ts";
import {
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT,
  BOT_TOKEN,
  type FakeZou,
  INACTIVE,
  id,
  MANAGER,
  OUTSIDER,
  openFakeZou,
} from "../../support/worker/zou.ts";

let fake: FakeZou;
let project: { projectId: string; taskIds: string[] };
beforeEach(() => {
  fake = openFakeZou();
  project = addProject(fake, 1, 6);
});

const WITH_BOT = { KITSU_TOKEN: BOT_TOKEN };

type Call = {
  userid?: string;
  selection?: readonly string[];
  productionid?: string | undefined;
  headers?: Record<string, string>;
  variables?: object;
  action?: string;
};

/** Sends a call, and returns the answer and the paths that Kitsu was asked for. */
async function send({ headers, variables, action = "debug", ...fields }: Call) {
  const before = fake.requests.length;
  const { projectId: productionid, taskIds: selection } = project;
  const host = headers?.cookie === undefined ? "" : KITSU;
  const body = { userid: ARTIST.id, selection, productionid, ...fields };
  const response = await ask(`${host}/actions/${action}`, ajax(body, headers), { ...WITH_BOT, ...variables });
  const asked = fake.requests.slice(before);
  return { response, asked, paths: asked.map(({ path }) => path.split("?")[0]) };
}

const TABLES = ["/data/projects/open", "/data/task-types", "/data/task-status", "/data/entity-types"];
const session = (person: { id: string }) => ({ cookie: `access_token_cookie=session-${person.id}` });

describe("a call", () => {
  it("asks Kitsu for the person, the tasks, the team and the tables before it waits for any of them", async () => {
    const { paths } = await send({});
    const early = ["/data/tasks", `/data/projects/${project.projectId}/team`, ...TABLES, `/data/persons/${ARTIST.id}`];
    expect(paths.slice(0, early.length).toSorted()).toEqual(early.toSorted());
  });

  it("asks again only for what may have changed", async () => {
    await send({ action: "statistics" });
    const { paths } = await send({ action: "statistics" });
    expect(paths.toSorted()).toEqual(
      [
        "/data/entities",
        `/data/persons/${ARTIST.id}`,
        `/data/projects/${project.projectId}/team`,
        "/data/tasks",
      ].toSorted(),
    );
  });

  it("that names no project asks for the team beside the entities", async () => {
    const asZou = vi.mocked(fetch).getMockImplementation();
    const hasAskedForTeam = () => fake.requests.some(({ path }) => path.endsWith(`${project.projectId}/team`));
    vi.mocked(fetch).mockImplementation(async (input, init) => {
      const answer = asZou?.(input, init);
      if (String(input).includes("/data/entities")) await vi.waitFor(() => expect(hasAskedForTeam()).toBe(true));
      return answer ?? Response.error();
    });
    const { response } = await send({ productionid: undefined });
    expect((await readAnswer(response)).reply).toMatchObject({ kind: "done" });
  });

  it("with a session uses only the session's account", async () => {
    const { response, asked } = await send({ headers: session(ARTIST) });
    expect((await readAnswer(response)).reply).toMatchObject({ kind: "done" });
    expect(new Set(asked.map(({ token }) => token))).toEqual(new Set([`session-${ARTIST.id}`]));
  });

  it("with an expired session uses the bot's account, and nothing that the session's read", async () => {
    const { response, asked } = await send({ headers: { cookie: "access_token_cookie=expired" } });
    const entities = asked.filter(({ path }) => path.startsWith("/data/entities"));
    expect(new Set(entities.map(({ token }) => token))).toEqual(new Set([BOT_TOKEN]));
    expect((await readAnswer(response)).reply).toMatchObject({ kind: "done", title: expect.stringContaining("6") });
  });
});

describe("the project that a call names", () => {
  it.each([
    ["another one", () => addProject(fake, 2, 1, { team: [{ person: OUTSIDER, project_role: "manager" }] }).projectId],
    ["one that does not exist", () => id(2, 99)],
    ["none", () => undefined],
  ])("gives no rights in the project of the tasks: %s", async (_, name) => {
    const productionid = name();
    const { response } = await send({ userid: OUTSIDER.id, productionid });
    expect(await readFailed(response)).toMatchObject({ code: "not-allowed" });
    expect((await readAnswer((await send({ productionid })).response)).reply).toMatchObject({ kind: "done" });
  });
});

describe("somebody who may not run the action", () => {
  it.each([
    ["a person that is not active", { userid: INACTIVE.id }],
    ["a person that does not exist", { userid: id(1, 99) }],
    ["a person without the required trust", { variables: { TRUST: "session" } }],
  ])("costs Kitsu a few small answers: %s", async (_, call) => {
    const { response, paths } = await send({ ...call, selection: manyTasks() });
    expect((await readFailed(response)).code).toBe("person-not-accepted");
    const small = ["/data/tasks", `/data/projects/${project.projectId}/team`, ...TABLES];
    expect(paths.filter((path) => !path?.startsWith("/data/persons/")).toSorted()).toEqual(small.toSorted());
    expect(fake.requests.filter(({ path }) => path.includes("project_id="))).toEqual([]);
  });

  it("costs Kitsu nothing if the call names no person", async () => {
    const { paths } = await send({ userid: "" });
    expect(paths).toEqual([]);
  });

  const manyTasks = () => addProject(fake, 3, 300).taskIds;
});

describe("permissions", () => {
  it("are those of now, although the same call was allowed a moment ago", async () => {
    expect((await readAnswer((await send({})).response)).reply.kind).toBe("done");
    fake.teams.set(project.projectId, [{ person: BOT, project_role: null }]);
    expect(await readFailed((await send({})).response)).toMatchObject({ code: "not-allowed" });
  });

  it("are those in the tasks' project, even if they have moved to another one", async () => {
    expect((await readAnswer((await send({})).response)).reply.kind).toBe("done");
    const other = addProject(fake, 2, 0, { team: [{ person: BOT, project_role: null }] });
    for (const taskId of project.taskIds)
      fake.tasks.set(taskId, { ...fake.tasks.get(taskId), id: taskId, project_id: other.projectId });
    expect(await readFailed((await send({})).response)).toMatchObject({ code: "not-allowed" });
  });
});

describe("what is remembered", () => {
  it("is not shown to another account", async () => {
    await send({});
    const { asked } = await send({ userid: MANAGER.id, headers: session(MANAGER) });
    const paths = asked.map(({ path }) => path.split("?")[0]);
    for (const table of TABLES) expect(paths).toContain(table);
  });

  it("is read again for a row that it lacks", async () => {
    await send({});
    const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 10_000);
    const { taskIds: selection } = addProject(fake, 2, 1, { name: "Brand New" });
    const { response } = await send({ selection, action: "statistics" });
    expect(JSON.stringify(await response.json())).toContain("Brand New");
    later.mockRestore();
  });

  it("does not include shots: a changed frame range counts at once", async () => {
    await send({});
    const [shot] = [...fake.entities.values()].filter(({ type }) => type === "Shot");
    fake.entities.set(shot?.id ?? "", { ...shot, id: shot?.id ?? "", name: "Renamed" });
    const { response } = await send({});
    expect(JSON.stringify(await response.json())).toContain("Renamed");
  });

  it("includes a project's sequences and episodes, which are read beside its shots", async () => {
    const { projectId } = addProject(fake, 2, 0, { production_type: "tvshow" });
    const episode = addEntity(fake, projectId, 1, "Episode", { name: "E01" });
    const selections = [10, 20].map((number) => {
      const sequence = addEntity(fake, projectId, number, "Sequence", { name: `SQ${number}`, parent_id: episode });
      const shot = addEntity(fake, projectId, number + 1, "Shot", { name: "SH", parent_id: sequence });
      return [addTask(fake, projectId, shot, number)];
    });
    for (const [index, selection] of selections.entries()) {
      const { response, paths } = await send({ selection, productionid: projectId });
      expect(JSON.stringify(await response.json())).toContain(`E01 / SQ${index + 1}0 / SH`);
      expect(paths.filter((path) => path === "/data/entities")).toHaveLength(index === 0 ? 2 : 1);
    }
  });

  it("is not missed: a sequence that is not among a project's first hundreds is read by its id", async () => {
    const { projectId, taskIds: selection } = addProject(fake, 2, 1);
    for (let number = 1; number <= 500; number += 1)
      addEntity(fake, projectId, number, "Sequence", { name: `SQ${number}` });
    const late = addEntity(fake, projectId, 501, "Sequence", { name: "SQ501" });
    const shot = addEntity(fake, projectId, 502, "Shot", { name: "SH", parent_id: late });
    const task = addTask(fake, projectId, shot, 1);
    const { response } = await send({ selection: [...selection, task], productionid: projectId });
    expect(JSON.stringify(await response.json())).toContain("SQ501 / SH");
  });
});
