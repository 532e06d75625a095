// Reads the response of any server.
import * as v from "valibot";
import { parseJson } from "./parse-json.ts";
import { Reply } from "./reply.ts";
import { Run } from "./run.ts";

/**
 * What a server answered, in any of the formats that `parseResponse` reads.
 * - `newer`: a reply of a kind that this version does not know
 * - `message`: JSON with a title or a message in it
 */
export type ParsedResponse =
  | { kind: "reply"; reply: Reply; run?: Run | undefined }
  | { kind: "newer"; replyKind: string; title: string }
  | { kind: "message"; title: string; text?: string; failed: boolean }
  | { kind: "text"; text: string; failed: boolean }
  | { kind: "html"; html: string; title: string; failed: boolean }
  | { kind: "nothing"; failed: boolean };

/**
 * Reads our own wire format (with or without the envelope), problem details (RFC 9457), `{message}`
 * and its common relatives, plain text, HTML, or an empty body.
 * @param status the HTTP status; 0 if there was no response
 * @param contentType the Content-Type header, "" if there was none
 */
export function parseResponse(status: number, contentType: string, body: string): ParsedResponse {
  const failed = status >= 400 || status === 0;
  const trimmed = body.trim();
  if (trimmed === "") return { kind: "nothing", failed };
  if (/html/i.test(contentType) || /^<(!doctype html|html)\b/i.test(trimmed)) {
    return { kind: "html", html: body, title: readTitle(body), failed };
  }
  const value = parseJson(trimmed);
  return parseReply(value) ?? parseMessage(value, failed) ?? { kind: "text", text: trimmed, failed };
}

const optionalText = v.fallback(v.optional(v.string()), undefined);
const Envelope = v.object({ reply: v.unknown(), run: v.fallback(v.optional(Run), undefined) });
const UnknownReply = v.object({ kind: v.string(), title: optionalText });
const Message = v.object({
  title: optionalText,
  detail: optionalText,
  message: optionalText,
  error: optionalText,
  success: v.fallback(v.optional(v.boolean()), undefined),
});

const KNOWN_KINDS: readonly string[] = ["done", "ask", "started", "failed"];

function parseReply(value: unknown): ParsedResponse | undefined {
  const envelope = v.safeParse(Envelope, value);
  const { reply: enclosed, run } = envelope.success ? envelope.output : {};
  const reply = v.safeParse(Reply, enclosed ?? value);
  if (reply.success) return { kind: "reply", reply: reply.output, run };
  const unknown = v.safeParse(UnknownReply, enclosed);
  if (!unknown.success || KNOWN_KINDS.includes(unknown.output.kind)) return undefined;
  return { kind: "newer", replyKind: unknown.output.kind, title: unknown.output.title ?? "" };
}

function parseMessage(value: unknown, failed: boolean): ParsedResponse | undefined {
  const parsed = v.safeParse(Message, value);
  if (!parsed.success) return undefined;
  const { title, detail, message, error, success } = parsed.output;
  const [first, second] = [title, message ?? detail ?? error].filter((line) => line?.trim());
  if (!first) return undefined;
  return { kind: "message", title: first, ...(second && { text: second }), failed: failed || success === false };
}

const HEAD_MAX_CHARS = 65_536;
const TITLE_MAX_CHARS = 300;

/**
 * Titles are near the top. Not one regular expression: on a page with many `<title`, which anyone
 * may send, it would start over at each of them.
 */
function readTitle(body: string): string {
  const head = body.slice(0, HEAD_MAX_CHARS);
  const start = head.search(/<title[\s>]/i);
  const open = start < 0 ? -1 : head.indexOf(">", start);
  if (open < 0) return "";
  const close = head.indexOf("<", open);
  return head
    .slice(open + 1, close < 0 ? undefined : close)
    .trim()
    .slice(0, TITLE_MAX_CHARS);
}
