import { expect, it } from "vitest";
import { runCases } from "./run-cases.ts";

/**
 * The same cases each time, so that a failure is due to a change. `npm run fuzz` has others, and
 * many more.
 */
const SEED = 17;
const CASES = 2_000;

it(`answers random requests correctly: seed ${SEED}`, async () => {
  // Writes of one key need no pause here, or the test would wait for the log.
  const { counts, runs, failure } = await runCases({ cases: CASES, seed: SEED, writeIntervalMs: 0 });
  expect(failure, failure).toBeUndefined();
  expect(counts.cases).toBe(CASES);
  expect(runs).toBeGreaterThan(CASES / 10);
});
