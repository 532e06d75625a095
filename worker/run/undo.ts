// Undoes a run: once, in time, for its owner or a supervisor of all its projects.
import type { Action, ActionContext } from "../action/action.ts";
import { isOwner, supervises } from "../action/authorize.ts";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import type { Reply } from "../format/reply.ts";
import type { Env } from "../settings/settings.ts";
import { retryCall } from "../storage/retry-call.ts";
import { getRunCoordinator, type RunCoordinator } from "../storage/run-coordinator.ts";
import { linkRun } from "../storage/run-links.ts";
import type { RunRecord } from "../storage/run-record.ts";
import { getLongRun } from "./long-run/run-lookup.ts";
import type { PendingRecord } from "./run-recorder.ts";

/** `undone`: the updated record of the run, for the log; absent if nothing changed. */
export type UndoResult = { reply: Reply; undone?: PendingRecord };

export async function undoRun(
  action: Action,
  actionContext: ActionContext,
  record: RunRecord,
  env: Env,
): Promise<UndoResult> {
  await checkMayUndo(actionContext, record);
  const { undo } = action;
  // The log may have other records with this id, of calls that were refused. They offer no undo.
  if (undo === undefined || record.undo === undefined) throw undoExpired(action);
  const turn = await getRunCoordinator(env, record.id).takeUndo();
  if (turn.state !== "ready") {
    if (turn.state === "undone") return { reply: undoneBefore(action) };
    if (turn.state === "lost") throw undoExpired(action);
    throw new Failure("already-submitted", { text: message("run.undoRunning") });
  }
  const end = (...how: Parameters<RunCoordinator["endUndo"]>) =>
    retryCall(() => getRunCoordinator(env, record.id).endUndo(...how));
  try {
    const reply = await undo(actionContext, JSON.parse(turn.data), linkRun(actionContext.base, record.id, record.at));
    if (reply.kind !== "done") {
      await end(false);
      return { reply };
    }
    const { person, run } = actionContext;
    const undone = { ...record, undone: { at: Date.now(), person: person.name, reply } };
    await end(true, run.id, undone);
    await tellLongRun(undone, env);
    return { reply, undone: { record: undone, keptBy: run.id } };
  } catch (thrown) {
    await end(false);
    throw thrown;
  }
}

/** A long run that ended a moment ago still serves its page, and may not have logged its end. */
async function tellLongRun({ id, at, follow, undone }: RunRecord, env: Env): Promise<void> {
  if (follow === undefined) return;
  const told = getLongRun(env, id).markUndone(at, undone);
  await told.catch((cause: unknown) => {
    console.error(JSON.stringify({ message: "A long run does not know that it was undone", cause: String(cause) }));
  });
}

async function checkMayUndo(actionContext: ActionContext, { person: owner }: RunRecord): Promise<void> {
  if (isOwner(actionContext.person, owner) || (await supervises(actionContext))) return;
  throw new Failure("not-allowed", {
    title: message("run.foreignRun"),
    text: owner?.name ? message("run.onlyNamedOwnerMayUndo", { owner: owner.name }) : message("run.onlyOwnerMayUndo"),
  });
}

function undoneBefore({ title }: Action): Reply {
  return {
    kind: "done",
    severity: "info",
    title: message("run.alreadyUndone"),
    text: message("run.undoneBefore", { title }),
  };
}

function undoExpired({ title }: Action): Failure {
  return new Failure("undo-over", { text: message("run.undoOver", { title }), advice: message("run.undoByHand") });
}
