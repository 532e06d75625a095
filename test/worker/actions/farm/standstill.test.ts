// What is told of a shot of which nothing moves any more, and when it is given up.
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../../contract.ts";
import type { RunStatus } from "../../../../worker/action/action.ts";
import type { Farm, JobStanding, Look } from "../../../../worker/actions/farm/farm.ts";
import { carryOn } from "../../../../worker/actions/farm/render.ts";
import { makeRun, type RenderRun } from "../../../../worker/actions/farm/render-run.ts";
import { formatSince } from "../../../../worker/format/since.ts";

const MINUTE_MS = 60_000;
const LIMIT_MS = 30 * MINUTE_MS;
const BEGAN_MS = Date.now();
const BEGAN = formatSince(BEGAN_MS);

/** A run of so many shots, all of them on a farm that says of each what the test says. */
function begin(count: number, rest: Partial<Farm<string>> = {}) {
  const shown = new Map<string, JobStanding>();
  const asked: (readonly Look[])[] = [];
  const found: string[] = [];
  let clock = BEGAN_MS;
  const farm: Farm<string> = {
    title: "Farm",
    atOnce: 100,
    standstillMs: LIMIT_MS,
    submit: async (order) => {
      shown.set(order, { state: "waiting", done: 0, total: 10 });
      return { id: order };
    },
    find: async (marks) => {
      found.push(...marks);
      return new Map();
    },
    look: async (jobs) => {
      asked.push(jobs);
      return new Map(jobs.map(({ job: { id } }) => [id, shown.get(id) ?? "gone"]));
    },
    control: async () => undefined,
    ...rest,
  };
  const orders = Array.from({ length: count }, (_, index) => ({
    task: `s${index}`,
    label: `SH${index}`,
    order: `s${index}`,
    size: 10,
  }));
  const run: RenderRun<string> = makeRun("run", orders, []);
  const watch = {
    save: async () => undefined,
    signal: new AbortController().signal,
    readRunReply: async () => undefined,
  };
  return {
    run,
    asked,
    found,
    set: (id: string, standing: Partial<JobStanding>) =>
      shown.set(id, { state: "waiting", done: 0, total: 10, ...standing }),
    look: (afterMs = 0) => {
      clock += afterMs;
      return carryOn(watch, run, farm, () => clock);
    },
  };
}

const only = ({ reply }: Pick<RunStatus, "reply">): Outcome | undefined =>
  "outcomes" in reply ? reply.outcomes?.[0] : undefined;

/** Looks every ten seconds for so long. */
async function wait({ look }: ReturnType<typeof begin>, ms: number): Promise<RunStatus> {
  let standing = await look();
  for (let waited = 0; waited < ms; waited += 10_000) standing = await look(10_000);
  return standing;
}

describe("a shot of which nothing moves", () => {
  it("says why, and soon since when, and guesses no time", async () => {
    const begun = begin(1);
    await begun.look();
    begun.set("s0", { hindrance: "no machine is awake" });
    expect(only(await begun.look())?.reason).toBe("No machine is awake");
    const { reply } = await wait(begun, 2 * MINUTE_MS);
    expect(reply).toMatchObject({
      kind: "started",
      title: "Waiting: SH0 with Farm",
      text: `It has been waiting since ${BEGAN}: no machine is awake.`,
      outcomes: [{ state: "waiting", reason: `It has been waiting since ${BEGAN}: no machine is awake` }],
    });
    begun.set("s0", { done: 4, hindrance: "2 machines refuse it after errors" });
    await begun.look();
    expect(only(await wait(begun, 2 * MINUTE_MS))?.reason).toMatch(
      /^Nothing has moved since .* UTC: 2 machines refuse it after errors$/,
    );
  });

  it("is given up in the end, as failed and to be tried again, and not as tried", async () => {
    const begun = begin(1);
    await begun.look();
    begun.set("s0", { hindrance: "no machine is awake" });
    expect((await wait(begun, LIMIT_MS - MINUTE_MS)).reply.kind).toBe("started");
    const { reply } = await wait(begun, 2 * MINUTE_MS);
    expect(reply).toMatchObject({ kind: "failed", retry: true });
    expect(only({ reply })?.reason).toMatch(/no machine is awake\. It is no longer followed; Farm still has the job/);
    expect(begun.run.shots[0]).toMatchObject({ end: "failed", isStalled: true });
  });

  it("is not called still while others of the farm's have their turn, or something of it moves", async () => {
    const begun = begin(1);
    await begun.look();
    begun.set("s0", { isQueued: true });
    expect(only(await wait(begun, 2 * LIMIT_MS))?.reason).toBeUndefined();
    for (let done = 0; done < 10; done += 1) {
      begun.set("s0", { done });
      expect((await wait(begun, LIMIT_MS / 2)).reply.kind).toBe("started");
    }
    begun.set("s0", { state: "running", done: 9 });
    expect((await wait(begun, 2 * LIMIT_MS)).reply).toMatchObject({
      kind: "started",
      title: "Rendering: SH0 with Farm",
    });
  });

  it("says since when also where nobody knows why", async () => {
    const begun = begin(1);
    await begun.look();
    expect(only(await wait(begun, MINUTE_MS))?.reason).toBeUndefined();
    expect(only(await wait(begun, 4 * MINUTE_MS))?.reason).toBe(`It has been waiting since ${BEGAN}`);
  });

  it("is not given up for the hours in which nobody could look", async () => {
    const begun = begin(1);
    await begun.look();
    begun.set("s0", { hindrance: "no machine is awake" });
    await wait(begun, MINUTE_MS);
    expect((await begun.look(5 * LIMIT_MS)).reply.kind).toBe("started");
  });
});

