// The alarms of long runs, which a test runs one by one. The clock moves to each alarm's time, so
// that no test waits.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** When each object's alarm is due, in epoch milliseconds. */
const due = new WeakMap<DurableObjectStorage, number>();

/** From now on, the object's alarm runs only with `runAlarm`. */
export function holdAlarms({ storage }: DurableObjectState): void {
  const define = (name: string, value: unknown) => Object.defineProperty(storage, name, { value, configurable: true });
  define("setAlarm", async (at: number | Date) => void due.set(storage, Number(at)));
  define("getAlarm", async () => due.get(storage) ?? null);
  define("deleteAlarm", async () => void due.delete(storage));
}

/** Runs the alarm of a long run, at its time. Does nothing if there is none. */
export const runAlarm = (runId: string): Promise<void> =>
  runInDurableObject(env.LONG_RUNS.getByName(runId), async (run, { storage }) => {
    const at = due.get(storage);
    if (at === undefined) return;
    due.delete(storage);
    if (at > Date.now()) vi.useFakeTimers({ toFake: ["Date"], now: at });
    await run.alarm();
  });
