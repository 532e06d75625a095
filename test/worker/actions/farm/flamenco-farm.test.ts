// The status of jobs on Flamenco, according to their tasks.
import { beforeEach, describe, expect, it } from "vitest";
import { type FakeFlamenco, FLAMENCO, FRAME_MS, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { followJobs, isIn, openFarm, SUBMISSION, submitAll } from "../../../support/worker/flamenco-polls.ts";

const OUT_OF_MEMORY = "Error: Cycles: out of memory";

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

const submit = (count: number, more: object = {}) =>
  submitAll(
    fake,
    Array.from({ length: count }, (_, index) => ({ ...SUBMISSION, name: `SH${index}`, ...more })),
  );
const framesOf = (frames: string, chunk_size = 5) => ({ settings: { ...SUBMISSION.settings, frames, chunk_size } });
const OWN = { name: "studio", label: "Studio", etag: "e1", settings: [] };

describe("Flamenco as a farm", () => {
  it.each([5, 6, 7, 8, 9])("of version 3.%d finds jobs by their keys", async (minor) => {
    fake.manager.minor = minor;
    const polls = await submit(2);
    expect(await openFarm(fake).find(["run/1", "run/7"])).toEqual(new Map([["run/1", polls[1]?.job]]));
    expect(openFarm(fake).canPause).toBe(minor >= 6);
  });

  it.each([5, 7, 9])("of version 3.%d reports progress in steps or tasks, without the preview movie", async (minor) => {
    fake.manager.minor = minor;
    const { poll } = followJobs(fake, await submit(1));
    expect(await poll()).toMatchObject([{ state: "waiting", done: 0, total: minor >= 8 ? 48 : 0 }]);
    fake.render(fake.only(), 25);
    const shown = minor >= 8 ? { done: 25, total: 48 } : { done: 5, total: 10 };
    expect(await poll()).toMatchObject([{ state: "running", ...shown, url: `${FLAMENCO}/app/jobs/${fake.only().id}` }]);
    fake.render(fake.only(), 48);
    expect(await poll()).toMatchObject([{ state: "done" }]);
  });

  it("polls each job by itself, and never reads the list of all jobs", async () => {
    const { wait } = followJobs(fake, await submit(30, framesOf("1-10")));
    expect((await wait(isIn("done"), 600_000, 10_000)).isSo).toBe(true);
    expect(fake.requests.filter((one) => one === "GET /jobs")).toEqual([]);
  });

  it("reads less than 200 kB in a poll, even on a farm with 10,000 old jobs", async () => {
    const polls = await submit(60);
    const old = fake.jobs.get(polls[0]?.job.id ?? "");
    if (old === undefined) throw new Error("There is no job");
    for (let count = 0; count < 10_000; count += 1) {
      const id = crypto.randomUUID();
      fake.jobs.set(id, { ...old, id, status: "completed" });
    }
    const { poll } = followJobs(fake, polls);
    for (let round = 0; round < 6; round += 1) {
      fake.bytes = 0;
      expect(await poll()).toHaveLength(60);
      expect(fake.bytes).toBeGreaterThan(0);
      expect(fake.bytes).toBeLessThan(200_000);
      fake.pass(FRAME_MS);
    }
  });

  it("makes no more requests in a poll than the pass has left", async () => {
    for (const minor of [5, 9]) {
      fake.manager.minor = minor;
      const polls = await submit(12, framesOf("1-10"));
      for (const job of fake.jobs.values()) fake.spoil(job.tasks, OUT_OF_MEMORY);
      fake.pass(200 * FRAME_MS);
      const { poll } = followJobs(fake, polls);
      for (let round = 0; round < 24; round += 1) {
        fake.requests.length = 0;
        await poll();
        expect(fake.requests.length).toBeLessThanOrEqual(22);
      }
      expect(await poll()).toEqual(Array.from({ length: 12 }, () => expect.objectContaining({ state: "failed" })));
      fake.jobs.clear();
    }
  });

  it("settles twelve jobs that are stuck at once, within the requests of a poll", async () => {
    const polls = await submit(12, framesOf("1-60"));
    for (const job of fake.jobs.values()) fake.spoil([job.tasks[3]], OUT_OF_MEMORY);
    fake.pass(400 * FRAME_MS);
    expect([...fake.jobs.values()].every(({ status }) => status === "active")).toBe(true);
    expect((await followJobs(fake, polls).wait(isIn("failed"), 180_000, 3_000)).isSo).toBe(true);
  });

  it("recognizes a job that was deleted, or that has another key", async () => {
    const [one] = await submit(1);
    if (one === undefined) throw new Error("None was submitted");
    const gone = new Map([[one.job.id, "gone"]]);
    expect(await openFarm(fake).poll([{ ...one, jobKey: "other" }])).toEqual(gone);
    fake.jobs.clear();
    expect(await openFarm(fake).poll([one])).toEqual(gone);
  });

  it("leaves out jobs without an answer, and fails if none is answered", async () => {
    const polls = await submit(3);
    fake.isSilent = (request) => request.endsWith(polls[1]?.job.id ?? "");
    expect([...(await openFarm(fake).poll(polls)).keys()]).toEqual([polls[0]?.job.id, polls[2]?.job.id]);
    fake.isDown = true;
    await expect(openFarm(fake).poll(polls)).rejects.toMatchObject({ code: "farm-unreachable" });
  });

  it("has the last rendered picture, or none", async () => {
    const [one] = await submit(1);
    const job = one?.job ?? { id: "" };
    expect(await openFarm(fake).findPictureUrl?.(job)).toBeUndefined();
    fake.render(fake.only(), 5);
    expect(await openFarm(fake).findPictureUrl?.(job)).toBe(
      `${FLAMENCO}/job-files/job-${job.id.slice(0, 4)}/${job.id}/last-rendered.jpg`,
    );
  });
});

describe("a job with a few tasks that fail for good", () => {
  it("has failed within a minute, although Flamenco calls it active forever, and says which task failed and why", async () => {
    const { wait } = followJobs(fake, await submit(1, framesOf("1-60", 3)));
    fake.spoil([fake.only().tasks[1]], OUT_OF_MEMORY);
    fake.pass(40 * FRAME_MS);
    expect(fake.only().status).toBe("active");
    const { all, ms } = await wait(isIn("failed"));
    expect(all).toMatchObject([
      { state: "failed", done: 57, total: 60, reason: `render-4-6 failed: ${OUT_OF_MEMORY}` },
    ]);
    expect(ms).toBeLessThan(30_000);
  });

  it("is running as long as any task runs, however slow", async () => {
    const { wait, poll } = followJobs(fake, await submit(1, framesOf("1-60", 3)));
    const { tasks } = fake.only();
    fake.spoil([tasks[1]], OUT_OF_MEMORY);
    Object.assign(tasks[19] ?? {}, { fate: { after: 1, what: "stalls", says: "", isLuck: true } });
    fake.pass(60 * FRAME_MS);
    await poll();
    expect(await wait(isIn("failed"), 3_600_000, 15_000)).toMatchObject({ isSo: false, all: [{ state: "running" }] });
    Object.assign(tasks[19] ?? {}, { fate: undefined });
    expect((await wait(isIn("failed"), 60_000, 10_000)).isSo).toBe(true);
  });

  it("is restarted from where it is: only what failed is rendered again", async () => {
    const polls = await submit(1, framesOf("1-60", 3));
    fake.spoil([fake.only().tasks[1]], OUT_OF_MEMORY);
    fake.pass(60 * FRAME_MS);
    const [one] = polls;
    await openFarm(fake).control(one?.job ?? { id: "" }, one?.jobKey ?? "", "restart");
    expect(
      fake
        .only()
        .tasks.filter(({ status }) => status !== "completed")
        .map(({ name, status }) => [name, status]),
    ).toEqual([
      ["render-4-6", "queued"],
      ["preview-video", "queued"],
    ]);
    expect((await followJobs(fake, polls).wait(isIn("done"))).isSo).toBe(true);
  });

  it("has failed, for a studio's own job type, once an idle machine does not take the open tasks", async () => {
    fake.own(OWN);
    const { wait } = followJobs(fake, await submit(1, { type: "studio", settings: { frames: "1-60", chunk_size: 3 } }));
    fake.spoil([fake.only().tasks[1]], OUT_OF_MEMORY);
    fake.pass(40 * FRAME_MS);
    expect(fake.only().status).toBe("active");
    const { all, ms } = await wait(isIn("failed"));
    expect(all).toMatchObject([{ reason: `studio-4-6 failed: ${OUT_OF_MEMORY}` }]);
    expect(ms).toBeGreaterThan(15_000);
    expect(ms).toBeLessThan(60_000);
  });

  it("waits, for a studio's own job type, while all machines are busy with other jobs", async () => {
    fake.own(OWN);
    const polls = await submit(1, { type: "studio", settings: { frames: "1-60", chunk_size: 3 } });
    const { tasks } = fake.only();
    fake.spoil([tasks[1]], OUT_OF_MEMORY);
    fake.pass(40 * FRAME_MS);
    await submitAll(fake, [{ ...SUBMISSION, ...framesOf("1-9000", 1_000) }]);
    expect((await followJobs(fake, polls).wait(isIn("failed"), 120_000)).all).toMatchObject([
      { state: "waiting", isQueued: true },
    ]);
  });
});

describe("a job of which only the preview movie fails", () => {
  it.each([
    ["failed", "1-10", 'no more workers left to run tasks of type "ffmpeg"'],
    ["active", "1-60", ""],
  ])("is done, whether Flamenco calls it %s or not, and says what is missing", async (status, frames) => {
    const { wait } = followJobs(fake, await submit(1, framesOf(frames)));
    fake.spoil([fake.only().tasks.at(-1)], "/mnt/r/000001.png: Invalid data found when processing input");
    fake.pass(60 * FRAME_MS);
    expect(fake.only().status).toBe(status);
    const { all } = await wait(isIn("done"));
    expect(all).toMatchObject([
      {
        state: "done",
        warning: "The preview movie was not made: /mnt/r/000001.png: Invalid data found when processing input",
      },
    ]);
  });

  it("is not done if a frame failed as well", async () => {
    const { wait } = followJobs(fake, await submit(1, framesOf("1-10")));
    fake.spoil([fake.only().tasks[0]], OUT_OF_MEMORY);
    fake.pass(60 * FRAME_MS);
    expect((await wait(isIn("failed"))).isSo).toBe(true);
  });
});

describe("why a job failed", () => {
  it("is shown for each of sixty shots, of which five fail in different ways", async () => {
    const polls = await submit(60, framesOf("1-10"));
    const jobs = [...fake.jobs.values()];
    const ways = [
      OUT_OF_MEMORY,
      "Error: no such file: /x.exr",
      "MemoryError: x",
      "cannot open library",
      "Segmentation fault: invalid",
    ];
    for (const [index, says] of ways.entries()) fake.spoil(jobs[index * 11]?.tasks ?? [], says);
    const { wait } = followJobs(fake, polls);
    const { all } = await wait(
      (now) => now.every((one) => one !== "gone" && ["done", "failed"].includes(one?.state ?? "")),
      900_000,
    );
    const failed = all.flatMap((one) => (one !== "gone" && one?.state === "failed" ? [one.reason] : []));
    expect(failed).toEqual(ways.map((says) => `render-1-5 failed: ${says}`));
  });

  it("is read once more if there is no answer, and then shown as far as known", async () => {
    const polls = await submit(1, framesOf("1-10"));
    fake.spoil(fake.only().tasks, OUT_OF_MEMORY);
    fake.pass(60 * FRAME_MS);
    const first = followJobs(fake, polls);
    fake.isSilent = (request) => request.includes("/tasks");
    expect(await first.poll()).toMatchObject([{ state: "running" }]);
    fake.isSilent = () => false;
    expect(await first.poll()).toMatchObject([{ state: "failed", reason: expect.stringContaining(OUT_OF_MEMORY) }]);
    const second = followJobs(fake, polls);
    fake.isSilent = (request) => request.includes("/tasks");
    await second.poll();
    expect(await second.poll()).toMatchObject([{ state: "failed", reason: "too many tasks failed" }]);
  });

  it("is that somebody canceled tasks on the farm, if the rest can't continue", async () => {
    const { wait } = followJobs(fake, await submit(1, framesOf("1-60")));
    fake.render(fake.only(), 55);
    Object.assign(fake.only().tasks[11] ?? {}, { status: "canceled" });
    expect((await wait(isIn("failed"))).all).toMatchObject([
      { reason: "1 task was canceled on the farm, and the rest of the job can't continue" },
    ]);
  });
});

describe("a job that was canceled", () => {
  it("is done if all its tasks were completed before", async () => {
    const { poll } = followJobs(fake, await submit(1));
    fake.render(fake.only(), 48);
    fake.manager.ask(fake.only(), "cancel-requested", "too late");
    expect(fake.only().status).toBe("canceled");
    expect(await poll()).toMatchObject([{ state: "done" }]);
  });

  it("is done as well if it was paused after that", async () => {
    const { wait } = followJobs(fake, await submit(1));
    fake.render(fake.only(), 48);
    fake.manager.ask(fake.only(), "pause-requested", "too late");
    expect(fake.only().status).toBe("paused");
    expect((await wait(isIn("done"))).isSo).toBe(true);
  });

  it("says who canceled it", async () => {
    const { poll } = followJobs(fake, await submit(1));
    fake.manager.ask(fake.only(), "cancel-requested", "wrangler says no");
    expect(await poll()).toMatchObject([{ state: "canceled", reason: "wrangler says no" }]);
  });
});

describe("a job with many tasks and no progress", () => {
  it("has its tasks read less and less often", async () => {
    const { wait } = followJobs(fake, await submit(1, framesOf("1-4000", 1)));
    const { tasks } = fake.only();
    for (const task of tasks) Object.assign(task, { fate: { after: 0, what: "stalls", says: "", isLuck: true } });
    fake.pass(FRAME_MS);
    fake.requests.length = 0;
    await wait(isIn("failed"), 900_000, 30_000);
    const asked = fake.requests.filter((one) => one.endsWith("/tasks")).length;
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(13);
  });
});
