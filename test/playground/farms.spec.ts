/** The playground's render farms refuse, render, fail and crash like the real ones. */
import { connect } from "node:net";
import { openAfanasy } from "../../playground/farms/afanasy/server.ts";
import { readHead } from "../../playground/farms/afanasy/wire.ts";
import type { Farm } from "../../playground/farms/farm.ts";
import { openFarms } from "../../playground/farms/farms.ts";
import { openFlamenco } from "../../playground/farms/flamenco/server.ts";
import { startPlayground } from "../../playground/serve.ts";
import { expect, SECRET, test } from "./support/playground.ts";

const FAST = { port: 0, frameMs: 4 };
/** Slow enough for everything to stay as it was submitted. */
const STILL = { port: 0, frameMs: 60_000 };

const until = <T>(read: () => Promise<T>, isSo: (value: T) => boolean) =>
  expect.poll(async () => isSo(await read()), { intervals: [10, 20, 40], timeout: 20_000 }).toBe(true);

async function withFarm(opening: Promise<Farm>, use: (farm: Farm) => Promise<void>): Promise<void> {
  const farm = await opening;
  try {
    await use(farm);
  } finally {
    await farm.close();
  }
}

test.describe("Flamenco", () => {
  const settings = {
    blendfile: "/mnt/prod/sq01/sh010/lighting_v003.blend",
    frames: "101-148",
    chunk_size: 5,
    render_output_root: "/mnt/render",
    add_path_components: 0,
    render_output_path: "/mnt/render/sq01_sh010/{timestamp}/######",
    format: "PNG",
    image_file_extension: ".png",
    has_previews: false,
    fps: 24,
    scene: "Scene",
  };
  const order = (more: object = {}, own: object = {}) => ({
    name: "SQ01_SH010 Lighting",
    type: "simple-blender-render",
    priority: 50,
    submitter_platform: "linux",
    metadata: { "kitsu.mark": "m1" },
    ...more,
    settings: { ...settings, ...own },
  });

  const open = ({ url }: Farm) => {
    const send = async (method: string, path: string, body?: unknown) => {
      const json =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
      const response = await fetch(`${url}/api/v3${path}`, { method, ...json });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
    };
    return {
      get: (path: string) => send("GET", path),
      post: (path: string, body: unknown) => send("POST", path, body),
      send,
    };
  };

  test("renders a job frame by frame, and shows its last picture and its page", async () => {
    await withFarm(openFlamenco(FAST), async (farm) => {
      const { get, post } = open(farm);
      expect((await get("/version")).body).toMatchObject({ shortversion: "3.9-beta1", name: "Playground" });
      expect((await post("/jobs/check", order())).status).toBe(204);
      expect((await get("/jobs")).body).toEqual({ jobs: [] });
      const taken = await post("/jobs", order());
      expect([taken.status, taken.body]).toMatchObject([
        200,
        { status: "queued", activity: "", steps_completed: 0, steps_total: 0 },
      ]);
      expect(taken.body.settings.render_output_path).toMatch(/sq01_sh010\/\d{4}-\d\d-\d\d_\d{6}\/######$/);
      const { id } = taken.body;
      await until(
        async () => (await get(`/jobs/${id}`)).body.status,
        (status) => status === "completed",
      );
      expect((await get(`/jobs/${id}`)).body).toMatchObject({ steps_completed: 49, metadata: { "kitsu.mark": "m1" } });
      const { tasks } = (await get(`/jobs/${id}/tasks`)).body;
      expect(tasks).toHaveLength(11);
      expect(tasks.at(-1)).toMatchObject({ name: "preview-video", status: "completed", steps_total: 1 });
      expect((await get(`/tasks/${tasks[0].id}/logtail`)).body).toContain("000105.png");
      const { base, suffixes } = (await get(`/jobs/${id}/last-rendered`)).body;
      expect(base).toBe(`/job-files/job-${id.slice(0, 4)}/${id}`);
      const picture = await fetch(`${farm.url}${base}/${suffixes[0]}`);
      expect(picture.headers.get("content-type")).toBe("image/jpeg");
      expect(Buffer.from(await picture.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
      expect(await (await fetch(`${farm.url}/app/jobs/${id}`)).text()).toContain("SQ01_SH010 Lighting");
    });
  });

  test("refuses a job that does not compile with the script's message", async () => {
    await withFarm(openFlamenco(STILL), async (farm) => {
      const { post } = open(farm);
      const refusals: [own: object, message: string | RegExp][] = [
        [{ chunk_size: undefined }, /^GoError: invalid chunk size.* at \S+ \(native\)$/],
        [
          { render_output_path: undefined },
          /^no render_output_path setting! at \S+ \(simple_blender_render.js:\d+:\d+\(\d+\)\)$/,
        ],
        [{ format: "FFMPEG" }, 'This job type only renders images, and not "FFMPEG"'],
        [{ frames: "148-101" }, 'GoError: invalid range "148-101": empty range'],
        [{ frames: "101.5" }, /^GoError: invalid range "101.5"/],
      ];
      for (const [own, message] of refusals) {
        for (const path of ["/jobs", "/jobs/check"]) {
          const { status, body } = await post(path, order({}, own));
          expect([status, body]).toEqual([400, { code: 400, message: expect.stringMatching(message) }]);
        }
      }
      expect((await post("/jobs", order({ type: "maya" }))).body).toEqual({ code: 400, message: "job type unknown" });
      expect((await post("/jobs", order({ type_etag: "old" }))).status).toBe(412);
    });
  });

  test("refuses a body that its API description does not allow, without a code", async () => {
    await withFarm(openFlamenco(STILL), async (farm) => {
      const { post, get, send } = open(farm);
      const bodies: [more: object, message: RegExp][] = [
        [{ metadata: { shot: 7 } }, /"\/metadata\/shot": value must be a string/],
        [{ name: undefined }, /"\/name": property "name" is missing/],
        [{ priority: 50.5 }, /"\/priority": value must be an integer/],
        [{ initial_status: "asleep" }, /not one of the allowed values/],
      ];
      for (const [more, message] of bodies) {
        const { status, body } = await post("/jobs", order(more));
        expect([status, body]).toEqual([400, { message: expect.stringMatching(message) }]);
      }
      expect((await post("/jobs", [])).status).toBe(400);
      expect((await get("/jobs/1")).body).toEqual({ code: 400, message: "job ID not valid" });
      expect((await get(`/jobs/${crypto.randomUUID()}`)).body).toEqual({ code: 404, message: "no such job" });
      expect([(await get("/nothing")).status, (await send("PUT", "/jobs")).status]).toEqual([404, 404]);
      const gone = `/jobs/${crypto.randomUUID()}`;
      expect((await get(`${gone}/tasks`)).body).toEqual({ tasks: [] });
      expect((await get(`${gone}/last-rendered`)).status).toBe(204);
    });
  });

  test("changes a job to any requested status, even when it has ended", async () => {
    await withFarm(openFlamenco({ port: 0, frameMs: 10 }), async (farm) => {
      const { get, post, send } = open(farm);
      const { id } = (await post("/jobs", order({}, { frames: "1-4000" }))).body;
      const ask = async (status: string) => (await post(`/jobs/${id}/setstatus`, { status, reason: "test" })).status;
      const is = (status: string) =>
        until(
          async () => (await get(`/jobs/${id}`)).body.status,
          (now) => now === status,
        );
      await is("active");
      expect(await ask("pause-requested")).toBe(204);
      await is("paused");
      expect(await ask("requeueing")).toBe(204);
      await is("active");
      expect(await ask("requeueing")).toBe(204);
      expect(await ask("cancel-requested")).toBe(204);
      await is("canceled");
      expect(await ask("cancel-requested")).toBe(204);
      expect((await post(`/jobs/${id}/setstatus`, { status: "gone", reason: "" })).body).not.toHaveProperty("code");
      const short = (await post("/jobs", order({}, { frames: "1-2" }))).body.id;
      await until(
        async () => (await get(`/jobs/${short}`)).body.status,
        (now) => now === "completed",
      );
      expect((await post(`/jobs/${short}/setstatus`, { status: "cancel-requested", reason: "late" })).status).toBe(204);
      expect((await get(`/jobs/${short}`)).body.status).toBe("canceled");
      expect((await send("DELETE", `/jobs/${id}`)).status).toBe(204);
      expect((await get(`/jobs/${id}`)).status).toBe(404);
    });
  });

  test("stores a paused job with queued tasks, and changes its priority", async () => {
    await withFarm(openFlamenco(STILL), async (farm) => {
      const { get, post } = open(farm);
      const { id } = (await post("/jobs", order({ initial_status: "paused" }))).body;
      const { tasks } = (await get(`/jobs/${id}/tasks`)).body;
      expect([...new Set(tasks.map(({ status }: { status: string }) => status))]).toEqual(["queued"]);
      expect((await post(`/jobs/${id}/setpriority`, { priority: 101 })).status).toBe(400);
      expect((await post(`/jobs/${id}/setpriority`, { priority: 60 })).status).toBe(204);
      expect((await get(`/jobs/${id}`)).body).toMatchObject({ priority: 60 });
    });
  });

  test("reports an unknown worker tag only when it stores the job", async () => {
    const worker_tag = crypto.randomUUID();
    await withFarm(openFlamenco(STILL), async (farm) => {
      const { get, post } = open(farm);
      expect((await post("/jobs/check", order({ worker_tag }))).status).toBe(204);
      const refused = await post("/jobs", order({ worker_tag }));
      expect([refused.status, refused.body.message]).toEqual([500, "error persisting job in database"]);
      await farm.control({ tag: worker_tag });
      expect((await get("/worker-mgt/tags")).body).toEqual({ tags: [{ id: worker_tag, name: "tag-1" }] });
      expect((await post("/jobs", order({ worker_tag }))).status).toBe(200);
    });
  });

  test("renders nothing while its machines are offline or asleep, and reports that", async () => {
    await withFarm(openFlamenco(FAST), async (farm) => {
      const { get, post } = open(farm);
      await farm.control({ awake: 0 });
      expect((await get("/status")).body).toEqual({ status: "inoperative" });
      const { id } = (await post("/jobs", order())).body;
      await farm.control({ asleep: true });
      expect((await get("/status")).body).toEqual({ status: "waiting" });
      await new Promise((wait) => setTimeout(wait, 100));
      expect((await get(`/jobs/${id}`)).body).toMatchObject({ status: "queued" });
      await farm.control({ awake: 4, firstRun: true });
      expect((await get("/configuration")).body).toMatchObject({ isFirstRun: true });
      await until(
        async () => (await get(`/jobs/${id}`)).body.status,
        (now) => now === "completed",
      );
    });
  });

  test("fails a job when one task in ten failed, and leaves a job with fewer active forever", async () => {
    await withFarm(openFlamenco(FAST), async (farm) => {
      const { get, post } = open(farm);
      const submit = async (name: string, own: object) => (await post("/jobs", order({ name }, own))).body.id;
      const [few, movie, small] = [
        await submit("SQ010_SH0050", { frames: "1-60" }),
        await submit("SQ010_SH0070", { frames: "1-60" }),
        await submit("SQ020_SH0070", { frames: "1-10" }),
      ];
      const tasksOf = async (id: string) =>
        (await get(`/jobs/${id}/tasks`)).body.tasks as { name: string; status: string; id: string }[];
      const isSettled = (tasks: { status: string }[]) =>
        tasks.every(({ status }) => !["active", "soft-failed"].includes(status));
      const settles = (id: string) =>
        until(
          () => tasksOf(id),
          (tasks) => tasks.some(({ status }) => status === "failed") && isSettled(tasks),
        );
      await Promise.all([settles(few), settles(movie), settles(small)]);
      const unfinished = async (id: string) =>
        (await tasksOf(id))
          .filter(({ status }) => status !== "completed")
          .map(({ name, status }) => `${name} ${status}`);
      expect(await unfinished(few)).toEqual(["render-31-35 failed", "preview-video queued"]);
      expect(await unfinished(movie)).toEqual(["preview-video failed"]);
      const statuses = await Promise.all([few, movie, small].map(async (id) => (await get(`/jobs/${id}`)).body.status));
      expect(statuses).toEqual(["active", "active", "failed"]);
      const failed = (await tasksOf(few)).find(({ status }) => status === "failed");
      const detail = (await get(`/tasks/${failed?.id}`)).body;
      expect(detail).toMatchObject({ activity: "Failed: command exited abnormally with code 1" });
      expect(detail.failed_by_workers).toHaveLength(3);
      expect((await get(`/tasks/${failed?.id}/logtail`)).body).toMatch(
        /pid=\d+ > Error: Cannot open the cache[\s\S]*Failed: command exited abnormally with code 1\n\S+ Task failed by 3 workers, Manager will mark it as hard failure\n/,
      );
      await post(`/jobs/${few}/setstatus`, { status: "requeueing", reason: "again" });
      await until(
        async () => (await get(`/jobs/${few}`)).body.status,
        (now) => now === "completed",
      );
    });
  });

  test("has shots that run out of memory until they are requeued, broken files, and one that stalls", async () => {
    await withFarm(openFlamenco(FAST), async (farm) => {
      const { get, post } = open(farm);
      const submit = async (name: string, own: object = {}) => (await post("/jobs", order({ name }, own))).body.id;
      const ids = [
        await submit("SQ010_SH0040"),
        await submit("SQ01", { blendfile: "/mnt/broken.blend" }),
        await submit("SH0060"),
      ];
      const [large, broken, stalled] = ids;
      const is = (id: string, status: string) =>
        until(
          async () => (await get(`/jobs/${id}`)).body.status,
          (now) => now === status,
        );
      await Promise.all([is(large, "failed"), is(broken, "failed")]);
      expect((await get(`/jobs/${large}`)).body.activity).toMatch(/^Changed to status "failed": /);
      const { tasks } = (await get(`/jobs/${large}/tasks`)).body;
      const failed = tasks.find(({ status }: { status: string }) => status === "failed");
      expect((await get(`/tasks/${failed.id}/logtail`)).body).toContain("Cycles: out of memory");
      expect((await get(`/jobs/${stalled}`)).body).toMatchObject({ status: "active" });
      // It occupies a machine that the others need to fail for good.
      await post(`/jobs/${stalled}/setstatus`, { status: "cancel-requested", reason: "it stalls" });
      for (const id of [large, broken]) await post(`/jobs/${id}/setstatus`, { status: "requeueing", reason: "again" });
      await Promise.all([is(large, "completed"), is(broken, "failed")]);
    });
  });

  test("in an older version counts no steps, lists jobs only by query, and can't pause", async () => {
    await withFarm(openFlamenco({ ...STILL, minor: 5 }), async (farm) => {
      const { get, post } = open(farm);
      const { id, steps_total } = (await post("/jobs", order())).body;
      expect([steps_total, (await get("/jobs")).status]).toEqual([undefined, 400]);
      expect((await post("/jobs/query", { metadata: { "kitsu.mark": "m1" } })).body.jobs).toHaveLength(1);
      expect((await post(`/jobs/${id}/setstatus`, { status: "pause-requested", reason: "" })).status).toBe(400);
    });
  });

  test("can be down, busy or failing, and lose or cut its answers", async () => {
    await withFarm(openFlamenco(STILL), async (farm) => {
      const { get, post } = open(farm);
      await farm.control({ busyNext: true });
      const busy = await get("/version");
      expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "1"]);
      await farm.control({ failNext: 1, acceptThenDrop: 1 });
      expect((await post("/jobs", order())).status).toBe(500);
      await expect(post("/jobs", order())).rejects.toThrow();
      await farm.control({ answerCut: true });
      await expect(post("/jobs", order())).rejects.toThrow();
      const { jobs } = (await get("/jobs")).body;
      expect(jobs).toHaveLength(2);
      await farm.control({ down: true, deleteJob: jobs[0].id });
      await expect(get("/version")).rejects.toThrow();
      expect((await farm.control({ down: false })).jobs).toHaveLength(1);
      expect((await get("/version")).status).toBe(200);
    });
  });
});

test.describe("Afanasy", () => {
  const block = {
    name: "render",
    service: "blender",
    command: 'blender -b "a.blend" -s @#@ -e @#@ -a',
    flags: 1,
    frame_first: 101,
    frame_last: 148,
    frames_per_task: 4,
    frames_inc: 1,
  };
  const order = (more: object = {}, own: object = {}) => ({
    job: {
      name: "SH010",
      user_name: "ada",
      host_name: "kitsu",
      custom_data: '{"mark":"m1"}',
      blocks: [{ ...block, ...own }],
      ...more,
    },
  });

  /**
   * Sends each piece as a packet of its own.
   * @returns what came back before the other side closed or fell silent
   */
  function exchange({ url }: Farm, pieces: readonly string[], waitMs = 20_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      let said = "";
      const isWhole = () => /^AFANASY (\d+) JSON/.exec(said);
      socket.setNoDelay(true);
      socket.setTimeout(waitMs, () => socket.destroy());
      socket.once("error", reject);
      socket.once("close", () => resolve(said));
      socket.on("data", (bytes) => {
        said += bytes;
        const head = isWhole() ?? /Content-Length: (\d+)[^{<]*/.exec(said);
        if (head && said.length >= head.index + head[0].length + Number(head[1])) socket.destroy();
      });
      socket.once("connect", async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((wait) => setTimeout(wait, 15));
        }
      });
    });
  }

  const http = (json: string, header = `AFANASY: ${Buffer.byteLength(json)}`) => [
    `POST / HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`,
    json,
  ];
  const ask = async ({ url }: Farm, message: unknown) => {
    const body = JSON.stringify(message);
    const response = await fetch(url, { method: "POST", body, headers: { AFANASY: String(Buffer.byteLength(body)) } });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const get = (farm: Farm, question: object) => ask(farm, { get: question }).then(({ body }) => body);

  test("speaks both dialects to the byte, and closes or waits if a byte is wrong", async () => {
    await withFarm(openAfanasy(STILL), async (farm) => {
      const users = '{"get":{"type":"users"}}';
      const [headers = "", body = ""] = http(users);
      const answer = /^HTTP\/1\.1 200 OK\r\n.*Content-Type: application\/json\r\n.*\{"users":\[\]\}$/s;
      const [together, apart, lower, raw, noBlank, late, none, newline, tooLong] = await Promise.all([
        exchange(farm, [headers + body]),
        exchange(farm, [headers, body]),
        exchange(farm, [headers.replace("AFANASY", "afanasy") + body]),
        exchange(farm, [`AFANASY ${users.length} JSON${users}`]),
        exchange(farm, [headers.replace(": 24", ":24") + body]),
        exchange(farm, ["POST / HTTP/1.1\r\nHost: a\r\n"]),
        exchange(farm, [`POST / HTTP/1.1\r\nContent-Length: 24\r\n\r\n${users}`]),
        exchange(farm, [`${headers}\n${users}`], 300),
        exchange(farm, [http(users, "AFANASY: 25").join("")], 300),
      ]);
      for (const said of [together, apart]) expect(said).toMatch(answer);
      expect(raw).toBe('AFANASY 12 JSON{"users":[]}');
      for (const said of [lower, noBlank, late, none, newline, tooLong]) expect(said).toBe("");
      // Everything after such a packet is the body, including chunk markers.
      expect(readHead(Buffer.from(headers))).toEqual({ dialect: "http", length: 24, offset: headers.length });
      expect((await farm.control({})).deaths).toBe(0);
    });
  });

  test("renders jobs, and reuses their ids but never their serials", async () => {
    await withFarm(openAfanasy(FAST), async (farm) => {
      expect((await ask(farm, order({ description: "two\nlines" }))).body).toEqual({ id: 2, serial: 1 });
      const [short] = (await get(farm, { type: "jobs", ids: [2] })).jobs;
      expect(short).toMatchObject({ name: "SH010", user_name: "ada", blocks: [{ tasks_num: 12, frame_first: 101 }] });
      expect(short.description).toBe("two\nlines");
      expect(short.blocks[0]).not.toHaveProperty("p_tasks_error");
      expect(short.blocks[0]).not.toHaveProperty("command");
      await until(
        () => get(farm, { type: "jobs", serials: [1] }),
        ({ jobs }) => jobs[0].st === 16,
      );
      const { jobs } = await get(farm, { type: "jobs", ids: [2], mode: "full" });
      expect(jobs[0]).toMatchObject({
        state: " DON",
        custom_data: '{"mark":"m1"}',
        blocks: [{ p_percentage: 100, command: block.command }],
      });
      const { job_progress } = await get(farm, { type: "jobs", ids: [2], mode: "progress" });
      expect(job_progress.progress[0]).toHaveLength(12);
      // With a bit that JavaScript numbers lose.
      expect(job_progress.progress[0][0]).toMatchObject({
        state: " DON",
        st: expect.any(Number),
        str: 1,
        hst: expect.stringMatching(/^node/),
      });
      expect(job_progress.progress[0][0].st).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
      const act = (operation: string) =>
        ask(farm, {
          action: { user_name: "ada", host_name: "kitsu", type: "jobs", ids: [2], operation: { type: operation } },
        });
      expect((await act("explode")).body).toEqual({ info: { kind: "error", text: "Unknown operation: explode" } });
      expect((await act("delete")).body).toEqual({ info: { kind: "log", text: "Action processed." } });
      expect((await act("stop")).body).toEqual({ info: { kind: "error", text: "Action node ID not found: 2." } });
      expect(await get(farm, { type: "jobs", ids: [2] })).toEqual({ info: { kind: "error", text: "Invalid ID" } });
      expect(await get(farm, { type: "jobs", ids: [2, 3] })).toEqual({ jobs: [] });
      expect((await ask(farm, order())).body).toEqual({ id: 2, serial: 2 });
      expect(await get(farm, { type: "jobs", serials: [1] })).toEqual({ jobs: [] });
    });
  });

  test("writes invalid JSON: an unescaped quote in a block's name, and a trailing comma after a user's jobs", async () => {
    await withFarm(openAfanasy(STILL), async (farm) => {
      const { id } = (await ask(farm, order({ user_name: "bob" }))).body;
      await ask(farm, order());
      await ask(farm, {
        action: { user_name: "bob", host_name: "kitsu", type: "jobs", ids: [id], operation: { type: "delete" } },
      });
      expect((await get(farm, { type: "users" })).users).toHaveLength(2);
      expect((await get(farm, { type: "jobs", users: ["bob", "ada", "eve"] })).jobs).toHaveLength(1);
      await expect(get(farm, { type: "jobs", users: ["ada", "bob"] })).rejects.toThrow(SyntaxError);
      await ask(farm, order({ name: 'a "b"', description: "c\\d" }));
      expect((await get(farm, { type: "jobs" })).jobs).toHaveLength(2);
      await ask(farm, order({}, { name: 'a "b"' }));
      await expect(get(farm, { type: "jobs" })).rejects.toThrow(SyntaxError);
    });
  });

  test("holds and resumes jobs, and forgives the errors of machines only on request", async () => {
    await withFarm(openAfanasy({ port: 0, frameMs: 8 }), async (farm) => {
      const long = (await ask(farm, order({ offline: true }, { frame_last: 4_000 }))).body.id;
      const short = (await ask(farm, order({ name: "SH0040" }))).body.id;
      const wrong = (await ask(farm, order({ name: "broken" }, { errors_retries: 0, errors_avoid_host: 0 }))).body.id;
      const read = async (id: number) => (await get(farm, { type: "jobs", ids: [id] })).jobs[0];
      const is = (id: number, isSo: (st: number) => boolean) =>
        until(
          () => read(id),
          ({ st }) => isSo(st),
        );
      const act = (id: number, type: string) =>
        ask(farm, { action: { user_name: "ada", host_name: "kitsu", type: "jobs", ids: [id], operation: { type } } });
      await is(long, (st) => st === 513);
      await until(
        () => read(short),
        ({ st, blocks }) => (st & 2) === 0 && blocks[0].p_avoid_hosts === 4,
      );
      expect(await read(short)).toMatchObject({
        state: " RDY ERR",
        blocks: [{ p_tasks_done: 6 }],
      });
      await is(wrong, (st) => st === 32);
      expect((await read(wrong)).blocks[0]).toMatchObject({ p_tasks_error: 12 });
      await act(short, "restart_errors");
      await new Promise((wait) => setTimeout(wait, 100));
      expect(await read(short)).toMatchObject({ state: " RDY", blocks: [{ p_avoid_hosts: 4, p_tasks_done: 6 }] });
      await act(short, "reset_error_hosts");
      await is(short, (st) => st === 16);
      await act(long, "start");
      await is(long, (st) => (st & 2) !== 0);
      await act(long, "stop");
      await is(long, (st) => (st & (2 | 512)) === 512);
    });
  });

  test("ignores numbers with a decimal point", async () => {
    await withFarm(openAfanasy(STILL), async (farm) => {
      const json = JSON.stringify(order()).replace('"frame_first":101', '"frame_first":101.0');
      await exchange(farm, [http(json).join("")]);
      expect((await get(farm, { type: "jobs" })).jobs[0].blocks[0]).toMatchObject({ frame_first: 0, frame_last: 148 });
    });
  });

  test("crashes on a job that it can't read, and restarts with its jobs", async () => {
    await withFarm(openAfanasy({ ...STILL, deadMs: 60 }), async (farm) => {
      await ask(farm, order());
      const deadly = [
        { job: [] },
        order({ user_name: undefined }),
        order({ blocks: undefined }),
        order({ blocks: [] }),
        order({}, { flags: 0 }),
        order({}, { flags: 0, tasks: [] }),
      ];
      for (const job of deadly) {
        await expect(ask(farm, job)).rejects.toThrow();
        await until(
          () => get(farm, { type: "jobs" }).catch(() => undefined),
          (answer) => answer?.jobs.length === 1,
        );
      }
      expect((await farm.control({})).deaths).toBe(deadly.length);
      expect((await ask(farm, order())).body).toEqual({ id: 3, serial: 2 });
      expect((await get(farm, { type: "jobs", ids: [3] })).jobs[0].name).toBe("SH010-1");
    });
    await withFarm(openAfanasy({ ...STILL, deadMs: 60_000 }), async (farm) => {
      await expect(ask(farm, { job: 7 })).rejects.toThrow();
      await expect(get(farm, { type: "users" })).rejects.toThrow();
    });
  });

  test("can be down or failing, and lose or cut its answers", async () => {
    await withFarm(openAfanasy(STILL), async (farm) => {
      for (const fault of [{ failNext: true }, { acceptThenDrop: true }, { answerCut: true }]) {
        await farm.control(fault);
        await expect(ask(farm, order())).rejects.toThrow();
      }
      expect((await get(farm, { type: "jobs", users: ["ada"] })).jobs).toHaveLength(2);
      await farm.control({ down: true, deleteJob: 2 });
      await expect(get(farm, { type: "users" })).rejects.toThrow();
      await farm.control({ down: false });
      expect((await get(farm, { type: "jobs" })).jobs).toHaveLength(1);
    });
  });
});

