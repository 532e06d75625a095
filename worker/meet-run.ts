// A run that goes on, as others meet it: by its id alone.
import type { Reply } from "../contract.ts";
import { noBinding } from "./conversation.ts";
import { Failure } from "./failure.ts";
import { findRun } from "./journal.ts";
import type { LongRun } from "./long-run.ts";
import type { Env, Settings } from "./settings.ts";

/** How another run stands, or how it ended. */
export async function readRun(env: Env, settings: Settings, id: string): Promise<Reply | undefined> {
  const living = await meetLongRun(env, id).peek();
  if (living !== undefined) return living.reply;
  const ended = await findRun(env, settings, id, undefined).catch((thrown: unknown) => {
    if (thrown instanceof Failure && thrown.code === "unknown-run") return undefined;
    throw thrown;
  });
  return ended?.reply;
}

/** The long run of this id. */
export function meetLongRun(env: Env, id: string): DurableObjectStub<LongRun> {
  if (env.LONG_RUNS === undefined) throw noBinding("LONG_RUNS", "LongRun");
  return env.LONG_RUNS.getByName(id);
}
