import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Outcome, Reply, Started } from "../../../../contract.ts";
import type { RunStatus } from "../../../../worker/action/action.ts";
import type { Farm, JobStanding } from "../../../../worker/actions/farm/farm.ts";
import { FlamencoOrder, makeFlamencoFarm } from "../../../../worker/actions/farm/flamenco-farm.ts";
import { carryOn, controlRun } from "../../../../worker/actions/farm/render.ts";
import { type Joined, makeRun, type Ordered, readRun } from "../../../../worker/actions/farm/render-run.ts";
import type { Command } from "../../../../worker/actions/farm/shot.ts";
import { Failure } from "../../../../worker/failure.ts";
import { openFlamenco } from "../../../../worker/services/flamenco-client.ts";
import { FLAMENCO, openFakeFlamenco } from "../../../support/worker/flamenco.ts";

const lost = () => new Failure("farm-unreachable", { text: "Farm did not answer.", retry: true });
const refusal = (text: string) => new Failure("farm-refused", { text });

/** A run of so many shots on a farm whose answers the test writes. */
function begin(count: number, rest: Partial<Farm<string>> = {}, joined: Joined[] = [], root?: string) {
  const standings = new Map<string, JobStanding>();
  const calls: string[] = [];
  let clock = 1_000_000;
  const farm: Farm<string> = {
    title: "Farm",
    atOnce: 4,
    canPause: true,
    submit: async (order) => {
      calls.push(`submit ${order}`);
      standings.set(order, { state: "waiting", done: 0, total: 48, url: `https://farm/${order}` });
      return { id: order };
    },
    find: async () => new Map(),
    standstillMs: 7_200_000,
    look: async (jobs) => new Map(jobs.map(({ job: { id } }) => [id, standings.get(id) ?? "gone"])),
    control: async ({ id }, _mark, what) => {
      calls.push(`${what} ${id}`);
      return undefined;
    },
    ...rest,
  };
  const ordered = Array.from({ length: count }, (_, index) => ({
    task: `s${index}`,
    label: `SH${index}`,
    order: `s${index}`,
    size: 48,
  }));
  const aside: Outcome[] = [{ id: "aside", label: "SH99", state: "skipped", reason: "Ana has been rendering it" }];
  let data: unknown = makeRun(
    "run",
    ordered.map((one) => ({ ...one, root })),
    aside,
    joined,
  );
  const saved: unknown[] = [];
  const others = new Map<string, Reply>();
  const watch = {
    signal: new AbortController().signal,
    readRunReply: async (id: string) => others.get(id),
    save: async (kept: unknown) => {
      data = JSON.parse(JSON.stringify(kept));
      saved.push(data);
    },
  };
  const take = (standing: RunStatus) => {
    data = JSON.parse(JSON.stringify(standing.data));
    return standing;
  };
  return {
    farm,
    standings,
    others,
    calls,
    saved,
    watch,
    advance: (ms: number) => {
      clock += ms;
    },
    set: (id: string, state: JobStanding["state"], done = 0, reason?: string) =>
      standings.set(id, { state, done, total: 48, reason }),
    look: async () => take(await carryOn(watch, readRun(v.string(), data), farm, () => clock)),
    control: async (what: Command) => take(await controlRun(watch, readRun(v.string(), data), farm, what, () => clock)),
    run: () => readRun(v.string(), data),
  };
}

function going({ reply }: RunStatus): Started {
  if (reply.kind !== "started") throw new Error(`Expected started, got ${JSON.stringify(reply)}`);
  return reply;
}
const outcomeOf = ({ reply }: RunStatus, id: string): Outcome | undefined =>
  "outcomes" in reply ? reply.outcomes?.find((one) => one.id === id) : undefined;

