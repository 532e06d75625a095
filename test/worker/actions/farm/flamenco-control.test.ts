// What Flamenco is asked to do with a job, and what it is not, although it would.
import { beforeEach, describe, expect, it } from "vitest";
import type { JobStatus } from "../../../../playground/farms/flamenco/body.ts";
import type { JobControl } from "../../../../worker/actions/farm/farm.ts";
import { Failure } from "../../../../worker/failure.ts";
import { type FakeFlamenco, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { follow, isIn, ORDER, openFarm, submitAll } from "../../../support/worker/flamenco-looks.ts";

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

async function begin() {
  const looks = await submitAll(fake, [ORDER]);
  const [one] = looks;
  if (one === undefined) throw new Error("None was submitted");
  return { looks, control: (what: JobControl) => openFarm(fake).control(one.job, one.mark, what) };
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error(`Expected a failure, got ${thrown}`);
}

const STATUSES: readonly JobStatus[] = [
  ...(["queued", "active", "paused", "pause-requested", "cancel-requested"] as const),
  ...(["canceled", "completed", "failed", "requeueing"] as const),
];

describe("a job on Flamenco", () => {
  it.each([
    ["cancel", "queued active paused pause-requested", "cancel-requested canceled failed"],
    ["pause", "queued active", "pause-requested paused"],
    ["resume", "paused pause-requested", "queued active requeueing"],
    ["restart", "canceled failed paused pause-requested", "queued active requeueing completed"],
  ] as const)(
    "is asked to %s where that makes sense, not where it is so already, and else it is said",
    async (what, from, already) => {
      const { control } = await begin();
      for (const status of STATUSES) {
        for (const task of fake.only().tasks) task.status = "queued";
        fake.only().status = status;
        fake.requests.length = 0;
        const isAsked = from.split(" ").includes(status);
        if (isAsked || already.split(" ").includes(status)) expect(await control(what)).toBeUndefined();
        else expect((await failureOf(control(what))).message).toContain(`it is ${status}`);
        expect([status, fake.requests.some((request) => request.endsWith("/setstatus"))]).toEqual([status, isAsked]);
      }
    },
  );

  it("that is completed is never canceled, though Flamenco would do it", async () => {
    const { control, looks } = await begin();
    fake.render(fake.only(), 48);
    expect((await failureOf(control("cancel"))).message).toContain("it is completed");
    expect(fake.only().status).toBe("completed");
    expect((await follow(fake, looks).look())[0]).toMatchObject({ state: "done" });
  });

  it("that is completed between the question and the cancel is done", async () => {
    const { control, looks } = await begin();
    fake.latencyMs = 20;
    const asked = control("cancel");
    await scheduler.wait(30);
    fake.render(fake.only(), 48);
    await asked;
    expect(fake.only().status).toBe("canceled");
    expect((await follow(fake, looks).look())[0]).toMatchObject({ state: "done" });
  });

  it("that is completed between the question and the pause is done", async () => {
    const { control, looks } = await begin();
    fake.latencyMs = 20;
    const asked = control("pause");
    await scheduler.wait(30);
    fake.render(fake.only(), 48);
    await asked;
    expect((await follow(fake, looks).wait(isIn("done"))).isSo).toBe(true);
  });

  it("is canceled with a word of where", async () => {
    const { control, looks } = await begin();
    await control("cancel");
    expect((await follow(fake, looks).look())[0]).toMatchObject({ state: "canceled", reason: "Canceled in Kitsu" });
  });

  it("that was deleted is no trouble to cancel, and said to be gone for anything else", async () => {
    const { control } = await begin();
    fake.jobs.clear();
    expect(await control("cancel")).toBeUndefined();
    expect((await failureOf(control("pause"))).message).toBe("It was deleted on the farm.");
  });

  it("is said not to have changed where Flamenco says yes and does nothing", async () => {
    const { control } = await begin();
    fake.manager.ask = () => undefined;
    expect((await failureOf(control("pause"))).reply).toMatchObject({ code: "farm-broken", retry: true });
  });

  it("that a machine takes up again at once is restarted, though it is as active as before", async () => {
    const { control } = await begin();
    const job = fake.only();
    fake.pass(1_000);
    const [task] = job.tasks;
    if (task !== undefined) task.status = "failed";
    const before = { status: job.status, activity: job.activity };
    const { manager } = fake;
    const asked = manager.ask.bind(manager);
    manager.ask = (one, status, reason) => {
      asked(one, status, reason);
      Object.assign(one, { ...before, updated: one.updated + 1 });
    };
    expect(before.status).toBe("active");
    expect(await control("restart")).toBeUndefined();
    expect(job.tasks.map(({ status }) => status)).not.toContain("failed");
  });

  it("is being paused until its tasks have ended, and goes on after that", async () => {
    const { control, looks } = await begin();
    fake.pass(1_000);
    await control("pause");
    const { look } = follow(fake, looks);
    expect(await look()).toMatchObject([{ state: "running", isPausing: true, reason: "Being paused" }]);
    expect(await control("resume")).toBe("later");
    fake.pass(6_000);
    expect(await look()).toMatchObject([{ state: "paused" }]);
    expect(await control("resume")).toBeUndefined();
    expect(fake.only().status).toBe("queued");
  });
});
