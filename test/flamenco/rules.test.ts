// What we rely on in Flamenco: the same for a real one and the playground's.
import { afterAll, describe, expect, it } from "vitest";
import { ask, blender, control, echo, failing, farm, isReal, leave, minor, service, submit } from "./farm.ts";

afterAll(leave);

const isIn =
  (...states: string[]) =>
  ({ state }: { state: string }) =>
    states.includes(state);
const statusOf = async (id: string) => (await service().job(id))?.status;
const needs = (path: string | undefined, setting: string) =>
  path === undefined || path === "" ? `: skipped, because ${setting} is not set` : "";

describe("Flamenco", () => {
  it("has a known version, and its own test among its job types", async () => {
    expect(minor).toBeGreaterThanOrEqual(5);
    expect((await service().jobType("echo-sleep-test")).settings?.map(({ key }) => key)).toContain("sleep_repeats");
  });

  it("refuses what it can't compile, and stores nothing of it", async () => {
    await expect(service().check(echo(1, 1, { type: "kitsu-actions-nothing" }))).rejects.toMatchObject({
      code: "farm-refused",
    });
  });

  it("accepts a job that reports nothing at first, is found by its key, and is done", async () => {
    const one = await submit(echo(2, 2));
    const job = await service().job(one.job.id);
    expect(job?.steps_total).toBe(0);
    expect([...(await farm().find([one.jobKey]))]).toEqual([[one.jobKey, one.job]]);
    expect((await one.wait(isIn("running", "done"))).total).toBeGreaterThanOrEqual(0);
    expect(await one.wait(isIn("done"))).toMatchObject({ state: "done" });
    expect(await statusOf(one.job.id)).toBe("completed");
  });

  it("makes even a completed job canceled: we never request that, and know that it is done", async () => {
    const one = await submit(echo(1));
    await one.wait(isIn("done"));
    await expect(one.control("cancel")).rejects.toMatchObject({ code: "farm-refused" });
    expect(
      (await ask("POST", `/jobs/${one.job.id}/setstatus`, { status: "cancel-requested", reason: "test" })).status,
    ).toBe(204);
    expect(await statusOf(one.job.id)).toBe("canceled");
    expect(await one.poll()).toMatchObject({ state: "done" });
  });

  it("cancels, also twice, and restarts what is left when asked to", async () => {
    const one = await submit(echo(4, 8));
    await one.wait(isIn("running"));
    await one.control("cancel");
    expect(await one.wait(isIn("canceled"))).toMatchObject({ reason: "Canceled in Kitsu" });
    expect(await one.control("cancel")).toBeUndefined();
    await one.control("restart");
    expect(await one.wait(isIn("done"))).toMatchObject({ state: "done" });
  });

  it.skipIf(minor < 6)(
    `pauses when what is at work has ended, and goes on${minor < 6 ? ": skipped, since 3.6" : ""}`,
    async () => {
      const one = await submit(echo(4, 40));
      await one.wait(isIn("running"));
      await one.control("pause");
      await one.wait(isIn("paused"));
      expect(await statusOf(one.job.id)).toBe("paused");
      await one.control("resume");
      await one.wait(isIn("running"));
      await one.control("cancel");
      await one.wait(isIn("canceled"));
    },
  );

  it("no longer has a job that was deleted", async () => {
    const one = await submit(echo(1));
    await one.wait(isIn("done"));
    expect((await ask("DELETE", `/jobs/${one.job.id}`)).status).toBe(204);
    await expect.poll(() => one.poll(), { timeout: 20_000 }).toBe("gone");
  });

  it("says only that it could not store the job if it does not have the tag", async () => {
    const submission = echo(1, 1, { worker_tag: crypto.randomUUID() });
    await service().check(submission);
    await expect(submit(submission)).rejects.toMatchObject({ code: "farm-unreachable", reply: { retry: true } });
    expect((await service().tags()).map(({ id }) => id)).not.toContain(submission.worker_tag);
  });

  it("leaves a job waiting if no machine has its tag, and says so", async () => {
    const made = await ask("POST", "/worker-mgt/tags", { name: `kitsu-actions-${Date.now()}` });
    const tag = String(made.body instanceof Object && "id" in made.body ? made.body.id : "");
    try {
      const one = await submit(echo(1, 1, { worker_tag: tag }));
      const { state, waitReason } = await one.wait(({ waitReason }) => waitReason !== undefined);
      expect([state, waitReason]).toEqual(["waiting", expect.stringMatching(/^No machine/)]);
      await one.control("cancel");
    } finally {
      await ask("DELETE", `/worker-mgt/tag/${tag}`);
    }
  });

  it.skipIf(isReal)(
    `leaves jobs waiting while no machine is awake, and says so${isReal ? ": skipped on a farm of others" : ""}`,
    async () => {
      await control?.({ awake: 0 });
      const one = await submit(echo(1));
      expect(await one.wait(({ waitReason }) => waitReason !== undefined)).toMatchObject({
        state: "waiting",
        waitReason: "No machine is awake: 4 offline",
      });
      await control?.({ awake: 4 });
      await one.wait(isIn("done"));
    },
  );
});

describe("a program that fails", () => {
  const { fails = "", oneFrame = "", noMovie = "" } = failing;

  it.skipIf(fails === "")(
    `fails the job, which says what failed and why${needs(fails, "FLAMENCO_BLEND_FAILS")}`,
    async () => {
      const one = await submit(blender(fails, "1-10", 5));
      const { reason } = await one.wait(isIn("failed"));
      expect(reason).toMatch(/^render-\S+( and .* more tasks?)? failed: \S/);
      expect(reason).not.toMatch(/pid=|exited abnormally/);
      expect(await statusOf(one.job.id)).toBe("failed");
    },
  );

  it.skipIf(oneFrame === "")(
    `at one frame of sixty fails no job, but the shot${needs(oneFrame, "FLAMENCO_BLEND_ONE_FRAME_FAILS")}`,
    async () => {
      const one = await submit(blender(oneFrame, "1-60", 5));
      expect(await one.wait(isIn("failed"))).toMatchObject({
        reason: expect.stringMatching(/^render-\S+ failed: \S/),
      });
      expect(await statusOf(one.job.id)).toBe("active");
      await one.control("restart");
      const states = (await service().tasks(one.job.id)).map(({ status }) => status);
      expect(states.filter((status) => status === "completed").length).toBeGreaterThanOrEqual(11);
      expect(states).not.toContain("failed");
      await one.control("cancel");
    },
  );

  it.skipIf(noMovie === "")(
    `at the preview movie alone leaves the shot done, with a word of it${needs(noMovie, "FLAMENCO_BLEND_NO_MOVIE")}`,
    async () => {
      const one = await submit(blender(noMovie, "1-10", 5));
      expect(await one.wait(isIn("done"))).toMatchObject({
        warning: expect.stringMatching(/^The preview movie was not made: \S/),
      });
      expect(await statusOf(one.job.id)).toBe("failed");
    },
  );
});
