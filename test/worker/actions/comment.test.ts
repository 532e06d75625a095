import { beforeEach, describe, expect, it } from "vitest";
import type { Reply } from "../../../contract.ts";
import { callAction } from "../../../testing/index.ts";
import { comment } from "../../../worker/actions/comment.ts";
import worker from "../../../worker/main.ts";
import { rememberPace } from "../../../worker/services/comment-pace.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ajax, ask, KITSU, readAnswer } from "../../support/worker/worker.ts";
import {
  ADMIN,
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT,
  BOT_TOKEN,
  CLIENT,
  type FakeZou,
  id,
  MANAGER,
  openFakeZou,
  type Row,
  STATUS,
  SUPERVISOR,
  VENDOR,
} from "../../support/worker/zou.ts";

const VARIABLES = { KITSU_TOKEN: BOT_TOKEN };

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

/** A separate project for each test, because the table of projects is cached. */
let projects = 300;
function makeProject(taskCount: number, rest: object = {}) {
  projects += 1;
  return addProject(fake, projects, taskCount, rest);
}

const change = (taskId: string | undefined, members: object) =>
  Object.assign(fake.tasks.get(taskId ?? "") ?? {}, members);
const read = (taskId: string | undefined) => fake.tasks.get(taskId ?? "");

type Caller = { person?: Row; inSession?: boolean; settings?: object };

let runs = 0;
/** One run: all its calls go to the same address. Returns a function that makes a call. */
function startCalls(selection: readonly string[], { person = MANAGER, inSession = false, settings = {} }: Caller = {}) {
  runs += 1;
  const path = `/actions/comment?run=${runs.toString(16).padStart(32, "0")}`;
  const headers = inSession
    ? { cookie: `access_token_cookie=session-${person.id}`, "sec-fetch-site": "same-origin" }
    : {};
  const api = { KITSU_API: `${KITSU}/${projects}/api`, BASE_PATH: "" };
  return async (more: object = {}): Promise<Reply> => {
    const init = ajax({ selection, userid: person.id, useremail: person.email, ...more }, headers);
    return (await readAnswer(await ask(inSession ? KITSU + path : path, init, { ...VARIABLES, ...api, ...settings })))
      .reply;
  };
}

const callComment = (selection: readonly string[], mode: "ajax" | "form") =>
  callAction(worker, "comment", { person: MANAGER, tasks: selection.map((id) => ({ id })), mode, settings: VARIABLES });

/** Answers the form and the confirmation. */
async function run(
  selection: readonly string[],
  input: { status?: string; text?: string },
  caller: Caller = {},
): Promise<Reply> {
  const call = startCalls(selection, caller);
  const answer = { input: { status: "keep", text: "", ...input }, form: "comment" };
  const reply = await call(answer);
  return reply.kind === "ask" && reply.plan !== undefined ? call({ ...answer, plan: reply.plan }) : reply;
}

/** The names of the offered statuses. */
async function offer(selection: readonly string[], caller: Caller = {}): Promise<string[]> {
  const reply = await startCalls(selection, caller)();
  if (reply.kind !== "ask") throw new Error(`Expected a form, got ${JSON.stringify(reply)}`);
  return reply.fields[0]?.options?.map(({ label }) => label) ?? [];
}

const outcomesOf = (reply: Reply) => ("outcomes" in reply ? (reply.outcomes ?? []) : []);
const reasonsOf = (reply: Reply) => outcomesOf(reply).map(({ state, reason }) => `${state}: ${reason}`);

