import { beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../../worker/failure.ts";
import { type FlamencoOrder, makeFlamencoFarm } from "../../../worker/farm/flamenco-farm.ts";
import { openFlamenco } from "../../../worker/services/flamenco.ts";
import { fetchPicture } from "../../../worker/services/flamenco-picture.ts";
import { type FakeFlamenco, FLAMENCO, openFakeFlamenco } from "../../support/worker/flamenco.ts";

const { signal } = new AbortController();
const ORDER: FlamencoOrder = {
  name: "SQ01_SH010 Lighting",
  type: "simple-blender-render",
  priority: 50,
  submitter_platform: "linux",
  settings: {
    frames: "101-148",
    chunk_size: 5,
    blendfile: "/mnt/prod/sh010.blend",
    render_output_path: "/mnt/r/{timestamp}/######",
    format: "PNG",
  },
  metadata: { project: "Demo" },
};

let fake: FakeFlamenco;
beforeEach(() => {
  fake = openFakeFlamenco();
});

const open = (access?: { id: string; secret: string }) => openFlamenco({ url: FLAMENCO, access }, signal);
/** Nothing in place of what is gone. */
const lookAll = async (farm: ReturnType<typeof farmOf>, wanted: Parameters<typeof farm.look>[0]) =>
  [...(await farm.look(wanted)).values()].map((one) => (one === "gone" ? undefined : one));

const farmOf = (minor = fake.minor) => makeFlamencoFarm(open(), { page: FLAMENCO, atOnce: 4, minor, standstillMs: 3_600_000 });
async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error(`Expected a failure, got ${thrown}`);
}
/** Submits so many, and returns how to ask for them. */
async function submit(count: number) {
  const farm = farmOf();
  const wanted = [];
  for (let index = 0; index < count; index += 1)
    wanted.push({ job: await farm.submit(ORDER, `run/${index}`), mark: `run/${index}` });
  return { farm, wanted };
}

/** Its tasks are too many for it to answer in time. */
function refuseTasks() {
  const answer = vi.mocked(globalThis.fetch).getMockImplementation();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const response = await answer?.(input, init);
    if (response === undefined || String(input).endsWith("/tasks")) throw new TypeError("reset");
    return response;
  });
}

describe("Flamenco's manager", () => {
  it("is told every header of the way to it, and says when that way is closed", async () => {
    fake.access = { id: "me", secret: "sesame" };
    expect(await open(fake.access).version()).toEqual({ major: 3, minor: 9 });
    const failure = await failureOf(open().version());
    expect(failure.code).toBe("farm-refused");
    expect(failure.reply.advice).toContain("FLAMENCO_ACCESS_SECRET");
  });

  it.each([
    ["a connection that is lost", new TypeError("reset")],
    ["an answer of the tunnel's", new Response("<html>error 1033", { status: 530, headers: { "content-type": "text/html" } })],
    ["a busy database", Response.json({ code: 503, message: "database busy" }, { status: 503, headers: { "retry-after": "1" } })],
    ["a fault after it was stored", Response.json({ code: 500, message: "error retrieving job from database" }, { status: 500 })],
    ["an answer that is cut", "cut" as const],
  ])("may have taken a job after %s", async (_, next) => {
    fake.next.push(next);
    expect((await failureOf(open().submit({ ...ORDER }))).reply.retry).toBe(true);
  });

  it.each([
    [{ settings: { ...ORDER.settings, chunk_size: 0 } }, "Flamenco refused: invalid chunk size"],
    [{ settings: { ...ORDER.settings, render_output_path: "/mnt/r" } }, "Flamenco refused: no render_output_path setting!"],
    [
      { settings: { ...ORDER.settings, format: "FFMPEG" } },
      'Flamenco refused: This job type only renders images, and not "FFMPEG"',
    ],
    [{ type: "nothing" }, "Flamenco refused: job type unknown: nothing"],
  ])("refuses a job for good, in its own words: %j", async (rest, text) => {
    const failure = await failureOf(open().check({ ...ORDER, ...rest }));
    expect(failure.reply).toMatchObject({ code: "farm-refused", text });
    expect(failure.reply.retry).toBeUndefined();
  });

  it.each([
    ["no path! at renderOutputPath (simple_blender_render.js:75:9(8))", "no path!"],
    [
      'GoError: invalid range "9-1": empty range at a.blender.org/job_compilers.jsFrameChunker (native)',
      'invalid range "9-1": empty range',
    ],
    ["Look at this (and that)", "Look at this (and that)"],
  ])("is quoted without what its engine for scripts adds: %s", async (message, text) => {
    fake.next.push(Response.json({ code: 400, message }, { status: 400 }));
    expect((await failureOf(open().submit({ ...ORDER }))).reply.text).toBe(`Flamenco refused: ${text}`);
  });

  it.each([
    [{ settings: null }, []],
    [{ settings: [{ key: "a", type: "int32", propargs: { min: "0", step: 3 } }] }, [expect.objectContaining({ key: "a" })]],
  ])("may have job types of few words, or of Blender's: %j", async (rest, settings) => {
    fake.types = [{ name: "studio", label: "Studio", etag: "e1", ...rest }];
    expect(await open().jobType("studio")).toMatchObject({ name: "studio", settings });
  });

  it("is not asked for ever when it does not answer", async () => {
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("late", "TimeoutError")));
    expect((await failureOf(open().version())).reply).toMatchObject({ code: "farm-unreachable", retry: true });
  });

  it("is told apart from another program, and from a Flamenco nobody knows", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ version: "4.0" }));
    expect((await failureOf(open().version())).message).toContain("3.5 to 3.9");
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("Hello"));
    expect((await failureOf(open().version())).code).toBe("farm-broken");
  });
});

