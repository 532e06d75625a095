// What the handler at a workstation says of a program that it was to start. Without a word of it, that it took its ticket is all that is known.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import { readText } from "../request/body.ts";

const BODY_MAX_CHARS = 4_000;
const TEXT_MAX_CHARS = 500;

/**
 * `started`, `failed`, or `unknown` where nobody can tell; `text` says more, for the person. examples/handler sends exactly this, as JSON.
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

export async function readTicketReport(request: Request): Promise<TicketReport> {
  const text = await readText(request);
  const json = v.safeParse(v.pipe(v.string(), v.maxLength(BODY_MAX_CHARS), v.parseJson(), TicketReport), text);
  if (json.success) return json.output;
  throw new Failure("invalid-call", {
    title: "This is no report",
    text: 'A report is JSON with a "state", which is "started", "failed" or "unknown", and a "text" of at most 500 characters.',
  });
}
