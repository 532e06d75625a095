import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Outcome, Reply, Started } from "../../../../contract.ts";
import type { Control, RunStatus } from "../../../../worker/action/action.ts";
import type { Farm, JobStatus } from "../../../../worker/actions/farm/farm.ts";
import { FlamencoSubmission, makeFlamencoFarm } from "../../../../worker/actions/farm/flamenco-farm.ts";
import { controlRender, pollRender } from "../../../../worker/actions/farm/render.ts";
import { type FollowedShot, makeRun, type NewShot, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { DOUBT_MS } from "../../../../worker/actions/farm/shot.ts";
import { Failure } from "../../../../worker/format/failure.ts";
import { openFlamenco } from "../../../../worker/services/flamenco-client.ts";
import { type EnglishStatus, statusInEnglish } from "../../../support/worker/english.ts";
import { FLAMENCO, openFakeFlamenco } from "../../../support/worker/flamenco.ts";
import { makePassContext } from "../../../support/worker/pass-context.ts";

const lost = () => new Failure("farm-unreachable", { text: "Farm did not answer.", retry: true });
const refusal = (text: string) => new Failure("farm-refused", { text });

/** A run of this many shots on a farm whose answers the test writes. */
function begin(count: number, rest: Partial<Farm<string>> = {}, followed: FollowedShot[] = [], firstRunId?: string) {
  const statuses = new Map<string, JobStatus>();
  const calls: string[] = [];
  let clock = 1_000_000;
  const farm: Farm<string> = {
    title: "Farm",
    concurrency: 4,
    canPause: true,
    submit: async (submission) => {
      calls.push(`submit ${submission}`);
      statuses.set(submission, { state: "waiting", done: 0, total: 48, url: `https://farm/${submission}` });
      return { id: submission };
    },
    find: async () => new Map(),
    standstillLimitMs: 7_200_000,
    poll: async (jobs) => new Map(jobs.map(({ job: { id } }) => [id, statuses.get(id) ?? "gone"])),
    control: async ({ id }, _jobKey, what) => {
      calls.push(`${what} ${id}`);
      return undefined;
    },
    ...rest,
  };
  const newShots = Array.from({ length: count }, (_, index) => ({
    task: `s${index}`,
    label: `SH${index}`,
    submission: `s${index}`,
    size: 48,
  }));
  const skipped: Outcome[] = [{ id: "skipped", label: "SH99", state: "skipped", reason: "Ana has been rendering it" }];
  let data: unknown = makeRun(
    "run",
    newShots.map((one) => ({ ...one, firstRunId })),
    skipped,
    followed,
  );
  const saved: unknown[] = [];
  const others = new Map<string, Reply>();
  const context = makePassContext({
    readRunReply: async (id: string) => others.get(id),
    save: async (stored: unknown) => {
      data = JSON.parse(JSON.stringify(stored));
      saved.push(data);
    },
  });
  const take = (status: RunStatus) => {
    data = JSON.parse(JSON.stringify(status.data));
    return statusInEnglish(status);
  };
  return {
    farm,
    statuses,
    others,
    calls,
    saved,
    context,
    now: () => clock,
    advance: (ms: number) => {
      clock += ms;
    },
    set: (id: string, state: JobStatus["state"], done = 0, reason?: string) =>
      statuses.set(id, { state, done, total: 48, reason }),
    poll: async () => take(await pollRender(context, readRun(v.string(), data), farm, undefined, () => clock)),
    control: async (command: Control) =>
      take(await controlRender(context, readRun(v.string(), data), farm, undefined, command, () => clock)),
    run: () => readRun(v.string(), data),
  };
}

function started({ reply }: EnglishStatus): Started {
  if (reply.kind !== "started") throw new Error(`Expected started, got ${JSON.stringify(reply)}`);
  return reply;
}
const outcomeOf = ({ reply }: EnglishStatus, id: string): Outcome | undefined =>
  "outcomes" in reply ? reply.outcomes?.find((one) => one.id === id) : undefined;

describe("a render run", () => {
  it("submits the waiting shots, and shows the status of each and the total", async () => {
    const run = begin(3);
    const status = await run.poll();
    expect(run.calls).toEqual(["submit s0", "submit s1", "submit s2"]);
    expect(started(status)).toMatchObject({ title: "Rendering: 3 shots with Farm", progress: { done: 0, total: 144 } });
    run.set("s0", "done", 48);
    run.set("s1", "running", 12);
    const later = started(await run.poll());
    expect(later.progress).toEqual({ done: 60, total: 144, text: "60 of 144 frames" });
    expect(later.outcomes).toMatchObject([
      { id: "s0", state: "done" },
      { id: "s1", state: "running", progress: { done: 12, total: 48 } },
      { id: "s2", state: "waiting", link: { label: "Open in Farm", url: "https://farm/s2" } },
      { id: "skipped", state: "skipped", reason: "Ana has been rendering it" },
    ]);
    expect(later.text).toBe("1 of 3 shots finished.");
  });

  it("ends when every shot has ended, and says how each ended", async () => {
    const run = begin(3);
    await run.poll();
    run.set("s0", "done", 48);
    run.set("s1", "failed", 12, "Task render-1 failed on worker blue");
    run.set("s2", "canceled");
    const { reply, controls } = await run.poll();
    expect(reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Rendered SH0 with Farm",
      text: "Of 3 shots, 1 failed and 1 canceled.",
    });
    expect(outcomeOf({ reply, data: null }, "s1")).toMatchObject({
      state: "failed",
      reason: "Task render-1 failed on worker blue",
    });
    expect(outcomeOf({ reply, data: null }, "s2")).toMatchObject({ state: "skipped" });
    expect(controls).toEqual([]);
  });

  it("fails if nothing was rendered", async () => {
    const run = begin(1);
    await run.poll();
    run.set("s0", "failed", 0, "No such file");
    expect((await run.poll()).reply).toMatchObject({
      kind: "failed",
      code: "render-failed",
      title: "SH0 was not rendered",
      text: "No such file",
    });
  });

  it("continues if the 150th of 200 is refused, with the farm's words", async () => {
    const run = begin(200);
    const { submit } = run.farm;
    run.farm.submit = async (submission, jobKey) => {
      if (submission === "s149") throw refusal("Farm refused: invalid frames");
      return submit(submission, jobKey);
    };
    let status = await run.poll();
    while (status.nextCheckMs === 0) status = await run.poll();
    expect(run.statuses.size).toBe(199);
    expect(outcomeOf(status, "s149")).toMatchObject({ state: "failed", reason: "Farm refused: invalid frames" });
  });

  it("never exceeds the farm's concurrency, and saves what it is about to send", async () => {
    let [active, most] = [0, 0];
    const run = begin(10);
    const { submit } = run.farm;
    run.farm.submit = async (submission, jobKey) => {
      active += 1;
      most = Math.max(most, active);
      expect(JSON.stringify(run.saved.at(-1))).toContain(`"size":48,"submission":"${submission}","state":"sending"`);
      await Promise.resolve();
      active -= 1;
      return submit(submission, jobKey);
    };
    await run.poll();
    expect(most).toBe(4);
    expect(run.saved.length).toBe(4);
  });

  it("stops submitting when its time is over, and continues at once", async () => {
    const run = begin(200);
    const { submit } = run.farm;
    run.farm.submit = async (submission, jobKey) => {
      run.advance(500);
      return submit(submission, jobKey);
    };
    const status = await run.poll();
    expect(status.nextCheckMs).toBe(0);
    expect(run.statuses.size).toBeGreaterThan(4);
    expect(run.statuses.size).toBeLessThan(200);
    expect(started(status).text).toMatch(/shots not sent yet/);
    for (let polls = 0; polls < 20 && run.statuses.size < 200; polls += 1) await run.poll();
    expect(run.calls.length).toBe(200);
  });

  it("searches for what may have arrived before sending it again, and waits until it could have arrived", async () => {
    const run = begin(2);
    const { submit } = run.farm;
    run.farm.submit = async (submission, jobKey) => {
      if (submission === "s0") throw lost();
      return submit(submission, jobKey);
    };
    expect(outcomeOf(await run.poll(), "s0")?.reason).toContain("Checking whether");
    run.advance(30_000);
    await run.poll();
    run.farm.find = async (jobKeys) => {
      expect(jobKeys).toEqual(["run/s0"]);
      return new Map([["run/s0", { id: "s0" }]]);
    };
    run.set("s0", "running", 5);
    run.advance(60_000);
    expect(outcomeOf(await run.poll(), "s0")).toMatchObject({ state: "running" });
    expect(run.calls).toEqual(["submit s1"]);
  });

  it("waits for a farm that can't be reached, and loses nothing", async () => {
    const run = begin(2, {
      submit: async () => {
        throw lost();
      },
    });
    await expect(run.poll()).rejects.toMatchObject({ reply: { retry: true } });
    expect(run.run().shots.map(({ state, attempts }) => [state, attempts])).toEqual([
      ["sending", 1],
      ["sending", 1],
    ]);
  });

  it("does not end because the farm answers nonsense to a poll", async () => {
    const run = begin(1);
    await run.poll();
    run.farm.poll = async () => {
      throw refusal("Access denied");
    };
    await expect(run.poll()).rejects.toMatchObject({ reply: { retry: true, text: "Access denied" } });
  });

  it("gives up a shot that did not arrive five times", async () => {
    const run = begin(2);
    const { submit } = run.farm;
    run.farm.submit = async (submission, jobKey) => {
      if (submission === "s0") throw lost();
      return submit(submission, jobKey);
    };
    for (let polls = 0; polls < 5; polls += 1) {
      await run.poll().catch(() => undefined);
      run.advance(DOUBT_MS + 1_000);
    }
    expect(outcomeOf(await run.poll(), "s0")).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("did not receive it in 5 attempts"),
    });
  });

  it("ignores a drop in progress once, and says when the farm restarted frames", async () => {
    const run = begin(1);
    await run.poll();
    run.set("s0", "running", 24);
    await run.poll();
    run.set("s0", "running", 3);
    expect(started(await run.poll()).progress).toMatchObject({ done: 24 });
    const again = await run.poll();
    expect(started(again).progress).toMatchObject({ done: 3 });
    expect(outcomeOf(again, "s0")?.reason).toBe("The farm restarted some frames");
    run.set("s0", "waiting", 0);
    expect(started(await run.poll()).progress).toMatchObject({ done: 0 });
  });

  it("estimates the time left once there is enough progress", async () => {
    const run = begin(1);
    await run.poll();
    run.set("s0", "running", 0);
    expect(started(await run.poll()).progress?.left).toBeUndefined();
    run.advance(60_000);
    run.set("s0", "running", 12);
    expect(started(await run.poll()).progress?.left).toBe(180);
  });

  it("shows that a job was deleted by hand", async () => {
    const run = begin(2);
    await run.poll();
    run.statuses.delete("s0");
    expect(outcomeOf(await run.poll(), "s0")).toMatchObject({ state: "failed", reason: "It was deleted on the farm" });
  });

  it("has a title that says it is paused or canceling, and the name of its only shot", async () => {
    const run = begin(2);
    await run.poll();
    expect(started(await run.control("pause"))).toMatchObject({ title: "Paused: 2 shots with Farm" });
    expect((await run.poll()).controls).toEqual(["cancel", "resume"]);
    expect(started(await run.control("cancel"))).toMatchObject({ title: "Canceling: 2 shots with Farm" });
    const alone = begin(1);
    expect(started(await alone.poll()).title).toBe("Rendering: SH0 with Farm");
    // Paused on the farm itself, or submitted that way.
    alone.set("s0", "paused");
    expect(started(await alone.poll()).title).toBe("Paused: SH0 with Farm");
  });

  it("is polled as often as the worker decides", async () => {
    const run = begin(1);
    // What was just submitted was polled in the same pass.
    expect((await run.poll()).nextCheckMs).toBeUndefined();
    expect((await run.poll()).nextCheckMs).toBeUndefined();
  });

  it("is polled again soon while something is being confirmed, but not forever", async () => {
    const run = begin(1);
    await run.poll();
    run.statuses.set("s0", { state: "waiting", done: 0, total: 48, checkedAt: run.now() });
    expect((await run.poll()).nextCheckMs).toBe(5_000);
    run.advance(60_000);
    expect((await run.poll()).nextCheckMs).toBeUndefined();
  });
});