describe("Flamenco as a farm", () => {
  it.each([5, 6, 7, 8, 9])("of version 3.%d tells which marks it has", async (minor) => {
    fake.minor = minor;
    const { farm, wanted } = await submit(2);
    expect(await farm.find(["run/1", "run/7"])).toEqual(new Map([["run/1", wanted[1]?.job]]));
    expect(farm.canPause).toBe(minor >= 6);
  });

  it.each([5, 7, 9])("of version 3.%d tells how far jobs are, by steps or by tasks", async (minor) => {
    fake.minor = minor;
    const { farm, wanted } = await submit(1);
    fake.render(fake.only(), 24);
    const standing = (await farm.look(wanted)).get(wanted[0]?.job.id ?? "");
    expect(standing).toMatchObject(minor >= 8 ? { done: 24, total: 48 } : { done: 5, total: 10 });
    expect(standing).toMatchObject({ state: "running", url: `${FLAMENCO}/app/jobs/${fake.only().id}` });
  });

  it("tells how many frames are done, among which the preview movie is none", async () => {
    const { farm, wanted } = await submit(1);
    for (const [steps_completed, done] of [
      [24, 24],
      [48, 48],
      [49, 48],
    ]) {
      Object.assign(fake.only(), { status: "active", steps_completed, steps_total: 49 });
      expect([...(await farm.look(wanted)).values()]).toMatchObject([{ done, total: 48 }]);
    }
  });

  it("looks at many with one request, and at few with one each", async () => {
    const { farm, wanted } = await submit(30);
    fake.requests.length = 0;
    expect((await farm.look(wanted)).size).toBe(30);
    expect(fake.requests).toEqual(["GET /jobs"]);
    await farm.look(wanted.slice(0, 2));
    expect(fake.requests.length).toBe(3);
  });

  it("tells how jobs stand where their tasks can't be had, and does not wait for the tasks of all", async () => {
    fake.minor = 7;
    const { farm, wanted } = await submit(9);
    for (const job of fake.jobs.values()) job.status = "active";
    refuseTasks();
    fake.requests.length = 0;
    const standings = [...(await farm.look(wanted)).values()];
    expect(standings).toEqual(Array.from({ length: 9 }, () => expect.objectContaining({ state: "running", done: 0, total: 0 })));
    expect(fake.requests.filter((request) => request.endsWith("/tasks"))).toHaveLength(4);
  });

  it("does not take an answer without a list for one that has no jobs", async () => {
    const { farm, wanted } = await submit(5);
    const answer = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({}));
    expect((await failureOf(farm.look(wanted))).reply).toMatchObject({ code: "farm-broken", retry: true });
    expect((await failureOf(farm.find(["run/1"]))).reply.retry).toBe(true);
    answer.mockImplementation(async () => Response.json({ jobs: [] }));
    expect((await farm.find(["run/1"])).size).toBe(0);
  });

  it("does not know a job that was deleted, or that has another mark", async () => {
    const { farm, wanted } = await submit(1);
    expect([...(await farm.look(wanted.map((one) => ({ ...one, mark: "other" })))).values()].every((one) => one === "gone")).toBe(
      true,
    );
    fake.jobs.clear();
    expect([...(await farm.look(wanted)).values()].every((one) => one === "gone")).toBe(true);
  });

  it("says in Flamenco's words why a job failed", async () => {
    const { farm, wanted } = await submit(1);
    Object.assign(fake.only(), { status: "failed", activity: 'Changed to status "failed": too many tasks failed' });
    expect([...(await farm.look(wanted)).values()]).toMatchObject([{ state: "failed", reason: "too many tasks failed" }]);
  });

  it("says, too, what the program said that failed, for a few at a time", async () => {
    const { farm, wanted } = await submit(5);
    for (const job of fake.jobs.values()) {
      Object.assign(job, { status: "failed", activity: "", tasks: ["completed", "failed"] });
      job.log = "Fra:102\nError: Cycles: out of memory\nBlender quit with code 1\n";
    }
    fake.requests.length = 0;
    const reasons = (await lookAll(farm, wanted)).map((one) => one?.reason);
    expect(reasons).toEqual([...Array.from({ length: 3 }, () => "Error: Cycles: out of memory"), undefined, undefined]);
    expect(fake.requests).toHaveLength(1 + 2 * 3);
    delete fake.jobs.get(wanted[0]?.job.id ?? "")?.log;
    expect((await lookAll(farm, wanted.slice(0, 1)))[0]?.reason).toBeUndefined();
  });

  it("knows its jobs among others whose status is new to it", async () => {
    const { farm, wanted } = await submit(5);
    const [first] = fake.jobs.values();
    Object.assign(first ?? {}, { status: "archived" });
    expect((await lookAll(farm, wanted)).map((one) => one?.state)).toEqual(Array.from({ length: 5 }, () => "waiting"));
  });

  it.each([
    ["cancel", "queued active paused pause-requested failed", "cancel-requested canceled", ""],
    ["pause", "queued active", "pause-requested paused", ""],
    ["resume", "paused", "queued active requeueing", "pause-requested"],
    ["restart", "canceled failed paused", "queued active requeueing completed", ""],
  ] as const)(
    "can be asked to %s where it allows it, later while it is changing, and says where not",
    async (what, from, already, later) => {
      const { farm, wanted } = await submit(1);
      const [one] = wanted;
      const statuses = "queued active paused pause-requested cancel-requested canceled completed failed requeueing".split(" ");
      for (const status of statuses) {
        fake.only().status = status;
        fake.requests.length = 0;
        const asked = farm.control(one?.job ?? { id: "" }, one?.mark ?? "", what);
        const isAllowed = from.split(" ").includes(status);
        if (isAllowed || already.split(" ").includes(status)) expect(await asked).toBeUndefined();
        else if (later === status) expect(await asked).toBe("later");
        else expect((await failureOf(asked)).message).toContain(`it is ${status}`);
        expect(fake.requests.some((request) => request.endsWith("/setstatus"))).toBe(isAllowed);
      }
    },
  );

  it("is canceled with a word of where, and being paused until its tasks have ended", async () => {
    const { farm, wanted } = await submit(1);
    const [one] = wanted;
    const look = async () => (await lookAll(farm, wanted))[0];
    fake.only().status = "pause-requested";
    expect(await look()).toMatchObject({ state: "running", isPausing: true, reason: "Being paused" });
    fake.only().status = "queued";
    expect((await look())?.isPausing).toBeUndefined();
    await farm.control(one?.job ?? { id: "" }, one?.mark ?? "", "cancel");
    fake.only().status = "canceled";
    expect(await look()).toMatchObject({ state: "canceled", reason: "Canceled in Kitsu" });
  });

  it("has a picture of what was rendered last, or none", async () => {
    const { farm, wanted } = await submit(1);
    const job = wanted[0]?.job ?? { id: "" };
    expect(await farm.picture?.(job)).toBeUndefined();
    fake.only().picture = "jpg";
    expect(await farm.picture?.(job)).toBe(`${FLAMENCO}/job-files/${job.id}/last-rendered.jpg`);
  });

  it("has it where it is found below a path, and stores it as on Windows", async () => {
    const url = `${FLAMENCO}/farm`;
    vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
      Response.json({ base: "/job-files/job-0c0b\\0c0b", suffixes: ["last-rendered.jpg"] }),
    );
    expect(await openFlamenco({ url, access: undefined }, signal).lastRendered("0c0b")).toBe(
      `${url}/job-files/job-0c0b/0c0b/last-rendered.jpg`,
    );
  });
});

