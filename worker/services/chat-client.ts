// Posts messages to a chat's incoming webhook. Whoever has its address can write there, so the
// address is a secret: no error names it.
import { HttpError, sendRequest, startDeadline } from "./http.ts";

export const CHAT_FORMATS = ["slack", "mattermost", "discord"] as const;
export type ChatFormat = (typeof CHAT_FORMATS)[number];

export type ChatWebhook = { url: string; format: ChatFormat };

const ANSWER_MAX_MS = 10_000;
/** Discord takes 2,000 characters. */
const MESSAGE_MAX_CHARS = 1_900;

/**
 * Mattermost's format is what most other chats take. Discord takes Slack's at an address of its
 * own.
 */
export function guessFormat(url: string): ChatFormat {
  const { hostname, pathname } = new URL(url);
  if (/(^|\.)discord(app)?\.com$/.test(hostname)) return pathname.endsWith("/slack") ? "slack" : "discord";
  return /^hooks\.slack(-gov)?\.com$/.test(hostname) ? "slack" : "mattermost";
}

/** `link`: an address below the lines. */
export type ChatMessage = { lines: readonly string[]; link: string | undefined };

/**
 * - `text`: in English and without the address
 * - `isGone`: the webhook was deleted, or its channel
 * - `waitMs`: how long the chat asks us to wait
 */
export type ChatProblem = { text: string; isGone: boolean; waitMs: number };

const GONE: readonly number[] = [401, 403, 404, 410];

/** Posts a message, without the lines that don't fit. Returns undefined, or what is wrong. */
export async function postToChat(
  { url, format }: ChatWebhook,
  content: ChatMessage,
  signal: AbortSignal,
): Promise<ChatProblem | undefined> {
  const deadline = startDeadline(ANSWER_MAX_MS);
  const toProblem = (text: string): ChatProblem => ({ text, isGone: false, waitMs: 0 });
  try {
    const answer = await sendRequest({
      server: "The chat",
      url,
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Kitsu-Actions" },
      body: JSON.stringify(formatMessage(format, content)),
      signal,
      deadline,
    });
    await answer.discard();
    const { isOk, status, headers } = answer;
    if (isOk) return undefined;
    if (GONE.includes(status))
      return {
        ...toProblem(`The chat refuses the webhook (status ${status}). Make a new one there, and set CHAT_WEBHOOK.`),
        isGone: true,
      };
    const waitS = Number(headers.get("retry-after") ?? 0);
    return { ...toProblem(`The chat answered with status ${status}.`), waitMs: waitS > 0 ? waitS * 1_000 : 0 };
  } catch (thrown) {
    return toProblem(thrown instanceof HttpError ? thrown.message : "The request could not be sent.");
  }
}

function formatMessage(format: ChatFormat, { lines, link }: ChatMessage): object {
  const last = link === undefined ? "" : `\n${format === "slack" ? escapeEntities(link) : link}`;
  const text = shorten(
    lines.map((line) => escapeLine(format, line)),
    MESSAGE_MAX_CHARS - last.length,
  );
  const whole = text + last;
  // Names of actions must not notify anybody, or be taken for markup.
  if (format === "discord") return { content: whole, allowed_mentions: { parse: [] } };
  return format === "slack" ? { text: whole, mrkdwn: false } : { text: whole };
}

/** In Slack and Mattermost, "<!channel>" notifies everybody; elsewhere, "@channel" does. */
function escapeLine(format: ChatFormat, line: string): string {
  const plain = line.replaceAll("@", "@\u2060");
  return format === "slack" ? escapeEntities(plain) : plain.replaceAll("<", "<\u2060").replace(MARKDOWN, "\\$&");
}

/** An underscore within a word is not markup. */
const MARKDOWN = /[\\*~`|[\]#>]|\b_|_\b/g;

const escapeEntities = (text: string) => text.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function shorten(lines: readonly string[], maxChars: number): string {
  let text = "";
  for (const line of lines) {
    const longer = text === "" ? line : `${text}\n${line}`;
    if (longer.length > maxChars) return text || `${line.slice(0, maxChars).toWellFormed()}…`;
    text = longer;
  }
  return text;
}
