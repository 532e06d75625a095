// How long runs take, as a histogram: one count for each step of a logarithmic scale. Its size does
// not depend on the number of runs, and days can be added up.

/** Each step is this much longer than the one before. */
const GROWTH = 1.2;
const LOG_GROWTH = Math.log(GROWTH);
/** More than a month. */
const LAST_STEP = 120;

/** How many runs took how long, by the step of the scale. */
export type Histogram = ReadonlyMap<number, number>;

/** The step of a duration: n stands for all above 1.2^(n-1) ms, up to 1.2^n ms. */
export const toStep = (ms: number): number =>
  Math.min(LAST_STEP, Math.max(0, Math.ceil(Math.log(Math.max(1, ms)) / LOG_GROWTH - 1e-9)));

/** The geometric middle of a step: at most 9.6 % from any duration of it. */
const toMs = (step: number): number => Math.round(GROWTH ** (step - 0.5));

/**
 * The duration that this share of the runs didn't exceed, by the nearest rank; undefined without
 * runs.
 * @param share 0.5 for the median
 */
export function findQuantile(histogram: Histogram, share: number): number | undefined {
  const steps = [...histogram].toSorted(([one], [other]) => one - other);
  const count = steps.reduce((total, [, runs]) => total + runs, 0);
  let rest = Math.max(1, Math.ceil(count * share));
  for (const [step, runs] of steps) {
    rest -= runs;
    if (rest <= 0) return toMs(step);
  }
  return undefined;
}
