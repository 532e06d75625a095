// Who canceled a run, where that was somebody else than the person whose run it is: they find their render gone, and want to know whom to ask.
import type { Reply } from "../../contract.ts";

/** What the action says, and who canceled it, if anything was canceled. Says it once, for a reply may be told again. */
export function nameCanceler(reply: Reply, name: string | undefined): Reply {
  if (name === undefined || reply.kind === "ask") return reply;
  if (isWhole(reply)) return reply;
  const said = reply.kind === "started" ? `${name} is canceling it.` : `Canceled by ${name}.`;
  return reply.text?.startsWith(said) ? reply : { ...reply, text: [said, reply.text].filter(Boolean).join(" ") };
}

/** It was done before it could be canceled. */
function isWhole(reply: Reply): boolean {
  if (reply.kind !== "done") return false;
  return reply.outcomes?.length ? reply.outcomes.every(({ state }) => state === "done") : reply.severity === "success";
}
