// The worker with a real Zou, over HTTP: who calls, what is selected, and what the worker writes.
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, logIn, type Row } from "./connection.ts";
import { ZOU_VERSION } from "./environment.ts";
import { testFeedback } from "./feedback.ts";
import { checkMembers, NOT_IN_OLDER_ZOUS } from "./members.ts";
import type { PersonName } from "./people.ts";
import { makeProduction, type Production } from "./production.ts";
import { startZou, type Zou } from "./server.ts";
import { NEWEST_ZOU } from "./versions.ts";
import { testVisibility } from "./visibility.ts";
import { startWorker, type Worker } from "./worker.ts";
import { type Answer, testWrites } from "./writes.ts";

const started = await startZou();
if ("missing" in started) console.log(`The tests with a real Zou can't run here: ${started.missing}`);

describe.skipIf("missing" in started)(`the worker and Zou ${ZOU_VERSION}`, () => {
  let zou: Zou;
  let studio: Production;
  /** on its own host, and as a path on Kitsu's host */
  let apart: Worker;
  let within: Worker;

  beforeAll(async () => {
    if ("missing" in started) return;
    zou = started;
    studio = await makeProduction(zou.api, zou.admin.token);
    const variables = { KITSU_URL: zou.host.origin, KITSU_TOKEN: studio.bots.manager.token };
    apart = await startWorker(variables);
    within = await startWorker({ KITSU_URL: zou.host.origin, BASE_PATH: "/edge" });
    zou.host.mount("/edge", within.origin);
  }, 900_000);

  afterAll(async () => {
    await Promise.all([apart?.stop(), within?.stop()]);
    await zou?.stop();
  }, 60_000);

  const fields = (who: PersonName, selection: readonly string[]) => {
    const { id, email } = studio.persons[who];
    return {
      entitytype: "episode",
      originurl: "/my-tasks",
      originserver: "kitsu",
      selection,
      productionid: studio.short.id,
      userid: id,
      useremail: email,
    };
  };

  async function call(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", origin: zou.host.origin, ...headers },
      body: JSON.stringify(body),
    });
    return JSON.parse(await response.text());
  }

  /** The address of an action, or of a follow-up to a run. */
  const at = (origin: string, path: string) => (path.startsWith("http") ? path : `${origin}/actions/${path}`);
  const sessionOf = async (who: PersonName) => {
    const { email, password } = studio.persons[who];
    return { cookie: `access_token_cookie=${await logIn(zou.api, email, password)}`, "sec-fetch-site": "same-origin" };
  };
  const callClaiming = async (action: string, who: PersonName, selection: readonly string[]) =>
    (await call(at(apart.origin, action), fields(who, selection))).reply;
  const callInSession = async (action: string, session: PersonName, who: PersonName, selection: readonly string[]) =>
    (await call(at(`${zou.host.origin}/edge`, action), fields(who, selection), await sessionOf(session))).reply;

  const getSetup = () => ({
    api: zou.api,
    adminToken: zou.admin.token,
    studio,
    callClaiming: (path: string, who: PersonName, body: object) =>
      call(at(apart.origin, path), { ...fields(who, []), ...body }),
    callInSession: async (path: string, who: PersonName, body: object) =>
      call(at(`${zou.host.origin}/edge`, path), { ...fields(who, []), ...body }, await sessionOf(who)),
  });
  testWrites(getSetup);
  testFeedback(getSetup);
  testVisibility(getSetup);

  it("accepts a claimed person who is active, and no one else", async () => {
    const [task = ""] = studio.short.tasks;
    expect(await callClaiming("debug", "manager", [task])).toMatchObject({ kind: "done" });
    expect(await callClaiming("debug", "leaver", [task])).toMatchObject({
      kind: "failed",
      code: "person-not-accepted",
    });
    const stranger = { ...fields("manager", [task]), userid: task };
    expect((await call(`${apart.origin}/actions/debug`, stranger)).reply).toMatchObject({
      kind: "failed",
      code: "person-not-accepted",
    });
  });

  it("accepts the person of the session, and refuses someone else's session", async () => {
    const [task = ""] = studio.short.tasks;
    expect(await callInSession("debug", "supervisor", "supervisor", [task])).toMatchObject({ kind: "done" });
    expect(await callInSession("debug", "artist", "supervisor", [task])).toMatchObject({
      kind: "failed",
      code: "person-not-accepted",
    });
  });

  it("shows statistics to a manager, and no times to clients", async () => {
    const counted = await callClaiming("statistics", "manager", studio.short.tasks);
    expect(counted).toMatchObject({ kind: "done" });
    expect(JSON.stringify(counted)).toMatch(/days/);
    const shown = await callClaiming("statistics", "client", studio.short.tasks);
    expect(shown).toMatchObject({ kind: "done" });
    expect(JSON.stringify(shown)).not.toMatch(/\bdays\b/);
  });

  it("shows all of a task's data to a manager, and no times to clients", async () => {
    const [task = ""] = studio.short.tasks;
    expect(JSON.stringify(await callClaiming("debug", "manager", [task]))).toContain("estimation");
    expect(JSON.stringify(await callClaiming("debug", "client", [task]))).not.toMatch(
      /estimation|"Layout: duration"|due_date|ssignee|daily_salary/,
    );
  });

  it("gives all sequences and episodes of a project in one page", async () => {
    const bot = connect(zou.api, studio.bots.manager.token);
    const types = (await bot.get("/data/entity-types")).filter(({ name }) =>
      ["Sequence", "Episode"].includes(String(name)),
    );
    expect(types).toHaveLength(2);
    const wanted = encodeURIComponent(JSON.stringify(types.map(({ id }) => id)));
    const { id, sequences, episodes } = studio.tvshow;
    const path = `/data/entities?project_id=${id}&entity_type_id=${wanted}&page=1&limit=500`;
    const { data } = await bot.get<{ data: Row[] }>(path);
    expect(data.map((entity) => entity.id).toSorted()).toEqual([...sequences, ...episodes].toSorted());
    expect(new Set(data.map(({ type }) => type))).toEqual(new Set(["Sequence", "Episode"]));
  });

  it("refuses a manager's action to an artist, with the reason", async () => {
    const reply = await callClaiming("playlist", "artist", studio.short.tasks.slice(0, 3));
    expect(reply).toMatchObject({
      kind: "failed",
      code: "not-allowed",
      text: expect.stringContaining("is for admins, managers and supervisors"),
    });
    expect(reply.outcomes).toHaveLength(3);
  });

  it("prefers the role in a project to the role in the studio", async ({ skip }) => {
    skip(!studio.hasProjectRoles, "This Zou has no roles in projects");
    const tasks = studio.tvshow.tasks.slice(0, 2);
    const promoted = await callClaiming("playlist", "promoted", tasks);
    expect(promoted.code).not.toBe("not-allowed");
  });

  it("lists the tasks of projects that the person is not in, and those that don't exist for the bot", async () => {
    const reply = await callClaiming("playlist", "outsider", studio.short.tasks.slice(0, 2));
    expect(reply).toMatchObject({
      kind: "failed",
      code: "not-allowed",
      text: expect.stringContaining("not in the team"),
    });
    expect(await callClaiming("playlist", "manager", studio.teamless.tasks)).toMatchObject({
      kind: "failed",
      code: "kitsu-unknown",
    });
  });

  it("lets vendors use only their own tasks", async () => {
    const reply = await callClaiming("debug", "vendor", studio.short.tasks);
    expect(reply).toMatchObject({
      kind: "failed",
      code: "not-allowed",
      text: expect.stringContaining("assigned to them"),
    });
  });

  it("has every member that the worker reads", async () => {
    await checkMembers(zou.api, studio.bots.manager.token, ZOU_VERSION === NEWEST_ZOU ? [] : NOT_IN_OLDER_ZOUS);
  });

  it("registers the actions, and has nothing to do the second time", async () => {
    const register = (...flags: string[]) =>
      new Promise<{ code: number | null; output: string }>((resolve) => {
        const child = spawn(
          process.execPath,
          ["scripts/register/index.ts", "--worker", apart.origin, "--kitsu", zou.host.origin, ...flags],
          {
            env: { ...process.env, KITSU_TOKEN: zou.admin.token },
          },
        );
        let output = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk: Buffer) => {
            output += chunk;
          });
        child.once("exit", (code) => resolve({ code, output }));
      });
    expect(await register("--dry-run")).toMatchObject({ code: 2, output: expect.stringContaining("+") });
    expect(await register("--yes")).toMatchObject({ code: 0 });
    expect(await register("--dry-run")).toMatchObject({ code: 0 });
  });
});
