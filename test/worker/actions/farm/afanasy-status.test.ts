import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { CANCELED, readPercentage, readState, readStatus } from "../../../../worker/actions/farm/afanasy-status.ts";
import { FarmJob } from "../../../../worker/services/afanasy-answers.ts";
import { inEnglish } from "../../../support/worker/english.ts";

const BITS = { RDY: 1, RUN: 2, WDP: 4, WTM: 8, DON: 16, ERR: 32, SKP: 256, OFF: 512, RER: 131_072, SUS: 1_048_576 };
const stateOf = (text: string, annotation = "", blocks: readonly object[] = []) =>
  readState({
    ...v.parse(FarmJob, { id: 7, blocks }),
    st: text
      .split(" ")
      .reduce((sum, word) => sum | (Object.entries(BITS).find(([name]) => name === word)?.[1] ?? 0), 0),
    annotation,
  });

describe("the state of a job", () => {
  it.each([
    ["", "waiting"],
    ["RDY", "waiting"],
    ["WDP", "waiting"],
    ["WTM", "waiting"],
    ["RDY SUS", "waiting"],
    ["RDY RUN", "running"],
    ["RUN", "running"],
    ["DON", "done"],
    ["DON SKP", "done"],
    ["OFF", "paused"],
    ["RDY OFF", "paused"],
    ["RUN OFF", "paused"],
    ["ERR OFF", "paused"],
    ["ERR", "failed"],
    ["DON ERR", "failed"],
    ["ERR RUN", "running"],
    ["ERR RDY", "waiting"],
    ["ERR RER", "waiting"],
    ["ERR WDP", "waiting"],
    ["ERR WTM", "waiting"],
    ["ERR SUS", "waiting"],
    ["DON OFF", "done"],
  ])("of the bits %j is %s", (text, state) => {
    expect(stateOf(text)).toBe(state);
  });

  it("is not paused while it is being deleted", () => {
    const deleted = v.parse(FarmJob, { id: 7, st: BITS.RUN | BITS.OFF, locked: true });
    expect(readState(deleted)).toBe("waiting");
    expect(inEnglish(readStatus(deleted, undefined)).waitReason).toBe("It is being deleted on the farm");
  });

  it("is running as long as its blocks have running tasks", () => {
    expect(stateOf("RDY", "", [{ tasks_num: 12, running_tasks_counter: 1 }])).toBe("running");
  });

  it("is failed if the open tasks wait for tasks of the job that failed", () => {
    expect(
      stateOf("ERR", "", [
        { tasks_num: 4, p_tasks_error: 4, st: BITS.ERR },
        { tasks_num: 4, p_tasks_ready: 4, st: BITS.WDP },
      ]),
    ).toBe("failed");
  });

  it("is not failed while tasks wait for the machine that started them, for which the job itself has no bit", () => {
    expect(stateOf("ERR", "", [{ tasks_num: 12, p_tasks_error: 1, p_tasks_waitrec: 2 }])).toBe("waiting");
    expect(stateOf("ERR", "", [{ tasks_num: 12, p_tasks_error: 1 }])).toBe("failed");
  });

  it("is canceled if it is paused and has our annotation", () => {
    expect(stateOf("RDY OFF", CANCELED)).toBe("canceled");
    expect(stateOf("RUN", CANCELED)).toBe("running");
    expect(stateOf("DON", CANCELED)).toBe("done");
    expect(stateOf("OFF", "of somebody else")).toBe("paused");
  });
});

const statusOf = (job: object, url?: string) =>
  inEnglish(readStatus(v.parse(FarmJob, { id: 7, serial: 42, ...job }), url));

/** As measured on a real server. */
const JOB = {
  st: 3,
  state: " RDY RUN",
  blocks: [{ tasks_num: 12, frame_first: 101, frame_last: 148, p_percentage: 25, p_tasks_ready: 8, p_tasks_done: 3 }],
};

describe("the progress of a job", () => {
  it("is counted in frames, from the percentages of its tasks", () => {
    expect(statusOf(JOB)).toMatchObject({ state: "running", done: 12, total: 48 });
  });

  it("is zero if the server leaves out its zeros", () => {
    expect(statusOf({ blocks: [{ tasks_num: 12, frame_last: 47 }] })).toMatchObject({
      state: "waiting",
      done: 0,
      total: 48,
    });
    expect(statusOf({})).toMatchObject({ state: "waiting", done: 0, total: 0 });
  });

  it("covers all blocks, weighted by their number of tasks", () => {
    const blocks = [
      { tasks_num: 30, p_percentage: 100, frame_first: 1, frame_last: 30 },
      { tasks_num: 10, p_percentage: 20, frame_first: 31, frame_last: 40 },
    ];
    const job = v.parse(FarmJob, { id: 1, blocks });
    expect(readPercentage(job)).toBe(80);
    expect(readStatus(job, undefined)).toMatchObject({ done: 32, total: 40 });
  });

  it("is complete once it is done, however the percentage was rounded", () => {
    expect(statusOf({ ...JOB, st: 16, blocks: [{ tasks_num: 3, frame_last: 9, p_percentage: 99 }] })).toMatchObject({
      state: "done",
      done: 10,
      total: 10,
    });
  });

  it("is counted from the finished tasks if percentages are too coarse, and is never more than that", () => {
    const block = {
      tasks_num: 12,
      frame_first: 1,
      frame_last: 48,
      frames_per_task: 4,
      p_percentage: 16,
      p_tasks_done: 2,
    };
    expect(statusOf({ st: 513, blocks: [block] })).toMatchObject({ done: 8, total: 48 });
    // With 46 frames the last task has two.
    expect(statusOf({ st: 513, blocks: [{ ...block, frame_last: 46 }] })).toMatchObject({ done: 7, total: 46 });
  });

  it("is counted in tasks if they have no frames", () => {
    expect(statusOf({ st: 2, blocks: [{ tasks_num: 4, p_percentage: 50 }] })).toMatchObject({ done: 2, total: 4 });
  });

  it("comes with what is wrong, and with the farm's page", () => {
    const blocks = [{ tasks_num: 12, frame_first: 1, frame_last: 12, p_percentage: 50, p_tasks_error: 2 }];
    expect(statusOf({ st: 32, state: " ERR", blocks }, "https://farm.tld")).toEqual({
      state: "failed",
      done: 6,
      total: 12,
      reason: "2 of 12 tasks failed",
      url: "https://farm.tld",
    });
    expect(statusOf({ st: 32, state: " ERR" }).reason).toBe("It failed (ERR)");
    expect(statusOf({ st: 1 })).not.toHaveProperty("waitReason");
  });

  it("comes with the reason why it waits, as far as the job itself tells", () => {
    expect(statusOf({ st: 4, depend_mask: "other" }).waitReason).toBe("It waits for another job");
    // Every new job has this bit for half a second.
    expect(statusOf({ st: 4 }).waitReason).toBeUndefined();
    expect(statusOf({ st: 8 })).toMatchObject({ waitReason: "It waits for its start time", isQueued: true });
    expect(statusOf({ st: 0, blocks: [{ p_tasks_waitrec: 1 }] }).waitReason).toBe("A machine does not answer");
    expect(statusOf({ st: BITS.SUS | BITS.RDY }).waitReason).toBe("Some of its tasks are suspended");
  });
});
