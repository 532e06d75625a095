// Holds every failure that the worker answers with against docs/troubleshooting.md.
import * as v from "valibot";
import { Failed } from "../../../contract.ts";
import { helpCodes } from "../../../gen/help-codes.ts";
import { FAILURE_CODES } from "../../../worker/format/failure.ts";

const FailedAnswer = v.object({ reply: Failed });
const OWN_CODES: ReadonlySet<string> = new Set(FAILURE_CODES);

/** Throws if a failure of the worker itself says to ask a TD, and has no link to the help. */
export function checkHelp(answer: unknown): void {
  const failed = v.safeParse(FailedAnswer, answer);
  if (!failed.success || !OWN_CODES.has(failed.output.reply.code)) return;
  const { code, text = "", advice = "", links = [] } = failed.output.reply;
  const isLinked = links.some(({ url }) => url.endsWith(`/help#${code}`));
  if (/\bTD\b/.test(`${text} ${advice}`) && !isLinked)
    throw new Error(`docs/troubleshooting.md must say in ${code} that a TD can fix it: ${text} ${advice}`);
  if (isLinked !== helpCodes.has(code)) throw new Error(`Show this reply with showReply: ${code}`);
}
