// Jobs on Afanasy without progress: why, whether they ever continue, and what their programs
// printed.
import { beforeEach, describe, expect, it } from "vitest";
import { openAfanasyFarm } from "../../../../worker/actions/farm/afanasy-farm.ts";
import type { JobQuery, JobRef, JobStatus } from "../../../../worker/actions/farm/farm.ts";
import type { AfanasyJob } from "../../../../worker/services/afanasy-job.ts";
import { AFANASY_URL, type FakeAfserver, openFakeAfserver } from "../../../support/worker/afserver.ts";
import { mapInEnglish } from "../../../support/worker/english.ts";

let server: FakeAfserver;
beforeEach(() => {
  server = openFakeAfserver();
});

function open() {
  const connection = { url: AFANASY_URL, at_once: 2, standstill_minutes: 120 };
  const times = { answerMaxMs: 50, now: () => server.clock.now };
  const farm = openAfanasyFarm(connection, ["ada"], new AbortController().signal, times);
  return { ...farm, poll: async (jobs: readonly JobQuery[]) => mapInEnglish(await farm.poll(jobs)) };
}

type Own = { name?: string; job?: Partial<AfanasyJob>; block?: object; frames?: number };

async function submit({ name = "SH010", job = {}, block = {}, frames = 12 }: Own = {}): Promise<JobRef> {
  return open().submit(
    {
      job: {
        ...{ name, user_name: "ada", host_name: "kitsu-actions" },
        blocks: [
          {
            ...{ name: "r", service: "blender", command: "blender @#@ @#@", flags: 1 },
            ...{ frame_first: 1, frame_last: frames, frames_per_task: 1, frames_inc: 1 },
            ...block,
          },
        ],
        ...job,
      },
      kitsu: {},
    },
    name,
  );
}

/** Polls like the engine for this long. Returns the last status, and the seconds until then. */
async function follow(
  ref: JobRef,
  seconds: number,
  jobKey = "SH010",
  everyMs = 3_000,
): Promise<JobStatus & { after: number }> {
  let status: JobStatus | undefined;
  const began = server.clock.now;
  while (server.clock.now - began < seconds * 1_000) {
    server.pass(everyMs);
    const seen = (await open().poll([{ job: ref, jobKey, lastStatus: status }])).get(ref.id);
    if (seen === "gone") throw new Error("It is gone");
    status = seen ?? status;
    if (status && ["done", "failed", "canceled"].includes(status.state)) break;
  }
  if (status === undefined) throw new Error("It was never seen");
  return { ...status, after: (server.clock.now - began) / 1_000 };
}

const asked = (mode: string) =>
  server.messages.filter((message) => JSON.stringify(message).includes(`"mode":"${mode}"`)).length;

