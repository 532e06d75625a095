/** The small Zou has the recorded members, refusals and rights of the real one. */
import * as v from "valibot";
import { TASKS } from "../../playground/data.ts";
import { ENTITIES } from "../../playground/data-entities.ts";
import {
  ADA,
  BOT,
  BRUNO,
  DJIBRIL,
  EIKO,
  FRIDA,
  GRETA,
  HAMID,
  INES,
  OLGA,
  type Person,
} from "../../playground/data-people.ts";
import { CARNIVAL, EPISODES, NIGHT_TRAM, PAPER_LANTERN, PROJECTS } from "../../playground/data-projects.ts";
import { STATUSES } from "../../playground/data-tables.ts";
import { BOT_TOKEN, expect } from "./support/playground.ts";
import { type Answered, type Ask, ask, expectShape, post, readRecording, test, UNKNOWN } from "./support/zou.ts";

const idsOf = (rows: readonly { id: string }[]): string =>
  `id=${encodeURIComponent(JSON.stringify(rows.map(({ id }) => id)))}`;

/** A shot of the first episode that has a preview. */
async function findPreview(askAs: Ask): Promise<{ entity_id: string; preview_file_id: string }> {
  const { answer } = await askAs(`/data/tasks?project_id=${NIGHT_TRAM.id}`);
  const rows = Array.isArray(answer) ? answer : [];
  const shots = new Set(
    ENTITIES.filter(({ kind, episode }) => kind === "Shot" && episode?.name === "E01").map(({ id }) => id),
  );
  const { entity_id, last_preview_file_id } = rows.find((row) => shots.has(row.entity_id) && row.last_preview_file_id);
  return { entity_id, preview_file_id: last_preview_file_id };
}

const [E01 = { id: "" }] = EPISODES;

const Rows = v.array(v.record(v.string(), v.unknown()));

const list = async (answered: Promise<Answered>) => v.parse(Rows, (await answered).answer);

test("has the members of the real tasks, entities and previews", async ({ askAs }) => {
  const query = `${idsOf([...TASKS.slice(0, 79), { id: UNKNOWN }])}&relations=true`;
  const tasks = await askAs(`/data/tasks?${query}`);
  expectShape(tasks, "tasks-by-id");
  expect(tasks.answer).toHaveLength(79);
  expectShape(await askAs(`/data/tasks?${query}`, FRIDA), "tasks-by-id-vendor");
  expectShape(await askAs(`/data/tasks?project_id=${PAPER_LANTERN.id}&relations=true`), "project-tasks");
  expectShape(await askAs(`/data/entities?project_id=${PAPER_LANTERN.id}`), "entities-short");
  expectShape(await askAs(`/data/entities?project_id=${NIGHT_TRAM.id}`), "entities-tvshow");
  const { preview_file_id: id } = await findPreview(askAs);
  expectShape(await askAs(`/data/preview-files?${idsOf([{ id }])}`), "preview-files");
});

test("has the members of the real tables, productions and people", async ({ askAs }) => {
  for (const name of ["task-types", "task-status", "entity-types", "departments", "organisations"]) {
    expectShape(await askAs(`/data/${name}`), name);
  }
  expectShape(await askAs("/data/projects/open"), "projects-open");
  expectShape(await askAs(`/data/projects/${NIGHT_TRAM.id}`), "project");
  expectShape(await askAs(`/data/projects/${NIGHT_TRAM.id}/team`), "team-to-manager");
  expectShape(await askAs(`/data/projects/${NIGHT_TRAM.id}/team`, BRUNO), "team-to-artist");
  expectShape(await askAs("/data/persons?relations=true"), "persons-to-manager");
  expectShape(await askAs("/data/persons?relations=true", HAMID), "persons-to-admin");
  expectShape(await askAs("/data/persons?email=ADA.roy@studio.example"), "person-by-email");
  expectShape(await askAs(`/data/persons/${BRUNO.id}`), "person-to-manager");
  expectShape(await askAs(`/data/persons/${ADA.id}`, BRUNO), "person-to-artist");
  const [body, withId] = [readRecording("custom-action-created").body, readRecording("custom-action-changed").body];
  const created = await askAs("/data/custom-actions", HAMID, post(body));
  expectShape(created, "custom-action-created");
  const path = `/data/custom-actions/${Object(created.answer).id}`;
  expectShape(await askAs(path, HAMID, { method: "PUT", body: withId }), "custom-action-changed");
  expectShape(await askAs("/data/custom-actions"), "custom-actions");
  expect((await askAs(path, HAMID, { method: "DELETE" })).status).toBe(204);
  expect((await askAs(path, HAMID)).status).toBe(404);
});

