// From the call to the run that goes on after it.
import type { Action } from "../action/action.ts";
import { Failure, toFailure } from "../failure.ts";
import { hashKey } from "../long-run/long-run-routes.ts";
import { getLongRun } from "../long-run/run-lookup.ts";
import type { RequestContext } from "../request/request-context.ts";
import { followLinks, makeRunId } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import type { ActionEffects } from "./action-context.ts";

/** Lets a run go on that said so, and says how it can be followed. What it locked and does not need ends here. */
export async function startLongRun(
  action: Action,
  { env, base }: RequestContext,
  record: RunRecord,
  left: ActionEffects | undefined,
  email: string | undefined,
): Promise<ReturnType<typeof followLinks> | Failure | undefined> {
  if (left?.continuation === undefined || record.reply.kind !== "started") {
    await left?.release();
    return undefined;
  }
  const key = makeRunId();
  const { id, at } = record;
  const beginning = {
    record: { ...record, follow: await hashKey(key) },
    base,
    email,
    token: left.continuation.token,
    key,
    isWatched: action.watch !== undefined,
    ...(left.undo !== undefined && { undo: { ...left.undo, data: JSON.stringify(left.undo.data) } }),
  };
  const data = JSON.stringify(left.continuation.data);
  const begin = () => getLongRun(env, id).begin(beginning, data);
  try {
    // Once more where it can't be told whether it began, as in the middle of a deploy. What it locked is not released here, for it may have: it ends by itself.
    if (await begin().catch(begin)) return followLinks(base, { id, at, key, controls: [] });
    return new Failure("already-submitted", {
      text: "There is a run of this id, and it is at work.",
      advice: "Run the action again from Kitsu.",
    });
  } catch (thrown) {
    return toFailure(thrown);
  }
}
