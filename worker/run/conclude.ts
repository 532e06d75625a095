// Turns the outcome of a call, whatever it is, into the response and the record for the log.
import { removeUnsafeLinks } from "../action/safe-links.ts";
import { Failure } from "../format/failure.ts";
import type { RequestContext } from "../request/request-context.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { describeRun } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { nameTasks } from "../storage/selected-tasks.ts";
import { warnIfUnstable } from "../storage/use/unstable.ts";
import { type CallState, makeRecord } from "./call-state.ts";
import type { ExecuteResult } from "./execute.ts";
import { linkDoctor } from "./link-doctor.ts";
import { answerCall, statusOf } from "./response.ts";
import type { PendingRecord } from "./run-recorder.ts";
import { startLongRun } from "./start-long-run.ts";

/** `finish` records the end of the request. It returns what still has to be written to the log. */
export type Conclusion = { response: Response; finish(): Promise<PendingRecord | undefined> };

export async function concludeCall(
  request: Request,
  context: RequestContext,
  state: CallState,
  result: ExecuteResult | Failure,
): Promise<Conclusion> {
  const { action, call, recorder, person, reader } = state;
  if ("duplicate" in result) {
    const { duplicate } = result;
    const response = answerCall(request, duplicate, context, { failure: duplicate.failure, call, person, reader });
    // The first request logs the run.
    return { response, finish: async () => recorder?.finish() };
  }
  const firstRecord = recordOutcome(state, result, context);
  const follow = await startLongRun(context, state, firstRecord);
  const outcome = follow instanceof Failure ? follow : result;
  const failure = outcome instanceof Failure ? outcome : undefined;
  const record = outcome === result ? firstRecord : recordOutcome(state, outcome, context);
  if (failure?.code === "internal-error") {
    const { id, cause } = record;
    console.error(JSON.stringify({ message: "An action failed", run: id, action: action.id, cause }));
  }
  const links = follow instanceof Failure ? undefined : follow;
  const run = { ...describeRun(context.base, record), ...links };
  const warned = warnIfUnstable(record.reply, action.id, context.env, (work) => context.ctx.waitUntil(work));
  const response = warned.then((reply) =>
    answerCall(request, { run, reply }, context, { failure, call, person, reader }),
  );
  // A long run writes its own log entries.
  const isLogged = links !== undefined;
  const asked = outcome instanceof Failure ? undefined : outcome.asked;
  const finish = async () => {
    if (recorder !== undefined) return recorder.finish(record, isLogged, asked);
    // A link may ask, too.
    if (asked !== undefined) await getRunCoordinator(context.env, record.id).open(asked);
    return isLogged ? undefined : { record };
  };
  // Store a run that asked or changed something before answering, so that its URLs and the answer
  // to its question work even if the worker dies right after.
  if (action.isSafe && asked === undefined) return { response: await response, finish };
  const [answered, pending] = await Promise.all([response, finish()]);
  return { response: answered, finish: async () => pending };
}

/** The record of this outcome, with the reply that the person sees. */
function recordOutcome(
  state: CallState,
  outcome: Exclude<ExecuteResult, { duplicate: unknown }> | Failure,
  { settings, base }: RequestContext,
): RunRecord {
  const failure = outcome instanceof Failure ? outcome : undefined;
  const undo = outcome instanceof Failure ? undefined : outcome.undo;
  const safe = linkDoctor(removeUnsafeLinks(outcome.reply, settings.schemes, base), failure, state, base);
  const named = nameTasks(safe, state.call, state.selected);
  // Its page would say to run it from Kitsu again, but that runs the action.
  const isChange = state.call?.changeOf !== undefined;
  const reply = isChange && named.kind === "failed" ? { ...named, retry: undefined } : named;
  return makeRecord(state, reply, {
    status: statusOf(reply, failure),
    failure,
    undo,
    deployedAtS: settings.deployedAtS,
  });
}
