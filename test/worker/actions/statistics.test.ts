import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Done } from "../../../contract.ts";
import { statistics } from "../../../worker/actions/statistics.ts";
import { describeAction } from "../../support/worker/describe-action.ts";
import { ajax, ask, EDGE, form, KITSU, readAnswer, readFailed } from "../../support/worker/worker.ts";
import {
  ADMIN,
  ARTIST,
  addEntity,
  addProject,
  addTask,
  BOT_TOKEN,
  CLIENT,
  type FakeZou,
  id,
  MANAGER,
  OUTSIDER,
  openFakeZou,
  STATUS,
  VENDOR,
} from "../../support/worker/zou.ts";

const VARIABLES = { KITSU_TOKEN: BOT_TOKEN };

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A separate project for each test, because the table of projects is cached. */
let projects = 300;
function makeProject(taskCount: number, rest: object = {}) {
  projects += 1;
  return { ...addProject(fake, projects, taskCount, rest), number: projects };
}

const variables = (rest: object = {}) => ({ ...VARIABLES, KITSU_API: `${KITSU}/${projects}/api`, ...rest });
const select = (selection: readonly string[], { id: userid } = MANAGER) =>
  form({ selection: selection.join(","), personid: userid });
const post = (selection: readonly string[], person = MANAGER, query = "", rest: object = {}) => {
  const init = select(selection, person);
  return ask(
    `/actions/statistics${query}`,
    { ...init, headers: { ...init.headers, accept: "application/json" } },
    variables(rest),
  );
};
const follow = (query: string, { id: personid } = MANAGER, rest: object = {}) =>
  ask(
    `/actions/statistics?${query}&personid=${personid}`,
    { headers: { accept: "application/json" } },
    variables(rest),
  );

async function readDone(response: Response): Promise<Done> {
  const { reply } = await readAnswer(response);
  if (reply.kind !== "done") throw new Error(`Expected done, got ${JSON.stringify(reply)}`);
  return reply;
}
const tableOf = (reply: Done, title: string) => reply.tables?.find((table) => table.title === title);

describeAction(statistics, VARIABLES);