test("shows clients and vendors what the real Zou shows them", async ({ askAs }) => {
  const tasks = await askAs(`/data/tasks?project_id=${PAPER_LANTERN.id}&relations=true`, GRETA);
  expectShape(tasks, "tasks-by-id-client");
  const { answer } = readRecording("tasks-by-id-client");
  const [recorded = {}, ...ours] = [...Object(answer), ...Object(tasks.answer)];
  const blank = [
    "assignees",
    "assigner_id",
    "due_date",
    "estimation",
    "duration",
    "retake_count",
    "priority",
    "difficulty",
  ];
  for (const row of ours) for (const name of blank) expect(row[name]).toEqual(recorded[name]);
  expectShape(await askAs("/data/persons?relations=true", GRETA), "persons-to-client");
  expectShape(await askAs(`/data/persons/${ADA.id}`, GRETA), "person-to-client");
  expect((await askAs(`/data/persons/${OLGA.id}`, GRETA)).status).toBe(403);
  expectShape(await askAs(`/data/projects/${PAPER_LANTERN.id}/team`, GRETA), "team-to-client");
  const columnsOf = async (person: Person) => {
    const [project] = Object((await askAs("/data/projects/open", person)).answer);
    return project.descriptors.map(({ name }: { name: string }) => name);
  };
  expect(await columnsOf(GRETA)).toEqual(["Difficulty"]);
  expect(await columnsOf(FRIDA)).toEqual(["Difficulty", "Poly count"]);
  expect(await columnsOf(BRUNO)).toEqual(["Note", "Difficulty", "Poly count"]);
});

test("answers OPTIONS for every existing route, for any ids and without a session", async ({ zou }) => {
  const options = { method: "OPTIONS" };
  for (const path of [`/data/persons/${UNKNOWN}`, "/actions/tasks/batch-comment", "/data/tasks/xyz"])
    expect((await ask(zou, path, options)).status).toBe(200);
  const { status, answer } = readRecording("error-unknown-id");
  expect(await ask(zou, "/actions/tasks/nothing", options)).toMatchObject({ status, answer });
});

test("takes a session from a cookie or a token, and prefers the cookie", async ({ zou }) => {
  const login = await ask(zou, "/auth/login", post({ email: ADA.email, password: "playground" }));
  expectShape(login, "login");
  const [cookie = ""] = login.cookies;
  expect(cookie).toMatch(/^access_token_cookie=\S+; Expires=.+; Max-Age=31540000; HttpOnly; Path=\/; SameSite=Lax$/);
  const who = await ask(zou, "/auth/authenticated", { cookie, token: BOT_TOKEN });
  expectShape(who, "authenticated-person");
  expect(who.answer).toMatchObject({ user: { full_name: "Ada Roy" } });
  expectShape(await ask(zou, "/auth/authenticated", { token: BOT_TOKEN }), "authenticated-bot");
  expect((await ask(zou, "/auth/authenticated", { cookie: "access_token_cookie=x", token: BOT_TOKEN })).status).toBe(
    422,
  );
  expect((await ask(zou, "/auth/logout", { cookie })).cookies).toHaveLength(2);
  const { status, answer } = readRecording("error-revoked");
  expect(await ask(zou, "/auth/authenticated", { cookie })).toMatchObject({ status, answer });
});

