import { beforeEach, describe, expect, it, vi } from "vitest";
import { openAfanasyFarm } from "../../../../worker/actions/farm/afanasy-farm.ts";
import { CANCELED } from "../../../../worker/actions/farm/afanasy-status.ts";
import { AfanasyOrder } from "../../../../worker/actions/farm/afanasy-submission.ts";
import type { Farm, JobStanding } from "../../../../worker/actions/farm/farm.ts";
import { carryOn } from "../../../../worker/actions/farm/render.ts";
import { makeRun, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { DOUBT_MS } from "../../../../worker/actions/farm/shot.ts";
import {
  AFANASY_URL,
  type AfJob,
  type FakeAfserver,
  type Fate,
  openFakeAfserver,
} from "../../../support/worker/afserver.ts";

let server: FakeAfserver;
beforeEach(() => {
  server = openFakeAfserver();
});

const HANG_MS = 20;
const open = (users = ["ada"], hangMs = HANG_MS): Farm<AfanasyOrder> =>
  openAfanasyFarm(
    { url: AFANASY_URL, at_once: 2, standstill_minutes: 120, page: "https://farm.tld" },
    users,
    new AbortController().signal,
    { answerMaxMs: hangMs, now: () => server.clock.now },
  );

const order = (name = "SH010", user = "ada", block: object = {}): AfanasyOrder => ({
  job: {
    name,
    user_name: user,
    host_name: "kitsu-actions",
    blocks: [
      {
        name: "r",
        service: "blender",
        command: "blender @#@ @#@",
        flags: 1,
        frame_first: 101,
        frame_last: 148,
        frames_per_task: 4,
        frames_inc: 1,
        ...block,
      },
    ],
  },
  kitsu: { project: "p", entity: "e", task: "t" },
});

const jobOf = (id: string | number) => server.job(id);
function only(standings: ReadonlyMap<string, JobStanding | "gone">): JobStanding {
  const [standing] = standings.values();
  if (standing === undefined || standing === "gone") throw new Error(`It is ${standing}`);
  return standing;
}
const operations = () =>
  server.messages.flatMap((message) => {
    const { action } = JSON.parse(JSON.stringify(message));
    return action === undefined ? [] : [action.operation?.type ?? action.params];
  });

describe("a job on Afanasy", () => {
  it("carries its mark, its user and the ids of Kitsu", async () => {
    const ref = await open().submit(order(), "run/task");
    expect(ref).toEqual({ id: "2", serial: jobOf(2).serial });
    expect(JSON.parse(String(jobOf(2).sent.custom_data))).toEqual({
      kitsu_mark: "run/task",
      kitsu_user: "ada",
      project: "p",
      entity: "e",
      task: "t",
    });
  });

  it.each([false, true])(
    "is found by its mark, among the jobs of its user, in a server whose short form shows less: %s",
    async (isTerse) => {
      server.isTerse = isTerse;
      const farm = open();
      const ref = await farm.submit(order(), "run/1");
      await farm.submit(order(), "run/2");
      await open(["bob"]).submit(order("SH020", "bob"), "run/3");
      expect(await farm.find(["run/1", "run/3", "run/9"])).toEqual(new Map([["run/1", ref]]));
    },
  );

  it("is not looked for in jobs that others sent, however many there are", async () => {
    server.isTerse = true;
    const farm = open();
    const ref = await farm.submit(order(), "run/1");
    for (const name of ["a", "b"])
      Object.assign(jobOf((await farm.submit(order(name), name)).id), { hostName: "ws12" });
    expect(await farm.find(["run/1"])).toEqual(new Map([["run/1", ref]]));
    expect(server.messages.at(-1)).toEqual({ get: { type: "jobs", ids: [Number(ref.id)], mode: "full" } });
  });

  it("is looked at by its id, all with one question: never by serials, for a server that has none of them may end", async () => {
    const farm = open();
    const [one, two] = [await farm.submit(order(), "a"), await farm.submit(order(), "b")];
    // Two machines, and 4 frames a task: 6 each are done after 7 seconds.
    server.pass(7_000);
    const before = server.requests.length;
    const standings = await farm.look([
      { job: one, mark: "a" },
      { job: two, mark: "b" },
    ]);
    expect(server.requests.length).toBe(before + 1);
    expect(server.messages.at(-1)).toEqual({ get: { type: "jobs", ids: [Number(one.id), Number(two.id)] } });
    expect(standings.get(one.id)).toEqual({ state: "running", done: 12, total: 48, url: "https://farm.tld" });
    expect(standings.get(two.id)).toMatchObject({ state: "waiting", done: 0 });
  });

  it("is gone when it was deleted, also when its id is another job's by now", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    server.farm.delete(Number(job.id));
    expect([...(await farm.look([{ job, mark: "a" }])).values()].every((one) => one === "gone")).toBe(true);
    const other = await farm.submit(order(), "b");
    expect(other.id).toBe(job.id);
    expect([...(await farm.look([{ job, mark: "a" }])).values()].every((one) => one === "gone")).toBe(true);
    // A server that was installed anew counts serials from the beginning.
    expect([...(await farm.look([{ job: other, mark: "a" }])).values()].every((one) => one === "gone")).toBe(true);
  });
});