describe("a job that every machine avoids after errors", () => {
  it("has failed within a minute, with the server's defaults, and quotes its program", async () => {
    const { after, ...status } = await follow(await submit({ name: "broken" }), 120, "broken");
    expect(status).toMatchObject({
      state: "failed",
      reason:
        "2 machines refuse it after errors, and no other can take it. In frame 1: Error: Cannot read the blend file: it is broken, or not complete",
    });
    expect(after).toBeLessThan(60);
  });

  it("has failed even if no task failed for good, although it has no error bit then", async () => {
    const ref = await submit({ name: "broken", block: { errors_retries: 20 } });
    const status = await follow(ref, 120, "broken");
    expect(server.job(ref.id).blocks[0]?.tasks.some(({ state }) => state === "error")).toBe(false);
    expect(status).toMatchObject({
      state: "failed",
      reason: expect.stringMatching(/^2 machines refuse it after errors, and no other/),
    });
  });

  it("has failed if only single tasks avoid them, which no counter of the server shows", async () => {
    const block = { errors_avoid_host: 0, errors_task_same_host: 1, errors_retries: 20 };
    const status = await follow(await submit({ name: "broken", block }), 120, "broken");
    expect(status).toMatchObject({ state: "failed", reason: expect.stringContaining("Cannot read the blend file") });
  });

  it("has not failed while a machine may still take it, and says how many refuse it", async () => {
    server = openFakeAfserver(["node1", "node2", "node3"]);
    server.farm.setMachine("node3", "offline");
    const ref = await submit({ name: "broken", block: { errors_retries: 20 } });
    server.pass(12_000);
    const busy = await open().submit(
      {
        job: {
          name: "x",
          user_name: "bob",
          host_name: "h",
          blocks: [
            {
              name: "r",
              service: "b",
              command: "x @#@ @#@",
              flags: 1,
              frame_first: 1,
              frame_last: 500,
              frames_per_task: 500,
              frames_inc: 1,
            },
          ],
        },
        kitsu: {},
      },
      "x",
    );
    server.farm.setMachine("node1", "paused");
    server.farm.setMachine("node2", "paused");
    server.farm.setMachine("node3", "online");
    server.job(ref.id).priority = 1;
    server.pass(2_000);
    server.farm.setMachine("node1", "online");
    server.farm.setMachine("node2", "online");
    expect(server.job(busy.id).blocks[0]?.tasks[0]?.state).toBe("running");
    const status = await follow(ref, 60, "broken");
    expect(status).toMatchObject({
      state: "waiting",
      waitReason: "2 machines refuse it after errors",
      isQueued: true,
    });
  });

  it("continues after a restart of the farm, which forgets the avoided machines, and fails once all are avoided again", async () => {
    const ref = await submit({ name: "broken", block: { errors_retries: 50 } });
    const before = await follow(ref, 14, "broken");
    expect(before).toMatchObject({ state: "waiting", checkedAt: expect.any(Number) });
    server.farm.recover();
    const seen = (await open().poll([{ job: ref, jobKey: "broken", lastStatus: before }])).get(ref.id);
    expect(seen).not.toHaveProperty("checkedAt");
    expect(await follow(ref, 120, "broken")).toMatchObject({ state: "failed" });
  });

  it("waits if its machines are forgiven soon", async () => {
    const ref = await submit({ name: "broken", block: { errors_retries: 50, errors_forgive_time: 600 } });
    expect(await follow(ref, 60, "broken")).toMatchObject({
      state: "waiting",
      waitReason: "2 machines refuse it after errors, and will be tried again after 600 seconds",
    });
    server.farm.users.set("ada", {
      ...server.farm.users.get("ada"),
      name: "ada",
      id: 1,
      errors_retries: 50,
      errors_avoid_host: 3,
      errors_task_same_host: 3,
      errors_forgive_time: 30,
    });
    const other = await submit({ name: "broken 2" });
    expect(await follow(other, 12, "broken 2")).toMatchObject({
      state: "waiting",
      waitReason: expect.stringContaining("after 30 seconds"),
    });
  });

  it("is queued if the machines that refuse it are gone, and the others are busy", async () => {
    server = openFakeAfserver(["node1", "node2", "node3"]);
    server.farm.setMachine("node3", "offline");
    const ref = await submit({ name: "broken", block: { errors_retries: 50 } });
    server.pass(20_000);
    server.farm.setMachine("node1", "offline");
    server.farm.setMachine("node2", "offline");
    await submit({ name: "long", job: { priority: 200 }, frames: 500 });
    server.farm.setMachine("node3", "online");
    const status = await follow(ref, 30, "broken");
    expect(status).toMatchObject({
      state: "waiting",
      waitReason: "2 machines refuse it after errors",
      isQueued: true,
    });
  });

  it("has failed even with ten thousand tasks", async () => {
    const status = await follow(await submit({ name: "broken", frames: 10_000 }), 60, "broken");
    expect(status).toMatchObject({
      state: "failed",
      total: 10_000,
      reason: expect.stringContaining("Cannot read the blend"),
    });
  });

  it("does not fail because of errors of machines that are gone while there are others without errors", async () => {
    server = openFakeAfserver(["node1", "node2", "node3"]);
    server.farm.setMachine("node3", "offline");
    const ref = await submit({ name: "broken", block: { errors_retries: 50 }, job: { max_running_tasks: 2 } });
    server.pass(20_000);
    server.farm.setMachine("node1", "offline");
    server.farm.setMachine("node2", "offline");
    server.farm.setMachine("node3", "online");
    // According to the counters no machine is left: two are avoided, and one is online.
    Object.assign(server.farm.machines[2] ?? {}, { capacity: 10 });
    const status = await follow(ref, 60, "broken");
    expect(asked("error_hosts")).toBeGreaterThan(0);
    expect(status.state).toBe("waiting");
  });
});

