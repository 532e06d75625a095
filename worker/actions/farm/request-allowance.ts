// How many requests may still be made: Cloudflare's free plan has fifty for all that one watch does.
import { Failure } from "../../failure.ts";

export type Allowance = {
  /** Whether so many may still be made. They are counted. */
  take(count?: number): boolean;
  left(): number;
};

export function allow(most: number): Allowance {
  let left = most;
  return {
    left: () => left,
    take: (count = 1) => {
      if (left < count) return false;
      left -= count;
      return true;
    },
  };
}

/** Nothing where it is not answered: what is asked only to know more must not fail the look. */
export async function attempt<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    return undefined;
  }
}

/** So many at once, until one of them says no. */
export async function inBatches<T>(
  all: readonly T[],
  atOnce: number,
  each: (one: T) => Promise<boolean>,
): Promise<void> {
  for (let start = 0; start < all.length; start += atOnce) {
    const going = await Promise.all(all.slice(start, start + atOnce).map(each));
    if (going.includes(false)) return;
  }
}