describe("a render run", () => {
  it("sends what is waiting, and says how each stands and all together", async () => {
    const run = begin(3);
    const standing = await run.look();
    expect(run.calls).toEqual(["submit s0", "submit s1", "submit s2"]);
    expect(going(standing)).toMatchObject({ title: "Rendering: 3 shots with Farm", progress: { done: 0, total: 144 } });
    run.set("s0", "done", 48);
    run.set("s1", "running", 12);
    const later = going(await run.look());
    expect(later.progress).toEqual({ done: 60, total: 144, text: "60 of 144 frames" });
    expect(later.outcomes).toMatchObject([
      { id: "s0", state: "done" },
      { id: "s1", state: "running", progress: { done: 12, total: 48 } },
      { id: "s2", state: "waiting", link: { label: "Open in Farm", url: "https://farm/s2" } },
      { id: "aside", state: "skipped", reason: "Ana has been rendering it" },
    ]);
    expect(later.text).toBe("1 of 3 shots is over.");
  });

  it("is over when every shot is, and says what came of each", async () => {
    const run = begin(3);
    await run.look();
    run.set("s0", "done", 48);
    run.set("s1", "failed", 12, "Task render-1 failed on worker blue");
    run.set("s2", "canceled");
    const { reply, controls } = await run.look();
    expect(reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Rendered SH0 with Farm",
      text: "Of 3, 1 failed, 1 canceled.",
    });
    expect(outcomeOf({ reply, data: null }, "s1")).toMatchObject({
      state: "failed",
      reason: "Task render-1 failed on worker blue",
    });
    expect(outcomeOf({ reply, data: null }, "s2")).toMatchObject({ state: "skipped" });
    expect(controls).toEqual([]);
  });

  it("is a failure where nothing was rendered", async () => {
    const run = begin(1);
    await run.look();
    run.set("s0", "failed", 0, "No such file");
    expect((await run.look()).reply).toMatchObject({
      kind: "failed",
      code: "render-failed",
      title: "SH0 was not rendered",
      text: "No such file",
    });
  });

  it("goes on where the 150th of 200 is refused, in the farm's words", async () => {
    const run = begin(200);
    const { submit } = run.farm;
    run.farm.submit = async (order, mark) => {
      if (order === "s149") throw refusal("Farm refused: invalid frames");
      return submit(order, mark);
    };
    let standing = await run.look();
    while (standing.nextCheckMs === 0) standing = await run.look();
    expect(run.standings.size).toBe(199);
    expect(outcomeOf(standing, "s149")).toMatchObject({ state: "failed", reason: "Farm refused: invalid frames" });
  });

  it("never has more at once than the farm takes, and writes down what it is about to send", async () => {
    let [active, most] = [0, 0];
    const run = begin(10);
    const { submit } = run.farm;
    run.farm.submit = async (order, mark) => {
      active += 1;
      most = Math.max(most, active);
      expect(JSON.stringify(run.saved.at(-1))).toContain(`"size":48,"order":"${order}","state":"sending"`);
      await Promise.resolve();
      active -= 1;
      return submit(order, mark);
    };
    await run.look();
    expect(most).toBe(4);
    expect(run.saved.length).toBe(4);
  });

  it("stops sending when its time is over, and goes on at once", async () => {
    const run = begin(200);
    const { submit } = run.farm;
    run.farm.submit = async (order, mark) => {
      run.advance(500);
      return submit(order, mark);
    };
    const standing = await run.look();
    expect(standing.nextCheckMs).toBe(0);
    expect(run.standings.size).toBeGreaterThan(4);
    expect(run.standings.size).toBeLessThan(200);
    expect(going(standing).text).toMatch(/shots to be sent/);
    for (let looks = 0; looks < 20 && run.standings.size < 200; looks += 1) await run.look();
    expect(run.calls.length).toBe(200);
  });

  it("looks for what may have arrived before it would be sent again, and waits until it could have", async () => {
    const run = begin(2);
    const { submit } = run.farm;
    run.farm.submit = async (order, mark) => {
      if (order === "s0") throw lost();
      return submit(order, mark);
    };
    expect(outcomeOf(await run.look(), "s0")?.reason).toContain("Checking whether");
    run.advance(30_000);
    await run.look();
    run.farm.find = async (marks) => {
      expect(marks).toEqual(["run/s0"]);
      return new Map([["run/s0", { id: "s0" }]]);
    };
    run.set("s0", "running", 5);
    run.advance(60_000);
    expect(outcomeOf(await run.look(), "s0")).toMatchObject({ state: "running" });
    expect(run.calls).toEqual(["submit s1"]);
  });

  it("waits for a farm that is not reached at all, and has lost nothing", async () => {
    const run = begin(2, {
      submit: async () => {
        throw lost();
      },
    });
    await expect(run.look()).rejects.toMatchObject({ reply: { retry: true } });
    expect(run.run().shots.map(({ state, tries }) => [state, tries])).toEqual([
      ["sending", 1],
      ["sending", 1],
    ]);
  });

  it("does not end because the farm answers nonsense when it is looked at", async () => {
    const run = begin(1);
    await run.look();
    run.farm.look = async () => {
      throw refusal("Access denied");
    };
    await expect(run.look()).rejects.toMatchObject({ reply: { retry: true, text: "Access denied" } });
  });

  it("gives up a shot that five times did not arrive", async () => {
    const run = begin(2);
    const { submit } = run.farm;
    run.farm.submit = async (order, mark) => {
      if (order === "s0") throw lost();
      return submit(order, mark);
    };
    for (let looks = 0; looks < 5; looks += 1) {
      await run.look().catch(() => undefined);
      run.advance(61_000);
    }
    expect(outcomeOf(await run.look(), "s0")).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("sent 5 times"),
    });
  });

  it("does not go backwards by a slip of the farm, and says so where it was restarted", async () => {
    const run = begin(1);
    await run.look();
    run.set("s0", "running", 24);
    await run.look();
    run.set("s0", "running", 3);
    expect(going(await run.look()).progress).toMatchObject({ done: 24 });
    const again = await run.look();
    expect(going(again).progress).toMatchObject({ done: 3 });
    expect(outcomeOf(again, "s0")?.reason).toBe("The farm restarted some frames");
    run.set("s0", "waiting", 0);
    expect(going(await run.look()).progress).toMatchObject({ done: 0 });
  });

  it("says how long it will take, once that can be told", async () => {
    const run = begin(1);
    await run.look();
    run.set("s0", "running", 0);
    expect(going(await run.look()).progress?.left).toBeUndefined();
    run.advance(60_000);
    run.set("s0", "running", 12);
    expect(going(await run.look()).progress?.left).toBe(180);
  });

  it("tells a job that was deleted by hand", async () => {
    const run = begin(2);
    await run.look();
    run.standings.delete("s0");
    expect(outcomeOf(await run.look(), "s0")).toMatchObject({ state: "failed", reason: "It was deleted on the farm" });
  });

  it("is called what it is: paused, being canceled, or by the name of its only shot", async () => {
    const run = begin(2);
    await run.look();
    expect(going(await run.control("pause"))).toMatchObject({ title: "Paused: 2 shots with Farm" });
    expect((await run.look()).controls).toEqual(["cancel", "resume"]);
    expect(going(await run.control("cancel"))).toMatchObject({ title: "Canceling: 2 shots with Farm" });
    const alone = begin(1);
    expect(going(await alone.look()).title).toBe("Rendering: SH0 with Farm");
    // On the farm itself, or because it was sent so.
    alone.set("s0", "paused");
    expect(going(await alone.look()).title).toBe("Paused: SH0 with Farm");
  });

  it("asks less often while nothing moves", async () => {
    const run = begin(1);
    const waits: (number | undefined)[] = [];
    // What was sent is looked at once more at once.
    expect((await run.look()).nextCheckMs).toBe(0);
    for (let looks = 0; looks < 8; looks += 1) waits.push((await run.look()).nextCheckMs);
    expect(waits[0]).toBe(3_000);
    expect(waits.at(-1)).toBe(15_000);
    run.set("s0", "running", 1);
    expect((await run.look()).nextCheckMs).toBe(2_000);
  });
});