describe("a job whose tasks failed for good", () => {
  it("has failed at once, and quotes its own program", async () => {
    const block = { errors_retries: 0, errors_avoid_host: 0 };
    const names = ["a broken", "b", "c SH0040"];
    const refs = await Promise.all(names.map((name) => submit({ name, block, frames: 2 })));
    server.pass(8_000);
    const statuses = await open().poll(refs.map((job, index) => ({ job, jobKey: names[index] ?? "" })));
    expect([...statuses.values()]).toMatchObject([
      {
        state: "failed",
        reason: "2 of 2 tasks failed. In frame 1: Error: Cannot read the blend file: it is broken, or not complete",
      },
      { state: "done" },
      { state: "failed", reason: "1 of 2 tasks failed. In frame 2: Error: Cycles: out of memory" },
    ]);
  });

  it("has failed even if nobody may read what they printed", async () => {
    const ref = await submit({ name: "broken", block: { errors_retries: 0, errors_avoid_host: 0 }, frames: 2 });
    server.pass(8_000);
    const forbidden = () =>
      Response.json({ info: { kind: "error", text: "get.mode must be full or progress" } }, { status: 403 });
    server.next.push("answer", "answer", forbidden());
    expect((await open().poll([{ job: ref, jobKey: "broken" }])).get(ref.id)).toMatchObject({
      state: "failed",
      reason: "2 of 2 tasks failed",
    });
  });

  it("is settled a few at a time if there are many, so that a poll stays within the requests of a pass", async () => {
    const block = { errors_retries: 0, errors_avoid_host: 0 };
    const refs = await Promise.all(
      Array.from({ length: 60 }, (_, index) => submit({ name: `broken ${index}`, block, frames: 1 })),
    );
    server.pass(200_000);
    const settled = new Set<string>();
    for (let polls = 1; settled.size < 60; polls += 1) {
      const before = server.requests.length;
      const left = refs.flatMap((job, index) => (settled.has(job.id) ? [] : [{ job, jobKey: `broken ${index}` }]));
      const statuses = await open().poll(left);
      expect(server.requests.length - before).toBeLessThanOrEqual(20);
      for (const [id, status] of statuses) {
        expect(status).toMatchObject({
          state: "failed",
          reason: expect.stringContaining("Cannot read the blend file"),
        });
        settled.add(id);
      }
      expect(polls).toBeLessThanOrEqual(8);
    }
  });

  it("has the server's reason if the program printed nothing", async () => {
    const ref = await submit({ name: "broken", block: { errors_retries: 0, errors_avoid_host: 0 }, frames: 1 });
    server.pass(8_000);
    const [task] = server.job(ref.id).blocks[0]?.tasks ?? [];
    Object.assign(task ?? {}, {
      outputs: [],
      log: [
        "Sat 28 Nov 10:40.18: afanasy: Task maximum run time reached.",
        "Sat 28 Nov 10:40.18: afanasy: Finished error.",
      ],
    });
    expect((await open().poll([{ job: ref, jobKey: "broken" }])).get(ref.id)).toMatchObject({
      reason: "1 of 1 task failed. In frame 1: Task maximum run time reached.",
    });
  });
});