describe("cancel, pause and resume", () => {
  it("cancels unsent shots here, and the others on the farm", async () => {
    const run = begin(8);
    run.farm.submit = async (submission) => {
      run.advance(13_000);
      run.set(submission, "running", 1);
      return { id: submission };
    };
    expect((await run.poll()).controls).toEqual(["cancel", "pause"]);
    const status = await run.control("cancel");
    expect(run.calls).toEqual(["cancel s0", "cancel s1", "cancel s2", "cancel s3"]);
    expect(outcomeOf(status, "s7")).toMatchObject({ state: "skipped", reason: "Canceled before it was sent" });
    expect(outcomeOf(status, "s0")).toMatchObject({ reason: "Canceling" });
    expect(status.controls).toEqual([]);
    for (const id of ["s0", "s1", "s2", "s3"]) run.set(id, "canceled", 1);
    expect((await run.poll()).reply).toMatchObject({ kind: "done", severity: "info", title: "Canceled: 8 shots" });
  });

  it("shows at the shot what the farm refuses", async () => {
    const run = begin(2);
    await run.poll();
    run.farm.control = async ({ id }) => {
      if (id === "s0") throw refusal("It is completed.");
    };
    const status = await run.control("cancel");
    expect(outcomeOf(status, "s0")).toMatchObject({ reason: "It is completed." });
    expect(outcomeOf(status, "s1")).toMatchObject({ reason: "Canceling" });
  });

  it("remembers a command that the farm could not receive", async () => {
    const run = begin(1);
    await run.poll();
    const { control } = run.farm;
    run.farm.control = async () => {
      throw lost();
    };
    expect(started(await run.control("cancel")).text).toContain("sent as soon as the farm can be reached");
    run.farm.control = control;
    await run.poll();
    expect(run.calls.at(-1)).toBe("cancel s0");
  });

  it("submits nothing while paused, and continues when resumed", async () => {
    const run = begin(3);
    const paused = await run.control("pause");
    expect(paused.controls).toEqual(["cancel", "resume"]);
    expect(started(paused).title).toBe("Paused: 3 shots with Farm");
    await run.poll();
    expect(run.calls).toEqual([]);
    await run.control("resume");
    await run.poll();
    expect(run.calls.length).toBe(3);
  });

  it("resumes after the pause if pausing takes time on the farm", async () => {
    const run = begin(1);
    await run.poll();
    const pausing: JobStatus = { state: "running", done: 12, total: 48, isPausing: true, reason: "Pausing" };
    run.statuses.set("s0", pausing);
    await run.control("pause");
    const resumed = await run.control("resume");
    expect(outcomeOf(resumed, "s0")?.reason).toBe("Pausing; it will resume afterwards");
    // Meanwhile the farm is not polled again and again.
    expect((await run.poll()).nextCheckMs).not.toBe(0);
    expect(run.calls).toEqual(["submit s0", "pause s0"]);
    run.set("s0", "paused", 12);
    expect((await run.poll()).nextCheckMs).toBe(0);
    await run.poll();
    expect(run.calls.at(-1)).toBe("resume s0");
  });

  it("resumes later if only the farm knows that it can't resume yet", async () => {
    let isBusy = true;
    const run = begin(1);
    await run.poll();
    run.set("s0", "running", 12);
    await run.poll();
    const { control } = run.farm;
    run.farm.control = async (...reported) => (isBusy ? "later" : control(...reported));
    await run.control("resume");
    expect(run.calls).toEqual(["submit s0"]);
    isBusy = false;
    await run.poll();
    expect(run.calls).toEqual(["submit s0", "resume s0"]);
  });

  it("tells canceled shots apart from those no longer followed", async () => {
    const run = begin(1, {}, [{ task: "hers", label: "SH50", size: 48, followedRun: "other" }]);
    await run.poll();
    run.statuses.set("s0", { state: "canceled", done: 0, total: 48 });
    expect((await run.control("cancel")).reply).toMatchObject({
      title: "Canceled: SH0",
      text: "Of 2 shots, 1 canceled and 1 no longer followed.",
    });
  });

  it("sends the farm eight commands at a time, and the others right afterwards", async () => {
    const run = begin(25);
    await run.poll();
    expect((await run.control("cancel")).nextCheckMs).toBe(0);
    expect((await run.poll()).nextCheckMs).toBe(0);
    expect((await run.poll()).nextCheckMs).toBe(0);
    expect((await run.poll()).nextCheckMs).toBe(0);
    expect((await run.poll()).nextCheckMs).not.toBe(0);
    expect(run.calls.filter((call) => call.startsWith("cancel")).length).toBe(25);
  });

  it("offers no pause if the farm has none", async () => {
    const run = begin(1, { canPause: false });
    expect((await run.poll()).controls).toEqual(["cancel"]);
  });
});

