import { setTimeout as sleep } from "node:timers/promises";

type Waiting = { limitMs: number; everyMs: number; signal?: AbortSignal };

/** Repeats the check until it is true. Returns false if it isn't within the limit. */
export async function waitUntil(
  check: () => boolean | Promise<boolean>,
  { limitMs, everyMs, signal }: Waiting,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!(await check())) {
    if (Date.now() >= end) return false;
    await sleep(everyMs, undefined, { signal });
  }
  return true;
}
