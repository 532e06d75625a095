// Names the person who canceled another person's run, so that its owner knows whom to ask.
import type { Reply } from "../../contract.ts";

/** Adds who canceled the run, unless everything was done already or the reply says it already. */
export function nameCanceler(reply: Reply, name: string | undefined): Reply {
  if (name === undefined || reply.kind === "ask" || isComplete(reply)) return reply;
  const sentence = reply.kind === "started" ? `${name} is canceling it.` : `Canceled by ${name}.`;
  if (reply.text?.startsWith(sentence)) return reply;
  return { ...reply, text: [sentence, reply.text].filter(Boolean).join(" ") };
}

function isComplete(reply: Reply): boolean {
  if (reply.kind !== "done") return false;
  return reply.outcomes?.length ? reply.outcomes.every(({ state }) => state === "done") : reply.severity === "success";
}
