// How many requests may still be made: Cloudflare's free plan allows fifty in one pass.
import pMap from "p-map";
import { Failure } from "../../format/failure.ts";

export type RequestBudget = {
  /** Takes this many requests. Takes none and returns false if there are not enough left. */
  take(count?: number): boolean;
  remaining(): number;
};

export function makeRequestBudget(most: number): RequestBudget {
  let remaining = most;
  return {
    remaining: () => remaining,
    take: (count = 1) => {
      if (remaining < count) return false;
      remaining -= count;
      return true;
    },
  };
}

/** Undefined on a Failure: a request for additional details must not fail the poll. */
export async function attempt<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    return undefined;
  }
}

/** Runs `each` for several items at a time. Once a call returns false, no other is started. */
export async function forEachUntilFalse<T>(
  all: readonly T[],
  concurrency: number,
  each: (one: T) => Promise<boolean>,
): Promise<void> {
  let isStopped = false;
  await pMap(
    all,
    async (one) => {
      if (!isStopped && !(await each(one))) isStopped = true;
    },
    { concurrency },
  );
}
