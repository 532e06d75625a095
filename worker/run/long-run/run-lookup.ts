// Finds a run by its id: a live long run, a record that the log has not taken yet, or one in the
// log.
import * as v from "valibot";
import { RunId } from "../../../contract.ts";
import { Failure, missingBinding } from "../../format/failure.ts";
import { message, type Text } from "../../format/message.ts";
import type { Reply, Run } from "../../format/reply.ts";
import type { Env, Settings } from "../../settings/settings.ts";
import { getRunCoordinator } from "../../storage/run-coordinator.ts";
import { withoutUsed } from "../../storage/run-links.ts";
import { parseRecord, readRunRecord, unknownRun } from "../../storage/run-log.ts";
import { RunRecord } from "../../storage/run-record.ts";
import type { RunAnswer } from "./long-run-state.ts";

/** `answer`: what the page of a long run shows, if the run is live or ended a moment ago. */
export type FoundRun = { record: RunRecord; answer?: RunAnswer | undefined };

export function getLongRun(env: Env, id: string): ReturnType<Cloudflare.Env["LONG_RUNS"]["getByName"]> {
  if (env.LONG_RUNS === undefined) throw missingBinding("LONG_RUNS", "LongRun");
  return env.LONG_RUNS.getByName(id);
}

/**
 * The newest state of a run. Throws if there is no such run.
 * @param at when it started, in epoch milliseconds, if the URL says so
 */
export async function findRun(env: Env, settings: Settings, id: string, at: number | undefined): Promise<FoundRun> {
  const [live, pending] = await Promise.all([findLiveRun(env, id, at), readPending(env, id, at)]);
  return live ?? pending ?? { record: await findRunRecord(env, settings, id, at) };
}

/** Like `findRun`, with one request, but only a run that is live or ended a moment ago. */
export async function findLiveRun(env: Env, id: string, at?: number): Promise<FoundRun | undefined> {
  if (env.LONG_RUNS === undefined || !v.is(RunId, id)) return undefined;
  const live = await getLongRun(env, id).peek();
  return live && select({ answer: live.answer, record: v.parse(RunRecord, live.record) }, at);
}

/** The log may have other entries with this id: calls that were refused because of it. */
const select = (found: FoundRun, at: number | undefined) =>
  (at ?? found.record.at) === found.record.at ? found : undefined;

/**
 * The run's record in the log. The log is ordered by time and can't be searched for an id, so
 * without a time this asks the run's coordinator, which remembers it for a day after its last use.
 */
export async function findRunRecord(
  env: Env,
  settings: Settings,
  id: string,
  at: number | undefined,
): Promise<RunRecord> {
  const startedAt = at ?? (await readStartTime(env, id));
  if (startedAt === undefined) throw unknownRun(settings);
  return readRunRecord(env, settings, id, startedAt);
}

/**
 * The run without the offers that were used since its record was written: only its coordinator
 * knows them. A run that offers nothing needs no request.
 */
export async function dropUsedOffers(env: Env, run: Run): Promise<Run> {
  const offersNothing = run.undo === undefined && run.retry === undefined;
  if (offersNothing || env.RUN_COORDINATORS === undefined) return run;
  return withoutUsed(run, await getRunCoordinator(env, run.id).readUsed());
}

/** The reply of another run, finished or not; undefined if there is no such run. */
export async function readRunReply(env: Env, settings: Settings, id: string): Promise<Reply | undefined> {
  const live = await findLiveRun(env, id);
  if (live !== undefined) return live.record.reply;
  const found = await findRun(env, settings, id, undefined).catch((thrown: unknown) => {
    if (thrown instanceof Failure && thrown.code === "unknown-run") return undefined;
    throw thrown;
  });
  return found?.record.reply;
}

/** Neither can it be controlled. */
export const runOver = () => new Failure("run-over", { text: message("longRun.over") });

/** The run continues, but this button is not there now, or never was. */
export const notOffered = (text: Text = message("longRun.otherButtons")) =>
  new Failure("run-over", { title: message("longRun.notOffered"), text });

async function readStartTime(env: Env, id: string): Promise<number | undefined> {
  if (env.RUN_COORDINATORS === undefined || !v.is(RunId, id)) return undefined;
  return getRunCoordinator(env, id).readStartTime();
}

async function readPending(env: Env, id: string, at: number | undefined): Promise<FoundRun | undefined> {
  if (env.RUN_COORDINATORS === undefined || !v.is(RunId, id)) return undefined;
  const json = await getRunCoordinator(env, id).readPendingRecord(at);
  const record = json === undefined ? undefined : parseRecord(JSON.parse(json));
  return record && select({ record }, at);
}
