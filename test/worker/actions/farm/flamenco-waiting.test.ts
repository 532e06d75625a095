// Why jobs wait on Flamenco, as far as its machines tell.
import { beforeEach, describe, expect, it } from "vitest";
import type { JobStatus } from "../../../../worker/actions/farm/farm.ts";
import { type FakeFlamenco, FRAME_MS, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { followJobs, isIn, openFarm, SUBMISSION, submitAll } from "../../../support/worker/flamenco-polls.ts";

const TAG = "5b8e1c00-0000-4000-8000-000000000001";

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

const submit = (more: object = {}) => submitAll(fake, [{ ...SUBMISSION, ...more }]);
const hindranceOf = ([one]: readonly (JobStatus | "gone" | undefined)[]) =>
  one === "gone" ? undefined : one?.waitReason;
const isHindered = (all: readonly (JobStatus | "gone" | undefined)[]) => hindranceOf(all) !== undefined;
const framesOf = (frames: string, chunk_size = 5) => ({ settings: { ...SUBMISSION.settings, frames, chunk_size } });

describe("a job waits", () => {
  it.each([
    ["for a machine to wake", () => fake.manager.wake(0, "asleep"), "No machine is awake: 4 asleep"],
    ["for a machine that works", () => fake.manager.wake(0, "error"), "No machine is awake: 4 with an error"],
    [
      "for any of its machines",
      () => {
        fake.manager.wake(0, "error");
        for (const machine of fake.manager.machines.slice(0, 3)) machine.status = "asleep";
      },
      "No machine is awake: 3 asleep and 1 with an error",
    ],
    ["for a machine at all", () => fake.manager.machines.splice(0), "Flamenco has no machines"],
    [
      "for somebody to set Flamenco up",
      () => {
        fake.manager.machines.splice(0);
        fake.manager.isFirstRun = true;
      },
      "Flamenco has not been set up yet: nothing is rendered",
    ],
  ])("%s, and says so within half a minute", async (_, stop, waitReason) => {
    stop();
    const { wait } = followJobs(fake, await submit());
    const { all, ms } = await wait(isHindered);
    expect(all).toMatchObject([{ state: "waiting", waitReason }]);
    expect(ms).toBeLessThan(30_000);
  });

  it("again if the machines leave while it is rendered, and no longer once one is back", async () => {
    const { wait, poll } = followJobs(fake, await submit());
    fake.pass(3 * FRAME_MS);
    expect(await poll()).toMatchObject([{ state: "running" }]);
    fake.manager.wake(1, "offline");
    fake.manager.wake(0, "asleep");
    expect(fake.only().status).toBe("active");
    expect((await wait(isHindered)).all).toMatchObject([
      { state: "waiting", waitReason: "No machine is awake: 4 asleep" },
    ]);
    fake.manager.wake(4);
    const { isSo, all } = await wait(isIn("running"));
    expect([isSo, hindranceOf(all)]).toEqual([true, undefined]);
  });

  it("for a machine with its tag", async () => {
    fake.manager.tags.push({ id: TAG, name: "GPU" });
    const { wait } = followJobs(fake, await submit({ worker_tag: TAG }));
    expect(hindranceOf((await wait(isHindered)).all)).toBe("No machine with its worker tag is awake");
    fake.manager.machines[2]?.tags.push({ id: TAG, name: "GPU" });
    expect((await wait(isIn("running"))).isSo).toBe(true);
  });

  it("for a machine that takes tasks of its type", async () => {
    fake.manager.wake(4);
    for (const machine of fake.manager.machines) machine.types = ["misc", "ffmpeg"];
    const { wait } = followJobs(fake, await submit());
    expect(hindranceOf((await wait(isHindered, 180_000)).all)).toBe(
      "No machine that is awake takes tasks of type blender",
    );
  });

  it("for its turn while machines are busy with other jobs", async () => {
    await submit(framesOf("1-9000", 1_000));
    fake.pass(5 * FRAME_MS);
    const { wait } = followJobs(fake, await submit());
    expect((await wait(() => false, 120_000)).all).toMatchObject([{ state: "waiting", isQueued: true }]);
  });

  it("for its turn behind others of the same run, without a request for the machines", async () => {
    const polls = await submitAll(
      fake,
      Array.from({ length: 8 }, () => ({ ...SUBMISSION, ...framesOf("1-9000", 1_000) })),
    );
    fake.pass(5 * FRAME_MS);
    const { wait } = followJobs(fake, polls);
    const { all } = await wait(() => false, 60_000);
    expect(all.slice(1)).toEqual(
      Array.from({ length: 7 }, () => expect.objectContaining({ state: "waiting", isQueued: true })),
    );
    expect(fake.requests.filter((one) => one.includes("worker-mgt"))).toEqual([]);
  });

  it("for a machine that has not failed its last task", async () => {
    fake.manager.wake(2);
    const { wait } = followJobs(fake, await submit(framesOf("1-5")));
    fake.spoil([fake.only().tasks[0]], "Error: Cycles: out of memory");
    fake.pass(20 * FRAME_MS);
    expect(fake.only().tasks[0]?.status).toBe("soft-failed");
    fake.manager.machines[3]?.tags.push({ id: TAG, name: "GPU" });
    Object.assign(fake.only().tasks[1] ?? {}, { status: "completed" });
    const { all } = await wait(isHindered);
    expect(hindranceOf(all)).toBe("render-1-5 failed on render-01 and render-02, and no other machine is awake");
    fake.manager.wake(3);
    expect((await wait(isIn("failed"))).isSo).toBe(true);
  });

  it("for a machine that is not blocked for it", async () => {
    fake.manager.wake(1);
    const { wait } = followJobs(fake, await submit(framesOf("1-100")));
    fake.spoil(fake.only().tasks.slice(0, 2), "Error: Cycles: out of memory");
    fake.pass(30 * FRAME_MS);
    expect(fake.only().blocked).toHaveLength(1);
    const { all } = await wait(isHindered, 120_000);
    expect(hindranceOf(all)).toBe("Flamenco has blocked render-01 after errors, and no other machine is awake");
  });
});

describe("a pause", () => {
  it("that meets a soft failure is shown as a pause, and ends when it is resumed", async () => {
    const polls = await submit(framesOf("1-60", 3));
    const [one] = polls;
    const { poll, wait } = followJobs(fake, polls);
    fake.manager.wake(1);
    fake.spoil([fake.only().tasks[0]], "Error: Cycles: out of memory");
    fake.pass(FRAME_MS);
    await poll();
    await openFarm(fake).control(one?.job ?? { id: "" }, one?.jobKey ?? "", "pause");
    fake.pass(FRAME_MS);
    fake.manager.wake(0);
    expect([fake.only().status, fake.only().tasks[0]?.status, fake.only().tasks[1]?.status]).toEqual([
      "active",
      "soft-failed",
      "paused",
    ]);
    expect((await wait(isIn("paused"))).isSo).toBe(true);
    fake.manager.wake(4);
    expect(await openFarm(fake).control(one?.job ?? { id: "" }, one?.jobKey ?? "", "resume")).toBeUndefined();
    expect(fake.only().tasks.every(({ status }) => status === "queued")).toBe(true);
    expect((await wait(isIn("running"))).isSo).toBe(true);
  });

  it("ends even if no active task is left to end it", async () => {
    const polls = await submit(framesOf("1-60", 3));
    const [one] = polls;
    fake.pass(FRAME_MS);
    fake.manager.ask(fake.only(), "pause-requested", "test");
    const control = (what: "resume") => openFarm(fake).control(one?.job ?? { id: "" }, one?.jobKey ?? "", what);
    expect(await control("resume")).toBe("later");
    fake.manager.wake(0);
    expect(fake.only().status).toBe("pause-requested");
    expect((await followJobs(fake, polls).wait(isIn("paused"))).isSo).toBe(true);
    expect(await control("resume")).toBeUndefined();
    expect(fake.only().status).toBe("queued");
  });
});