describe("the form of the comment action", () => {
  it("asks for a status and a text, and keeps each status by default", async () => {
    const { taskIds } = makeProject(2);
    const reply = await startCalls(taskIds)();
    expect(reply).toMatchObject({ kind: "ask", submit: "Comment", form: "comment" });
    expect(reply.kind === "ask" && reply.fields).toMatchObject([
      { name: "status", type: "task-status", value: "keep", remember: false },
      { name: "text", type: "long-text", required: false, maxLength: 5_000, remember: false },
    ]);
    expect(reply.kind === "ask" && reply.fields[0]?.options).toContainEqual({
      value: STATUS.wip,
      label: "wip",
      color: "#3273dc",
    });
  });

  it("offers only statuses that the person may use in every selected project, without archived and concept statuses", async () => {
    const [one, two] = [makeProject(1), makeProject(1, { task_statuses: [STATUS.todo, STATUS.done, STATUS.wip] })];
    const keep = "Keep each task's status";
    expect(await offer(one.taskIds)).toEqual([keep, "todo", "wip", "retake", "done"]);
    expect(await offer([...one.taskIds, ...two.taskIds])).toEqual([keep, "todo", "wip", "done"]);
    expect(await offer(one.taskIds, { person: ARTIST })).toEqual([keep, "todo", "wip", "retake"]);
    expect(await offer(one.taskIds, { person: CLIENT })).toEqual([keep, "todo", "retake", "done"]);
    // A project's own rule for clients takes precedence.
    const task_statuses_link = {
      [STATUS.wip]: { is_client_allowed: true },
      [STATUS.done]: { is_client_allowed: false },
      [STATUS.todo]: {},
    };
    const { taskIds } = makeProject(1, { task_statuses_link });
    expect(await offer(taskIds, { person: CLIENT })).toEqual([keep, "todo", "wip", "retake"]);
  });

  it("sets no status that has been closed to the person since it was offered", async () => {
    const { projectId, taskIds } = makeProject(1);
    expect(await offer(taskIds, { person: CLIENT })).toContain("done");
    const project = fake.projects.get(projectId);
    const task_statuses_link = { [STATUS.done]: { is_client_allowed: false } };
    fake.projects.set(projectId, { ...project, id: projectId, task_statuses_link });
    const reply = await run(taskIds, { status: STATUS.done }, { person: CLIENT });
    expect(JSON.stringify(reply)).toContain("Clients may not use the status done");
    expect(read(taskIds[0])?.task_status_id).toBe(STATUS.wip);
  });

  it("offers concept statuses only for concepts", async () => {
    const { projectId } = makeProject(0);
    const task = addTask(fake, projectId, addEntity(fake, projectId, 3_900, "Concept"), 3_900);
    expect(await offer([task])).toEqual(["Keep each task's status", "concept"]);
  });

  it("requires a text or a status, and shows the error at the text", async () => {
    const { taskIds } = makeProject(1);
    for (const text of ["", "  \n "]) {
      const reply = await run(taskIds, { text });
      expect(reply.kind === "ask" && reply.fields[1]).toMatchObject({
        name: "text",
        error: "Enter a comment or choose a status",
      });
    }
    const long = await run(taskIds, { text: "x".repeat(5_001) });
    expect(long.kind === "ask" && long.fields[1]?.error).toBe("Must have at most 5,000 characters");
    expect(fake.comments).toEqual([]);
  });

  it("rejects a status that was not offered", async () => {
    const { taskIds } = makeProject(1);
    change(taskIds[0], { assignees: [ARTIST.id] });
    const reply = await run(taskIds, { status: STATUS.done }, { person: ARTIST });
    expect(reply.kind === "ask" && reply.fields[0]?.error).toBe("Is not one of the choices");
  });

  it("works the same as a page", async () => {
    const { taskIds } = makeProject(1);
    const asked = await callComment(taskIds, "form");
    expect(asked.page).toContain('name="input.text"');
    const { page } = await asked.answer({ status: STATUS.done, text: "Two\r\nlines" });
    expect(page).toContain("Commented on 1 task");
    expect(fake.comments).toMatchObject([{ text: "Two\nlines", task_status_id: STATUS.done }]);
  });
});

