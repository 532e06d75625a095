// Runs an action: asks for what is missing, asks for confirmation, and then runs it only once,
// however often the call is sent.
import type { Action, ActionContext } from "../action/action.ts";
import { isOwner } from "../action/authorize.ts";
import { requestConfirmation, type ShownPlan } from "../action/confirmation.ts";
import { describeDryRun } from "../action/dry-run.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Reply, Run } from "../format/reply.ts";
import type { EarlierRun } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import { type AskedRun, identifyRun } from "../storage/known-run.ts";
import { retryCall } from "../storage/retry-call.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import { describeRun, linkRun, type OfferedUndo } from "../storage/run-links.ts";
import type { ActionEffects } from "./action-context.ts";
import { dropUsedOffers, findRun } from "./long-run/run-lookup.ts";
import { runsOnce } from "./own-run.ts";

/** The run that an earlier request with the same call started. */
export type DuplicateRun = { run: Run; reply: Reply; failure?: Failure };

/** - `asked`: who was asked, to be remembered with the end of the request; absent if nobody was */
export type ExecuteResult =
  | { reply: Reply; undo?: OfferedUndo | undefined; asked?: AskedRun | undefined }
  | { duplicate: DuplicateRun };

/**
 * - `at`: when the run started, in epoch milliseconds
 * - `token`: identifies this request among those for the same run
 * - `hasRequestedId`: the page gave the run its id, so it may send the call twice
 * - `isTaken`: the run was submitted before
 */
export type RunStart = { at: number; token: string; hasRequestedId: boolean; isTaken: boolean };

type Place = Pick<RequestContext, "env" | "settings" | "base">;

export async function execute(
  action: Action,
  actionContext: ActionContext,
  effects: ActionEffects,
  { at, token, hasRequestedId, isTaken }: RunStart,
  place: Place,
): Promise<ExecuteResult> {
  const { call, person, run } = actionContext;
  const identity = identifyRun(at, action.id, person);
  // Opened only when needed, because an action that changes nothing works without Durable Objects.
  const coordinator = () => getRunCoordinator(place.env, run.id);
  if (isTaken) return { duplicate: await findDuplicate(action, actionContext, at, place) };

  /** The answer needs a coordinator, so there has to be one. */
  const ask = (reply: Reply, shown?: ShownPlan): ExecuteResult => {
    coordinator();
    return { reply, asked: { identity, shown } };
  };
  const prepared = await action.prepare(actionContext);
  if ("kind" in prepared) return ask(prepared);
  effects.choices = prepared.choices;
  // Whatever follows may change something: a dry call ends here.
  if (call.isDry && !action.isSafe) return { reply: await describeDryRun(action, prepared, actionContext) };

  const readShown = async () => (await coordinator().read()).shown;
  const confirmation = await requestConfirmation(action, prepared, actionContext, readShown);
  if (confirmation !== undefined) return ask(confirmation.ask, confirmation.shown);

  const takesTurn = runsOnce(action, call, hasRequestedId);
  const first = takesTurn ? await retryCall(() => coordinator().takeTurn(identity, token)) : undefined;
  if (first !== undefined) return { duplicate: await findDuplicate(action, actionContext, first.at, place) };
  const reply =
    call.retryOf === undefined
      ? await prepared.run()
      : await retryOnce(call.retryOf, { id: run.id, at }, prepared.run, place);
  if (reply.kind === "ask") {
    if (takesTurn) await coordinator().returnTurn();
    return ask(reply);
  }

  // A long run offers its undo when it ends.
  if (effects.undo === undefined || reply.kind !== "done") return { reply };
  const { data, lifeS, label } = effects.undo;
  const undo = { until: Date.now() + lifeS * 1_000, label };
  await retryCall(() => coordinator().offerUndo(identity, { data: JSON.stringify(data), until: undo.until }));
  return { reply, undo };
}

/** A run can be retried once, from any page or tab, or again if the retry did nothing. */
async function retryOnce(
  first: EarlierRun,
  own: EarlierRun,
  run: () => Promise<Reply>,
  { env, base }: Place,
): Promise<Reply> {
  const coordinator = () => getRunCoordinator(env, first.id);
  const other = await retryCall(() => coordinator().takeRetry(own));
  if (other !== undefined) {
    throw new Failure("already-submitted", {
      text: message("run.retriedBefore"),
      advice: message("run.seeRetry", { url: linkRun(base, other.id, other.at).url }),
    });
  }
  let hasStarted = false;
  try {
    const reply = await run();
    hasStarted = reply.kind === "done" || reply.kind === "started";
    return reply;
  } finally {
    if (!hasStarted) await coordinator().returnRetry(own.id);
  }
}

/**
 * The owner of the first run gets its answer. Others, and callers who don't say who they are, learn
 * only that it was submitted before.
 */
async function findDuplicate(
  { id: action }: Action,
  { run, person, base }: ActionContext,
  at: number,
  { env, settings }: Place,
): Promise<DuplicateRun> {
  const found = await findRun(env, settings, run.id, at).catch(() => undefined);
  // A run that was interrupted before its owner was known has a reply without personal data, which
  // anyone may see.
  const isInterrupted = found?.record.reply.kind === "failed" && found.record.reply.code === "run-interrupted";
  if (found?.record.action === action && (isInterrupted || isOwner(person, found.record.person))) {
    const { record, answer } = found;
    if (answer !== undefined) return { ...answer, run: await dropUsedOffers(env, answer.run) };
    // While the run is running, the log only says that something was asked.
    if (record.reply.kind !== "ask")
      return { run: await dropUsedOffers(env, describeRun(base, record)), reply: record.reply };
  }
  const link = linkRun(base, run.id, at);
  const failure = new Failure("already-submitted", {
    text: message("run.submittedBefore"),
    advice: message("run.seeOutcome", { url: link.url }),
  });
  return { run: link, reply: failure.reply, failure };
}
