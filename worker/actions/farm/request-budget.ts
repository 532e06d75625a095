// How many requests may still be made: Cloudflare's free plan allows fifty in one pass.
import { Failure } from "../../failure.ts";

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

/** Runs `each` for batches of this size, until one call returns false. */
export async function inBatches<T>(
  all: readonly T[],
  batchSize: number,
  each: (one: T) => Promise<boolean>,
): Promise<void> {
  for (let start = 0; start < all.length; start += batchSize) {
    const results = await Promise.all(all.slice(start, start + batchSize).map(each));
    if (results.includes(false)) return;
  }
}
