// What any server said, made readable.
import * as v from "valibot";
import { Reply } from "./reply.ts";
import { Run } from "./run.ts";

/** What a server said, whoever wrote it. */
export type ParsedResponse =
  | { kind: "reply"; reply: Reply; run?: Run | undefined }
  | { kind: "newer"; replyKind: string; title: string }
  | { kind: "message"; title: string; text?: string; failed: boolean }
  | { kind: "text"; text: string; failed: boolean }
  | { kind: "html"; html: string; title: string; failed: boolean }
  | { kind: "nothing"; failed: boolean };

const Envelope = v.object({ reply: v.unknown(), run: v.fallback(v.optional(Run), undefined) });
const text = v.fallback(v.optional(v.string()), undefined);
const Newer = v.object({ kind: v.string(), title: text });
const Words = v.object({
  title: text,
  detail: text,
  message: text,
  error: text,
  success: v.fallback(v.optional(v.boolean()), undefined),
});

/**
 * Reads the answer of any server: our own wire (with or without the envelope), problem details after RFC 9457, `{message}` and
 * its common cousins, plain text, HTML, or nothing but a status.
 * @param status the HTTP status; 0 where none arrived
 * @param contentType the Content-Type header, "" where there is none
 */
export function parseResponse(status: number, contentType: string, body: string): ParsedResponse {
  const failed = status >= 400 || status === 0;
  const trimmed = body.trim();
  if (trimmed === "") return { kind: "nothing", failed };
  if (/html/i.test(contentType) || /^<(!doctype html|html)\b/i.test(trimmed)) {
    const title = readTitle(body);
    return { kind: "html", html: body, title, failed };
  }
  const value = parseJson(trimmed);
  return hearReply(value) ?? hearWords(value, failed) ?? { kind: "text", text: trimmed, failed };
}

/** Titles are near the top. By hand, for a pattern would begin anew at each of many `<title`, and the page is anybody's. */
function readTitle(body: string): string {
  const head = body.slice(0, HEAD_MAX_CHARS);
  const begin = head.search(/<title[\s>]/i);
  const open = begin < 0 ? -1 : head.indexOf(">", begin);
  if (open < 0) return "";
  const close = head.indexOf("<", open);
  return head
    .slice(open + 1, close < 0 ? undefined : close)
    .trim()
    .slice(0, TITLE_MAX_CHARS);
}

const HEAD_MAX_CHARS = 65_536;
const TITLE_MAX_CHARS = 300;

function hearReply(value: unknown): ParsedResponse | undefined {
  const envelope = v.safeParse(Envelope, value);
  const { reply: enclosed, run } = envelope.success ? envelope.output : {};
  const reply = v.safeParse(Reply, enclosed ?? value);
  if (reply.success) return { kind: "reply", reply: reply.output, run };
  const newer = v.safeParse(Newer, enclosed);
  if (!newer.success || KINDS.includes(newer.output.kind)) return undefined;
  return { kind: "newer", replyKind: newer.output.kind, title: newer.output.title ?? "" };
}

function hearWords(value: unknown, failed: boolean): ParsedResponse | undefined {
  const words = v.safeParse(Words, value);
  if (!words.success) return undefined;
  const { title, detail, message, error, success } = words.output;
  const [first, second] = [title, message ?? detail ?? error].filter((said) => said?.trim());
  if (!first) return undefined;
  return { kind: "message", title: first, ...(second && { text: second }), failed: failed || success === false };
}

const KINDS: readonly string[] = ["done", "ask", "started", "failed"];

/** Python servers write an absent member as null: both mean the same here. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body, function (this: unknown, _key, value: unknown) {
      return value === null && !Array.isArray(this) ? undefined : value;
    });
  } catch {
    return undefined;
  }
}
