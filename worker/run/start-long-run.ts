// Continues a run after its response, if the action asked for that.
import { Failure, toFailure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Run } from "../format/reply.ts";
import type { RequestContext } from "../request/request-context.ts";
import { followLinks, makeRunId } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import type { CallState } from "./call-state.ts";
import { hashKey } from "./long-run/long-run-routes.ts";
import { getLongRun } from "./long-run/run-lookup.ts";

/**
 * Starts the long run and returns the URLs to follow it. If the run does not continue, releases its
 * locks and returns undefined.
 */
export async function startLongRun(
  { env, base }: RequestContext,
  { action, effects, person }: CallState,
  record: RunRecord,
): Promise<Partial<Run> | Failure | undefined> {
  if (effects?.continuation === undefined || record.reply.kind !== "started") {
    await effects?.release();
    return undefined;
  }
  const { continuation, undo } = effects;
  const key = makeRunId();
  const { id, at } = record;
  const start = {
    record: { ...record, follow: await hashKey(key) },
    base,
    email: person?.email,
    token: continuation.token,
    reader: effects.reader,
    key,
    isWatched: action.watch !== undefined,
    hasLocked: effects.hasLocked,
    ...(undo !== undefined && { undo: { ...undo, data: JSON.stringify(undo.data) } }),
  };
  const controls = [...continuation.controls];
  const begin = () => getLongRun(env, id).begin(start, JSON.stringify(continuation.data), controls);
  try {
    // After some errors, such as a deploy, it is unclear whether the run started, so try twice. If
    // both fail, the locks stay, because the run may have started. They expire by themselves.
    if (await begin().catch(begin)) return followLinks(base, { id, at, key, controls });
    return new Failure("already-submitted", {
      text: message("run.idInUse"),
      advice: message("run.runAgainFromKitsu"),
    });
  } catch (thrown) {
    return toFailure(thrown);
  }
}