describe("200 shots", () => {
  it("reach Flamenco with one request each, 32 in one go", async () => {
    const fake = openFakeFlamenco();
    fake.latencyMs = 20;
    const service = openFlamenco({ url: FLAMENCO, access: undefined }, new AbortController().signal);
    const farm = makeFlamencoFarm(service, { page: FLAMENCO, concurrency: 4, minor: 9, standstillLimitMs: 3_600_000 });
    const submission = {
      name: "SH",
      type: "simple-blender-render",
      priority: 50,
      submitter_platform: "linux",
      settings: {
        frames: "1-48",
        chunk_size: 5,
        blendfile: "/a.blend",
        render_output_path: "/r/{timestamp}/######",
        format: "PNG",
      },
      metadata: {},
    };
    const newShots = Array.from({ length: 200 }, (_, index) => ({
      task: `t${index}`,
      label: `SH${index}`,
      submission,
      size: 48,
    }));
    let [saves, bytes, watches, requestsMost] = [0, 0, 0, 0];
    let data: unknown = makeRun("run", newShots, []);
    const save = async (stored: unknown) => {
      saves += 1;
      bytes = Math.max(bytes, JSON.stringify(stored).length);
    };
    const began = performance.now();
    for (let nextCheckMs = 0; nextCheckMs === 0; watches += 1) {
      const before = fake.requests.length;
      const run = readRun(FlamencoSubmission, JSON.parse(JSON.stringify(data)));
      const status = await pollRender(makePassContext({ save }), run, farm, undefined);
      [data, nextCheckMs] = [status.data, status.nextCheckMs ?? 1];
      requestsMost = Math.max(requestsMost, fake.requests.length - before);
    }
    console.log(
      `200 shots: ${fake.requests.length} requests of ${fake.latencyMs} ms, ${fake.atOnceMost} at once, ${watches} watches, ${saves} saves of at most ${bytes} bytes, ${Math.round(performance.now() - began)} ms`,
    );
    expect(fake.jobs.size).toBe(200);
    expect(fake.requests.length).toBe(200 + 1);
    // Cloudflare's free plan allows fifty.
    expect(requestsMost).toBeLessThanOrEqual(34);
    expect(fake.atOnceMost).toBe(4);
    expect(saves).toBe(50 + 7);
  });
});

