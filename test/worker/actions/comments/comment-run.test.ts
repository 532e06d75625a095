import { beforeEach, describe, expect, it } from "vitest";
import type { Reply } from "../../../../contract.ts";
import { formatTime } from "../../../../playground/zou/time.ts";
import type { WatchContext } from "../../../../worker/action/action.ts";
import type { CommentRun, Item } from "../../../../worker/actions/comments/comment-run.ts";
import { cancelComments, continueComments } from "../../../../worker/actions/comments/comment-watch.ts";
import { Failure } from "../../../../worker/format/failure.ts";
import { localize } from "../../../../worker/format/localize.ts";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { localizeReply } from "../../../../worker/format/reply.ts";
import { openKitsu } from "../../../../worker/services/kitsu.ts";
import { openZou } from "../../../../worker/services/zou.ts";
import { readSettings } from "../../../../worker/settings/settings.ts";
import { type Pace, pace, REAL_MS } from "../../../support/worker/paced-zou.ts";
import { makeEnv } from "../../../support/worker/worker.ts";
import {
  API,
  ARTIST,
  addProject,
  BOT_TOKEN,
  type FakeZou,
  MANAGER,
  openFakeZou,
  PEOPLE,
  type Row,
  STATUS,
} from "../../../support/worker/zou.ts";

/** Limits of one check of a long run: its time, and the subrequests of Cloudflare's free plan. */
const CHECK_MAX_MS = 25_000;
const REQUESTS_MAX = 50;
const RULES = { id: "comment", title: "Comment and set status" };

let fake: FakeZou;
let clock: Pace;
beforeEach(() => {
  fake = openFakeZou();
  clock = pace(fake);
});

let projects = 400;
function makeProject(count: number, rest: object = {}) {
  projects += 1;
  return addProject(fake, projects, count, rest);
}
const change = (taskId: string | undefined, members: object) =>
  Object.assign(fake.tasks.get(taskId ?? "") ?? {}, members);

type More = { person?: Row; inSession?: boolean; run?: Partial<CommentRun> };

/** A long run. As in production, only what it saved survives from one check to the next. */
function startRun(ids: readonly string[], { person = MANAGER, inSession = false, run = {} }: More = {}) {
  const items = ids.map(
    (id): Item => ({ id, label: id, project: String(fake.tasks.get(id)?.project_id), state: "waiting" }),
  );
  const first: CommentRun = {
    status: STATUS.done,
    statusName: "done",
    text: "Hello",
    items,
    paceMs: REAL_MS,
    isMeasured: false,
    refusals: 0,
    isCanceled: false,
    ...run,
  };
  let data: unknown = JSON.parse(JSON.stringify(first));
  let reply: Reply = { kind: "started", title: "Commenting" };
  let requests = 0;
  const address = `${API}?${crypto.randomUUID()}`;
  const { signal } = new AbortController();
  const watch: WatchContext = {
    run: { id: "run", url: "https://edge.studio.tld/runs/run?at=1" },
    person: { id: person.id, name: String(person.full_name), email: undefined },
    reader: ENGLISH,
    localize: (text) => localize(text, ENGLISH),
    settings: readSettings(makeEnv({ KITSU_TOKEN: BOT_TOKEN })),
    base: "https://edge.studio.tld",
    signal,
    kitsu: () => {
      const zou = openZou(API, inSession ? `session-${person.id}` : BOT_TOKEN, signal, inSession ? "person" : "bot");
      return openKitsu(zou, address, ids);
    },
    readRunReply: async () => undefined,
    save: async (saved) => {
      data = JSON.parse(JSON.stringify(saved));
    },
  };
  return {
    reply: () => reply,
    data: () => data,
    requests: () => requests,
    watch,
    /** Returns whether the run has ended. A Failure with `retry` does not end it. */
    async check(isCut = false): Promise<boolean> {
      const [before, began] = [fake.requests.length, clock.now()];
      try {
        const status = await continueComments(watch, RULES, data, clock.now);
        if (isCut) return false;
        await watch.save(status.data);
        reply = localizeReply(status.reply, ENGLISH);
        expect(clock.now() - began).toBeLessThan(CHECK_MAX_MS);
        clock.wait(status.nextCheckMs ?? 5_000);
      } catch (thrown) {
        if (!(thrown instanceof Failure) || thrown.reply.retry !== true) throw thrown;
        clock.wait(150_000);
      }
      requests += fake.requests.length - before;
      expect(fake.requests.length - before).toBeLessThan(REQUESTS_MAX);
      return reply.kind !== "started";
    },
    async finish(): Promise<Reply> {
      for (let checks = 0; checks < 1_000; checks += 1) if (await this.check()) return reply;
      throw new Error(`It does not end: ${JSON.stringify(reply).slice(0, 400)}`);
    },
    async cancel(): Promise<Reply> {
      const status = await cancelComments(watch, data, "cancel");
      await watch.save(status.data);
      reply = localizeReply(status.reply, ENGLISH);
      return reply;
    },
  };
}