test("refuses in the recorded words", async ({ zou, askAs }) => {
  const other = `${btoa('{"alg":"HS256"}').replaceAll("=", "")}.e30.c2ln`;
  const long = `/data/tasks?${idsOf(TASKS.slice(0, 100))}`;
  const nameless = readRecording("custom-action-nameless");
  const refusals: Record<string, Answered> = {
    "error-no-token": await ask(zou, "/auth/authenticated"),
    "error-garbled-token": await ask(zou, "/auth/authenticated", { token: "garbled" }),
    "error-signature": await ask(zou, "/auth/authenticated", { token: other }),
    "error-bot-context": await askAs("/data/user/context"),
    "error-malformed-id": await askAs("/data/tasks?id=xyz"),
    "error-malformed-list": await askAs("/data/tasks?id=%5B"),
    "error-method": await askAs("/data/tasks", BOT, { method: "DELETE" }),
    "error-not-in-team": await askAs(`/data/projects/${NIGHT_TRAM.id}/team`, DJIBRIL),
    "error-unknown-id": await askAs(`/data/tasks/${UNKNOWN}`),
    "login-wrong": await ask(zou, "/auth/login", post({ email: ADA.email, password: "wrong" })),
    "login-deactivated": await ask(zou, "/auth/login", post({ email: INES.email, password: "playground" })),
    "custom-action-forbidden": await askAs("/data/custom-actions", BOT, post(nameless.body)),
    "custom-action-nameless": await askAs("/data/custom-actions", HAMID, post(nameless.body)),
    "custom-action-too-long": await askAs(
      "/data/custom-actions",
      HAMID,
      post(readRecording("custom-action-too-long").body),
    ),
  };
  for (const [name, { status, answer }] of Object.entries(refusals)) {
    const recording = readRecording(name);
    expect([name, status, answer]).toEqual([name, recording.status, recording.answer]);
  }
  const tooLong = await askAs(long);
  expect(tooLong).toMatchObject({
    status: 400,
    type: "text/html",
    answer: expect.stringContaining("(4531 &gt; 4094)"),
  });
  expect((await askAs(`/data/tasks?${idsOf(TASKS.slice(0, 89))}&relations=true`)).status).toBe(200);
});

test("creates and refuses playlists like the real Zou", async ({ askAs }) => {
  const shot = await findPreview(askAs);
  const body = { name: `Dailies ${Math.random()}`, project_id: NIGHT_TRAM.id, episode_id: E01.id, shots: [shot] };
  const refused: [who: Person, body: unknown, name: string][] = [
    [BRUNO, body, "playlist-forbidden"],
    [DJIBRIL, body, "playlist-forbidden"],
  ];
  const created = await askAs("/data/playlists", EIKO, post(body));
  expectShape(created, "playlist-created");
  expect(created.answer).toMatchObject({ created_by: EIKO.id, for_entity: "shot", shots: [shot] });
  refused.push([ADA, body, "playlist-duplicate"]);
  for (const [who, sent, name] of refused) {
    const recording = readRecording(name);
    expect(await askAs("/data/playlists", who, post(sent))).toMatchObject({
      status: recording.status,
      answer: recording.answer,
    });
  }
  const nameless = await askAs("/data/playlists", ADA, post({ project_id: NIGHT_TRAM.id }));
  expect(nameless).toMatchObject({ status: 400, answer: { message: "A required field is missing." } });
  expect((await askAs("/data/playlists", ADA, post("{x"))).status).toBe(400);
  expect((await askAs("/data/playlists", ADA, post({ ...body, project_id: UNKNOWN }))).status).toBe(404);
  const freely = { ...body, episode_id: null };
  for (const _ of [1, 2]) expect((await askAs("/data/playlists", ADA, post(freely))).status).toBe(201);

  const path = `/data/projects/${NIGHT_TRAM.id}/playlists`;
  expectShape(await askAs(`${path}/${Object(created.answer).id}`), "playlist");
  expect((await askAs(path)).answer).toContainEqual(
    expect.objectContaining({ first_preview_file_id: shot.preview_file_id }),
  );
  expect((await askAs(path, FRIDA)).status).toBe(403);
});

test("returns a playlist as it was created, and lets managers and its creator delete it", async ({ askAs }) => {
  const make = async (who: Person) => {
    const made = await askAs("/data/playlists", who, post({ name: "Dailies", project_id: NIGHT_TRAM.id, shots: [] }));
    return { path: `/data/playlists/${Object(made.answer).id}`, playlist: made.answer };
  };
  const { path, playlist } = await make(EIKO);
  expect(await askAs(path)).toMatchObject({ status: 200, answer: playlist });
  expect((await askAs(path, FRIDA)).status).toBe(403);
  expect((await askAs(`${path}/share`)).answer).toEqual([]);
  expect((await askAs(`${path}/share`, EIKO)).status).toBe(403);
  const remove = (at: string, who: Person) => askAs(at, who, { method: "DELETE" });
  for (const who of [FRIDA, GRETA, BRUNO, DJIBRIL]) expect((await remove(path, who)).status).toBe(403);
  expect((await remove(path, EIKO)).status).toBe(204);
  expect((await remove(path, EIKO)).status).toBe(404);
  const { path: another } = await make(ADA);
  expect((await remove(another, EIKO)).status).toBe(403);
  expect((await remove(another, BOT)).status).toBe(204);
  expect((await askAs(another)).status).toBe(404);
});

