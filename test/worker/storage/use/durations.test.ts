import { describe, expect, it } from "vitest";
import { findQuantile, toStep } from "../../../../worker/storage/use/durations.ts";

const DAYS = 86_400_000;

function toHistogram(durations: readonly number[]): Map<number, number> {
  const histogram = new Map<number, number>();
  for (const ms of durations) histogram.set(toStep(ms), (histogram.get(toStep(ms)) ?? 0) + 1);
  return histogram;
}

/** The true quantile, by the nearest rank. */
const pick = (durations: readonly number[], share: number) =>
  durations.toSorted((one, other) => one - other)[Math.ceil(durations.length * share) - 1] ?? 0;

describe("durations", () => {
  it("are known within a tenth, from a millisecond to a month, whatever their distribution", () => {
    const random = (seed: number) => {
      let state = seed;
      return () => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return state / 2_147_483_648;
      };
    };
    const next = random(7);
    const distributions = [
      Array.from({ length: 1_000 }, () => 5 + next() * 1_000),
      Array.from({ length: 1_000 }, () => 10 ** (next() * 9)),
      Array.from({ length: 7 }, () => 60_000 + next() * 30 * DAYS),
      [42],
      [1_000, 1_000, 90_000],
    ];
    for (const durations of distributions) {
      for (const share of [0.5, 0.95]) {
        const [found = 0, exact] = [findQuantile(toHistogram(durations), share), pick(durations, share)];
        expect(Math.abs(found - exact), `${share} of ${durations.length}: ${found} for ${exact}`).toBeLessThanOrEqual(
          exact * 0.1 + 1,
        );
      }
    }
  });

  it("take at most 121 steps, also those that make no sense", () => {
    expect([0, -5, 0.2, 1].map(toStep)).toEqual([0, 0, 0, 0]);
    expect(toStep(1_000 * DAYS)).toBe(120);
  });

  it("are unknown without runs", () => {
    expect(findQuantile(new Map(), 0.5)).toBeUndefined();
  });
});
