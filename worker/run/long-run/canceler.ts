import { toEnglish } from "../../format/localize.ts";
import { joinSentences, message } from "../../format/message.ts";
import type { Reply } from "../../format/reply.ts";

// Names the person who canceled another person's run, so that its owner knows whom to ask.

/** Adds who canceled the run, unless everything was done already or the reply says it already. */
export function nameCanceler(reply: Reply, name: string | undefined): Reply {
  if (name === undefined || reply.kind === "ask" || isComplete(reply)) return reply;
  const sentence = message(reply.kind === "started" ? "longRun.isCanceling" : "longRun.canceledBy", { name });
  if (toEnglish(reply.text ?? "").includes(toEnglish(sentence))) return reply;
  return { ...reply, text: joinSentences([sentence, reply.text]) };
}

function isComplete(reply: Reply): boolean {
  if (reply.kind !== "done") return false;
  return reply.outcomes?.length ? reply.outcomes.every(({ state }) => state === "done") : reply.severity === "success";
}
