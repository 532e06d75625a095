// The report of a workstation's handler about the program that a ticket asked it to start.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message } from "../format/message.ts";
import { readText } from "../request/body.ts";

const BODY_MAX_CHARS = 4_000;
const TEXT_MAX_CHARS = 500;

/**
 * `started`, `failed`, or `unknown` if the handler can't tell; `text` is shown to the person.
 * examples/handler sends this as JSON.
 * @see examples/handler/README.md
 */
export const TicketReport = v.object({
  state: v.picklist(["started", "failed", "unknown"]),
  text: v.fallback(
    v.pipe(
      v.string(),
      v.transform((text) => text.trim().slice(0, TEXT_MAX_CHARS).toWellFormed()),
    ),
    "",
  ),
});
export type TicketReport = v.InferOutput<typeof TicketReport>;

const ReportBody = v.pipe(v.string(), v.maxLength(BODY_MAX_CHARS), v.parseJson(), TicketReport);

export async function readTicketReport(request: Request): Promise<TicketReport> {
  const parsed = v.safeParse(ReportBody, await readText(request));
  if (parsed.success) return parsed.output;
  throw new Failure("invalid-call", {
    title: message("storage.notReport"),
    text: message("storage.sendReport", {
      states: ['"started"', '"failed"', '"unknown"'],
      limit: TEXT_MAX_CHARS,
    }),
  });
}
