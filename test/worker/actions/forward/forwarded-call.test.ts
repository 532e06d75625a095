import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { ForwardedCall, MoreTasks } from "../../../../contract.ts";
import { paginate } from "../../../../worker/actions/forward/forwarded-call.ts";
import {
  callAs,
  claim,
  openStudioServer,
  SECRET,
  type StudioServer,
  sign,
} from "../../../support/worker/studio-server.ts";
import { ajax, ask, EDGE, OTHER_TASK, readFailed, TASK } from "../../../support/worker/worker.ts";
import {
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT,
  CLIENT,
  DEMOTED,
  id,
  MANAGER,
  PEOPLE,
  STATUS,
  SUPERVISOR,
  VENDOR,
} from "../../../support/worker/zou.ts";

const accepted = () => new Response(null, { status: 204 });
let projects = 1_200;
const project = ({ zou }: StudioServer, tasks: number, changes: object = {}) => {
  projects += 1;
  return addProject(zou, projects, tasks, changes);
};
const readCall = ({ received }: StudioServer) => v.parse(ForwardedCall, received.at(-1)?.body);

describe("a forwarded call", () => {
  it("has the person as Kitsu knows them, with their role in the studio and in the projects", async () => {
    const server = openStudioServer(accepted());
    const { taskIds, projectId } = project(server, 1);
    await callAs(server, DEMOTED, taskIds);
    expect(readCall(server)).toMatchObject({ version: 1, type: "call", action: "publish" });
    expect(readCall(server).person).toEqual({
      id: DEMOTED.id,
      name: DEMOTED.full_name,
      email: DEMOTED.email,
      role: "manager",
      trust: "claimed",
      locale: "en_US",
      timezone: "Europe/Paris",
      project_roles: { [projectId]: "user" },
    });
  });

  it("has the tasks as Kitsu has them, in the order of the selection", async () => {
    const server = openStudioServer(accepted());
    const { taskIds, projectId } = project(server, 2, { production_type: "tvshow" });
    const episode = addEntity(server.zou, projectId, 990_001, "Episode", { name: "E01" });
    const sequence = addEntity(server.zou, projectId, 990_002, "Sequence", { name: "SQ02", parent_id: episode });
    const shot = addEntity(server.zou, projectId, 990_003, "Shot", { name: "SH9", parent_id: sequence });
    const task = addTask(server.zou, projectId, shot, 990_004);
    await callAs(server, MANAGER, [task, ...taskIds.toReversed()]);
    const { tasks = [] } = readCall(server);
    expect(tasks.map((one) => one.id)).toEqual([task, ...taskIds.toReversed()]);
    expect(tasks[0]).toEqual({
      id: task,
      label: "E01 / SQ02 / SH9 / Animation",
      entity: { id: shot, name: "SH9" },
      entity_type: "Shot",
      task_type: { id: id(4, 1), name: "Animation" },
      status: { id: STATUS.wip, name: "wip", short_name: "wip" },
      project: { id: projectId, name: `Project ${projects}` },
      sequence: { id: sequence, name: "SQ02" },
      episode: { id: episode, name: "E01" },
    });
    expect(tasks[1]).not.toHaveProperty("episode");
  });

  it("has only what this person may see, and says what is missing", async () => {
    const server = openStudioServer(accepted());
    const { taskIds } = project(server, 2);
    const [own = "", other = ""] = taskIds;
    const row = server.zou.tasks.get(own);
    if (row) server.zou.tasks.set(own, { ...row, assignees: [VENDOR.id] });
    const variables = { ...server.variables, BASE_PATH: "/edge", KITSU_TOKEN: undefined };
    const onKitsu = { ...server, variables };
    const cookie = `access_token_cookie=session-${VENDOR.id}`;
    const init = ajax(claim(VENDOR, taskIds), { cookie });
    const response = await ask(`https://kitsu.studio.tld/edge/actions/publish`, init, onKitsu.variables);
    expect(response.status).toBe(200);
    expect(readCall(server)).toMatchObject({
      person: { id: VENDOR.id, role: "vendor", trust: "session" },
      tasks: [{ id: own }],
      call: { selection: [own], missing: [other] },
    });
    expect(JSON.stringify(readCall(server).tasks)).not.toContain(other);
  });

  it.each([
    ["admin", ARTIST.email],
    ["manager", ARTIST.email],
    ["supervisor", undefined],
    ["user", undefined],
  ] as const)("names the person's e-mail only if Kitsu shows it: to a bot with the role %s", async (role, email) => {
    const server = openStudioServer(accepted());
    const { taskIds } = project(server, 1);
    server.zou.sessions.set("another-bot", { ...BOT, role });
    server.variables.KITSU_TOKEN = "another-bot";
    // Where Kitsu shows no e-mail, any may be claimed.
    await callAs(server, { id: ARTIST.id, email: email ?? "someone-else@studio.tld" }, taskIds);
    const { person } = readCall(server);
    expect(person).toMatchObject({ id: ARTIST.id, role: "user", trust: "claimed" });
    expect(person.email).toBe(email);
  });

  it.each(
    [CLIENT, VENDOR, ARTIST, SUPERVISOR].flatMap((one) =>
      (["session", "claimed"] as const).map((trust) => [one.role, trust, one] as const),
    ),
  )("has nothing that a %s does not see in Kitsu, with the trust %s", async (role, trust, caller) => {
    const server = openStudioServer(accepted());
    const columns = [{ name: "Budget", field_name: "budget", for_client: false, departments: [id(8, 1)] }];
    const { taskIds, projectId } = project(server, 1, { descriptors: columns });
    const [taskId = ""] = taskIds;
    const row = server.zou.tasks.get(taskId);
    if (row) server.zou.tasks.set(taskId, { ...row, assignees: [VENDOR.id, MANAGER.id], data: { budget: "secret-1" } });
    const shot = server.zou.entities.get(String(row?.entity_id));
    if (shot) server.zou.entities.set(shot.id, { ...shot, description: "secret-2", data: { budget: "secret-3" } });
    const elsewhere = project(server, 1);
    const isOnKitsu = trust === "session";
    const [address, cookie] = [
      isOnKitsu ? "https://kitsu.studio.tld/edge" : EDGE,
      `access_token_cookie=session-${caller.id}`,
    ];
    const variables = { ...server.variables, ...(isOnKitsu && { BASE_PATH: "/edge", KITSU_TOKEN: undefined }) };
    const init = ajax(claim(caller, taskIds), isOnKitsu ? { cookie } : {});
    expect((await ask(`${address}/actions/publish`, init, variables)).status).toBe(200);
    const body = readCall(server);
    expect(body.person).toMatchObject({ id: caller.id, role, trust, project_roles: { [projectId]: role } });
    expect(Object.keys(body.person.project_roles ?? {})).toEqual([projectId]);
    const received = JSON.stringify(server.received.at(-1)?.body);
    const hidden = ["secret-", "4711", "daily_salary", "assignees", elsewhere.projectId, MANAGER.id, BOT.id];
    expect(hidden.filter((text) => received.includes(text))).toEqual([]);
    const others = PEOPLE.filter((one) => one.id !== caller.id).map(({ email }) => email);
    expect(others.filter((email) => received.includes(`"${email}"`))).toEqual([]);
  });

  it("says that nothing is checked if the worker has no access to Kitsu", async () => {
    const server = openStudioServer(accepted());
    const variables = { ...server.variables, KITSU_TOKEN: undefined };
    await callAs({ ...server, variables }, MANAGER, [TASK, OTHER_TASK]);
    const call = readCall(server);
    expect(call.person).toEqual({ id: MANAGER.id, email: MANAGER.email, trust: "unchecked" });
    expect(call).not.toHaveProperty("tasks");
    expect(call.call.selection).toEqual([TASK, OTHER_TASK]);
  });
});