const outcomesOf = (reply: Reply) => ("outcomes" in reply ? (reply.outcomes ?? []) : []);
function countStates(reply: Reply): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of outcomesOf(reply)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
const expectOnce = (taskIds: readonly string[]) =>
  expect([...clock.countByTask()].sort()).toEqual(taskIds.map((id) => [id, 1]).sort());

describe("comments on many tasks", () => {
  it.each([300, 2_000])("on %i tasks are all written, once, at the pace of a real Kitsu", async (count) => {
    const { taskIds } = makeProject(count);
    const run = startRun(taskIds);
    const began = clock.now();
    const left: number[] = [];
    let reply = run.reply();
    while (reply.kind === "started") {
      await run.check();
      reply = run.reply();
      if (reply.kind === "started") left.push(reply.progress?.left ?? Number.NaN);
    }
    expectOnce(taskIds);
    expect(reply).toMatchObject({
      kind: "done",
      severity: "success",
      title: `Commented on ${count.toLocaleString("en")} tasks`,
    });
    expect(countStates(reply)).toEqual({ done: count });
    expect(left).toEqual(left.toSorted((a, b) => b - a));
    // Everything besides writing takes less than a third of the time for writing.
    expect(clock.now() - began).toBeLessThan(count * REAL_MS * 1.3);
    expect(run.requests()).toBeLessThan(count / 2);
  });

  it("are sent in batches small enough for a slow Kitsu, and in larger ones if it is fast", async () => {
    const sizes = () =>
      fake.requests.flatMap(({ body }) =>
        typeof body === "object" && body !== null && "comments" in body && Array.isArray(body.comments)
          ? [body.comments.length]
          : [],
      );
    clock.commentMs = 3_500;
    await startRun(makeProject(12).taskIds).finish();
    expect(sizes()).toEqual([5, ...Array(7).fill(1)]);
    clock.commentMs = 50;
    fake.requests.length = 0;
    await startRun(makeProject(80).taskIds).finish();
    expect(sizes()).toEqual([5, 25, 25, 25]);
  });

  it("need the same few requests per check, however many projects are selected", async () => {
    const all = Array.from({ length: 12 }, () => makeProject(4).taskIds);
    const mixed = [0, 1, 2, 3].flatMap((index) => all.flatMap((taskIds) => taskIds[index] ?? []));
    const reply = await startRun(mixed).finish();
    expect(countStates(reply)).toEqual({ done: 48 });
    expect(outcomesOf(reply).map(({ id }) => id)).toEqual(mixed);
    expectOnce(mixed);
  });

  it("count waiting tasks, and list failed and skipped ones", async () => {
    const { taskIds } = makeProject(30);
    const run = startRun(taskIds);
    fake.tasks.delete(taskIds[2] ?? "");
    await run.check();
    expect(run.reply()).toMatchObject({
      kind: "started",
      title: "Commenting on 29 tasks",
      progress: { done: 4, total: 29, text: "4 of 29 tasks" },
      outcomes: [{ id: taskIds[2], state: "skipped", reason: "Deleted or not visible" }],
    });
  });
});