describe("to cancel, pause and resume", () => {
  it("cancels what was not sent here, and the rest on the farm", async () => {
    const run = begin(8);
    run.farm.submit = async (order) => {
      run.advance(13_000);
      run.set(order, "running", 1);
      return { id: order };
    };
    expect((await run.look()).controls).toEqual(["cancel", "pause"]);
    const standing = await run.control("cancel");
    expect(run.calls).toEqual(["cancel s0", "cancel s1", "cancel s2", "cancel s3"]);
    expect(outcomeOf(standing, "s7")).toMatchObject({ state: "skipped", reason: "Canceled before it was sent" });
    expect(outcomeOf(standing, "s0")).toMatchObject({ reason: "Being canceled" });
    expect(standing.controls).toEqual([]);
    for (const id of ["s0", "s1", "s2", "s3"]) run.set(id, "canceled", 1);
    expect((await run.look()).reply).toMatchObject({ kind: "done", severity: "info", title: "Canceled: 8 shots" });
  });

  it("says what the farm refuses, at that shot", async () => {
    const run = begin(2);
    await run.look();
    run.farm.control = async ({ id }) => {
      if (id === "s0") throw refusal("It is completed.");
    };
    const standing = await run.control("cancel");
    expect(outcomeOf(standing, "s0")).toMatchObject({ reason: "It is completed." });
    expect(outcomeOf(standing, "s1")).toMatchObject({ reason: "Being canceled" });
  });

  it("keeps in mind what the farm could not be told", async () => {
    const run = begin(1);
    await run.look();
    const { control } = run.farm;
    run.farm.control = async () => {
      throw lost();
    };
    expect(going(await run.control("cancel")).text).toContain("told as soon as it can be reached");
    run.farm.control = control;
    await run.look();
    expect(run.calls.at(-1)).toBe("cancel s0");
  });

  it("sends nothing while it is paused, and goes on when it is resumed", async () => {
    const run = begin(3);
    const paused = await run.control("pause");
    expect(paused.controls).toEqual(["cancel", "resume"]);
    expect(going(paused).title).toBe("Paused: 3 shots with Farm");
    await run.look();
    expect(run.calls).toEqual([]);
    await run.control("resume");
    await run.look();
    expect(run.calls.length).toBe(3);
  });

  it("goes on once it is paused, where that takes its time on the farm", async () => {
    const run = begin(1);
    await run.look();
    const pausing: JobStanding = { state: "running", done: 12, total: 48, isPausing: true, reason: "Being paused" };
    run.standings.set("s0", pausing);
    await run.control("pause");
    const resumed = await run.control("resume");
    expect(outcomeOf(resumed, "s0")?.reason).toBe("Pausing; it resumes afterwards");
    // Nor is the farm asked again and again meanwhile.
    expect((await run.look()).nextCheckMs).toBeGreaterThan(0);
    expect(run.calls).toEqual(["submit s0", "pause s0"]);
    run.set("s0", "paused", 12);
    expect((await run.look()).nextCheckMs).toBe(0);
    await run.look();
    expect(run.calls.at(-1)).toBe("resume s0");
  });

  it("goes on later where only the farm knows that it can't be told yet", async () => {
    let isBusy = true;
    const run = begin(1);
    await run.look();
    run.set("s0", "running", 12);
    await run.look();
    const { control } = run.farm;
    run.farm.control = async (...told) => (isBusy ? "later" : control(...told));
    await run.control("resume");
    expect(run.calls).toEqual(["submit s0"]);
    isBusy = false;
    await run.look();
    expect(run.calls).toEqual(["submit s0", "resume s0"]);
  });

  it("is told of what was canceled and of what is followed no more apart from each other", async () => {
    const run = begin(1, {}, [{ task: "hers", label: "SH50", size: 48, joined: "other" }]);
    await run.look();
    run.standings.set("s0", { state: "canceled", done: 0, total: 48 });
    expect((await run.control("cancel")).reply).toMatchObject({
      title: "Canceled: SH0",
      text: "Of 2, 1 canceled, 1 no longer followed.",
    });
  });

  it("tells the farm eight at a time, and the rest at once after", async () => {
    const run = begin(25);
    await run.look();
    expect((await run.control("cancel")).nextCheckMs).toBe(0);
    expect((await run.look()).nextCheckMs).toBe(0);
    expect((await run.look()).nextCheckMs).toBe(0);
    expect((await run.look()).nextCheckMs).toBe(0);
    expect((await run.look()).nextCheckMs).toBeGreaterThan(0);
    expect(run.calls.filter((call) => call.startsWith("cancel")).length).toBe(25);
  });

  it("offers no pause where the farm has none", async () => {
    const run = begin(1, { canPause: false });
    expect((await run.look()).controls).toEqual(["cancel"]);
  });
});

