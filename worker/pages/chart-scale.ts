// Positions in a chart, in the units of its SVG.
import { nice, ticks } from "d3-array";

type Axis = { at(value: number): number; ticks: readonly number[] };

/**
 * An axis from zero to a round number above the maximum.
 * @param isWhole no fractional ticks, for values that are counts
 */
export function makeAxis(
  most: number,
  [from, to]: readonly [from: number, to: number],
  count: number,
  isWhole = false,
): Axis {
  const [, end] = nice(0, most || 1, count);
  const marks = ticks(0, end, count);
  return { at: (value) => from + (value / end) * (to - from), ticks: isWhole ? marks.filter(Number.isInteger) : marks };
}

/** Rows of equal height. `gap`: the share of a row that stays empty between and around them. */
export function makeRows(count: number, height: number, gap = 0): { top(nth: number): number; thick: number } {
  const step = height / Math.max(1, count + gap);
  return { top: (nth) => step * (nth + gap), thick: step * (1 - gap) };
}

/** Evenly spaced points from end to end; a single point is in the middle. */
export function makePoints(count: number, left: number, right: number): (nth: number) => number {
  return count < 2 ? () => (left + right) / 2 : (nth) => left + (nth * (right - left)) / (count - 1);
}

/** The path through these points, with a gap at each missing one. */
export function drawPath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  return points.map((point, nth) => point && `${points[nth - 1] === undefined ? "M" : "L"}${point.join()}`).join("");
}