describe("an interrupted run of comments", () => {
  it.each([
    ["before it was sent", { lostAfter: 0 }],
    ["after some were written", { lostAfter: 2 }],
    ["while Kitsu continues writing", { lostAfter: 1, isGoingOn: true }],
    ["after all were written", { lostAfter: 5 }],
    ["by a proxy that times out before Kitsu is done", { lostAfter: 3, isGoingOn: true, isProxy: true }],
  ])("%s, checks what was written and writes nothing twice", async (_, next) => {
    for (const isCut of [false, true]) {
      const { taskIds } = makeProject(20);
      fake.comments.length = 0;
      const run = startRun(taskIds);
      clock.next.push(next);
      await run.check(isCut);
      const reply = await run.finish();
      expect(countStates(reply)).toEqual({ done: 20 });
      expectOnce(taskIds);
    }
  });

  it.each([
    ["before it was sent", { lostAfter: 0 }],
    ["after some were written", { lostAfter: 2 }],
    ["after all were written", { lostAfter: 5 }],
  ])("%s, on tasks with a comment from the same second, writes everything once", async (_, next) => {
    const { taskIds } = makeProject(20);
    const created_at = formatTime(clock.now());
    for (const object_id of taskIds) {
      // The person wrote the same comment there just before.
      fake.comments.push({
        id: crypto.randomUUID(),
        object_id,
        text: "Hello",
        task_status_id: STATUS.done,
        created_at,
      });
      change(object_id, { last_comment_date: created_at, task_status_id: STATUS.done });
    }
    clock.commentMs = 10;
    const run = startRun(taskIds);
    clock.next.push(next);
    await run.check();
    expect(countStates(await run.finish())).toEqual({ done: 20 });
    expect([...clock.countByTask().values()]).toEqual(taskIds.map(() => 2));
  });

  it("is not confused by somebody else's comment meanwhile", async () => {
    const { taskIds } = makeProject(5);
    const run = startRun(taskIds);
    clock.next.push({ lostAfter: 1 });
    await run.check();
    for (const taskId of taskIds.slice(1))
      change(taskId, { last_comment_date: "2026-11-29T00:00:00", task_status_id: STATUS.done });
    expect(countStates(await run.finish())).toEqual({ done: 5 });
    expectOnce(taskIds);
  });

  it("says that it is checking", async () => {
    const run = startRun(makeProject(20).taskIds);
    clock.next.push({ lostAfter: 1 });
    await run.check();
    expect(run.reply()).toMatchObject({ kind: "started", text: expect.stringContaining("Kitsu's answer was lost") });
  });
});

describe("canceling comments", () => {
  it("skips unwritten comments, which can be retried", async () => {
    const { taskIds } = makeProject(30);
    const run = startRun(taskIds);
    await run.check();
    const reply = await run.cancel();
    expect(reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Commented on 5 tasks",
      text: expect.stringContaining("It was canceled."),
    });
    expect(countStates(reply)).toEqual({ done: 5, skipped: 25 });
    expect(outcomesOf(reply).at(-1)).toMatchObject({ state: "skipped", reason: "Canceled", retry: true });
    expect(fake.comments).toHaveLength(5);
  });

  it("waits until the outcome of the last request is known", async () => {
    const { taskIds } = makeProject(30);
    const run = startRun(taskIds);
    clock.next.push({ lostAfter: 2, isGoingOn: true });
    await run.check(true);
    expect(await run.cancel()).toMatchObject({ kind: "started", title: "Canceling: 30 tasks" });
    expect(countStates(await run.finish())).toEqual({ done: 5, skipped: 25 });
    expectOnce(taskIds.slice(0, 5));
  });

  it("is not a failure if no comment was written", async () => {
    const reply = await startRun(makeProject(30).taskIds).cancel();
    expect(reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "No comment was written",
      text: "It was canceled.",
    });
  });
});

describe("permissions are checked before each request", () => {
  it("skips tasks that the person may no longer comment on", async () => {
    const { projectId, taskIds } = makeProject(12);
    for (const taskId of taskIds) change(taskId, { assignees: [ARTIST.id] });
    const run = startRun(taskIds, { person: ARTIST, run: { status: STATUS.todo, statusName: "todo" } });
    await run.check();
    change(taskIds[6], { assignees: [] });
    await run.check();
    fake.teams.set(projectId, fake.teams.get(projectId)?.filter((member) => member.person !== ARTIST) ?? []);
    const reply = await run.finish();
    expect(outcomesOf(reply)[6]).toMatchObject({
      state: "skipped",
      reason: "Only for its assignees and supervisors",
    });
    expect(countStates(reply).skipped).toBe(1);
  });

  it("writes nothing more for a person who has left the project's team", async () => {
    const { projectId, taskIds } = makeProject(12);
    const run = startRun(taskIds);
    await run.check();
    fake.teams.set(projectId, fake.teams.get(projectId)?.filter((member) => member.person !== MANAGER) ?? []);
    const reply = await run.finish();
    expect(countStates(reply)).toEqual({ done: 5, skipped: 7 });
    expect(outcomesOf(reply).at(-1)?.reason).toMatch(/^You are not in the team of Project \d+$/);
  });

  it("stops if the person is no longer active", async () => {
    const run = startRun(makeProject(12).taskIds);
    await run.check();
    const isActive = MANAGER.active;
    Object.assign(PEOPLE.find((one) => one === MANAGER) ?? {}, { active: false });
    const reply = await run.finish().finally(() => Object.assign(MANAGER, { active: isActive }));
    expect(countStates(reply)).toEqual({ done: 5, skipped: 7 });
    expect(outcomesOf(reply).at(-1)).toMatchObject({
      reason: "Not tried after an earlier failure: Person 2 is no longer active in Kitsu.",
      retry: true,
    });
  });

  it("stops if the person's session has ended, and never writes as anyone else", async () => {
    const { taskIds } = makeProject(12);
    const run = startRun(taskIds, { inSession: true });
    await run.check();
    expect(fake.comments.every(({ person_id }) => person_id === MANAGER.id)).toBe(true);
    const writers = fake.requests.flatMap(({ method, token }) => (method === "POST" ? [token] : []));
    expect(writers).toEqual([`session-${MANAGER.id}`]);
    fake.sessions.delete(`session-${MANAGER.id}`);
    const reply = await run.finish();
    expect(countStates(reply)).toEqual({ done: 5, skipped: 7 });
    expect(outcomesOf(reply).at(-1)).toMatchObject({
      reason: expect.stringContaining("Kitsu no longer accepts it"),
      retry: true,
    });
  });
});

