// How a shot without progress is described, and when it is given up.
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../../contract.ts";
import type { Farm, JobQuery, JobStatus } from "../../../../worker/actions/farm/farm.ts";
import { pollRender } from "../../../../worker/actions/farm/render.ts";
import { makeRun, type RenderRun } from "../../../../worker/actions/farm/render-run.ts";
import { toEnglish } from "../../../../worker/format/localize.ts";
import { message } from "../../../../worker/format/message.ts";
import { type EnglishStatus, statusInEnglish } from "../../../support/worker/english.ts";
import { makePassContext } from "../../../support/worker/pass-context.ts";

const MINUTE_MS = 60_000;
const LIMIT_MS = 30 * MINUTE_MS;
const BEGAN_MS = Date.now();
const WAITING = toEnglish(message("render.waitingSince", { since: BEGAN_MS }));

/** A run of this many shots. The test sets the status of their jobs. */
function begin(count: number, rest: Partial<Farm<string>> = {}) {
  const shown = new Map<string, JobStatus>();
  const asked: (readonly JobQuery[])[] = [];
  const found: string[] = [];
  let clock = BEGAN_MS;
  const farm: Farm<string> = {
    title: "Farm",
    concurrency: 100,
    standstillLimitMs: LIMIT_MS,
    submit: async (submission) => {
      shown.set(submission, { state: "waiting", done: 0, total: 10 });
      return { id: submission };
    },
    find: async (jobKeys) => {
      found.push(...jobKeys);
      return new Map();
    },
    poll: async (jobs) => {
      asked.push(jobs);
      return new Map(jobs.map(({ job: { id } }) => [id, shown.get(id) ?? "gone"]));
    },
    control: async () => undefined,
    ...rest,
  };
  const submissions = Array.from({ length: count }, (_, index) => ({
    task: `s${index}`,
    label: `SH${index}`,
    submission: `s${index}`,
    size: 10,
  }));
  const run: RenderRun<string> = makeRun("run", submissions, []);
  return {
    run,
    asked,
    found,
    set: (id: string, status: Partial<JobStatus>) => shown.set(id, { state: "waiting", done: 0, total: 10, ...status }),
    poll: async (afterMs = 0) => {
      clock += afterMs;
      return statusInEnglish(await pollRender(makePassContext(), run, farm, undefined, () => clock));
    },
  };
}

const only = ({ reply }: Pick<EnglishStatus, "reply">): Outcome | undefined =>
  "outcomes" in reply ? reply.outcomes?.[0] : undefined;

/** Polls every ten seconds for this long. */
async function wait({ poll }: ReturnType<typeof begin>, ms: number): Promise<EnglishStatus> {
  let status = await poll();
  for (let waited = 0; waited < ms; waited += 10_000) status = await poll(10_000);
  return status;
}