describe("the confirmation of the comment action", () => {
  it("shows the planned change of each task, and writes nothing", async () => {
    const [one, two] = [makeProject(2), makeProject(1)];
    change(one.taskIds[1], { task_status_id: STATUS.done });
    const reply = await startCalls([...one.taskIds, ...two.taskIds])({
      input: { status: STATUS.done, text: "" },
      form: "comment",
    });
    expect(reply).toMatchObject({ kind: "ask", title: "Set 2 tasks in 2 projects to done?", submit: "Set status" });
    expect(reply.kind === "ask" && reply.dangerous).toBeUndefined();
    expect(reasonsOf(reply)).toEqual(["planned: wip → done", "skipped: Already done", "planned: wip → done"]);
    expect(fake.comments).toEqual([]);
  });

  it.each([
    [{ status: "keep", text: "Hello" }, "Comment on 2 tasks?", "planned: Stays wip"],
    [{ status: STATUS.wip, text: "Hello" }, "Comment on 2 tasks and set them to wip?", "planned: Stays wip"],
    [{ status: STATUS.todo, text: "Hello" }, "Comment on 2 tasks and set them to todo?", "planned: wip → todo"],
  ])("says what will happen in its title: %o", async (input, title, outcome) => {
    const { taskIds } = makeProject(2);
    const reply = await startCalls(taskIds)({ input, form: "comment" });
    expect(reply.title).toBe(title);
    expect(reasonsOf(reply)).toEqual([outcome, outcome]);
  });

  it("is skipped for a single task", async () => {
    const { taskIds } = makeProject(1);
    expect(await startCalls(taskIds)({ input: { status: "keep", text: "Hello" }, form: "comment" })).toMatchObject({
      kind: "done",
    });
  });

  it("lists the tasks by unambiguous names", async () => {
    const [one, two] = [makeProject(2), makeProject(2)];
    const names = [one, two].map(({ projectId }) => fake.projects.get(projectId)?.name);
    expect(await startCalls([...one.taskIds, ...two.taskIds])()).toMatchObject({
      tasks: {
        count: 4,
        names: [
          `${names[0]} / SQ01 / SH1 / Animation`,
          `${names[0]} / SQ01 / SH2 / Animation`,
          `${names[1]} / SQ01 / SH1 / Animation`,
        ],
      },
    });
  });

  it("warns about mentions that notify nobody, even for a single task", async () => {
    const { taskIds } = makeProject(1);
    const call = (text: string) => startCalls(taskIds)({ input: { status: "keep", text }, form: "comment" });
    const matching = "@Person 3 and @Animation see this, and so does @Person 2";
    expect(await call(matching)).toMatchObject({ kind: "done" });
    for (const unmatched of ["@Pers please", "(@Pers, please)", "@Person 3, please", "@person 3", "@Person 10"]) {
      const name = /@\w+/.exec(unmatched)?.[0];
      expect(await call(`Write to me@studio.tld. ${unmatched}`), unmatched).toMatchObject({
        kind: "ask",
        text: expect.stringMatching(new RegExp(`\n\n${name} won't notify anyone\\. `)),
      });
    }
    expect(fake.comments).toHaveLength(1);
    expect((await run(taskIds, { text: "@Nobody" })).kind).toBe("done");
  });

  it("asks again if something has changed", async () => {
    const { taskIds } = makeProject(2);
    const call = startCalls(taskIds);
    const answer = { input: { status: STATUS.done, text: "" }, form: "comment" };
    const asked = await call(answer);
    change(taskIds[0], { task_status_id: STATUS.retake });
    const again = await call({ ...answer, plan: asked.kind === "ask" ? asked.plan : "" });
    expect(again).toMatchObject({ kind: "ask", problem: expect.stringContaining("1 changed") });
    expect(fake.comments).toEqual([]);
  });
});

