import { beforeEach, describe, expect, it, vi } from "vitest";
import { openAfanasyFarm } from "../../../../worker/actions/farm/afanasy-farm.ts";
import { CANCELED } from "../../../../worker/actions/farm/afanasy-status.ts";
import { AfanasySubmission } from "../../../../worker/actions/farm/afanasy-submission.ts";
import type { Farm, JobStatus } from "../../../../worker/actions/farm/farm.ts";
import { pollRender } from "../../../../worker/actions/farm/render.ts";
import { makeRun, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { DOUBT_MS } from "../../../../worker/actions/farm/shot.ts";
import {
  AFANASY_URL,
  type AfJob,
  type FakeAfserver,
  type Fate,
  openFakeAfserver,
} from "../../../support/worker/afserver.ts";
import { makePassContext } from "../../../support/worker/pass-context.ts";

let server: FakeAfserver;
beforeEach(() => {
  server = openFakeAfserver();
});

const HANG_MS = 20;
const open = (users = ["ada"], hangMs = HANG_MS): Farm<AfanasySubmission> =>
  openAfanasyFarm(
    { url: AFANASY_URL, at_once: 2, standstill_minutes: 120, page: "https://farm.tld" },
    users,
    new AbortController().signal,
    { answerMaxMs: hangMs, now: () => server.clock.now },
  );

const submission = (name = "SH010", user = "ada", block: object = {}): AfanasySubmission => ({
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
function only(statuses: ReadonlyMap<string, JobStatus | "gone">): JobStatus {
  const [status] = statuses.values();
  if (status === undefined || status === "gone") throw new Error(`It is ${status}`);
  return status;
}
const operations = () =>
  server.messages.flatMap((message) => {
    const { action } = JSON.parse(JSON.stringify(message));
    return action === undefined ? [] : [action.operation?.type ?? action.params];
  });

describe("a job on Afanasy", () => {
  it("has its key, its user and the ids of Kitsu", async () => {
    const ref = await open().submit(submission(), "run/task");
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
    "is found by its key among the jobs of its user, even if the server's short form shows less: %s",
    async (isTerse) => {
      server.isTerse = isTerse;
      const farm = open();
      const ref = await farm.submit(submission(), "run/1");
      await farm.submit(submission(), "run/2");
      await open(["bob"]).submit(submission("SH020", "bob"), "run/3");
      expect(await farm.find(["run/1", "run/3", "run/9"])).toEqual(new Map([["run/1", ref]]));
    },
  );

  it("is not searched for in jobs that others sent, however many there are", async () => {
    server.isTerse = true;
    const farm = open();
    const ref = await farm.submit(submission(), "run/1");
    for (const name of ["a", "b"])
      Object.assign(jobOf((await farm.submit(submission(name), name)).id), { hostName: "ws12" });
    expect(await farm.find(["run/1"])).toEqual(new Map([["run/1", ref]]));
    expect(server.messages.at(-1)).toEqual({ get: { type: "jobs", ids: [Number(ref.id)], mode: "full" } });
  });

  it("is polled by its id, all with one request: never by serials, because a server that has none of them may crash", async () => {
    const farm = open();
    const [one, two] = [await farm.submit(submission(), "a"), await farm.submit(submission(), "b")];
    // Two machines, and 4 frames a task: 6 each are done after 7 seconds.
    server.pass(7_000);
    const before = server.requests.length;
    const statuses = await farm.poll([
      { job: one, jobKey: "a" },
      { job: two, jobKey: "b" },
    ]);
    expect(server.requests.length).toBe(before + 1);
    expect(server.messages.at(-1)).toEqual({ get: { type: "jobs", ids: [Number(one.id), Number(two.id)] } });
    expect(statuses.get(one.id)).toEqual({ state: "running", done: 12, total: 48, url: "https://farm.tld" });
    expect(statuses.get(two.id)).toMatchObject({ state: "waiting", done: 0 });
  });

  it("is gone once it was deleted, even if its id belongs to another job now", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    server.farm.delete(Number(job.id));
    expect([...(await farm.poll([{ job, jobKey: "a" }])).values()].every((one) => one === "gone")).toBe(true);
    const other = await farm.submit(submission(), "b");
    expect(other.id).toBe(job.id);
    expect([...(await farm.poll([{ job, jobKey: "a" }])).values()].every((one) => one === "gone")).toBe(true);
    // A newly installed server counts serials from the beginning.
    expect([...(await farm.poll([{ job: other, jobKey: "a" }])).values()].every((one) => one === "gone")).toBe(true);
  });
});

describe("a command for a job", () => {
  it("cancels it with an annotation, because the server can't tell a cancel from a pause", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    await farm.control(job, "a", "cancel");
    expect(operations()).toEqual([{ annotation: CANCELED }, "stop"]);
    const see = async (status?: JobStatus) => only(await farm.poll([{ job, jobKey: "a", lastStatus: status }]));
    const first = await see();
    expect(first).toMatchObject({ state: "paused" });
    server.pass(2_000);
    expect(await see(first)).toMatchObject({ state: "canceled" });
    server.isTerse = true;
    expect(await see(first)).toMatchObject({ state: "canceled" });
    await farm.control(job, "a", "cancel");
    expect(operations().length).toBe(2);
  });

  it("counts the frames of a canceled job once its programs have ended", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    server.pass(7_000);
    await farm.control(job, "a", "cancel");
    let status = only(await farm.poll([{ job, jobKey: "a" }]));
    expect(status).toMatchObject({ state: "paused", done: 12 });
    server.pass(2_000);
    status = only(await farm.poll([{ job, jobKey: "a", lastStatus: status }]));
    expect(status).toMatchObject({ state: "paused" });
    server.pass(2_000);
    expect(only(await farm.poll([{ job, jobKey: "a", lastStatus: status }]))).toMatchObject({
      state: "canceled",
      done: 8,
    });
  });

  it("does not wait for a program that never ends", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    server.pass(2_000);
    await farm.control(job, "a", "cancel");
    const status = only(await farm.poll([{ job, jobKey: "a" }]));
    server.clock.now += 31_000;
    vi.spyOn(server.farm, "advance").mockReturnValue();
    expect(only(await farm.poll([{ job, jobKey: "a", lastStatus: status }]))).toMatchObject({ state: "canceled" });
  });

  it("pauses and resumes it", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    await farm.control(job, "a", "pause");
    await farm.control(job, "a", "pause");
    expect((await farm.poll([{ job, jobKey: "a" }])).get(job.id)).toMatchObject({ state: "paused" });
    await farm.control(job, "a", "resume");
    await farm.control(job, "a", "resume");
    expect((await farm.poll([{ job, jobKey: "a" }])).get(job.id)).toMatchObject({ state: "waiting" });
    expect(operations()).toEqual(["pause", "start"]);
  });

  it("renders failed tasks again, also on machines that had errors", async () => {
    const farm = open();
    const job = await farm.submit(submission("broken", "ada", { errors_retries: 1 }), "a");
    server.pass(60_000);
    expect(jobOf(job.id).blocks[0]?.hosts.size).toBe(2);
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual(["restart_errors", "reset_error_hosts"]);
    // Twice, as if somebody pressed the button twice.
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual(["restart_errors", "reset_error_hosts"]);
  });

  it("forgives machines even if no task failed for good", async () => {
    const farm = open();
    const job = await farm.submit(submission("broken", "ada", { errors_retries: 20 }), "a");
    server.pass(60_000);
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual(["reset_error_hosts"]);
  });

  it("does nothing on a restart if nothing failed", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    server.pass(1_000);
    await farm.control(job, "a", "restart");
    expect(operations()).toEqual([]);
  });

  it("is refused once it is done", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    server.pass(60_000);
    for (const what of ["cancel", "pause", "resume"] as const) {
      await expect(farm.control(job, "a", what)).rejects.toMatchObject({
        code: "farm-refused",
        message: "It is already done.",
      });
    }
  });

  it("never reaches another job with the same id", async () => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    server.farm.delete(Number(job.id));
    await farm.submit(submission(), "b");
    await farm.control(job, "a", "cancel");
    await expect(farm.control(job, "a", "pause")).rejects.toMatchObject({ message: "It was deleted on the farm." });
    expect(operations()).toEqual([]);
  });

  it.each([
    ["another key", (job: AfJob) => (job.sent.custom_data = '{"kitsu_mark":"z","kitsu_user":"ada"}')],
    ["another user", (job: AfJob) => (job.userName = "eve")],
    ["nothing of ours in it", (job: AfJob) => delete job.sent.custom_data],
  ])("never reaches a job with %s, even with the same numbers", async (_, change) => {
    const farm = open();
    const job = await farm.submit(submission(), "a");
    change(jobOf(job.id));
    await expect(farm.control(job, "a", "cancel")).rejects.toMatchObject({ code: "farm-refused" });
    expect(operations()).toEqual([]);
  });
});

