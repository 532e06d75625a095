import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { CANCELED, readPercentage, readStanding, readState } from "../../../worker/farm/afanasy-standing.ts";
import { FarmJob } from "../../../worker/services/afanasy-answers.ts";

const BITS = { RDY: 1, RUN: 2, WDP: 4, WTM: 8, DON: 16, ERR: 32, SKP: 256, OFF: 512, RER: 131_072, SUS: 1_048_576 };
const stateOf = (text: string, annotation = "", blocks: readonly object[] = []) =>
  readState({
    ...v.parse(FarmJob, { id: 7, blocks }),
    st: text.split(" ").reduce((sum, word) => sum | (Object.entries(BITS).find(([name]) => name === word)?.[1] ?? 0), 0),
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

  it("is no failure yet while tasks wait for the machine that began them, of which the job itself has no bit", () => {
    expect(stateOf("ERR", "", [{ tasks_num: 12, p_tasks_error: 1, p_tasks_waitrec: 2 }])).toBe("waiting");
    expect(stateOf("ERR", "", [{ tasks_num: 12, p_tasks_error: 1 }])).toBe("failed");
  });

  it("is canceled where it is paused and we wrote so at it", () => {
    expect(stateOf("RDY OFF", CANCELED)).toBe("canceled");
    expect(stateOf("RUN", CANCELED)).toBe("running");
    expect(stateOf("DON", CANCELED)).toBe("done");
    expect(stateOf("OFF", "of somebody else")).toBe("paused");
  });
});

const standingOf = (job: object, url?: string) => readStanding(v.parse(FarmJob, { id: 7, serial: 42, ...job }), url);

/** The contract's answer. */
const JOB = {
  st: 3,
  state: " RDY RUN",
  blocks: [{ tasks_num: 12, frame_first: 101, frame_last: 148, p_percentage: 25, p_tasks_ready: 8, p_tasks_done: 3 }],
};

describe("how far a job is", () => {
  it("is counted in frames, by the percentage of its tasks", () => {
    expect(standingOf(JOB)).toMatchObject({ state: "running", done: 12, total: 48 });
  });

  it("is nothing where the server leaves out its zeros", () => {
    expect(standingOf({ blocks: [{ tasks_num: 12, frame_last: 47 }] })).toMatchObject({ state: "waiting", done: 0, total: 48 });
    expect(standingOf({})).toMatchObject({ state: "waiting", done: 0, total: 0 });
  });

  it("is of all blocks, each by its number of tasks", () => {
    const blocks = [
      { tasks_num: 30, p_percentage: 100, frame_first: 1, frame_last: 30 },
      { tasks_num: 10, p_percentage: 20, frame_first: 31, frame_last: 40 },
    ];
    const job = v.parse(FarmJob, { id: 1, blocks });
    expect(readPercentage(job)).toBe(80);
    expect(readStanding(job, undefined)).toMatchObject({ done: 32, total: 40 });
  });

  it("is everything when it is done, whatever the percentage was rounded to", () => {
    expect(standingOf({ ...JOB, st: 16, blocks: [{ tasks_num: 3, frame_last: 9, p_percentage: 99 }] })).toMatchObject({
      state: "done",
      done: 10,
      total: 10,
    });
  });

  it("is counted in tasks where they have no frames", () => {
    expect(standingOf({ st: 2, blocks: [{ tasks_num: 4, p_percentage: 50 }] })).toMatchObject({ done: 2, total: 4 });
  });

  it("comes with what is wrong, and the page for people", () => {
    const blocks = [{ tasks_num: 12, frame_first: 1, frame_last: 12, p_percentage: 50, p_tasks_error: 2 }];
    expect(standingOf({ st: 32, state: " ERR", blocks }, "https://farm.tld")).toEqual({
      state: "failed",
      done: 6,
      total: 12,
      reason: "2 of 12 tasks failed",
      url: "https://farm.tld",
    });
    expect(standingOf({ st: 32, state: " ERR" }).reason).toBe("It failed (ERR)");
    expect(standingOf({ st: 4 }).reason).toBe("It waits for another job");
    expect(standingOf({ st: 0, blocks: [{ p_tasks_waitrec: 1 }] }).reason).toBe("A machine of the farm does not answer");
    expect(standingOf({ st: 1 }).reason).toBeUndefined();
  });
});
