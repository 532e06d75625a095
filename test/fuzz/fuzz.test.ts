import { expect, it } from "vitest";
import { campaign } from "./campaign.ts";

/** The same cases each time, so that a red test is about a change: `npm run fuzz` has others, and many more. */
const SEED = 17;
const CASES = 2_000;

it(`answers whatever is sent as it should: seed ${SEED}`, async () => {
  // The log takes every write at once, for nobody waits here until it does.
  const { tally, runs, failure } = await campaign({ cases: CASES, seed: SEED, writeEveryMs: 0 });
  expect(failure, failure).toBeUndefined();
  expect(tally.cases).toBe(CASES);
  expect(runs).toBeGreaterThan(CASES / 10);
});