describe("a picture of Flamenco's", () => {
  const target = { url: FLAMENCO, access: { id: "me", secret: "sesame" } };
  const address = `${FLAMENCO}/job-files/j1/last-rendered.jpg`;
  const answer = (body: string, type: string, status = 200) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body, { status, headers: { "content-type": type } }));

  it("is handed on, as a picture and nothing else", async () => {
    const fetched = answer("jpg", "image/jpeg");
    const response = await fetchPicture(target, address, signal);
    expect([response.headers.get("content-type"), await response.text()]).toEqual(["image/jpeg", "jpg"]);
    expect(new Headers(fetched.mock.calls[0]?.[1]?.headers).get("cf-access-client-secret")).toBe("sesame");
  });

  it.each([["http://Farm.Studio.lan:8080"], ["http://farm.studio.lan:80"], ["https://farm.studio.lan:443/flamenco"]])(
    "is found however the manager's address is written: %s",
    async (url) => {
      answer("jpg", "image/jpeg");
      const written = new URL(`${url}/job-files/j1/last-rendered.jpg`).href;
      expect((await fetchPicture({ ...target, url }, written, signal)).status).toBe(200);
    },
  );

  it("has 8 MB at most, whether it says so or not", async () => {
    const [most, large] = ["a".repeat(8 * 1_024 * 1_024), "a".repeat(8 * 1_024 * 1_024 + 1)];
    answer(most, "image/jpeg");
    expect((await (await fetchPicture(target, address, signal)).text()).length).toBe(most.length);
    answer(large, "image/jpeg");
    await expect((await fetchPicture(target, address, signal)).text()).rejects.toThrow();
    const headers = { "content-type": "image/jpeg", "content-length": String(large.length) };
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(large, { headers }));
    expect((await failureOf(fetchPicture(target, address, signal))).code).toBe("loan-over");
  });

  it.each([["text/html"], ["image/svg+xml"]])("is none where it is %s", async (type) => {
    answer("<script>", type);
    expect((await failureOf(fetchPicture(target, address, signal))).code).toBe("loan-over");
  });

  it.each([[`${FLAMENCO}/api/v3/jobs`], ["https://elsewhere.tld/job-files/x.jpg"], [`${FLAMENCO}/job-files/../api/v3/jobs`]])(
    "is looked for among the pictures of jobs alone, not at %s",
    async (other) => {
      const fetched = answer("jpg", "image/jpeg");
      expect((await failureOf(fetchPicture(target, other, signal))).code).toBe("loan-over");
      expect(fetched).not.toHaveBeenCalled();
    },
  );
});