describe("shots of which only a few are looked at in one go", () => {
  it.each([
    [10, 15_000],
    [60, 6_000],
    [500, 2_000],
  ])("are each looked at within half a minute, as far as that can be: %d", async (count, againMs) => {
    const begun = begin(count, { looksMost: 12 });
    let standing = await begun.look();
    for (let looks = 0; looks < 60; looks += 1) standing = await begun.look(1_000);
    expect(standing.nextCheckMs).toBe(againMs);
  });
});

describe("a shot that waits for its turn", () => {
  it.each([
    [12, 3],
    [undefined, 31],
  ])("is looked at more rarely than others, where each costs a request: %s", async (looksMost, times) => {
    const begun = begin(2, { looksMost });
    await begun.look();
    begun.set("s0", { state: "running", done: 1 });
    begun.set("s1", { isQueued: true });
    await begun.look(2_000);
    begun.asked.length = 0;
    for (let looks = 0; looks <= 30; looks += 1) await begun.look(2_000);
    const timesOf = (id: string) => begun.asked.filter((jobs) => jobs.some(({ job }) => job.id === id)).length;
    expect([timesOf("s0"), timesOf("s1")]).toEqual([31, times]);
  });
});

describe("the time left", () => {
  it("is no longer guessed once nothing was rendered for long", async () => {
    const begun = begin(1);
    await begun.look();
    for (let done = 0; done < 5; done += 1) {
      begun.set("s0", { state: "running", done });
      await begun.look(10_000);
    }
    expect((await begun.look(10_000)).reply).toMatchObject({ progress: { left: expect.any(Number) } });
    expect((await wait(begun, 5 * MINUTE_MS)).reply).not.toHaveProperty("progress.left");
  });
});

describe("a shot whose frames are all there, though something else is not,", () => {
  it("is done, with a warning that says what is missing", async () => {
    const begun = begin(2);
    await begun.look();
    begun.set("s0", { state: "done", done: 10, flaw: "The preview movie was not made: no such codec" });
    begun.set("s1", { state: "done", done: 10 });
    expect((await begun.look()).reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Rendered 2 shots with Farm",
      text: "The preview movie was not made: no such codec.",
      outcomes: [{ state: "done", reason: "The preview movie was not made: no such codec" }, { state: "done" }],
    });
  });
});

describe("looks at many jobs", () => {
  it("are a few at a time, in turn, and what was not looked at is not gone", async () => {
    const begun = begin(7, { looksMost: 3 });
    for (let looks = 0; looks < 14; looks += 1)
      expect((await begun.look(2_000)).reply).toMatchObject({ kind: "started" });
    const times = begun.asked.flat().map(({ job: { id } }) => id);
    for (const { task } of begun.run.shots) expect(times.filter((id) => id === task).length).toBeGreaterThanOrEqual(4);
    expect(begun.asked.every(({ length }) => length === 3)).toBe(true);
  });

  it("are not preceded by a search for what was never sent", async () => {
    const begun = begin(2);
    await begun.look();
    expect(begun.found).toEqual([]);
  });
});
