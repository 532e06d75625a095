// From a call to the reply: what must be asked is asked, what must be agreed to is agreed to, and what was answered twice is run once.
import type { Reply, Run } from "../../contract.ts";
import type { Person } from "../access/person.ts";
import type { Action, ActionContext } from "../action/action.ts";
import { requestConfirmation } from "../action/confirmation.ts";
import { Failure } from "../failure.ts";
import { findRun } from "../long-run/run-lookup.ts";
import type { Call, EarlierRun } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import { getRunCoordinator, type RunIdentity } from "../storage/run-coordinator.ts";
import { describeRun, linkRun, type OfferedUndo } from "../storage/run-links.ts";
import type { ActionEffects } from "./action-context.ts";

/** The same run, which was submitted before. */
export type DuplicateRun = { run: Run; reply: Reply; failure?: Failure };

export type ExecuteResult = { reply: Reply; undo?: OfferedUndo | undefined } | { duplicate: DuplicateRun };

/** When the run began, and by which request. `isNamed`: whoever called gave it its id, and so may send it twice; `isTaken`: it was. */
export type RunStart = { at: number; token: string; isNamed: boolean; isTaken: boolean };

type Place = Pick<RequestContext, "env" | "settings" | "base">;

export async function execute(
  action: Action,
  actionContext: ActionContext,
  left: ActionEffects,
  { at, token, isNamed, isTaken }: RunStart,
  place: Place,
): Promise<ExecuteResult> {
  const beginning: RunIdentity = { at, action: action.id, person: actionContext.person.id };
  const meet = () => getRunCoordinator(place.env, actionContext.run.id);
  if (isTaken) return { duplicate: await findDuplicate(action, actionContext, at, place) };
  const ready = await action.prepare(actionContext);
  if ("kind" in ready) {
    await meet().open(beginning);
    return { reply: ready };
  }
  const agreement = await requestConfirmation(action, ready, actionContext, async () => (await meet().read()).shown);
  if (agreement !== undefined) {
    await meet().open(beginning, agreement.shown);
    return { reply: agreement.ask };
  }
  const takesTurn = isOnce(action, actionContext.call, isNamed);
  const first = takesTurn ? await meet().begin(beginning, token) : undefined;
  if (first !== undefined) return { duplicate: await findDuplicate(action, actionContext, first.at, place) };
  const { retryOf } = actionContext.call;
  const reply =
    retryOf === undefined
      ? await ready.run()
      : await retryOnce(retryOf, { id: actionContext.run.id, at }, ready.run, place);
  if (reply.kind === "ask") {
    await (takesTurn ? meet().reopen() : meet().open(beginning));
    return { reply };
  }
  const offer = left.undo;
  // What goes on can be taken back when it is over.
  if (offer === undefined || reply.kind !== "done") return { reply };
  const undo = { until: Date.now() + offer.lifeS * 1_000, label: offer.label };
  await meet().keepUndo(beginning, { data: JSON.stringify(offer.data), until: undo.until });
  return { reply, undo };
}

/** One retry of a run, from whichever page or tab; another one only where nothing came of it. */
async function retryOnce(
  first: EarlierRun,
  own: EarlierRun,
  run: () => Promise<Reply>,
  { env, base }: Place,
): Promise<Reply> {
  const conversation = getRunCoordinator(env, first.id);
  const other = await conversation.takeRetry(own);
  if (other !== undefined) {
    throw new Failure("already-submitted", {
      text: "This run was retried already, and a run can be retried only once.",
      advice: `The retry is at ${linkRun(base, other.id, other.at).url}: what failed in it can be retried from there.`,
    });
  }
  let isDone = false;
  try {
    const reply = await run();
    isDone = reply.kind === "done" || reply.kind === "started";
    return reply;
  } finally {
    if (!isDone) await conversation.returnRetry(own.id);
  }
}

/** What was submitted before runs once. Whoever's run it is gets it as it stands, or as it ended. */
async function findDuplicate(
  { id: action }: Action,
  { run, person, base }: ActionContext,
  at: number,
  { env, settings }: Place,
): Promise<DuplicateRun> {
  const found = await findRun(env, settings, run.id, at).catch(() => undefined);
  // What died before it knew whose it is says so in words that are anybody's.
  const isAnybodys = found?.record.reply.kind === "failed" && found.record.reply.code === "run-interrupted";
  if (found?.record.action === action && (isAnybodys || found.record.person?.id === person.id)) {
    const { record, followed } = found;
    if (followed !== undefined) return followed;
    // Before its end the log has no more than that something was asked.
    if (record.reply.kind !== "ask") return { run: describeRun(base, record), reply: record.reply };
  }
  const place = linkRun(base, run.id, at);
  const failure = new Failure("already-submitted", {
    text: "This was submitted before, and runs once.",
    advice: `What came of it is at ${place.url}`,
  });
  return { run: place, reply: failure.reply, failure };
}

/** What is answered, or tried again, is run once; so is what changes anything, where the same call can be known again. */
export const isOnce = ({ isSafe = false }: Action, { input, plan, retryOf }: Call, isNamed: boolean) =>
  input !== undefined || plan !== undefined || retryOf !== undefined || (isNamed && !isSafe);

/** Throws where the run is somebody else's, or another action's: its id is no secret, and gives nobody a right to it. */
export function checkSameRun({ action, person }: RunIdentity, { id }: Action, caller: Person): void {
  const isAnothers = person !== undefined && person !== caller.id;
  if (action === id && !isAnothers) return;
  throw new Failure("invalid-call", {
    text: `This run was begun ${isAnothers ? "by somebody else" : `by the action "${action}"`}.`,
    advice: "Run the action again from Kitsu.",
    field: "run",
  });
}