describe("a followed shot", () => {
  const followed = [{ task: "hers", label: "SH50", size: 48, followedRun: "other" }];
  const replyOf = (state: Outcome["state"], done = 0): Reply => ({
    ...{ kind: "started", title: "Rendering" },
    outcomes: [{ id: "hers", label: "SH50", state, progress: { done, total: 48 } }],
  });

  it("moves with the other run, is never sent, and ends as it does there", async () => {
    const run = begin(1, {}, followed);
    run.others.set("other", replyOf("running", 12));
    const status = await run.poll();
    expect(run.calls).toEqual(["submit s0"]);
    expect(started(status)).toMatchObject({ title: "Rendering: 2 shots with Farm", progress: { done: 12, total: 96 } });
    expect(outcomeOf(status, "hers")).toMatchObject({ state: "running", reason: "Another run is rendering it" });
    run.others.set("other", replyOf("done", 48));
    run.set("s0", "done", 48);
    expect((await run.poll()).reply).toMatchObject({ kind: "done", title: "Rendered 2 shots with Farm" });
    expect(run.run().shots.map(({ reported }) => reported === true)).toEqual([false, true]);
  });

  it("is polled even while the farm can't be reached", async () => {
    const poll = async () => {
      throw lost();
    };
    const run = begin(0, { poll: poll }, followed);
    run.others.set("other", replyOf("done", 48));
    expect((await run.poll()).reply).toMatchObject({ kind: "done", title: "Rendered SH50 with Farm" });
  });

  it("is not paused or canceled here: a cancel only stops following it", async () => {
    const run = begin(0, {}, followed);
    run.others.set("other", replyOf("running", 12));
    expect((await run.poll()).controls).toEqual(["cancel"]);
    const { reply } = await run.control("cancel");
    expect(run.calls).toEqual([]);
    expect(reply).toMatchObject({ kind: "done", title: "No longer followed: SH50" });
    expect(outcomeOf({ reply, data: null }, "hers")).toMatchObject({
      reason: "No longer followed: another run is rendering it",
    });
  });

  it("fails if the other run ended without a result, or no longer exists", async () => {
    const run = begin(0, {}, followed);
    run.others.set("other", { ...replyOf("running"), kind: "failed", code: "time-limit" });
    expect((await run.poll()).reply).toMatchObject({
      kind: "failed",
      text: expect.stringContaining("ended without reporting a result"),
    });
    // If both started at the same moment, the other run may be visible only a little later.
    const early = begin(0, {}, followed);
    expect((await early.poll()).reply.kind).toBe("started");
    early.advance(DOUBT_MS);
    expect((await early.poll()).reply.kind).toBe("failed");
  });
});