describe("what is asked of a job", () => {
  it("stops it for good, and says so at it: the server can't tell that from a pause", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    await farm.control(job, "a", "cancel");
    expect(operations()).toEqual([{ annotation: CANCELED }, "stop"]);
    const see = async (standing?: JobStanding) => only(await farm.look([{ job, mark: "a", standing }]));
    const first = await see();
    expect(first).toMatchObject({ state: "paused" });
    server.pass(2_000);
    expect(await see(first)).toMatchObject({ state: "canceled" });
    server.isTerse = true;
    expect(await see(first)).toMatchObject({ state: "canceled" });
    await farm.control(job, "a", "cancel");
    expect(operations().length).toBe(2);
  });

  it("counts the frames of what was canceled when its programs have ended", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    server.pass(7_000);
    await farm.control(job, "a", "cancel");
    let standing = only(await farm.look([{ job, mark: "a" }]));
    expect(standing).toMatchObject({ state: "paused", done: 12 });
    server.pass(2_000);
    standing = only(await farm.look([{ job, mark: "a", standing }]));
    expect(standing).toMatchObject({ state: "paused" });
    server.pass(2_000);
    expect(only(await farm.look([{ job, mark: "a", standing }]))).toMatchObject({ state: "canceled", done: 8 });
  });

  it("does not wait for a program that never ends", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    server.pass(2_000);
    await farm.control(job, "a", "cancel");
    const standing = only(await farm.look([{ job, mark: "a" }]));
    server.clock.now += 31_000;
    vi.spyOn(server.farm, "advance").mockReturnValue();
    expect(only(await farm.look([{ job, mark: "a", standing }]))).toMatchObject({ state: "canceled" });
  });

  it("pauses it, and lets it go on", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    await farm.control(job, "a", "pause");
    await farm.control(job, "a", "pause");
    expect((await farm.look([{ job, mark: "a" }])).get(job.id)).toMatchObject({ state: "paused" });
    await farm.control(job, "a", "resume");
    await farm.control(job, "a", "resume");
    expect((await farm.look([{ job, mark: "a" }])).get(job.id)).toMatchObject({ state: "waiting" });
    expect(operations()).toEqual(["pause", "start"]);
  });

  it("renders again what failed, on machines that had errors, too", async () => {
    const farm = open();
    const job = await farm.submit(order("broken", "ada", { errors_retries: 1 }), "a");
    server.pass(60_000);
    expect(jobOf(job.id).blocks[0]?.hosts.size).toBe(2);
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual(["restart_errors", "reset_error_hosts"]);
    // Twice, as whoever presses it twice.
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual(["restart_errors", "reset_error_hosts"]);
  });

  it("forgives machines also where no task failed for good", async () => {
    const farm = open();
    const job = await farm.submit(order("broken", "ada", { errors_retries: 20 }), "a");
    server.pass(60_000);
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual(["reset_error_hosts"]);
  });

  it("lets what waits wait: there is nothing to be rendered again, and nothing wrong with that", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    server.pass(1_000);
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual([]);
  });

  it("is refused where it is done", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    server.pass(60_000);
    for (const what of ["cancel", "pause", "resume"] as const) {
      await expect(farm.control(job, "a", what)).rejects.toMatchObject({
        code: "farm-refused",
        message: "It is done already.",
      });
    }
  });

  it("never reaches the job that has its id by now", async () => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    server.farm.delete(Number(job.id));
    await farm.submit(order(), "b");
    await farm.control(job, "a", "cancel");
    await expect(farm.control(job, "a", "pause")).rejects.toMatchObject({ message: "It was deleted on the farm." });
    expect(operations()).toEqual([]);
  });

  it.each([
    ["another mark", (job: AfJob) => (job.sent.custom_data = '{"kitsu_mark":"z","kitsu_user":"ada"}')],
    ["another user", (job: AfJob) => (job.userName = "eve")],
    ["nothing of ours in it", (job: AfJob) => delete job.sent.custom_data],
  ])("never reaches a job with %s, be its numbers the same", async (_, change) => {
    const farm = open();
    const job = await farm.submit(order(), "a");
    change(jobOf(job.id));
    await expect(farm.control(job, "a", "cancel")).rejects.toMatchObject({ code: "farm-refused" });
    expect(operations()).toEqual([]);
  });
});

