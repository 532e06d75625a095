// How jobs stand on Flamenco, by what their tasks do.
import { beforeEach, describe, expect, it } from "vitest";
import { type FakeFlamenco, FLAMENCO, FRAME_MS, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { follow, isIn, ORDER, openFarm, submitAll } from "../../../support/worker/flamenco-looks.ts";

const OUT_OF_MEMORY = "Error: Cycles: out of memory";

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

const submit = (count: number, more: object = {}) =>
  submitAll(
    fake,
    Array.from({ length: count }, (_, index) => ({ ...ORDER, name: `SH${index}`, ...more })),
  );
const framesOf = (frames: string, chunk_size = 5) => ({ settings: { ...ORDER.settings, frames, chunk_size } });
const OWN = { name: "studio", label: "Studio", etag: "e1", settings: [] };

describe("Flamenco as a farm", () => {
  it.each([5, 6, 7, 8, 9])("of version 3.%d tells which marks it has", async (minor) => {
    fake.manager.minor = minor;
    const looks = await submit(2);
    expect(await openFarm(fake).find(["run/1", "run/7"])).toEqual(new Map([["run/1", looks[1]?.job]]));
    expect(openFarm(fake).canPause).toBe(minor >= 6);
  });

  it.each([5, 7, 9])(
    "of version 3.%d tells how far jobs are, by steps or by tasks, the preview movie left out",
    async (minor) => {
      fake.manager.minor = minor;
      const { look } = follow(fake, await submit(1));
      expect(await look()).toMatchObject([{ state: "waiting", done: 0, total: minor >= 8 ? 48 : 0 }]);
      fake.render(fake.only(), 25);
      const shown = minor >= 8 ? { done: 25, total: 48 } : { done: 5, total: 10 };
      expect(await look()).toMatchObject([
        { state: "running", ...shown, url: `${FLAMENCO}/app/jobs/${fake.only().id}` },
      ]);
      fake.render(fake.only(), 48);
      expect(await look()).toMatchObject([{ state: "done" }]);
    },
  );

  it("looks at each job by itself, and never at the list of all there ever were", async () => {
    const { wait } = follow(fake, await submit(30, framesOf("1-10")));
    expect((await wait(isIn("done"), 600_000, 10_000)).isSo).toBe(true);
    expect(fake.requests.filter((one) => one === "GET /jobs")).toEqual([]);
  });

  it("reads less than 200 kB in a look, also of a farm with 10,000 old jobs", async () => {
    const looks = await submit(60);
    const old = fake.jobs.get(looks[0]?.job.id ?? "");
    if (old === undefined) throw new Error("There is no job");
    for (let count = 0; count < 10_000; count += 1) {
      const id = crypto.randomUUID();
      fake.jobs.set(id, { ...old, id, status: "completed" });
    }
    const { look } = follow(fake, looks);
    for (let round = 0; round < 6; round += 1) {
      fake.bytes = 0;
      expect(await look()).toHaveLength(60);
      expect(fake.bytes).toBeGreaterThan(0);
      expect(fake.bytes).toBeLessThan(200_000);
      fake.pass(FRAME_MS);
    }
  });

  it("makes no more requests in a look than a watch has left, whatever there is to ask", async () => {
    for (const minor of [5, 9]) {
      fake.manager.minor = minor;
      const looks = await submit(12, framesOf("1-10"));
      for (const job of fake.jobs.values()) fake.spoil(job.tasks, OUT_OF_MEMORY);
      fake.pass(200 * FRAME_MS);
      const { look } = follow(fake, looks);
      for (let round = 0; round < 24; round += 1) {
        fake.requests.length = 0;
        await look();
        expect(fake.requests.length).toBeLessThanOrEqual(22);
      }
      expect(await look()).toEqual(Array.from({ length: 12 }, () => expect.objectContaining({ state: "failed" })));
      fake.jobs.clear();
    }
  });

  it("comes to an end with each of twelve that are stuck at once, with what a look has left", async () => {
    const looks = await submit(12, framesOf("1-60"));
    for (const job of fake.jobs.values()) fake.spoil([job.tasks[3]], OUT_OF_MEMORY);
    fake.pass(400 * FRAME_MS);
    expect([...fake.jobs.values()].every(({ status }) => status === "active")).toBe(true);
    expect((await follow(fake, looks).wait(isIn("failed"), 180_000, 3_000)).isSo).toBe(true);
  });

  it("knows a job that was deleted, or that has another mark", async () => {
    const [one] = await submit(1);
    if (one === undefined) throw new Error("None was submitted");
    const gone = new Map([[one.job.id, "gone"]]);
    expect(await openFarm(fake).look([{ ...one, mark: "other" }])).toEqual(gone);
    fake.jobs.clear();
    expect(await openFarm(fake).look([one])).toEqual(gone);
  });

  it("leaves those out that are not answered for, and fails where none is", async () => {
    const looks = await submit(3);
    fake.isSilent = (request) => request.endsWith(looks[1]?.job.id ?? "");
    expect([...(await openFarm(fake).look(looks)).keys()]).toEqual([looks[0]?.job.id, looks[2]?.job.id]);
    fake.isDown = true;
    await expect(openFarm(fake).look(looks)).rejects.toMatchObject({ code: "farm-unreachable" });
  });

  it("has a picture of what was rendered last, or none", async () => {
    const [one] = await submit(1);
    const job = one?.job ?? { id: "" };
    expect(await openFarm(fake).picture?.(job)).toBeUndefined();
    fake.render(fake.only(), 5);
    expect(await openFarm(fake).picture?.(job)).toBe(
      `${FLAMENCO}/job-files/job-${job.id.slice(0, 4)}/${job.id}/last-rendered.jpg`,
    );
  });
});

describe("a job of which a few tasks fail for good", () => {
  it("has failed within a minute, though Flamenco calls it active for ever, and says which task and why", async () => {
    const { wait } = follow(fake, await submit(1, framesOf("1-60", 3)));
    fake.spoil([fake.only().tasks[1]], OUT_OF_MEMORY);
    fake.pass(40 * FRAME_MS);
    expect(fake.only().status).toBe("active");
    const { all, ms } = await wait(isIn("failed"));
    expect(all).toMatchObject([
      { state: "failed", done: 57, total: 60, reason: `render-4-6 failed: ${OUT_OF_MEMORY}` },
    ]);
    expect(ms).toBeLessThan(30_000);
  });

  it("is running as long as anything of it is, however slow", async () => {
    const { wait, look } = follow(fake, await submit(1, framesOf("1-60", 3)));
    const { tasks } = fake.only();
    fake.spoil([tasks[1]], OUT_OF_MEMORY);
    Object.assign(tasks[19] ?? {}, { fate: { after: 1, what: "stalls", says: "", isLuck: true } });
    fake.pass(60 * FRAME_MS);
    await look();
    expect(await wait(isIn("failed"), 3_600_000, 15_000)).toMatchObject({ isSo: false, all: [{ state: "running" }] });
    Object.assign(tasks[19] ?? {}, { fate: undefined });
    expect((await wait(isIn("failed"), 60_000, 10_000)).isSo).toBe(true);
  });

  it("is restarted from where it is: only what failed is rendered again", async () => {
    const looks = await submit(1, framesOf("1-60", 3));
    fake.spoil([fake.only().tasks[1]], OUT_OF_MEMORY);
    fake.pass(60 * FRAME_MS);
    const [one] = looks;
    await openFarm(fake).control(one?.job ?? { id: "" }, one?.mark ?? "", "restart");
    expect(
      fake
        .only()
        .tasks.filter(({ status }) => status !== "completed")
        .map(({ name, status }) => [name, status]),
    ).toEqual([
      ["render-4-6", "queued"],
      ["preview-video", "queued"],
    ]);
    expect((await follow(fake, looks).wait(isIn("done"))).isSo).toBe(true);
  });

  it("of a studio's own type has failed once a machine is idle and does not take what is left", async () => {
    fake.own(OWN);
    const { wait } = follow(fake, await submit(1, { type: "studio", settings: { frames: "1-60", chunk_size: 3 } }));
    fake.spoil([fake.only().tasks[1]], OUT_OF_MEMORY);
    fake.pass(40 * FRAME_MS);
    expect(fake.only().status).toBe("active");
    const { all, ms } = await wait(isIn("failed"));
    expect(all).toMatchObject([{ reason: `studio-4-6 failed: ${OUT_OF_MEMORY}` }]);
    expect(ms).toBeGreaterThan(15_000);
    expect(ms).toBeLessThan(60_000);
  });

  it("of a studio's own type waits while all machines are at work on something else", async () => {
    fake.own(OWN);
    const looks = await submit(1, { type: "studio", settings: { frames: "1-60", chunk_size: 3 } });
    const { tasks } = fake.only();
    fake.spoil([tasks[1]], OUT_OF_MEMORY);
    fake.pass(40 * FRAME_MS);
    await submitAll(fake, [{ ...ORDER, ...framesOf("1-9000", 1_000) }]);
    expect((await follow(fake, looks).wait(isIn("failed"), 120_000)).all).toMatchObject([
      { state: "waiting", isQueued: true },
    ]);
  });
});

describe("a job whose preview movie alone fails", () => {
  it.each([
    ["failed", "1-10", 'no more workers left to run tasks of type "ffmpeg"'],
    ["active", "1-60", ""],
  ])("is done, whether Flamenco calls it %s or not, and says what is missing", async (status, frames) => {
    const { wait } = follow(fake, await submit(1, framesOf(frames)));
    fake.spoil([fake.only().tasks.at(-1)], "/mnt/r/000001.png: Invalid data found when processing input");
    fake.pass(60 * FRAME_MS);
    expect(fake.only().status).toBe(status);
    const { all } = await wait(isIn("done"));
    expect(all).toMatchObject([
      {
        state: "done",
        flaw: "The preview movie was not made: /mnt/r/000001.png: Invalid data found when processing input",
      },
    ]);
  });

  it("is not done where a frame failed as well", async () => {
    const { wait } = follow(fake, await submit(1, framesOf("1-10")));
    fake.spoil([fake.only().tasks[0]], OUT_OF_MEMORY);
    fake.pass(60 * FRAME_MS);
    expect((await wait(isIn("failed"))).isSo).toBe(true);
  });
});

describe("why a job failed", () => {
  it("is told of each of sixty shots of which five fail, each in its own way", async () => {
    const looks = await submit(60, framesOf("1-10"));
    const jobs = [...fake.jobs.values()];
    const ways = [
      OUT_OF_MEMORY,
      "Error: no such file: /x.exr",
      "MemoryError: x",
      "cannot open library",
      "Segmentation fault: invalid",
    ];
    for (const [index, says] of ways.entries()) fake.spoil(jobs[index * 11]?.tasks ?? [], says);
    const { wait } = follow(fake, looks);
    const { all } = await wait(
      (now) => now.every((one) => one !== "gone" && ["done", "failed"].includes(one?.state ?? "")),
      900_000,
    );
    const failed = all.flatMap((one) => (one !== "gone" && one?.state === "failed" ? [one.reason] : []));
    expect(failed).toEqual(ways.map((says) => `render-1-5 failed: ${says}`));
  });

  it("is asked for once more where it is not answered, and then what is known is told", async () => {
    const looks = await submit(1, framesOf("1-10"));
    fake.spoil(fake.only().tasks, OUT_OF_MEMORY);
    fake.pass(60 * FRAME_MS);
    const first = follow(fake, looks);
    fake.isSilent = (request) => request.includes("/tasks");
    expect(await first.look()).toMatchObject([{ state: "running" }]);
    fake.isSilent = () => false;
    expect(await first.look()).toMatchObject([{ state: "failed", reason: expect.stringContaining(OUT_OF_MEMORY) }]);
    const second = follow(fake, looks);
    fake.isSilent = (request) => request.includes("/tasks");
    await second.look();
    expect(await second.look()).toMatchObject([{ state: "failed", reason: "too many tasks failed" }]);
  });

  it("is that somebody canceled tasks on the farm, where nothing else can go on", async () => {
    const { wait } = follow(fake, await submit(1, framesOf("1-60")));
    fake.render(fake.only(), 55);
    Object.assign(fake.only().tasks[11] ?? {}, { status: "canceled" });
    expect((await wait(isIn("failed"))).all).toMatchObject([
      { reason: "1 task was canceled on the farm, and nothing else of it can go on" },
    ]);
  });
});

describe("a job that was canceled", () => {
  it("after all its tasks were completed is done", async () => {
    const { look } = follow(fake, await submit(1));
    fake.render(fake.only(), 48);
    fake.manager.ask(fake.only(), "cancel-requested", "too late");
    expect(fake.only().status).toBe("canceled");
    expect(await look()).toMatchObject([{ state: "done" }]);
  });

  it("or paused after that, is done as well", async () => {
    const { wait } = follow(fake, await submit(1));
    fake.render(fake.only(), 48);
    fake.manager.ask(fake.only(), "pause-requested", "too late");
    expect(fake.only().status).toBe("paused");
    expect((await wait(isIn("done"))).isSo).toBe(true);
  });

  it("says by whom", async () => {
    const { look } = follow(fake, await submit(1));
    fake.manager.ask(fake.only(), "cancel-requested", "wrangler says no");
    expect(await look()).toMatchObject([{ state: "canceled", reason: "wrangler says no" }]);
  });
});

describe("a job of many tasks of which nothing moves", () => {
  it("has them asked for ever more rarely", async () => {
    const { wait } = follow(fake, await submit(1, framesOf("1-4000", 1)));
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