describe("a retry of failed shots", () => {
  const retry = (rest: Partial<Farm<string>>) => begin(2, rest, [], "first");

  it("restarts the job if the farm still has it, and submits the others", async () => {
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]) });
    run.set("s0", "failed", 40, "Out of memory");
    const status = await run.poll();
    expect(run.calls.toSorted()).toEqual(["restart s0", "submit s1"]);
    expect(run.run().shots.map(({ jobKey }) => jobKey)).toEqual(["first/s0", "first/s1"]);
    expect(status.reply.kind).toBe("started");
  });

  it("does not believe at once that the job failed again: some farms answer before they restart it", async () => {
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]) });
    run.set("s0", "failed", 40);
    await run.poll();
    expect(outcomeOf(await run.poll(), "s0")?.state).toBe("waiting");
    run.advance(5_000);
    run.set("s0", "running", 41);
    expect(outcomeOf(await run.poll(), "s0")).toMatchObject({ state: "running", progress: { done: 41 } });
    expect(run.calls.filter((call) => call.startsWith("restart"))).toHaveLength(1);
  });

  it("never shows a job as failed before it was restarted, however many there are", async () => {
    const all = Array.from({ length: 30 }, (_, at) => `s${at}`);
    const run = begin(30, { find: async () => new Map(all.map((id) => [`first/${id}`, { id }])) }, [], "first");
    for (const id of all) run.set(id, "failed", 40);
    for (let polls = 0; polls < 4; polls += 1) expect((await run.poll()).reply.kind).toBe("started");
    expect(new Set(run.calls)).toEqual(new Set(all.map((id) => `restart ${id}`)));
  });

  it("restarts nothing while paused, and the rest when resumed", async () => {
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]), poll: async () => new Map() });
    run.farm.control = async () => {
      throw lost();
    };
    run.set("s0", "failed", 40);
    await expect(run.poll()).rejects.toThrow();
    await run.control("pause");
    run.farm.control = async ({ id }, _jobKey, what) => {
      run.calls.push(`${what} ${id}`);
    };
    await run.poll();
    expect((await run.poll()).nextCheckMs).not.toBe(0);
    expect(run.calls).toContain("pause s1");
    expect(run.calls).not.toContain("restart s0");
    await run.control("resume");
    expect(run.calls).toContain("restart s0");
  });

  it("does not reuse a job of another submission, or one that another run is restarting at the same time", () => {
    const submission = { task: "s0", label: "SH0", submission: "s0", size: 48 };
    const keyOf = (one: NewShot<string>) =>
      makeRun("run", [one], []).shots.map(({ jobKey, restartIfFound: again }) => [jobKey, again]);
    const [[first = ""] = []] = makeRun("first", [{ ...submission, fingerprint: "1-48" }], []).shots.map(
      ({ jobKey }) => [jobKey],
    );
    expect(keyOf({ ...submission, fingerprint: "1-48", firstRunId: "first" })).toEqual([[first, true]]);
    expect(keyOf({ ...submission, fingerprint: "1-50", firstRunId: "first" })).not.toEqual([[first, true]]);
    expect(keyOf({ ...submission, fingerprint: "1-48" })).toEqual([[expect.stringMatching(/^run\/s0\//), false]]);
  });

  it("says why the farm does not restart it", async () => {
    const control = async () => {
      throw refusal("Farm does not allow it to be restarted: it is archived.");
    };
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]), control });
    run.set("s0", "failed", 40);
    expect(outcomeOf(await run.poll(), "s0")).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("it is archived"),
    });
  });
});