describe("a job that no machine takes", () => {
  it.each<[string, Own, (() => void) | undefined, string]>([
    ["No machine is online", {}, () => server.setMachines("offline"), "No machine is online"],
    ["all are paused", {}, () => server.setMachines("paused"), "All online machines are paused"],
    [
      "all are kept for their users",
      {},
      () => server.setMachines("nimby"),
      "All online machines are paused or in nimby mode",
    ],
    [
      "Its mask fits none",
      { job: { hosts_mask: "render.*", hosts_mask_type: "regex" } },
      undefined,
      "No online machine matches render.*",
    ],
    [
      "a mask that begins no name",
      { job: { hosts_mask: "ode1 node.*" } },
      undefined,
      "No online machine matches ode1 node.*",
    ],
    [
      "all are excluded",
      { job: { hosts_mask_exclude: "node" } },
      undefined,
      "hosts_mask_exclude node rules out every online machine",
    ],
    ["none has its system", { job: { need_os: "windows" } }, undefined, "No online machine runs windows"],
    [
      "none has its memory",
      { block: { need_memory: 999_999 } },
      undefined,
      "A machine is idle but does not take it: it may lack 999,999 MB of memory",
    ],
    [
      "none has its property",
      { job: { need_properties: "gpu" } },
      undefined,
      "A machine is idle but does not take it: it may lack the property gpu",
    ],
    [
      "none has its capacity",
      { block: { capacity: 5_000 } },
      undefined,
      "A machine is idle but does not take it: it may lack a capacity of 5,000",
    ],
  ])("because %s says so", async (_, own, change, waitReason) => {
    change?.();
    const status = await follow(await submit(own), 20);
    expect(status).toMatchObject({ state: "waiting", waitReason });
    expect(status.isQueued).toBeUndefined();
  });

  it.each([
    ["words of which one begins the name", { hosts_mask: "x, node2" }],
    ["an expression for all of the name", { hosts_mask: "node\\d+", hosts_mask_type: "regex" as const }],
    ["part of the system", { need_os: "linux" }],
  ])("is rendered after all if a machine matches by %s", async (_, job) => {
    expect((await follow(await submit({ job }), 30)).state).toBe("done");
  });

  it("says so if its priority is the reason", async () => {
    const ref = await submit();
    server.job(ref.id).priority = 0;
    expect(await follow(ref, 12)).toMatchObject({ waitReason: "Its priority is 0, so Afanasy never renders it" });
  });

  it("has its turn later if the machines are busy, however long that takes", async () => {
    await open().submit(
      {
        job: {
          name: "long",
          user_name: "bob",
          host_name: "h",
          blocks: [
            {
              name: "r",
              service: "b",
              command: "x @#@ @#@",
              flags: 1,
              frame_first: 1,
              frame_last: 1_000,
              frames_per_task: 500,
              frames_inc: 1,
            },
          ],
        },
        kitsu: {},
      },
      "long",
    );
    server.pass(2_000);
    const status = await follow(await submit(), 30);
    expect(status).toMatchObject({ state: "waiting", isQueued: true });
    expect(status.waitReason).toBeUndefined();
  });

  it("takes one request per poll, and only once it waits a second time", async () => {
    server.setMachines("offline");
    const refs = await Promise.all(["a", "b", "c"].map((name) => submit({ name })));
    const polls = (status?: JobStatus) =>
      refs.map((job, index) => ({ job, jobKey: ["a", "b", "c"][index] ?? "", lastStatus: status }));
    server.pass(2_000);
    const count = () => server.messages.filter((message) => JSON.stringify(message).includes("renders")).length;
    const first = await open().poll(polls());
    expect(count()).toBe(0);
    const seen = first.get("2");
    await open().poll(polls(seen === "gone" ? undefined : seen));
    expect(count()).toBe(1);
  });

  it("is simply waiting if the farm does not list its machines", async () => {
    server.setMachines("offline");
    const ref = await submit();
    const status = await follow(ref, 3);
    server.next.push("answer", Response.json({ info: { kind: "error", text: "no" } }));
    const seen = (await open().poll([{ job: ref, jobKey: "SH010", lastStatus: status }])).get(ref.id);
    expect(seen).toMatchObject({ state: "waiting" });
  });
});

describe("a job that is being deleted", () => {
  it("is not paused, and gone afterwards", async () => {
    const ref = await submit();
    server.pass(2_000);
    server.farm.operate(server.job(ref.id), "delete");
    const poll = async () => (await open().poll([{ job: ref, jobKey: "SH010" }])).get(ref.id);
    expect(await poll()).toMatchObject({ state: "waiting", waitReason: "It is being deleted on the farm" });
    server.pass(4_000);
    expect(await poll()).toBe("gone");
  });
});
