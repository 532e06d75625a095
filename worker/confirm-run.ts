// What was handed to a program has arrived there: the log says so from then on.
import { Failure } from "./failure.ts";
import { findRun, recordRun } from "./journal.ts";
import type { Env, Settings } from "./settings.ts";

/** False where it can't be read or written yet. A run that is in no log any more has nothing to be confirmed. */
export async function confirmRun(env: Env, settings: Settings, { id, at }: { id: string; at: number }): Promise<boolean> {
  try {
    const recorded = await findRun(env, settings, id, at);
    const { reply } = recorded;
    if (reply.kind !== "done" || reply.outcomes === undefined) return true;
    const outcomes = reply.outcomes.map((one) => (one.state === "waiting" ? { ...one, state: "done" as const } : one));
    return await recordRun(env, settings, { ...recorded, reply: { ...reply, outcomes } });
  } catch (thrown) {
    return thrown instanceof Failure && thrown.code === "unknown-run";
  }
}