describe("a job that was sent and not answered", () => {
  it("is found, where the server took it", async () => {
    server.next.push("taken-close");
    expect(await open().submit(order(), "a")).toMatchObject({ id: "2" });
    expect(server.messages.filter((message) => "job" in message).length).toBe(1);
  });

  it("is in doubt, where the server is not there afterwards", async () => {
    server.next.push("close", "close");
    await expect(open().submit(order(), "a")).rejects.toMatchObject({
      code: "farm-unreachable",
      reply: { retry: true },
    });
  });

  it("is in doubt, where the answer did not come in time", async () => {
    server.next.push("taken-hang");
    await expect(open().submit(order(), "a")).rejects.toMatchObject({
      code: "farm-unreachable",
      reply: { retry: true },
    });
  });

  it("is given up, where the server lives and has it not: it may have died of it", async () => {
    server.next.push("close");
    const failed = open().submit(order(), "a");
    await expect(failed).rejects.toMatchObject({
      code: "farm-broken",
      message: expect.stringContaining("It is not sent again"),
    });
    await expect(failed).rejects.not.toMatchObject({ reply: { retry: true } });
  });
});

describe("a render run on Afanasy", () => {
  /** A sequence that is the same for the same seed. */
  function makeRandom(seed: number) {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  const FATES: readonly Fate[] = ["close", "taken-close", "hang", "taken-hang", "answer", "answer", "answer", "answer"];
  const SEED = 20_261_123;

  it(`submits each shot at most once whatever the network does, and never kills the server (seed ${SEED})`, async () => {
    const random = makeRandom(SEED);
    for (let round = 0; round < 25; round += 1) {
      for (const { id } of server.farm.list()) server.farm.delete(id);
      const shots = Array.from({ length: 3 }, (_, index) => ({
        task: `t${index}`,
        label: `SH${index}`,
        order: order(`SH${index}`),
        size: 48,
      }));
      let data: unknown = makeRun(`run${round}`, shots, []);
      let now = 0;
      for (let look = 0; look < 20; look += 1) {
        server.next = Array.from({ length: 4 }, () => FATES[Math.floor(random() * FATES.length)] ?? "answer");
        if (look > 10) server.next = [];
        const run = readRun(AfanasyOrder, data);
        const watch = {
          signal: new AbortController().signal,
          readRunReply: async () => undefined,
          save: async (saved: unknown) => {
            data = JSON.parse(JSON.stringify(saved));
            // It is restarted at this very moment, now and then.
            if (random() < 0.1 && look <= 10) throw new Error("restarted");
          },
        };
        await carryOn(watch, run, open(["ada"], 3), () => now).then(
          (standing) => {
            data = JSON.parse(JSON.stringify(standing.data));
          },
          () => undefined,
        );
        now += DOUBT_MS + 1;
      }
      const marks = server.farm.list().map(({ sent }) => JSON.parse(String(sent.custom_data)).kitsu_mark);
      expect(new Set(marks).size, `round ${round}`).toBe(marks.length);
      for (const shot of readRun(AfanasyOrder, data).shots) {
        expect(["sent", "over"]).toContain(shot.state);
        expect(marks.includes(shot.mark), `round ${round}: ${shot.reason}`).toBe(shot.state === "sent");
      }
    }
    expect(server.isDead).toBe(false);
  });
});
