// A run that goes on, as others meet it: by its id alone. The log may not have it as it stands, not yet, or not any more.
import * as v from "valibot";
import { type Reply, RunId } from "../../contract.ts";
import { Failure, noBinding } from "../failure.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { readRecord, readRunRecord, unknownRun } from "../storage/run-log.ts";
import { RunRecord } from "../storage/run-record.ts";
import type { LiveRun } from "./long-run-state.ts";
import type { RunAnswer } from "./watch.ts";

/** The long run of this id. */
export function getLongRun(env: Env, id: string): ReturnType<Cloudflare.Env["LONG_RUNS"]["getByName"]> {
  if (env.LONG_RUNS === undefined) throw noBinding("LONG_RUNS", "LongRun");
  return env.LONG_RUNS.getByName(id);
}

/** A run as it stands: `followed` where it goes on, or did a moment ago. Throws where nobody knows it. */
export async function findRun(
  env: Env,
  settings: Settings,
  id: string,
  at: number | undefined,
): Promise<{ record: RunRecord; followed?: RunAnswer | undefined }> {
  const [living, kept] = await Promise.all([
    env.LONG_RUNS === undefined ? undefined : peekLongRun(env, id),
    readKept(env, id, at),
  ]);
  // The log may have other lines of the same id: of calls that were refused it.
  const isMeant = ({ record }: { record: RunRecord }) => (at ?? record.at) === record.at;
  if (living !== undefined && isMeant(living)) return living;
  // What the log has not taken yet is newer than what it has.
  if (kept !== undefined && isMeant(kept)) return kept;
  return { record: await findRunRecord(env, settings, id, at) };
}

/**
 * A run as the log has it. The log is in order of time and can't be searched for an id, so without a time the run itself is asked when it began:
 * it remembers for a day after it was last used.
 */
export async function findRunRecord(
  env: Env,
  settings: Settings,
  id: string,
  at: number | undefined,
): Promise<RunRecord> {
  const began = at ?? (await beganAt(env, id));
  if (began === undefined) throw unknownRun(settings);
  return readRunRecord(env, settings, id, began);
}

async function beganAt(env: Env, id: string): Promise<number | undefined> {
  return env.RUN_COORDINATORS !== undefined && v.is(RunId, id) ? getRunCoordinator(env, id).beganAt() : undefined;
}

async function readKept(env: Env, id: string, at: number | undefined): Promise<{ record: RunRecord } | undefined> {
  if (env.RUN_COORDINATORS === undefined || !v.is(RunId, id)) return undefined;
  const kept = await getRunCoordinator(env, id).readRecord(at);
  const record = kept === undefined ? undefined : readRecord(JSON.parse(kept));
  return record && { record };
}

/** How another run stands, or how it ended. */
export async function readRunReply(env: Env, settings: Settings, id: string): Promise<Reply | undefined> {
  const found = await findRun(env, settings, id, undefined).catch((thrown: unknown) => {
    if (thrown instanceof Failure && thrown.code === "unknown-run") return undefined;
    throw thrown;
  });
  return found?.record.reply;
}

async function peekLongRun(env: Env, id: string): Promise<LiveRun | undefined> {
  const living = v.is(RunId, id) ? await getLongRun(env, id).peek() : undefined;
  return living && { followed: living.followed, record: v.parse(RunRecord, living.record) };
}
