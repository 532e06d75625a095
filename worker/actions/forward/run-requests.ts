// Asks a studio's server to cancel, pause, resume or undo one of its runs, and reads what it says.
import type { ForwardedControl, ForwardedUndo } from "../../../contract.ts";
import type { ActionContext } from "../../action/action.ts";
import type { Control, ControlAnswer } from "../../action/run-status.ts";
import { Failure } from "../../format/failure.ts";
import { randomHex } from "../../format/hex.ts";
import { type Message, message } from "../../format/message.ts";
import type { Reply, Run } from "../../format/reply.ts";
import { addProblem, type ServerAnswer } from "../../services/server-answer.ts";
import { type ForwardTarget, type StudioAnswer, sendToTarget } from "../../services/webhook-client.ts";
import { parseAnswer, refused, succeed } from "./answer-reply.ts";
import { describeRequest } from "./forwarded-call.ts";

/** Throws a Failure if the server refuses, or does not answer as it must. The run goes on then. */
export async function sendControl(
  target: ForwardTarget,
  context: ActionContext,
  run: Run,
  control: Control,
): Promise<ControlAnswer> {
  const maybeDone = message("target.maybeControlled");
  const content: ForwardedControl = { ...describeRequest(context, run, target.id), type: control };
  const { signal } = context;
  const id = `${run.id}-${control}-${randomHex(8)}`;
  const answer = await sendToTarget(target, { id, content, signal, maybeDone });
  const parsed = readAccepted(answer, target, { maybeDone, consequence: message("forward.runContinues") });
  switch (parsed.kind) {
    case "nothing":
      return { words: { title: message("forward.controlAccepted") } };
    case "message":
      return { words: succeed(parsed.title, parsed.text) };
    case "text":
      return { words: succeed(target.title, parsed.text) };
    case "reply":
      if (parsed.reply.kind === "ask") break;
      return { reply: addProblem(parsed.reply, parsed.problem), ...parsed.offers };
  }
  throw unexpected(target, ['"started"', '"done"', '"failed"'], maybeDone);
}

/**
 * The server gets the data that it offered the undo with. Throws a Failure if it refuses: the undo
 * can be tried again.
 */
export async function sendUndo(target: ForwardTarget, context: ActionContext, run: Run, data: unknown): Promise<Reply> {
  const maybeDone = message("target.maybeUndone");
  const content: ForwardedUndo = { ...describeRequest(context, run, target.id), type: "undo", data };
  const answer = await sendToTarget(target, { id: `${run.id}-undo`, content, signal: context.signal, maybeDone });
  // A server that refuses says that it did nothing; one that broke down does not.
  const consequence = answer.status >= 500 ? maybeDone : undefined;
  const parsed = readAccepted(answer, target, { maybeDone, consequence });
  switch (parsed.kind) {
    case "nothing":
      return succeed(target.title, message("forward.undoAccepted"));
    case "message":
      return succeed(parsed.title, parsed.text);
    case "text":
      return succeed(target.title, parsed.text);
    case "reply":
      if (parsed.reply.kind === "done" || parsed.reply.kind === "failed") return parsed.reply;
  }
  throw unexpected(target, ['"done"', '"failed"'], maybeDone);
}

/** The answer, unless it is a refusal: a status of 400 or more is one, whatever the body says. */
function readAccepted(
  answer: StudioAnswer,
  target: ForwardTarget,
  { maybeDone, consequence }: { maybeDone: Message; consequence: Message | undefined },
): ServerAnswer {
  const parsed = parseAnswer(answer, target, maybeDone);
  const isRefused = answer.status >= 400 || ("failed" in parsed && parsed.failed);
  if (isRefused) throw refused(parsed, answer.status, target, consequence);
  // A redirect has no other content.
  return answer.location === undefined ? parsed : { kind: "newer", replyKind: "redirect", title: "" };
}

const unexpected = ({ title }: ForwardTarget, kinds: string[], advice: Message) =>
  new Failure("target-answer-broken", { text: message("forward.expectedReply", { server: title, kinds }), advice });
