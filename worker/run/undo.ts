// Takes a run back: once, within its time, for the person whose run it was or for who is set over its projects.
import type { Reply } from "../../contract.ts";
import type { Action, ActionContext } from "../action/action.ts";
import { supervises } from "../action/authorize.ts";
import { Failure } from "../failure.ts";
import type { Env } from "../settings/settings.ts";
import { getRunCoordinator } from "../storage/run-coordinator.ts";
import type { RunRecord } from "../storage/run-record.ts";
import type { PendingRecord } from "./run-recorder.ts";

/** `undone`: the run as it is afterwards, for the log; absent where nothing changed. */
export type Undone = { reply: Reply; undone?: PendingRecord };

export async function undoRun(
  action: Action,
  actionContext: ActionContext,
  first: RunRecord,
  env: Env,
): Promise<Undone> {
  await checkMayUndo(action, actionContext, first);
  const { undo } = action;
  // A record that offered nothing is not of the run that can be taken back.
  if (undo === undefined || first.undo === undefined) throw tooLate(action);
  const conversation = getRunCoordinator(env, first.id);
  const turn = await conversation.takeUndo();
  if (turn.state !== "ready") {
    if (turn.state === "undone") return { reply: undoneAlready(action) };
    if (turn.state === "lost") throw tooLate(action);
    throw new Failure("already-submitted", { text: "Somebody is taking this back at this moment." });
  }
  try {
    const reply = await undo(actionContext, JSON.parse(turn.data));
    if (reply.kind !== "done") {
      await conversation.endUndo(false);
      return { reply };
    }
    const record = { ...first, undone: { at: Date.now(), person: actionContext.person.name, reply } };
    await conversation.endUndo(true, actionContext.run.id, record);
    return { reply, undone: { record, keptBy: actionContext.run.id } };
  } catch (thrown) {
    await conversation.endUndo(false);
    throw thrown;
  }
}

async function checkMayUndo(action: Action, actionContext: ActionContext, { person: first }: RunRecord): Promise<void> {
  if (actionContext.person.id === first?.id || (await supervises(action, actionContext))) return;
  throw new Failure("not-allowed", {
    title: "This is another person's run",
    text: `Only ${first?.name ?? "who ran it"}, and the supervisors of its projects, may take it back.`,
  });
}

function undoneAlready({ title }: Action): Reply {
  return {
    kind: "done",
    severity: "info",
    title: "It is taken back already",
    text: `${title} was taken back before. Nothing more was done.`,
  };
}

function tooLate({ title }: Action): Failure {
  return new Failure("undo-over", {
    text: `${title} can't be taken back any more.`,
    advice: "Do it by hand in Kitsu.",
  });
}
