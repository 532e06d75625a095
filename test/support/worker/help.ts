// Holds every reply of the worker against docs/troubleshooting.md.
import * as v from "valibot";
import { Reply } from "../../../contract.ts";
import { helpCodes } from "../../../gen/help-codes.ts";
import { FAILURE_CODES } from "../../../worker/format/failure.ts";

const ReplyAnswer = v.object({ reply: Reply });
const OWN_CODES: ReadonlySet<string> = new Set(FAILURE_CODES);

/** Throws if a reply of the worker itself says to ask a TD, and has no link to the help. */
export function checkHelp(answer: unknown): void {
  const { success, output } = v.safeParse(ReplyAnswer, answer);
  if (!success) return;
  const { reply } = output;
  const links = (reply.links ?? []).filter(({ url }) => url.includes("/help#")).map(({ url }) => url.split("#")[1]);
  const outcomes = "outcomes" in reply ? reply.outcomes?.map(({ reason }) => reason) : [];
  const texts = [reply.text, "advice" in reply && reply.advice, outcomes].flat().filter(Boolean).join(" ");
  const isOwn = reply.kind !== "failed" || OWN_CODES.has(reply.code);
  if (isOwn && /\bTD\b/.test(texts) && links.length !== 1)
    throw new Error(`docs/troubleshooting.md must say that a TD can fix it, and help-entry.ts where: ${texts}`);
  // In words of its server, it may need no help.
  if (reply.kind !== "failed" || !isOwn || reply.code === "target-refused") return;
  if (links.includes(reply.code) !== helpCodes.has(reply.code))
    throw new Error(`Show this reply with showReply: ${reply.code}`);
}
