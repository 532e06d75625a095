import { describe, expect, it } from "vitest";
import { drawPath, makeAxis, makePoints, makeRows } from "../../../worker/pages/chart-scale.ts";

describe("an axis", () => {
  it("ends at a round number above the maximum, with round ticks", () => {
    const axis = makeAxis(87, [100, 600], 6);
    expect(axis.ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect([axis.at(0), axis.at(50), axis.at(100)]).toEqual([100, 350, 600]);
  });

  it.each([
    [1, [0, 1]],
    [2, [0, 1, 2]],
    [3, [0, 1, 2, 3]],
  ])("has no fractional ticks for counts up to %d", (most, ticks) => {
    expect(makeAxis(most, [0, 100], 6, true).ticks).toEqual(ticks);
    expect(makeAxis(most, [0, 100], 6).ticks.length).toBeGreaterThan(ticks.length);
  });

  it("works without any values", () => {
    const axis = makeAxis(0, [0, 10], 5);
    expect([axis.at(0), axis.at(1)]).toEqual([0, 10]);
  });
});

describe("rows", () => {
  it("fill the height, with a gap between them and around", () => {
    const { top, thick } = makeRows(4, 84, 0.2);
    expect([top(0), top(3), thick].map((value) => Math.round(value))).toEqual([4, 64, 16]);
    expect(Math.round(84 - top(3) - thick)).toBe(4);
  });
});

describe("points", () => {
  it("go from end to end, and a single point is in the middle", () => {
    const at = makePoints(3, 50, 90);
    expect([at(0), at(1), at(2)]).toEqual([50, 70, 90]);
    expect(makePoints(1, 50, 90)(0)).toBe(70);
  });

  it("are joined to their neighbors only", () => {
    expect(drawPath([[0, 1], [2, 3], undefined, [4, 5], [6, 7]])).toBe("M0,1L2,3M4,5L6,7");
    expect(drawPath([undefined, undefined])).toBe("");
  });
});
