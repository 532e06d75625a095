// Why a worker refused, in a sentence for the terminal, with the address of the entry that says
// more: the worker serves docs/troubleshooting.md.
import * as v from "valibot";
import { FAILURE_CODES } from "../worker/format/failure.ts";

const Failed = v.object({
  reply: v.object({
    kind: v.literal("failed"),
    code: v.string(),
    title: v.string(),
    text: v.optional(v.string()),
    advice: v.optional(v.string()),
  }),
});

/** What every JSON of a worker has. */
const Versioned = v.object({ version: v.number() });

/** "How to fix it: …"; undefined for a code that an action defines for itself. */
export const linkHelp = (worker: string, code: string): string | undefined =>
  FAILURE_CODES.some((known) => known === code) ? `How to fix it: ${worker}/help#${code}` : undefined;

/**
 * @param worker its address, without the last "/"
 * @param json what it answered; undefined if that is no JSON
 * @param access what to set if Cloudflare Access is in front of it
 */
export function describeRefusal(
  worker: string,
  { status, headers }: Response,
  json: unknown,
  access = "CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET to a service token with access",
): string {
  if (status >= 300 && status < 400)
    return `it redirects to ${headers.get("location")?.split("?")[0] ?? "nowhere"}. Use the worker's address as the browser shows it. If Cloudflare Access protects it, set ${access}.`;
  const failed = v.safeParse(Failed, json);
  if (v.is(Versioned, json) && !failed.success)
    return `status ${status}, with an answer that this version of kitsu-actions does not know. Update it, or the worker.`;
  if (!failed.success) return `status ${status}, but not the answer of an action server. Is the address right?`;
  const { title, text, advice, code } = failed.output.reply;
  return [`${title}.`, text, advice, linkHelp(worker, code)].filter(Boolean).join(" ");
}
