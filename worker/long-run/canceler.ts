// Names who canceled a run, if that was not its owner: they find their render gone and want to know
// whom to ask.
import type { Reply } from "../../contract.ts";

/** Adds who canceled the run, unless everything was done already. A reply that has it stays as it is. */
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