describe("the statistics of a selection", () => {
  it("have charts in the colors of the statuses, and tables", async () => {
    const { taskIds } = makeProject(10);
    for (const taskId of taskIds.slice(0, 4))
      Object.assign(fake.tasks.get(taskId) ?? {}, { task_status_id: STATUS.done, done_date: "2026-11-20T10:00:00" });
    const reply = await readDone(await post(taskIds));
    expect(reply).toMatchObject({ severity: "info", title: "Statistics of 10 tasks", outcomes: [] });
    expect(reply.text).toContain("10 tasks, 4 done (40 %)");
    expect(reply.text).toContain("20 days estimated, 10 spent (50 %).");
    expect(tableOf(reply, "Tasks by status")?.rows).toEqual([
      ["wip", 6, 60],
      ["done", 4, 40],
    ]);
    expect(reply.charts?.[0]?.series).toEqual([
      { name: "wip", color: "#3273dc", values: [6, 0] },
      { name: "done", color: "#22d160", values: [0, 4] },
    ]);
    expect(reply.text).toContain("All have the task type Animation, the sequence SQ01 and no assignee.");
  });

  it("are a page with charts, and escape all names", async () => {
    const { taskIds } = makeProject(9);
    for (const taskId of taskIds.slice(1)) Object.assign(fake.tasks.get(taskId) ?? {}, { assignees: [ARTIST.id] });
    const page = await (await ask("/actions/statistics", select(taskIds), variables())).text();
    expect(page).toContain('<svg role="img"');
    expect(page).toContain("Zoé &quot;&lt;script&gt;&quot; 🦊");
    expect(page).not.toMatch(/"<script>"|style="/);
  });

  it("count days where the person lives, and say so", async () => {
    const { taskIds } = makeProject(1);
    Object.assign(fake.tasks.get(taskIds[0] ?? "") ?? {}, { due_date: "2026-11-27T00:00:00" });
    // Friday and Saturday in Paris. In UTC, both are on Friday.
    for (const [now, counts] of [
      ["2026-11-27T22:59:00Z", "0 overdue, 1 due this week"],
      ["2026-11-27T23:01:00Z", "1 overdue, 0 due this week"],
    ] as const) {
      vi.useFakeTimers({ now: Date.parse(now), toFake: ["Date"] });
      const { text } = await readDone(await post(taskIds));
      expect(text).toContain(counts);
      expect(text).toContain("Days are counted in Europe/Paris.");
    }
  });

  it("list missing tasks, and count the others", async () => {
    const { taskIds } = makeProject(2);
    const gone = id(9, 999_999_999);
    const reply = await readDone(await post([...taskIds, gone]));
    expect(reply).toMatchObject({
      severity: "warning",
      title: "Statistics of 2 tasks",
      outcomes: [{ id: gone, state: "skipped", reason: "Deleted or not visible" }],
    });
  });

  it("tolerate tasks whose shot was deleted, and null data", async () => {
    const { taskIds, projectId, number } = makeProject(1);
    const lost = addTask(fake, projectId, id(3, 999_999_999), number * 100_000 + 50, {
      data: null,
      due_date: null,
      assignees: [id(1, 999)],
    });
    const bare = addTask(
      fake,
      projectId,
      addEntity(fake, projectId, number * 100_000 + 60, "Shot"),
      number * 100_000 + 51,
    );
    expect((await readDone(await post([...taskIds, lost, bare]))).text).toContain("3 tasks");
  });

  it("have no times for clients", async () => {
    const { taskIds, projectId } = makeProject(4);
    expect(JSON.stringify(await readDone(await post(taskIds, MANAGER)))).toMatch(/estimat/i);
    for (const response of [await post(taskIds, CLIENT), await follow(`project=${projectId}`, CLIENT)]) {
      const reply = await readDone(response);
      expect(JSON.stringify(reply)).not.toMatch(/estimat|spent|overdue|assignee|retakes/i);
      expect(reply.text).toContain("All have the status wip");
    }
  });

  it("are refused to clients if the project hides its statistics from them", async () => {
    const { taskIds, projectId } = makeProject(2, { is_client_stats_visible: false });
    for (const response of [await post(taskIds, CLIENT), await follow(`project=${projectId}`, CLIENT)])
      expect((await readFailed(response)).text).toMatch(/^Clients can.t see the statistics of Project \d+\.$/);
    await readDone(await post(taskIds, ARTIST));
    await readDone(await follow(`project=${projectId}`, MANAGER));
  });

  it("are short in a toast, with a link to the page", async () => {
    const { taskIds, projectId } = makeProject(5);
    const body = { selection: taskIds, userid: MANAGER.id, useremail: MANAGER.email };
    const reply = await readDone(await ask("/actions/statistics", ajax(body), variables()));
    expect(reply.charts).toBeUndefined();
    expect(reply.tables).toHaveLength(1);
    expect(reply.links?.map(({ label }) => label)).toEqual([
      "Charts and all tables",
      expect.stringContaining("All of Project"),
    ]);
    const [page, whole] = (reply.links ?? []).map(({ url }) => new URL(url));
    expect(page?.href.startsWith(`${EDGE}/actions/statistics?`)).toBe(true);
    expect(page?.searchParams.get("selection")).toBe(taskIds.join(","));
    expect(whole?.searchParams.get("project")).toBe(projectId);
    const followed = await readDone(
      await ask(`${page?.pathname}${page?.search}`, { headers: { accept: "application/json" } }, variables()),
    );
    expect(followed.title).toBe("Statistics of 5 tasks");
  });

  it("need few requests, for one task and for a thousand", async () => {
    for (const [count, most] of [
      [1, 13],
      [80, 13],
      [1_000, 13],
    ] as const) {
      const { taskIds } = makeProject(count);
      fake.requests.length = 0;
      await readDone(await post(taskIds));
      expect(fake.requests.length, `${count} tasks`).toBeLessThanOrEqual(most);
    }
  });
});

describe("the statistics of a project", () => {
  it("are a link, for its team and for administrators", async () => {
    const { projectId, taskIds } = makeProject(6);
    for (const person of [MANAGER, ARTIST, ADMIN]) {
      const reply = await readDone(await follow(`project=${projectId}`, person));
      expect(reply.title).toBe(`Statistics of Project ${projects}`);
      expect(reply.text).toContain(`${taskIds.length} tasks`);
    }
  });

  it("are refused to others, without revealing whether the project exists", async () => {
    const { projectId } = makeProject(1);
    const refused = await readFailed(await follow(`project=${projectId}`, OUTSIDER));
    expect(refused).toMatchObject({ code: "not-allowed" });
    expect(await readFailed(await follow(`project=${id(2, 999_999)}`, OUTSIDER))).toEqual(refused);
    expect(await readFailed(await follow(`project=${id(2, 999_999)}`, ADMIN))).toEqual(refused);
  });

  it("respect the deployment's limits on the action", async () => {
    const { projectId } = makeProject(1);
    const limit = (limits: object) => ({ ACTION_LIMITS: JSON.stringify({ statistics: limits }) });
    await readDone(await follow(`project=${projectId}`, MANAGER, limit({ projects: [projectId], roles: ["manager"] })));
    for (const limits of [{ projects: [id(2, 1)] }, { roles: ["supervisor"] }, { departments: [id(8, 1)] }])
      expect(await readFailed(await follow(`project=${projectId}`, MANAGER, limit(limits)))).toMatchObject({
        code: "not-allowed",
      });
  });

  it("count only their own tasks for vendors", async () => {
    const { projectId, taskIds } = makeProject(5);
    Object.assign(fake.tasks.get(taskIds[0] ?? "") ?? {}, { assignees: [VENDOR.id] });
    expect((await readDone(await follow(`project=${projectId}`, VENDOR))).text).toContain("1 task,");
  });

  it("can be filtered by episode and task type, through links", async () => {
    const { projectId, number } = makeProject(2, { production_type: "tvshow" });
    const at = number * 100_000 + 500;
    const episode = addEntity(fake, projectId, at, "Episode", { name: "E01" });
    const sequence = addEntity(fake, projectId, at + 1, "Sequence", { name: "SQ01", parent_id: episode });
    const shot = addEntity(fake, projectId, at + 2, "Shot", { name: "SH900", parent_id: sequence });
    addTask(fake, projectId, shot, at);
    addTask(fake, projectId, shot, at + 1, { task_type_id: id(4, 2) });
    const whole = await readDone(await follow(`project=${projectId}`));
    const pathOf = (reply: Done, label: string) => {
      const { pathname, search } = new URL(reply.links?.find((link) => link.label === label)?.url ?? "");
      return pathname + search;
    };
    const open = async (path: string) =>
      readDone(await ask(path, { headers: { accept: "application/json" } }, variables()));
    const one = await open(pathOf(whole, "Episode E01"));
    expect(one).toMatchObject({
      title: `Statistics of Project ${number}, E01`,
      text: expect.stringContaining("2 tasks,"),
    });
    const type = await open(pathOf(one, "Only Modeling"));
    expect(type).toMatchObject({
      title: `Statistics of Project ${number}, E01, Modeling`,
      text: expect.stringContaining("1 task,"),
    });
    expect((await open(pathOf(type, "All task types"))).text).toContain("2 tasks,");
  });

  it("say so if there are no tasks", async () => {
    const { projectId } = makeProject(0);
    expect(await readDone(await follow(`project=${projectId}`))).toMatchObject({
      severity: "warning",
      text: "There are no tasks to count.",
    });
    expect((await readDone(await follow(`project=${projectId}&episode=${id(3, 1)}`))).title).toContain(
      "an episode without tasks",
    );
  });

  it.each(["project=x", "project=../persons", `project=${id(2, 1)}&episode=%27`, `project=${id(2, 1)}&taskType=1`])(
    "reject an address with %s",
    async (query) => {
      makeProject(1);
      expect(await readFailed(await follow(query))).toMatchObject({ code: "invalid-call" });
    },
  );

  it("require a selection or a project", async () => {
    makeProject(1);
    expect(await readFailed(await follow("project="))).toMatchObject({ code: "empty-selection" });
  });
});
