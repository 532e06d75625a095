// What an action would do, for a call that must not do it.
import { joinParagraphs, message } from "../format/message.ts";
import type { Done } from "../format/reply.ts";
import type { Action, ActionContext, PreparedAction } from "./action.ts";
import { requestConfirmation } from "./confirmation.ts";

/** The plan that the person would have to confirm; of an action without one, only its selection. */
export async function describeDryRun(action: Action, ready: PreparedAction, context: ActionContext): Promise<Done> {
  const call = { ...context.call, plan: undefined };
  const asked = (await requestConfirmation(action, ready, { ...context, call }, async () => undefined))?.ask;
  const count = call.selection.length;
  return {
    kind: "done",
    severity: "info",
    title: message("run.dry", { title: asked?.title ?? action.title }),
    text: joinParagraphs([
      message("run.dryNothingDone"),
      asked === undefined ? message("run.dryWithoutPlan", { count }) : asked.text,
    ]),
    outcomes: asked?.outcomes,
  };
}
