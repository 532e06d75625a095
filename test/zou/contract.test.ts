// What the worker does with a real Zou: who calls, what was selected, and what comes of it. Everything by HTTP, nothing imitated.
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logIn } from "./connection.ts";
import { ZOU_VERSION } from "./environment.ts";
import { checkMembers, NOT_IN_OLDER_ZOUS } from "./members.ts";
import type { PersonName } from "./people.ts";
import { makeProduction, type Production } from "./production.ts";
import { startZou, type Zou } from "./server.ts";
import { itShows } from "./shows.ts";
import { itTells } from "./tells.ts";
import { NEWEST_ZOU } from "./versions.ts";
import { startWorker, type Worker } from "./worker.ts";
import { type Answer, itWrites } from "./writes.ts";

const started = await startZou();
if ("missing" in started) console.log(`The tests against a real Zou can't run here: ${started.missing}`);

describe.skipIf("missing" in started)(`the worker and Zou ${ZOU_VERSION}`, () => {
  let zou: Zou;
  let studio: Production;
  /** on a host of its own, and as a path of Kitsu's own host */
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

  /** The address of an action, or of what can still be done with a run. */
  const at = (origin: string, path: string) => (path.startsWith("http") ? path : `${origin}/actions/${path}`);
  const sessionOf = async (who: PersonName) => {
    const { email, password } = studio.persons[who];
    return { cookie: `access_token_cookie=${await logIn(zou.api, email, password)}`, "sec-fetch-site": "same-origin" };
  };
  const callClaiming = async (action: string, who: PersonName, selection: readonly string[]) =>
    (await call(at(apart.origin, action), fields(who, selection))).reply;
  const callInSession = async (action: string, session: PersonName, who: PersonName, selection: readonly string[]) =>
    (await call(at(`${zou.host.origin}/edge`, action), fields(who, selection), await sessionOf(session))).reply;

  const readGround = () => ({
    api: zou.api,
    adminToken: zou.admin.token,
    studio,
    callClaiming: (path: string, who: PersonName, body: object) =>
      call(at(apart.origin, path), { ...fields(who, []), ...body }),
    callInSession: async (path: string, who: PersonName, body: object) =>
      call(at(`${zou.host.origin}/edge`, path), { ...fields(who, []), ...body }, await sessionOf(who)),
  });
  itWrites(readGround);
  itTells(readGround);
  itShows(readGround);

  it("knows a claimed person who is active, and nobody else", async () => {
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

  it("knows the person of the session, and refuses the session of somebody else", async () => {
    const [task = ""] = studio.short.tasks;
    expect(await callInSession("debug", "supervisor", "supervisor", [task])).toMatchObject({ kind: "done" });
    expect(await callInSession("debug", "artist", "supervisor", [task])).toMatchObject({
      kind: "failed",
      code: "person-not-accepted",
    });
  });

  it("counts the selection for a manager, and shows clients no times", async () => {
    const counted = await callClaiming("statistics", "manager", studio.short.tasks);
    expect(counted).toMatchObject({ kind: "done" });
    expect(JSON.stringify(counted)).toMatch(/days/);
    const shown = await callClaiming("statistics", "client", studio.short.tasks);
    expect(shown).toMatchObject({ kind: "done" });
    expect(JSON.stringify(shown)).not.toMatch(/\bdays\b/);
  });

  it("shows all that Kitsu knows of a task, and clients no times", async () => {
    const [task = ""] = studio.short.tasks;
    expect(JSON.stringify(await callClaiming("debug", "manager", [task]))).toContain("estimation");
    expect(JSON.stringify(await callClaiming("debug", "client", [task]))).not.toMatch(
      /estimation|"Layout: duration"|due_date|ssignee|daily_salary/,
    );
  });

  it("refuses an artist a manager's action, and says why", async () => {
    const reply = await callClaiming("playlist", "artist", studio.short.tasks.slice(0, 3));
    expect(reply).toMatchObject({
      kind: "failed",
      code: "not-allowed",
      text: expect.stringContaining("is for admins, managers and supervisors"),
    });
    expect(reply.outcomes).toHaveLength(3);
  });

  it("takes a project's role for more than the studio's", async ({ skip }) => {
    skip(!studio.hasProjectRoles, "This Zou has no roles in projects");
    const tasks = studio.tvshow.tasks.slice(0, 2);
    const promoted = await callClaiming("playlist", "promoted", tasks);
    expect(promoted.code).not.toBe("not-allowed");
  });

  it("names the tasks of a project the person is not in, and those nobody may see", async () => {
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

  it("gives vendors their own tasks only", async () => {
    const reply = await callClaiming("debug", "vendor", studio.short.tasks);
    expect(reply).toMatchObject({
      kind: "failed",
      code: "not-allowed",
      text: expect.stringContaining("assigned to them"),
    });
  });

  it("answers every route we read with the members that the worker reads", async () => {
    await checkMembers(zou.api, studio.bots.manager.token, ZOU_VERSION === NEWEST_ZOU ? [] : NOT_IN_OLDER_ZOUS);
  });

  it("registers the actions, and finds nothing to do the second time", async () => {
    const register = (...flags: string[]) =>
      new Promise<{ code: number | null; said: string }>((resolve) => {
        const child = spawn(
          process.execPath,
          ["scripts/register/index.ts", "--worker", apart.origin, "--kitsu", zou.host.origin, ...flags],
          {
            env: { ...process.env, KITSU_TOKEN: zou.admin.token },
          },
        );
        let said = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk: Buffer) => {
            said += chunk;
          });
        child.once("exit", (code) => resolve({ code, said }));
      });
    expect(await register("--dry-run")).toMatchObject({ code: 2, said: expect.stringContaining("+") });
    expect(await register("--yes")).toMatchObject({ code: 0 });
    expect(await register("--dry-run")).toMatchObject({ code: 0 });
  });
});