describe("a call with many tasks", () => {
  const readPage = async (server: StudioServer, url: string, init: RequestInit = {}) =>
    ask(url.replace(EDGE, ""), init, server.variables);
  const signed = (server: StudioServer, number: number) => ({
    headers: sign(`${readCall(server).run.id}-tasks-${number}`, ""),
  });

  it("has the first 200, and an address for the rest, in pages of 500 at most", async () => {
    const server = openStudioServer(accepted());
    const { taskIds } = project(server, 750);
    await callAs(server, MANAGER, taskIds);
    const { tasks = [], more_tasks } = readCall(server);
    expect([tasks.length, more_tasks?.count]).toEqual([200, 550]);
    const first = v.parse(MoreTasks, await (await readPage(server, more_tasks?.url ?? "", signed(server, 1))).json());
    const second = v.parse(MoreTasks, await (await readPage(server, first.next ?? "", signed(server, 2))).json());
    expect([first.tasks.length, second.tasks.length, second.next]).toEqual([500, 50, undefined]);
    expect([...tasks, ...first.tasks, ...second.tasks].map((task) => task.id)).toEqual(taskIds);
  });

  it("shows the rest only to the server that got the call", async () => {
    const server = openStudioServer(accepted());
    const { taskIds } = project(server, 201);
    await callAs(server, MANAGER, taskIds);
    const { run, more_tasks } = readCall(server);
    const url = more_tasks?.url ?? "";
    const webhookId = `${run.id}-tasks`;
    for (const headers of [
      {},
      sign(webhookId, "", { secret: `whsec_${btoa("another secret of thirty-two byte")}` }),
      sign(webhookId, "something else"),
      sign(webhookId, "", { at: new Date(Date.now() - 600_000) }),
      sign("f".repeat(32), ""),
    ]) {
      const refused = await readPage(server, url, { headers });
      expect(refused.status).toBe(401);
      expect(await readFailed(refused)).toMatchObject({
        code: "signature-refused",
        advice: expect.stringContaining('"publish"'),
      });
    }
    const other = { ...server.variables, FORWARD_TARGETS: {}, FORWARD_SECRET: SECRET };
    expect((await ask(url.replace(EDGE, ""), { headers: sign(webhookId, "") }, other)).status).toBe(401);
    expect((await readPage(server, url, { headers: sign(webhookId, "") })).status).toBe(200);
  });

  it("keeps the rest for an hour", async () => {
    const server = openStudioServer(accepted());
    const { taskIds } = project(server, 201);
    await callAs(server, MANAGER, taskIds);
    const { url = "" } = readCall(server).more_tasks ?? {};
    const [, token = ""] = /tasks\/([0-9a-f]{64})/.exec(url) ?? [];
    await runInDurableObject(env.TEMPORARY_LINKS.getByName(token), (_, { storage }) => {
      const link = Object(storage.kv.get("link"));
      expect(link.until - Date.now()).toBeLessThanOrEqual(3_600_000);
      storage.kv.put("link", { ...link, until: Date.now() });
    });
    for (const gone of [url, url.replace(/0$/, "7"), url.replace(token, "f".repeat(64)), `${url}x`])
      expect((await readPage(server, gone, signed(server, 1))).status).toBe(404);
  });

  it("stores nothing if all tasks fit into the call", async () => {
    const server = openStudioServer(accepted());
    const { taskIds } = project(server, 200);
    await callAs(server, MANAGER, taskIds);
    expect(readCall(server)).not.toHaveProperty("more_tasks");
  });

  it("stays small, however long the names are", async () => {
    const server = openStudioServer(accepted());
    const { taskIds, projectId } = project(server, 150);
    for (const [key, entity] of server.zou.entities)
      if (entity.project_id === projectId) server.zou.entities.set(key, { ...entity, name: "長".repeat(2_000) });
    await callAs(server, MANAGER, taskIds);
    expect(server.received[0]?.size).toBeLessThan(300_000);
    const { tasks = [], more_tasks } = readCall(server);
    expect(tasks.length).toBeLessThan(150);
    expect(tasks.length + (more_tasks?.count ?? 0)).toBe(150);
  });

  it("is refused before anything is sent if its names are more than can be stored", () => {
    const named = { id: "1", name: "" };
    const task = {
      ...{ id: "1", label: "x".repeat(20_000), entity: named, entity_type: "Shot", task_type: named },
      ...{ status: { ...named, short_name: "" }, project: named },
    };
    expect(() => paginate(Array.from({ length: 1_000 }, () => task))).toThrow("too long");
    expect(() => paginate([{ ...task, label: "x".repeat(300_000) }])).toThrow("too long");
    expect(paginate(Array.from({ length: 100 }, () => task)).pages.length).toBeGreaterThan(1);
  });
});