describe("a submission without an answer", () => {
  it("is found if the server received it", async () => {
    server.next.push("taken-close");
    expect(await open().submit(submission(), "a")).toMatchObject({ id: "2" });
    expect(server.messages.filter((message) => "job" in message).length).toBe(1);
  });

  it("is unconfirmed if the server is not there afterwards", async () => {
    server.next.push("close", "close");
    await expect(open().submit(submission(), "a")).rejects.toMatchObject({
      code: "farm-unreachable",
      reply: { retry: true },
    });
  });

  it("is unconfirmed if the answer did not come in time", async () => {
    server.next.push("taken-hang");
    await expect(open().submit(submission(), "a")).rejects.toMatchObject({
      code: "farm-unreachable",
      reply: { retry: true },
    });
  });

  it("is given up if the server is alive without it: it may have crashed the server", async () => {
    server.next.push("close");
    const failed = open().submit(submission(), "a");
    await expect(failed).rejects.toMatchObject({
      code: "farm-broken",
      message: expect.stringContaining("The job was not sent again"),
    });
    await expect(failed).rejects.not.toMatchObject({ reply: { retry: true } });
  });
});

describe("a render run on Afanasy", () => {
  /** The same sequence for the same seed. */
  function makeRandom(seed: number) {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  const FATES: readonly Fate[] = ["close", "taken-close", "hang", "taken-hang", "answer", "answer", "answer", "answer"];
  const SEED = 20_261_123;

  it(`submits each shot at most once whatever the network does, and never crashes the server (seed ${SEED})`, async () => {
    const random = makeRandom(SEED);
    for (let round = 0; round < 25; round += 1) {
      for (const { id } of server.farm.list()) server.farm.delete(id);
      const shots = Array.from({ length: 3 }, (_, index) => ({
        task: `t${index}`,
        label: `SH${index}`,
        submission: submission(`SH${index}`),
        size: 48,
      }));
      let data: unknown = makeRun(`run${round}`, shots, []);
      let now = 0;
      for (let poll = 0; poll < 20; poll += 1) {
        server.next = Array.from({ length: 4 }, () => FATES[Math.floor(random() * FATES.length)] ?? "answer");
        if (poll > 10) server.next = [];
        const run = readRun(AfanasySubmission, data);
        const context = makePassContext({
          save: async (saved: unknown) => {
            data = JSON.parse(JSON.stringify(saved));
            // Now and then, the worker is restarted at this very moment.
            if (random() < 0.1 && poll <= 10) throw new Error("restarted");
          },
        });
        await pollRender(context, run, open(["ada"], 3), undefined, () => now).then(
          (status) => {
            data = JSON.parse(JSON.stringify(status.data));
          },
          () => undefined,
        );
        now += DOUBT_MS + 1;
      }
      const jobKeys = server.farm.list().map(({ sent }) => JSON.parse(String(sent.custom_data)).kitsu_mark);
      expect(new Set(jobKeys).size, `round ${round}`).toBe(jobKeys.length);
      for (const shot of readRun(AfanasySubmission, data).shots) {
        expect(["sent", "ended"]).toContain(shot.state);
        expect(jobKeys.includes(shot.jobKey), `round ${round}: ${shot.reason}`).toBe(shot.state === "sent");
      }
    }
    expect(server.isDead).toBe(false);
  });
});