describe("permissions of the comment action", () => {
  it("lets artists comment on their own tasks, and supervisors on all tasks of their department, as Kitsu does", async () => {
    const { taskIds } = makeProject(3);
    change(taskIds[0], { assignees: [ARTIST.id] });
    const entity = fake.entities.get(String(read(taskIds[1])?.entity_id));
    Object.assign(entity ?? {}, { created_by: ARTIST.id });
    const only = "skipped: Only for its assignees and supervisors";
    for (const inSession of [false, true]) {
      const reply = await run(taskIds, { text: "Hello" }, { person: ARTIST, inSession });
      expect(reasonsOf(reply)).toEqual(["done: Stays wip", "done: Stays wip", only]);
    }
    expect(await run(taskIds, { text: "Hello" }, { person: SUPERVISOR })).toMatchObject({
      kind: "done",
      severity: "success",
    });
    const elsewhere = { ...SUPERVISOR, departments: [id(8, 1)] };
    fake.sessions.set(`session-${SUPERVISOR.id}`, elsewhere);
    const reply = await run(taskIds, { text: "Hello" }, { person: SUPERVISOR, inSession: true });
    expect(new Set(reasonsOf(reply))).toEqual(new Set(["skipped: It belongs to another department"]));
    expect(reply).toMatchObject({ kind: "failed", code: "nothing-to-do" });
  });

  it("skips a task whose current status the person may not set", async () => {
    const { taskIds } = makeProject(2);
    for (const taskId of taskIds) change(taskId, { assignees: [ARTIST.id] });
    change(taskIds[0], { task_status_id: STATUS.done });
    const reply = await run(taskIds, { text: "Hello" }, { person: ARTIST });
    expect(reasonsOf(reply)).toEqual(["skipped: Artists may not use the status done", "done: Stays wip"]);
  });

  it("lets vendors comment on their own tasks, and clients on all tasks", async () => {
    const { taskIds } = makeProject(1);
    expect(await run(taskIds, { text: "Hello" }, { person: VENDOR })).toMatchObject({
      kind: "failed",
      code: "not-allowed",
    });
    change(taskIds[0], { assignees: [VENDOR.id] });
    expect(await run(taskIds, { text: "Hello" }, { person: VENDOR })).toMatchObject({ kind: "done" });
    expect(await run(taskIds, { status: STATUS.retake }, { person: CLIENT })).toMatchObject({ kind: "done" });
  });

  it("skips tasks that have used up their retakes", async () => {
    const { taskIds } = makeProject(4, { max_retakes: 2 });
    change(taskIds[0], { retake_count: 2 });
    change(taskIds[1], { retake_count: 2 });
    const [, more, many] = taskIds.map((taskId) => fake.entities.get(String(read(taskId)?.entity_id)));
    Object.assign(more ?? {}, { data: { max_retakes: "3" } });
    Object.assign(many ?? {}, { data: { max_retakes: 0 } });
    const reply = await run(taskIds, { status: STATUS.retake });
    expect(reasonsOf(reply)).toEqual([
      "skipped: No more retakes: 2 of 2 are used",
      "done: wip → retake",
      "done: wip → retake",
      "done: wip → retake",
    ]);
    expect(reasonsOf(await run(taskIds, { status: STATUS.retake }, { person: CLIENT }))[0]).toBe(
      "skipped: No more retakes are allowed",
    );
  });
});

