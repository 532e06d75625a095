// Where things are in a chart, in the picture's own units.
import { nice, ticks } from "d3-array";

export type Axis = { at(value: number): number; ticks: readonly number[] };

/**
 * From zero to a round number above the most there is.
 * @param isWhole what is counted comes in one piece: there is no tick at half a task
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

/** So many rows one below the other, each as thick; `gap` is the part of a row that is left between them, and around. */
export function makeRows(count: number, height: number, gap = 0): { top(nth: number): number; thick: number } {
  const step = height / Math.max(1, count + gap);
  return { top: (nth) => step * (nth + gap), thick: step * (1 - gap) };
}

/** So many points from end to end; one alone is in the middle. */
export function makePoints(count: number, left: number, right: number): (nth: number) => number {
  return count < 2 ? () => (left + right) / 2 : (nth) => left + (nth * (right - left)) / (count - 1);
}

/** The path through these points, broken where one is missing. */
export function drawPath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  return points.map((point, nth) => point && `${points[nth - 1] === undefined ? "M" : "L"}${point.join()}`).join("");
}
