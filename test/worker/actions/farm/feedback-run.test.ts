import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunStatus } from "../../../../worker/action/action.ts";
import type { Farm, JobStatus } from "../../../../worker/actions/farm/farm.ts";
import { controlRender, pollRender } from "../../../../worker/actions/farm/render.ts";
import type { PassContext } from "../../../../worker/actions/farm/render-pass.ts";
import { makeRun, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { openKitsu } from "../../../../worker/services/kitsu.ts";
import { openZou } from "../../../../worker/services/zou.ts";
import { FeedbackSettings } from "../../../../worker/settings/feedback-settings.ts";
import { statusInEnglish } from "../../../support/worker/english.ts";
import { PNG } from "../../../support/worker/pictures.ts";
import { API, addProject, BOT_TOKEN, type FakeZou, MANAGER, openFakeZou, STATUS } from "../../../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});
afterEach(() => {
  vi.useRealTimers();
});

let projects = 800;

/** A run of this many shots. The test sets the status of their jobs. */
function begin(count: number, setting: object | undefined, hasBot = true) {
  projects += 1;
  const { taskIds } = addProject(fake, projects, count);
  const statuses = new Map<string, JobStatus>();
  const farm: Farm<string> = {
    title: "Farm",
    concurrency: 4,
    standstillLimitMs: 3_600_000,
    submit: async (submission) => {
      if (!statuses.has(submission))
        statuses.set(submission, {
          state: "running",
          done: 1,
          total: 48,
          url: `https://farm.studio.tld/${submission}`,
        });
      return { id: submission };
    },
    find: async () => new Map(),
    poll: async (jobs) => new Map(jobs.map(({ job: { id } }) => [id, statuses.get(id) ?? "gone"])),
    control: async ({ id }) => {
      statuses.set(id, { state: "canceled", done: 1, total: 48 });
    },
    fetchPicture: async () => PNG,
  };
  const feedback = setting && v.parse(FeedbackSettings, setting);
  const newShots = taskIds.map((task) => ({ task, label: task, submission: task, size: 48 }));
  let data: unknown = makeRun("run", newShots, []);
  const keep = (kept: unknown) => {
    data = JSON.parse(JSON.stringify(kept));
  };
  const context: PassContext = {
    signal: new AbortController().signal,
    run: { id: "run", url: "https://edge.studio.tld/runs/run?at=1" },
    person: { id: MANAGER.id, name: "Person 2", email: undefined },
    localize: toEnglish,
    readRunReply: async () => undefined,
    save: async (kept: unknown) => keep(kept),
    kitsu: (signal?: AbortSignal) =>
      hasBot
        ? openKitsu(openZou(API, BOT_TOKEN, signal ?? context.signal), `${API}?${crypto.randomUUID()}`, taskIds)
        : undefined,
  };
  const take = (status: RunStatus) => {
    keep(status.data);
    return statusInEnglish(status);
  };
  const open = () => readRun(v.string(), data);
  const poll = () => {
    const run = open();
    return pollRender(context, run, farm, feedback);
  };
  return {
    taskIds,
    set: (index: number, state: JobStatus["state"], reason?: string) =>
      statuses.set(taskIds[index] ?? "", { state, done: 48, total: 48, reason }),
    poll: async () => take(await poll()),
    /** the worker crashes before the result is saved */
    pollAndCrash: poll,
    cancel: async () => {
      const run = open();
      return take(await controlRender(context, run, farm, feedback, "cancel"));
    },
    reported: () => open().shots.map(({ reported }) => reported === true),
  };
}

const lose = () => {
  fake.next = Array.from({ length: 3 }, () => new TypeError("Network connection lost"));
};

describe("a run that posts its outcomes to Kitsu", () => {
  it("posts each shot when it ends, while the others continue", async () => {
    const { taskIds, set, poll, reported } = begin(2, { done: "done", failed: "retake", preview: true });
    await poll();
    set(0, "done");
    expect((await poll()).reply.kind).toBe("started");
    expect(reported()).toEqual([true, false]);
    expect(fake.comments).toMatchObject([
      { object_id: taskIds[0], task_status_id: STATUS.done, person_id: MANAGER.id },
    ]);
    expect([...fake.previews.values()]).toMatchObject([
      { comments: [fake.comments[0]?.id], original_name: "rendered" },
    ]);
    set(1, "failed", "No GPU");
    expect((await poll()).reply).toMatchObject({ kind: "done", severity: "warning" });
    expect(fake.comments[1]).toMatchObject({ task_status_id: STATUS.retake, text: expect.stringContaining("No GPU") });
  });

  it("posts nothing before the end if the studio wants it that way", async () => {
    const { set, poll, reported } = begin(2, { done: "done", when: "end" });
    await poll();
    set(0, "done");
    await poll();
    expect(fake.requests).toEqual([]);
    set(1, "done");
    await poll();
    expect([reported(), fake.comments.length]).toEqual([[true, true], 2]);
  });

  it("posts in the next pass, at once, if the farm was sent anything: the requests of a pass are limited", async () => {
    const { set, poll, reported } = begin(1, { done: "done" });
    set(0, "done");
    expect(await poll()).toMatchObject({ nextCheckMs: 0, reply: { kind: "started" } });
    expect([reported(), fake.requests]).toEqual([[false], []]);
    expect((await poll()).reply.kind).toBe("done");
    expect(reported()).toEqual([true]);
  });

  it("requests nothing from Kitsu if it is not set", async () => {
    const { set, poll } = begin(1, undefined);
    await poll();
    set(0, "done");
    expect((await poll()).reply.kind).toBe("done");
    expect(fake.requests).toEqual([]);
  });

  it("does not end before all shots are posted, a few at a time", async () => {
    const { taskIds, set, poll } = begin(7, { done: "done" });
    await poll();
    for (const index of taskIds.keys()) set(index, "done");
    const first = await poll();
    expect(first).toMatchObject({
      nextCheckMs: 0,
      controls: [],
      reply: { kind: "started", text: expect.stringContaining("2 shots left") },
    });
    expect(await poll()).toMatchObject({ reply: { kind: "done", severity: "success" } });
    expect(new Set(fake.comments.map(({ object_id }) => object_id))).toEqual(new Set(taskIds));
    expect(fake.comments).toHaveLength(7);
  });

  it("writes nothing twice after a crash", async () => {
    const { set, poll, pollAndCrash } = begin(2, { done: "done", preview: true });
    await poll();
    set(0, "done");
    set(1, "done");
    await pollAndCrash();
    expect((await poll()).reply.kind).toBe("done");
    expect([fake.comments.length, fake.previews.size]).toEqual([2, 2]);
  });

  it("waits while Kitsu can't be reached, and gives up after ten minutes", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { set, poll } = begin(2, { done: "done" });
    await poll();
    set(0, "done");
    set(1, "done");
    lose();
    expect(await poll()).toMatchObject({ reply: { kind: "started" }, nextCheckMs: 15_000 });
    vi.setSystemTime(Date.now() + 601_000);
    lose();
    const { reply } = await poll();
    expect(reply).toMatchObject({ kind: "done" });
    expect(JSON.stringify(reply)).toContain("Kitsu was not updated: it could not be reached for ten minutes");
    expect(fake.comments).toEqual([]);
  });

  it("shows at the shot what Kitsu did not accept", async () => {
    const { taskIds, set, poll } = begin(2, { done: "unheard-of" });
    await poll();
    fake.tasks.delete(taskIds[0] ?? "");
    set(0, "done");
    set(1, "done");
    const { reply } = await poll();
    const reasons = reply.kind === "done" ? reply.outcomes?.map(({ reason }) => reason) : [];
    expect(reasons).toEqual([
      expect.stringContaining("Kitsu was not updated: the task was deleted"),
      "The status was not changed: Kitsu has no status with that name.",
    ]);
  });

  it("ends without a comment if the worker no longer has an account in Kitsu", async () => {
    const { set, poll } = begin(1, { done: "done" }, false);
    await poll();
    set(0, "done");
    expect((await poll()).reply.kind).toBe("done");
  });

  it("leaves posting to the next poll when a person cancels the rest", async () => {
    const { set, poll, cancel } = begin(2, { done: "done" });
    await poll();
    set(0, "done");
    lose();
    await poll();
    await cancel();
    const canceled = await cancel();
    expect(canceled.reply.kind).toBe("started");
    expect(fake.comments).toEqual([]);
    expect((await poll()).reply.kind).toBe("done");
    expect(fake.comments).toHaveLength(1);
  });
});