describe("comments that Kitsu refuses", () => {
  it("don't prevent the others", async () => {
    const { taskIds } = makeProject(40, { max_retakes: 5 });
    for (const index of [3, 17, 39]) {
      Object.assign(fake.entities.get(String(fake.tasks.get(taskIds[index] ?? "")?.entity_id)) ?? {}, {
        data: { max_retakes: "as needed" },
      });
    }
    const reply = await startRun(taskIds, { run: { status: STATUS.retake } }).finish();
    expect(outcomesOf(reply).flatMap(({ state }, index) => (state === "failed" ? [index] : []))).toEqual([3, 17, 39]);
    expect(outcomesOf(reply)[3]?.reason).toContain('Its column max_retakes must be a number, but is "as needed".');
    expect(countStates(reply)).toEqual({ done: 37, failed: 3 });
    expectOnce(taskIds.filter((_, index) => ![3, 17, 39].includes(index)));
  });

  it("stop the run after five refusals in a row", async () => {
    const { taskIds } = makeProject(40, { max_retakes: 5 });
    for (const taskId of taskIds.slice(7))
      Object.assign(fake.entities.get(String(fake.tasks.get(taskId)?.entity_id)) ?? {}, {
        data: { max_retakes: "as needed" },
      });
    const reply = await startRun(taskIds, { run: { status: STATUS.retake } }).finish();
    expect(countStates(reply)).toEqual({ done: 7, failed: 5, skipped: 28 });
    expect(outcomesOf(reply).at(-1)).toMatchObject({
      retry: true,
      reason: expect.stringMatching(/^Not tried after an earlier failure: Kitsu failed/),
    });
  });

  it("continue in the next check if Cloudflare's limit on requests is reached", async () => {
    const { taskIds } = makeProject(12);
    const run = startRun(taskIds);
    await run.check();
    fake.next.push(new Error("Too many subrequests."));
    expect(countStates(await run.finish())).toEqual({ done: 12 });
    expectOnce(taskIds);
  });

  it("are sent again later if Kitsu is busy", async () => {
    const { taskIds } = makeProject(12);
    const run = startRun(taskIds);
    clock.next.push({}, { instead: new Response("<html>Too many requests", { status: 429 }) });
    expect(countStates(await run.finish())).toEqual({ done: 12 });
    expectOnce(taskIds);
  });

  it("are abandoned after ten minutes without Kitsu, and those in flight are reported as uncertain", async () => {
    const { taskIds } = makeProject(12);
    const run = startRun(taskIds);
    await run.check();
    clock.next.push({ lostAfter: 1 });
    await run.check();
    fake.next.push(...Array.from({ length: 200 }, () => new Error("connection refused")));
    const began = clock.now();
    const reply = await run.finish();
    expect(clock.now() - began).toBeGreaterThanOrEqual(600_000);
    expect(clock.now() - began).toBeLessThan(900_000);
    expect(countStates(reply)).toEqual({ done: 5, failed: 7 });
    expect(outcomesOf(reply).at(-1)?.reason).toBe(
      "Kitsu could not be reached. Check in Kitsu whether the comment is there.",
    );
  });
});