test("hides the studio's comments and playlists from clients, and clients' comments from artists", async ({
  askAs,
}) => {
  // In a production where no other test writes.
  const task = TASKS.find(({ entity, assignees }) => entity.projectId === CARNIVAL.id && assignees.includes(BRUNO));
  const wfa = STATUSES.find(({ shortName }) => shortName === "wfa")?.id;
  const say = (text: string, as: Person) =>
    askAs(`/actions/tasks/${task?.id}/comment`, as, post({ task_status_id: wfa, comment: text }));
  const heard = async (as: Person) =>
    (await list(askAs(`/data/tasks/${task?.id}/comments`, as))).map(({ text }) => text);
  await say("Among us", ADA);
  await say("To the studio", GRETA);
  expect(await heard(GRETA)).toEqual(["To the studio"]);
  expect(await heard(BRUNO)).toEqual(["Among us"]);
  expect(await heard(ADA)).toEqual(["To the studio", "Among us"]);
  const make = async (for_client: boolean) => {
    const made = await askAs(
      "/data/playlists",
      ADA,
      post({ name: `For ${for_client}`, project_id: CARNIVAL.id, shots: [], for_client }),
    );
    return Object(made.answer).id;
  };
  const [open, closed] = [await make(true), await make(false)];
  const shown = await list(askAs(`/data/projects/${CARNIVAL.id}/playlists`, GRETA));
  expect(shown.map(({ id }) => id)).toEqual([open]);
  expect((await askAs(`/data/playlists/${open}`, GRETA)).status).toBe(200);
  expect((await askAs(`/data/playlists/${closed}`, GRETA)).status).toBe(403);
});

test("shows no production to people in no team", async ({ askAs }) => {
  for (const { id } of PROJECTS) {
    for (const path of ["", "/team", "/playlists"])
      expect((await askAs(`/data/projects/${id}${path}`, OLGA)).status).toBe(403);
    const task = TASKS.find(({ entity }) => entity.projectId === id);
    expect((await askAs(`/data/tasks/${task?.id}`, OLGA)).status).toBe(403);
    expect((await askAs(`/data/tasks/${task?.id}/comments`, OLGA)).status).toBe(403);
  }
  for (const path of ["tasks", "entities", "projects/open", "preview-files", "playlists"])
    expect([path, (await askAs(`/data/${path}`, OLGA)).answer]).toEqual([path, []]);
});

test("shows each person their own tasks and productions", async ({ askAs }) => {
  const count = async (path: string, as?: Person) => {
    const { answer } = await askAs(path, as);
    return Array.isArray(answer) ? answer.length : -1;
  };
  const own = TASKS.filter(({ assignees }) => assignees.includes(FRIDA)).length;
  expect(own).toBeGreaterThan(10);
  expect(await count("/data/tasks")).toBe(TASKS.length);
  expect(await count("/data/tasks", FRIDA)).toBe(own);
  expect(await count("/data/tasks", OLGA)).toBe(0);
  expect(await count(`/data/tasks?project_id=${NIGHT_TRAM.id}`, GRETA)).toBe(0);
  expect(await count(`/data/entities?project_id=${PAPER_LANTERN.id}`, FRIDA)).toBeGreaterThan(20);
  expect(await count("/data/projects/open", DJIBRIL)).toBe(1);
  expect(await count("/data/projects/open", OLGA)).toBe(0);
  expect((await askAs("/data/custom-actions", FRIDA)).status).toBe(403);
  const { answer } = await askAs("/data/user/context", EIKO);
  expect(answer).toMatchObject({ project_roles: { [NIGHT_TRAM.id]: "supervisor" } });
});
