import { describe, expect, it } from "vitest";
import { choosePollInterval } from "../../../../worker/run/long-run/poll-interval.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const choose = (quietMs: number, more: Partial<Parameters<typeof choosePollInterval>[0]> = {}) =>
  choosePollInterval({ quietMs, personMs: 24 * HOUR_MS, isFollowed: true, ...more });

/** How many polls there are in this time, if nothing has changed since `quietMs`. */
function countPolls(quietMs: number, periodMs: number, more = {}): number {
  let polls = 0;
  for (let at = 0; at < periodMs; polls += 1) at += choose(quietMs + at, more);
  return polls;
}

describe("the interval between polls of a long run", () => {
  it("is two seconds for half a minute after a person started or controlled it", () => {
    expect(choose(0, { personMs: 0 })).toBe(2 * SECOND_MS);
    expect(choose(0, { personMs: 29 * SECOND_MS, isFollowed: false })).toBe(2 * SECOND_MS);
    expect(choose(0, { personMs: 30 * SECOND_MS })).toBe(5 * SECOND_MS);
  });

  it("is five seconds while the run changes and somebody follows it, fifteen if nobody does", () => {
    expect(choose(0)).toBe(5 * SECOND_MS);
    expect(choose(50 * SECOND_MS)).toBe(5 * SECOND_MS);
    expect(choose(0, { isFollowed: false })).toBe(15 * SECOND_MS);
  });

  it("is a tenth of the time since the last change, and never more than a minute", () => {
    expect(choose(5 * MINUTE_MS)).toBe(30 * SECOND_MS);
    expect(choose(10 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(choose(9 * HOUR_MS)).toBe(MINUTE_MS);
    expect(choose(9 * HOUR_MS, { isFollowed: false })).toBe(MINUTE_MS);
  });

  it("is two seconds again after a person's click, however long nothing had changed", () => {
    expect(choose(9 * HOUR_MS, { personMs: 0 })).toBe(2 * SECOND_MS);
    expect(choose(9 * HOUR_MS, { personMs: MINUTE_MS })).toBe(6 * SECOND_MS);
  });

  it("makes 60 polls in a quiet hour, and at most 90 in the first one", () => {
    expect(countPolls(9 * HOUR_MS, HOUR_MS)).toBe(60);
    expect(countPolls(0, HOUR_MS)).toBeLessThanOrEqual(90);
  });

  it.each([
    [1, 5_000, 60_000],
    [2, 6_000, 30_000],
    [5, 6_000, 12_000],
    [42, 2_000, 2_000],
  ])(
    "covers everything within half a minute while it changes, if possible, and within a minute else: %d polls",
    (polls, changing, quiet) => {
      expect(choose(0, { polls })).toBe(changing);
      expect(choose(9 * HOUR_MS, { polls })).toBe(quiet);
    },
  );
});