describe("a shot without progress", () => {
  it("says why, soon since when, and estimates no time", async () => {
    const begun = begin(1);
    await begun.poll();
    begun.set("s0", { waitReason: "No machine is awake" });
    expect(only(await begun.poll())?.reason).toBe("No machine is awake");
    const { reply } = await wait(begun, 2 * MINUTE_MS);
    expect(reply).toMatchObject({
      kind: "started",
      title: "Waiting: SH0 with Farm",
      text: `${WAITING}: No machine is awake.`,
      outcomes: [{ state: "waiting", reason: `${WAITING}: No machine is awake` }],
    });
    begun.set("s0", { done: 4, waitReason: "2 machines refuse it after errors" });
    await begun.poll();
    expect(only(await wait(begun, 2 * MINUTE_MS))?.reason).toMatch(
      /^No progress since .* UTC: 2 machines refuse it after errors$/,
    );
  });

  it("is given up in the end, as failed and retryable, but not as tried", async () => {
    const begun = begin(1);
    await begun.poll();
    begun.set("s0", { waitReason: "No machine is awake" });
    expect((await wait(begun, LIMIT_MS - MINUTE_MS)).reply.kind).toBe("started");
    const { reply } = await wait(begun, 2 * MINUTE_MS);
    expect(reply).toMatchObject({ kind: "failed", retry: true });
    expect(only({ reply })?.reason).toMatch(/No machine is awake\. It is no longer followed; Farm still has the job/);
    expect(begun.run.shots[0]).toMatchObject({ end: "failed", isStalled: true });
  });

  it("is not at a standstill while the farm renders other jobs, or while it makes any progress", async () => {
    const begun = begin(1);
    await begun.poll();
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

  it("says since when even if the reason is unknown", async () => {
    const begun = begin(1);
    await begun.poll();
    expect(only(await wait(begun, MINUTE_MS))?.reason).toBeUndefined();
    expect(only(await wait(begun, 4 * MINUTE_MS))?.reason).toBe(WAITING);
  });

  it("is not given up for the hours in which it could not be polled", async () => {
    const begun = begin(1);
    await begun.poll();
    begun.set("s0", { waitReason: "No machine is awake" });
    await wait(begun, MINUTE_MS);
    expect((await begun.poll(5 * LIMIT_MS)).reply.kind).toBe("started");
  });
});

describe("shots of which a poll covers only a few", () => {
  it.each([
    [10, 1],
    [60, 5],
    [500, 42],
  ])("are polled in a round, and the worker is told how many polls it takes: %d", async (count, polls) => {
    const begun = begin(count, { pollLimit: 12 });
    expect(await begun.poll()).toMatchObject({ polls });
  });
});

describe("a shot that waits for its turn", () => {
  it.each([
    [12, 3],
    [undefined, 31],
  ])("is polled less often than others if each costs a request: %s", async (pollLimit, times) => {
    const begun = begin(2, { pollLimit });
    await begun.poll();
    begun.set("s0", { state: "running", done: 1 });
    begun.set("s1", { isQueued: true });
    await begun.poll(2_000);
    begun.asked.length = 0;
    for (let polls = 0; polls <= 30; polls += 1) await begun.poll(2_000);
    const timesOf = (id: string) => begun.asked.filter((jobs) => jobs.some(({ job }) => job.id === id)).length;
    expect([timesOf("s0"), timesOf("s1")]).toEqual([31, times]);
  });
});

describe("the time left", () => {
  it("is no longer estimated after a long pause", async () => {
    const begun = begin(1);
    await begun.poll();
    for (let done = 0; done < 5; done += 1) {
      begun.set("s0", { state: "running", done });
      await begun.poll(10_000);
    }
    expect((await begun.poll(10_000)).reply).toMatchObject({ progress: { left: expect.any(Number) } });
    expect((await wait(begun, 5 * MINUTE_MS)).reply).not.toHaveProperty("progress.left");
  });
});

describe("a shot with all its frames, but something else missing,", () => {
  it("is done, with a warning that says what is missing", async () => {
    const begun = begin(2);
    await begun.poll();
    begun.set("s0", { state: "done", done: 10, warning: "The preview movie was not made: no such codec" });
    begun.set("s1", { state: "done", done: 10 });
    expect((await begun.poll()).reply).toMatchObject({
      kind: "done",
      severity: "warning",
      title: "Rendered 2 shots with Farm",
      text: "The preview movie was not made: no such codec.",
      outcomes: [{ state: "done", reason: "The preview movie was not made: no such codec" }, { state: "done" }],
    });
  });
});

describe("polls of many jobs", () => {
  it("cover a few at a time, in turn, and a job that was not polled is not gone", async () => {
    const begun = begin(7, { pollLimit: 3 });
    for (let polls = 0; polls < 14; polls += 1)
      expect((await begun.poll(2_000)).reply).toMatchObject({ kind: "started" });
    const times = begun.asked.flat().map(({ job: { id } }) => id);
    for (const { task } of begun.run.shots) expect(times.filter((id) => id === task).length).toBeGreaterThanOrEqual(4);
    expect(begun.asked.every(({ length }) => length === 3)).toBe(true);
  });

  it("do not search for shots that were never sent", async () => {
    const begun = begin(2);
    await begun.poll();
    expect(begun.found).toEqual([]);
  });
});
