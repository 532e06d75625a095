import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunStatus } from "../../../../worker/action/action.ts";
import type { Farm, JobStanding } from "../../../../worker/actions/farm/farm.ts";
import { awaitFeedback, pollWithFeedback } from "../../../../worker/actions/farm/feedback-run.ts";
import { carryOn, controlRun } from "../../../../worker/actions/farm/render.ts";
import { makeRun, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { openKitsu } from "../../../../worker/services/kitsu.ts";
import { openZou } from "../../../../worker/services/zou.ts";
import { FeedbackSettings } from "../../../../worker/settings/feedback-settings.ts";
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

/** A run of so many shots whose jobs stand as the test says. */
function begin(count: number, setting: object | undefined, hasBot = true) {
  projects += 1;
  const { taskIds } = addProject(fake, projects, count);
  const standings = new Map<string, JobStanding>();
  const farm: Farm<string> = {
    title: "Farm",
    atOnce: 4,
    standstillMs: 3_600_000,
    submit: async (order) => {
      if (!standings.has(order))
        standings.set(order, { state: "running", done: 1, total: 48, url: `https://farm.studio.tld/${order}` });
      return { id: order };
    },
    find: async () => new Map(),
    look: async (jobs) => new Map(jobs.map(({ job: { id } }) => [id, standings.get(id) ?? "gone"])),
    control: async ({ id }) => {
      standings.set(id, { state: "canceled", done: 1, total: 48 });
    },
    fetchPicture: async () => PNG,
  };
  const tell = setting && v.parse(FeedbackSettings, setting);
  const ordered = taskIds.map((task) => ({ task, label: task, order: task, size: 48 }));
  let data: unknown = makeRun("run", ordered, []);
  const keep = (kept: unknown) => {
    data = JSON.parse(JSON.stringify(kept));
  };
  const watch = {
    signal: new AbortController().signal,
    run: { id: "run", url: "https://edge.studio.tld/runs/run?at=1" },
    person: { id: MANAGER.id, name: "Person 2", email: undefined },
    readRunReply: async () => undefined,
    save: async (kept: unknown) => keep(kept),
    kitsu: (signal?: AbortSignal) =>
      hasBot
        ? openKitsu(openZou(API, BOT_TOKEN, signal ?? watch.signal), `${API}?${crypto.randomUUID()}`, taskIds)
        : undefined,
  };
  const take = (standing: RunStatus) => {
    keep(standing.data);
    return standing;
  };
  const open = () => readRun(v.string(), data);
  const look = () => {
    const run = open();
    return pollWithFeedback(watch, run, farm, tell, () => carryOn(watch, run, farm));
  };
  return {
    taskIds,
    set: (index: number, state: JobStanding["state"], reason?: string) =>
      standings.set(taskIds[index] ?? "", { state, done: 48, total: 48, reason }),
    look: async () => take(await look()),
    /** the worker ends before what came of it is saved */
    lookAndCrash: look,
    cancel: async () => {
      const run = open();
      return take(awaitFeedback(run, farm, tell, await controlRun(watch, run, farm, "cancel")));
    },
    told: () => open().shots.map(({ told }) => told === true),
  };
}

const lose = () => {
  fake.next = Array.from({ length: 3 }, () => new TypeError("Network connection lost"));
};

describe("a run whose outcomes are told in Kitsu", () => {
  it("tells each shot when it is over, while the others go on", async () => {
    const { taskIds, set, look, told } = begin(2, { done: "done", failed: "retake", preview: true });
    await look();
    set(0, "done");
    expect((await look()).reply.kind).toBe("started");
    expect(told()).toEqual([true, false]);
    expect(fake.comments).toMatchObject([
      { object_id: taskIds[0], task_status_id: STATUS.done, person_id: MANAGER.id },
    ]);
    expect([...fake.previews.values()]).toMatchObject([
      { comments: [fake.comments[0]?.id], original_name: "rendered" },
    ]);
    set(1, "failed", "No GPU");
    expect((await look()).reply).toMatchObject({ kind: "done", severity: "warning" });
    expect(fake.comments[1]).toMatchObject({ task_status_id: STATUS.retake, text: expect.stringContaining("No GPU") });
  });

  it("tells nothing before the end where the studio wants it so", async () => {
    const { set, look, told } = begin(2, { done: "done", when: "end" });
    await look();
    set(0, "done");
    await look();
    expect(fake.requests).toEqual([]);
    set(1, "done");
    await look();
    expect([told(), fake.comments.length]).toEqual([[true, true], 2]);
  });

  it("leaves it to the next watch, at once, where the farm was told something: a watch has so many requests", async () => {
    const { set, look, told } = begin(1, { done: "done" });
    set(0, "done");
    expect(await look()).toMatchObject({ nextCheckMs: 0, reply: { kind: "started" } });
    expect([told(), fake.requests]).toEqual([[false], []]);
    expect((await look()).reply.kind).toBe("done");
    expect(told()).toEqual([true]);
  });

  it("asks Kitsu nothing where it is not set", async () => {
    const { set, look } = begin(1, undefined);
    await look();
    set(0, "done");
    expect((await look()).reply.kind).toBe("done");
    expect(fake.requests).toEqual([]);
  });

  it("is not over before all are told, a few at once", async () => {
    const { taskIds, set, look } = begin(7, { done: "done" });
    await look();
    for (const index of taskIds.keys()) set(index, "done");
    const first = await look();
    expect(first).toMatchObject({
      nextCheckMs: 0,
      controls: [],
      reply: { kind: "started", text: expect.stringContaining("2 shots to go") },
    });
    expect(await look()).toMatchObject({ reply: { kind: "done", severity: "success" } });
    expect(new Set(fake.comments.map(({ object_id }) => object_id))).toEqual(new Set(taskIds));
    expect(fake.comments).toHaveLength(7);
  });

  it("writes nothing twice where the worker ended after telling", async () => {
    const { set, look, lookAndCrash } = begin(2, { done: "done", preview: true });
    await look();
    set(0, "done");
    set(1, "done");
    await lookAndCrash();
    expect((await look()).reply.kind).toBe("done");
    expect([fake.comments.length, fake.previews.size]).toEqual([2, 2]);
  });

  it("waits for a Kitsu that can't be reached, and ends without it after ten minutes", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { set, look } = begin(2, { done: "done" });
    await look();
    set(0, "done");
    set(1, "done");
    lose();
    expect(await look()).toMatchObject({ reply: { kind: "started" }, nextCheckMs: 15_000 });
    vi.setSystemTime(Date.now() + 601_000);
    lose();
    const { reply } = await look();
    expect(reply).toMatchObject({ kind: "done" });
    expect(JSON.stringify(reply)).toContain("Kitsu was not told: it could not be reached for ten minutes");
    expect(fake.comments).toEqual([]);
  });

  it("says at the shot what Kitsu did not take", async () => {
    const { taskIds, set, look } = begin(2, { done: "unheard-of" });
    await look();
    fake.tasks.delete(taskIds[0] ?? "");
    set(0, "done");
    set(1, "done");
    const { reply } = await look();
    const reasons = reply.kind === "done" ? reply.outcomes?.map(({ reason }) => reason) : [];
    expect(reasons).toEqual([
      expect.stringContaining("Kitsu was not told: Kitsu does not show the task"),
      "Its status was kept: Kitsu has no status of that name.",
    ]);
  });

  it("ends without a word where the worker has no account in Kitsu any more", async () => {
    const { set, look } = begin(1, { done: "done" }, false);
    await look();
    set(0, "done");
    expect((await look()).reply.kind).toBe("done");
  });

  it("leaves telling to the next look where a person cancels the rest", async () => {
    const { set, look, cancel } = begin(2, { done: "done" });
    await look();
    set(0, "done");
    lose();
    await look();
    await cancel();
    const canceled = await cancel();
    expect(canceled.reply.kind).toBe("started");
    expect(fake.comments).toEqual([]);
    expect((await look()).reply.kind).toBe("done");
    expect(fake.comments).toHaveLength(1);
  });
});
