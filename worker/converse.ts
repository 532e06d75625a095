// From a call to the reply: what must be asked is asked, what must be agreed to is agreed to, and what was answered twice is run once.
import type { Reply } from "../contract.ts";
import type { Action, Given } from "./action.ts";
import { findAgreement } from "./agreement.ts";
import type { Call } from "./call.ts";
import { type Beginning, meetConversation } from "./conversation.ts";
import { Failure } from "./failure.ts";
import type { Left } from "./given.ts";
import type { OfferedUndo } from "./run.ts";
import type { Env } from "./settings.ts";

export type Conversed = { reply: Reply; undo?: OfferedUndo | undefined };

/** @param at when the run began */
export async function converse(action: Action, given: Given, left: Left, at: number, env: Env): Promise<Conversed> {
  const beginning: Beginning = { at, action: action.id, person: given.person.id };
  const meet = () => meetConversation(env, given.run.id);
  const ready = await action.prepare(given);
  if ("kind" in ready) {
    await meet().open(beginning);
    return { reply: ready };
  }
  const agreement = await findAgreement(action, ready, given, async () => (await meet().read()).shown);
  if (agreement !== undefined) {
    await meet().open(beginning, agreement.shown);
    return { reply: agreement.ask };
  }
  const isAnswer = hasAnswered(given.call);
  if (isAnswer && !(await meet().begin(beginning))) throw submittedTwice(given);
  const reply = await ready.run();
  if (reply.kind === "ask") {
    await (isAnswer ? meet().reopen() : meet().open(beginning));
    return { reply };
  }
  const offer = left.undo;
  if (offer === undefined || action.undo === undefined || reply.kind !== "done") return { reply };
  const undo = { until: Date.now() + offer.lifeS * 1_000, label: offer.label };
  await meet().keepUndo(beginning, { data: JSON.stringify(offer.data), until: undo.until });
  return { reply, undo };
}

/** What is answered, or tried again, is run once. */
export const hasAnswered = ({ input, plan, retryOf }: Call) => input !== undefined || plan !== undefined || retryOf !== undefined;

function submittedTwice({ run }: Given): Failure {
  return new Failure("already-submitted", {
    text: "This was submitted before, and runs once.",
    advice: `What came of it is at ${run.url}`,
  });
}

/** When this run began, where it is the answer to something it asked. Throws where it is somebody else's, or another action's. */
export async function resume(env: Env, id: string, action: Action, call: Call): Promise<number | undefined> {
  if (!hasAnswered(call) || env.CONVERSATIONS === undefined) return undefined;
  const { beginning } = await meetConversation(env, id).read();
  if (beginning === undefined) return undefined;
  const isAnothers = beginning.person !== undefined && call.person.id !== undefined && beginning.person !== call.person.id;
  if (beginning.action === action.id && !isAnothers) return beginning.at;
  throw new Failure("invalid-call", {
    text: `This run was begun ${isAnothers ? "by somebody else" : `by the action "${beginning.action}"`}.`,
    advice: "Run the action again from Kitsu.",
    field: "run",
  });
}