test("controls its farms and offers to render with them, unless it has none", async ({ request }) => {
  const farms = await openFarms({ flamencoPort: 0, afanasyPort: 0 });
  const playground = await startPlayground({
    port: 0,
    worker: "http://127.0.0.1:9",
    forwardSecret: SECRET,
    botToken: "",
    farms,
  });
  const control = async (farm: string, changes: unknown) => {
    const response = await fetch(`${playground.url}/control/${farm}`, {
      method: "POST",
      body: JSON.stringify(changes),
    });
    return [response.status, await response.json()];
  };
  expect(await control("flamenco", { down: true })).toMatchObject([200, { down: true, url: farms.flamenco.url }]);
  await expect(fetch(`${farms.flamenco.url}/api/v3/version`)).rejects.toThrow();
  expect(await control("afanasy", { slowMs: 20 })).toMatchObject([200, { down: false, slowMs: 20, deaths: 0 }]);
  expect(await control("afanasy", { explode: true })).toMatchObject([400, { error: expect.any(String) }]);
  expect(await control("deadline", {})).toMatchObject([404, { error: expect.any(String) }]);
  const page = await (await fetch(`${playground.url}/my-tasks`)).text();
  expect(page).toContain("Render with Flamenco (AJAX)");
  expect(page).toContain("Render with CGRU Afanasy");
  await playground.close();
  await farms.close();
  expect((await request.post("/control/flamenco", { data: {} })).status()).toBe(404);
  expect(await (await request.get("/my-tasks")).text()).not.toContain("Render with");
});
