// The commands that Flamenco is sent, and those that it is not sent although it would accept them.
import { beforeEach, describe, expect, it } from "vitest";
import type { JobStatus } from "../../../../playground/farms/flamenco/body.ts";
import type { JobCommand } from "../../../../worker/actions/farm/farm.ts";
import { Failure } from "../../../../worker/format/failure.ts";
import { type FakeFlamenco, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { followJobs, isIn, openFarm, SUBMISSION, submitAll } from "../../../support/worker/flamenco-polls.ts";

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

async function begin() {
  const polls = await submitAll(fake, [SUBMISSION]);
  const [one] = polls;
  if (one === undefined) throw new Error("None was submitted");
  return { polls, control: (what: JobCommand) => openFarm(fake).control(one.job, one.jobKey, what) };
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
    "is sent %s if that makes sense, not if it is already in that state, and otherwise refused",
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

  it("is never canceled once completed, although Flamenco would do it", async () => {
    const { control, polls } = await begin();
    fake.render(fake.only(), 48);
    expect((await failureOf(control("cancel"))).message).toContain("it is completed");
    expect(fake.only().status).toBe("completed");
    expect((await followJobs(fake, polls).poll())[0]).toMatchObject({ state: "done" });
  });

  it("is done if it is completed just before the cancel", async () => {
    const { control, polls } = await begin();
    fake.latencyMs = 20;
    const asked = control("cancel");
    await scheduler.wait(30);
    fake.render(fake.only(), 48);
    await asked;
    expect(fake.only().status).toBe("canceled");
    expect((await followJobs(fake, polls).poll())[0]).toMatchObject({ state: "done" });
  });

  it("is done if it is completed just before the pause", async () => {
    const { control, polls } = await begin();
    fake.latencyMs = 20;
    const asked = control("pause");
    await scheduler.wait(30);
    fake.render(fake.only(), 48);
    await asked;
    expect((await followJobs(fake, polls).wait(isIn("done"))).isSo).toBe(true);
  });

  it("is canceled with a note that says where", async () => {
    const { control, polls } = await begin();
    await control("cancel");
    expect((await followJobs(fake, polls).poll())[0]).toMatchObject({ state: "canceled", reason: "Canceled in Kitsu" });
  });

  it("is canceled with a note in the language of the person", async () => {
    const { polls } = await begin();
    const [one] = polls;
    const localize = () => "Annulé dans Kitsu";
    await openFarm(fake, undefined, localize).control(one?.job ?? { id: "" }, one?.jobKey ?? "", "cancel");
    expect((await followJobs(fake, polls).poll())[0]).toMatchObject({ state: "canceled", reason: "Annulé dans Kitsu" });
  });

  it("can be canceled without an error after it was deleted, but not paused or restarted", async () => {
    const { control } = await begin();
    fake.jobs.clear();
    expect(await control("cancel")).toBeUndefined();
    expect((await failureOf(control("pause"))).message).toBe("It was deleted on the farm.");
  });

  it("is reported as unchanged if Flamenco accepts a command and does nothing", async () => {
    const { control } = await begin();
    fake.manager.ask = () => undefined;
    expect((await failureOf(control("pause"))).reply).toMatchObject({ code: "farm-broken", retry: true });
  });

  it("is restarted even if a machine takes it again at once and it looks as active as before", async () => {
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

  it("is pausing until its tasks have ended, and resumes afterwards", async () => {
    const { control, polls } = await begin();
    fake.pass(1_000);
    await control("pause");
    const { poll } = followJobs(fake, polls);
    expect(await poll()).toMatchObject([{ state: "running", isPausing: true, reason: "Pausing" }]);
    expect(await control("resume")).toBe("later");
    fake.pass(6_000);
    expect(await poll()).toMatchObject([{ state: "paused" }]);
    expect(await control("resume")).toBeUndefined();
    expect(fake.only().status).toBe("queued");
  });
});