describe("what the comment action writes", () => {
  it("is one comment per task, across projects, in the person's name, and each outcome links to its task", async () => {
    const [one, two] = [makeProject(2), makeProject(1, { production_type: "tvshow" })];
    const reply = await run(
      [...one.taskIds, ...two.taskIds],
      { status: STATUS.done, text: "Well done @Person 4" },
      { person: ADMIN },
    );
    expect(reply).toMatchObject({
      kind: "done",
      severity: "success",
      title: "Commented on 3 tasks",
      text: "They are now done.",
    });
    expect(fake.comments).toHaveLength(3);
    for (const written of fake.comments)
      expect(written).toMatchObject({ text: "Well done @Person 4", task_status_id: STATUS.done, person_id: ADMIN.id });
    expect(outcomesOf(reply).map(({ link }) => link?.url)).toEqual([
      ...one.taskIds.map((taskId) => `${KITSU}/productions/${one.projectId}/shots/tasks/${taskId}`),
      `${KITSU}/productions/${two.projectId}/episodes/all/shots/tasks/${two.taskIds[0]}`,
    ]);
  });

  it("is nothing if Kitsu is too old, and the reply says so instead of calling tasks deleted", async () => {
    const { taskIds } = makeProject(2);
    Object.assign(fake, { version: "0.19.73", lacks: [/batch-comment/] });
    expect(await run(taskIds, { text: "Hello" })).toMatchObject({
      kind: "failed",
      code: "kitsu-version",
      text: "Your Kitsu is too old for this: it runs Zou 0.19.73, and this needs Zou 0.20.85 or later.",
      advice: "Ask your TD to update Kitsu.",
    });
  });

  it("is written as the person if their session came with the call", async () => {
    const { taskIds } = makeProject(2);
    await run(taskIds, { text: "Hello" }, { person: SUPERVISOR, inSession: true });
    expect(fake.comments).toMatchObject([{ person_id: SUPERVISOR.id, text: "Hello" }, { person_id: SUPERVISOR.id }]);
  });

  it("is written without reading anything twice", async () => {
    const { taskIds } = makeProject(2);
    const call = startCalls(taskIds, { person: SUPERVISOR, inSession: true });
    const answer = { input: { status: "keep", text: "Hello" }, form: "comment" };
    const asked = await call(answer);
    fake.requests.length = 0;
    expect((await call({ ...answer, plan: asked.kind === "ask" ? asked.plan : undefined })).kind).toBe("done");
    const paths = fake.requests.map(({ method, path }) => `${method} ${path}`);
    expect(paths).toEqual([...new Set(paths)]);
  });

  it("names the person if the bot may only write in its own name", async () => {
    const { projectId, taskIds } = makeProject(1);
    change(taskIds[0], { assignees: [BOT.id] });
    const team = fake.teams.get(projectId) ?? [];
    const demoted = team.map((member) => (member.person === BOT ? { ...member, project_role: "user" } : member));
    fake.teams.set(projectId, demoted);
    await run(taskIds, { text: "Hello" });
    await run(taskIds, { status: STATUS.todo });
    expect(fake.comments).toMatchObject([
      { person_id: BOT.id, text: "Hello\n\n(Person 2)" },
      { person_id: BOT.id, text: "(Person 2)" },
    ]);
  });

  it("hides hashtags from Zou, which would comment on tasks that nobody selected", async () => {
    const { projectId, taskIds } = makeProject(1);
    addTask(fake, projectId, String(read(taskIds[0])?.entity_id), 3_950);
    const seen = "for #All, ##Animation, #ff3860 and #été\n# Heading, #1";
    await run(taskIds, { text: seen });
    expect(fake.comments).toHaveLength(1);
    const [written] = fake.comments;
    expect(String(written?.text)).not.toMatch(/#\p{L}/u);
    expect(String(written?.text).replaceAll("\u2060", "")).toBe(seen);
  });

  it("reports tasks that no longer exist", async () => {
    const { taskIds } = makeProject(2);
    const reply = await run([...taskIds, id(9, 424_242)], { text: "Hello" });
    expect(reply).toMatchObject({ kind: "done", severity: "warning", title: "Commented on 2 tasks" });
    expect(reasonsOf(reply)).toContain("skipped: Deleted or not visible");
  });
});

describe("when Zou refuses some comments", () => {
  /** Text where Zou expects a number: Zou fails on the task with a bare status 500. */
  const breakAt = (...taskIds: (string | undefined)[]) => {
    for (const taskId of taskIds) {
      const entity = fake.entities.get(String(read(taskId)?.entity_id));
      Object.assign(entity ?? {}, { data: { max_retakes: "as needed" } });
    }
  };
  const posts = () => fake.requests.filter(({ method }) => method === "POST").length;

  it("writes all others, once, and reports why Kitsu refused the rest", async () => {
    const { taskIds } = makeProject(6, { max_retakes: 5 });
    breakAt(taskIds[1], taskIds[4]);
    const reply = await run(taskIds, { status: STATUS.retake, text: "Again" });
    expect(outcomesOf(reply).map(({ state }) => state)).toEqual(["done", "failed", "done", "done", "failed", "done"]);
    expect(reply).toMatchObject({ kind: "done", severity: "warning", title: "Commented on 4 tasks" });
    expect(reasonsOf(reply)[1]).toBe(
      'failed: Kitsu failed with status 500. Its column max_retakes must be a number, but is "as needed".',
    );
    expect(fake.comments.map(({ object_id }) => object_id)).toEqual([0, 2, 3, 5].map((index) => taskIds[index]));
    expect(posts()).toBe(3);
  });

  it("sends a small batch first, then as many as Kitsu's pace allows", async () => {
    const { taskIds } = makeProject(20);
    expect(await run(taskIds, { text: "Hello" })).toMatchObject({ title: "Commented on 20 tasks" });
    expect(posts()).toBe(2);
  });

  it("never resends a comment whose outcome is unknown, and continues as a long run to find out", async () => {
    const { taskIds } = makeProject(3);
    const call = startCalls(taskIds);
    const answer = { input: { status: STATUS.done, text: "Hello" }, form: "comment" };
    const asked = await call(answer);
    const asZou = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const answered = await asZou(input, init);
      if (init?.method === "POST") throw new TypeError("Network connection lost.");
      return answered;
    };
    const reply = await call({ ...answer, plan: asked.kind === "ask" ? asked.plan : "" }).finally(() => {
      globalThis.fetch = asZou;
    });
    expect(posts()).toBe(1);
    expect(reply).toMatchObject({
      kind: "started",
      title: "Commenting on 3 tasks",
      text: "Kitsu's answer was lost. Checking which comments were written.",
    });
  });

  it("reports that nothing was written if the whole request was refused, and offers a retry of all", async () => {
    const { taskIds } = makeProject(3);
    const call = startCalls(taskIds);
    const submitted = { input: { status: STATUS.done, text: "Hello" }, form: "comment" };
    const asked = await call(submitted);
    const asZou = globalThis.fetch;
    const refusal = { two_factor_authentication_required: true, message: "2FA" };
    globalThis.fetch = async (input, init) =>
      init?.method === "POST" ? Response.json(refusal, { status: 403 }) : asZou(input, init);
    const reply = await call({ ...submitted, plan: asked.kind === "ask" ? asked.plan : "" }).finally(() => {
      globalThis.fetch = asZou;
    });
    expect(reply).toMatchObject({ kind: "failed", title: "No comment was written", retry: true });
    expect(outcomesOf(reply).map(({ state, retry }) => [state, retry])).toEqual([
      ["skipped", true],
      ["skipped", true],
      ["skipped", true],
    ]);
    expect(JSON.stringify(reply)).not.toContain("Check in Kitsu whether");
  });

  it("continues as a long run if Kitsu is busy", async () => {
    const { taskIds } = makeProject(3);
    const call = startCalls(taskIds);
    const submitted = { input: { status: STATUS.done, text: "Hello" }, form: "comment" };
    const asked = await call(submitted);
    const asZou = globalThis.fetch;
    const busy = () => new Response("<html>Too many requests", { status: 429 });
    globalThis.fetch = async (input, init) => (init?.method === "POST" ? busy() : asZou(input, init));
    const reply = await call({ ...submitted, plan: asked.kind === "ask" ? asked.plan : "" }).finally(() => {
      globalThis.fetch = asZou;
    });
    expect(reply).toMatchObject({ kind: "started", progress: { done: 0, total: 3 } });
    expect(fake.comments).toEqual([]);
  });

  it("notices comments that Zou silently skipped", async () => {
    const { taskIds } = makeProject(3);
    const asZou = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const answered = await asZou(input, init);
      const rows = init?.method === "POST" ? await answered.json() : undefined;
      return Array.isArray(rows) ? Response.json([rows[0], rows[2]], { status: 201 }) : answered;
    };
    const reply = await run(taskIds, { text: "Hello" }).finally(() => {
      globalThis.fetch = asZou;
    });
    expect(reasonsOf(reply)).toEqual(["done: Stays wip", "failed: Kitsu did not accept it", "done: Stays wip"]);
  });

  it("fails if no comment was written", async () => {
    const { projectId, taskIds } = makeProject(2);
    const call = startCalls(taskIds);
    const answer = { input: { status: STATUS.done, text: "Hello" }, form: "comment" };
    const asked = await call(answer);
    const team = fake.teams.get(projectId) ?? [];
    const demoted = team.map((member) => (member.person === BOT ? { ...member, project_role: "user" } : member));
    fake.teams.set(projectId, demoted);
    const reply = await call({ ...answer, plan: asked.kind === "ask" ? asked.plan : "" });
    expect(reply).toMatchObject({
      kind: "failed",
      title: "No comment was written",
      text: expect.stringContaining(
        "does not allow this for the action server's bot account: “You don't have the permission",
      ),
    });
  });
});