describe("200 shots", () => {
  it("reach Flamenco with one request each, 32 in one go", async () => {
    const fake = openFakeFlamenco();
    fake.latencyMs = 20;
    const service = openFlamenco({ url: FLAMENCO, access: undefined }, new AbortController().signal);
    const farm = makeFlamencoFarm(service, { page: FLAMENCO, atOnce: 4, minor: 9, standstillMs: 3_600_000 });
    const order = {
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
    const ordered = Array.from({ length: 200 }, (_, index) => ({
      task: `t${index}`,
      label: `SH${index}`,
      order,
      size: 48,
    }));
    let [saves, bytes, watches, requestsMost] = [0, 0, 0, 0];
    let data: unknown = makeRun("run", ordered, []);
    const save = async (kept: unknown) => {
      saves += 1;
      bytes = Math.max(bytes, JSON.stringify(kept).length);
    };
    const began = performance.now();
    for (let againMs = 0; againMs === 0; watches += 1) {
      const before = fake.requests.length;
      const run = readRun(FlamencoOrder, JSON.parse(JSON.stringify(data)));
      const standing = await carryOn(
        { signal: new AbortController().signal, readRunReply: async () => undefined, save },
        run,
        farm,
      );
      [data, againMs] = [standing.data, standing.nextCheckMs ?? 1];
      requestsMost = Math.max(requestsMost, fake.requests.length - before);
    }
    console.log(
      `200 shots: ${fake.requests.length} requests of ${fake.latencyMs} ms, ${fake.atOnceMost} at once, ${watches} watches, ${saves} saves of at most ${bytes} bytes, ${Math.round(performance.now() - began)} ms`,
    );
    expect(fake.jobs.size).toBe(200);
    expect(fake.requests.length).toBe(200 + 2);
    // What Cloudflare's free plan allows is fifty.
    expect(requestsMost).toBeLessThanOrEqual(34);
    expect(fake.atOnceMost).toBe(4);
    expect(saves).toBe(50 + 7);
  });
});

describe("a shot that another run renders", () => {
  const joined = [{ task: "hers", label: "SH50", size: 48, joined: "other" }];
  const tell = (state: Outcome["state"], done = 0): Reply => ({
    ...{ kind: "started", title: "Rendering" },
    outcomes: [{ id: "hers", label: "SH50", state, progress: { done, total: 48 } }],
  });

  it("moves with that run, is never sent, and ends as it does there", async () => {
    const run = begin(1, {}, joined);
    run.others.set("other", tell("running", 12));
    const standing = await run.look();
    expect(run.calls).toEqual(["submit s0"]);
    expect(going(standing)).toMatchObject({ title: "Rendering: 2 shots with Farm", progress: { done: 12, total: 96 } });
    expect(outcomeOf(standing, "hers")).toMatchObject({ state: "running", reason: "Another run renders it" });
    run.others.set("other", tell("done", 48));
    run.set("s0", "done", 48);
    expect((await run.look()).reply).toMatchObject({ kind: "done", title: "Rendered 2 shots with Farm" });
    expect(run.run().shots.map(({ told }) => told === true)).toEqual([false, true]);
  });

  it("is looked at, too, while the farm can't be reached", async () => {
    const look = async () => {
      throw lost();
    };
    const run = begin(0, { look }, joined);
    run.others.set("other", tell("done", 48));
    expect((await run.look()).reply).toMatchObject({ kind: "done", title: "Rendered SH50 with Farm" });
  });

  it("is not paused nor canceled here: who cancels does not follow it any longer", async () => {
    const run = begin(0, {}, joined);
    run.others.set("other", tell("running", 12));
    expect((await run.look()).controls).toEqual(["cancel"]);
    const { reply } = await run.control("cancel");
    expect(run.calls).toEqual([]);
    expect(reply).toMatchObject({ kind: "done", title: "No longer followed: SH50" });
    expect(outcomeOf({ reply, data: null }, "hers")).toMatchObject({
      reason: "No longer followed: another run renders it",
    });
  });

  it("failed where that run ended without saying how, or is known no more", async () => {
    const run = begin(0, {}, joined);
    run.others.set("other", { ...tell("running"), kind: "failed", code: "time-limit" });
    expect((await run.look()).reply).toMatchObject({
      kind: "failed",
      text: expect.stringContaining("does not know how it ended"),
    });
    // Two began at the same moment: what was joined may be known only a little later.
    const early = begin(0, {}, joined);
    expect((await early.look()).reply.kind).toBe("started");
    early.advance(60_000);
    expect((await early.look()).reply.kind).toBe("failed");
  });
});

describe("a run that tries again what failed", () => {
  const retry = (rest: Partial<Farm<string>>) => begin(2, rest, [], "first");

  it("restarts the job the farm still has, and sends what it has not", async () => {
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]) });
    run.set("s0", "failed", 40, "Out of memory");
    const standing = await run.look();
    expect(run.calls.toSorted()).toEqual(["restart s0", "submit s1"]);
    expect(run.run().shots.map(({ mark }) => mark)).toEqual(["first/s0", "first/s1"]);
    expect(standing.reply.kind).toBe("started");
  });

  it("does not believe at once that the job failed again: some farms answer before they restart it", async () => {
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]) });
    run.set("s0", "failed", 40);
    await run.look();
    expect(outcomeOf(await run.look(), "s0")?.state).toBe("waiting");
    run.advance(5_000);
    run.set("s0", "running", 41);
    expect(outcomeOf(await run.look(), "s0")).toMatchObject({ state: "running", progress: { done: 41 } });
    expect(run.calls.filter((call) => call.startsWith("restart"))).toHaveLength(1);
  });

  it("believes of none that it failed before it was restarted, however many there are", async () => {
    const all = Array.from({ length: 30 }, (_, at) => `s${at}`);
    const run = begin(30, { find: async () => new Map(all.map((id) => [`first/${id}`, { id }])) }, [], "first");
    for (const id of all) run.set(id, "failed", 40);
    for (let looks = 0; looks < 4; looks += 1) expect((await run.look()).reply.kind).toBe("started");
    expect(new Set(run.calls)).toEqual(new Set(all.map((id) => `restart ${id}`)));
  });

  it("restarts nothing while it is paused, and what is left when it goes on", async () => {
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]), look: async () => new Map() });
    run.farm.control = async () => {
      throw lost();
    };
    run.set("s0", "failed", 40);
    await expect(run.look()).rejects.toThrow();
    await run.control("pause");
    run.farm.control = async ({ id }, _mark, what) => {
      run.calls.push(`${what} ${id}`);
    };
    await run.look();
    expect((await run.look()).nextCheckMs).toBeGreaterThan(0);
    expect(run.calls).toContain("pause s1");
    expect(run.calls).not.toContain("restart s0");
    await run.control("resume");
    expect(run.calls).toContain("restart s0");
  });

  it("does not take a job of another order, or one that another run is restarting at the same time, for its own", () => {
    const order = { task: "s0", label: "SH0", order: "s0", size: 48 };
    const markOf = (one: Ordered<string>) => makeRun("run", [one], []).shots.map(({ mark, again }) => [mark, again]);
    const [[first = ""] = []] = makeRun("first", [{ ...order, print: "1-48" }], []).shots.map(({ mark }) => [mark]);
    expect(markOf({ ...order, print: "1-48", root: "first" })).toEqual([[first, true]]);
    expect(markOf({ ...order, print: "1-50", root: "first" })).not.toEqual([[first, true]]);
    expect(markOf({ ...order, print: "1-48" })).toEqual([[expect.stringMatching(/^run\/s0\//), false]]);
  });

  it("says why, where the farm does not restart it", async () => {
    const control = async () => {
      throw refusal("Farm does not allow it to be restarted: it is archived.");
    };
    const run = retry({ find: async () => new Map([["first/s0", { id: "s0" }]]), control });
    run.set("s0", "failed", 40);
    expect(outcomeOf(await run.look(), "s0")).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("it is archived"),
    });
  });
});