describe("comments that take longer than a call", () => {
  it.each(["ajax", "form"] as const)("are all written, once, in the end: %s", async (mode) => {
    const { taskIds } = makeProject(60);
    const started = await (await (await callComment(taskIds, mode)).answer({ text: "Hello" })).confirm();
    expect(started.reply.kind).toBe("started");
    const ended = await started.follow();
    expect(ended.reply).toMatchObject({ kind: "done", title: "Commented on 60 tasks" });
    expect(new Set(fake.comments.map(({ object_id }) => object_id))).toEqual(new Set(taskIds));
    expect(fake.comments).toHaveLength(60);
    expect(await ended.log()).toMatchObject({ reply: { title: "Commented on 60 tasks" } });
  });

  it("say so in the confirmation, and continue as a long run", async () => {
    const { taskIds } = makeProject(300);
    const call = startCalls(taskIds);
    const answer = { input: { status: "keep", text: "Hello" }, form: "comment" };
    const asked = await call(answer);
    expect(asked).toMatchObject({
      kind: "ask",
      text: expect.stringContaining("It takes about 90 seconds, and continues when you close this page."),
    });
    const reply = await call({ ...answer, plan: asked.kind === "ask" ? asked.plan : "" });
    expect(reply).toMatchObject({
      kind: "started",
      title: "Commenting on 300 tasks",
      progress: { done: 0, total: 300, left: 90 },
    });
  });

  it("can be as many as a call can select", async () => {
    const { taskIds } = makeProject(2_000);
    const reply = await startCalls(taskIds)({ input: { status: "keep", text: "Hello" }, form: "comment" });
    expect(reply).toMatchObject({
      kind: "ask",
      title: "Comment on 2,000 tasks?",
      text: expect.stringContaining("about 10 minutes"),
    });
  });

  it("are estimated from the last measured pace, which is not part of the confirmed plan", async () => {
    const { taskIds } = makeProject(300);
    const call = startCalls(taskIds);
    const answer = { input: { status: "keep", text: "Hello" }, form: "comment" };
    const asked = await call(answer);
    rememberPace(`${KITSU}/${projects}/api`, 1_000);
    const reply = await call({ ...answer, plan: asked.kind === "ask" ? asked.plan : "" });
    expect(reply).toMatchObject({ kind: "started", progress: { left: 300 } });
    expect(await startCalls(taskIds)(answer)).toMatchObject({
      text: expect.stringContaining("It takes about 5 minutes"),
    });
  });

  it("continue as a long run if they need more requests than one call allows, however fast Kitsu is", async () => {
    const { taskIds } = makeProject(60);
    rememberPace(`${KITSU}/${projects}/api`, 1);
    expect(await run(taskIds, { text: "Hello" })).toMatchObject({ kind: "started", progress: { done: 0, total: 60 } });
    const mixed = Array.from({ length: 12 }, () => makeProject(2).taskIds).flat();
    fake.requests.length = 0;
    expect((await run(mixed, { text: "Hello" })).kind).toBe("started");
    expect(fake.comments.length).toBeLessThan(24);
  });

  it("continue as a long run if the action's time limit is too short for them", async () => {
    const { taskIds } = makeProject(10);
    expect(await run(taskIds, { text: "Hello" }, { settings: { ACTION_TIME_LIMIT: "5" } })).toMatchObject({
      kind: "started",
    });
  });
});

describeAction(comment, VARIABLES);
