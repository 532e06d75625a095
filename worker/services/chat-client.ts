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

/**
 * Posts a message. Returns undefined, or what is wrong, in English and without the address.
 * @param lines those that don't fit are left out
 */
export async function postToChat(
  { url, format }: ChatWebhook,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = startDeadline(ANSWER_MAX_MS);
  try {
    const answer = await sendRequest({
      server: "The chat",
      url,
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Kitsu-Actions" },
      body: JSON.stringify(formatMessage(format, lines)),
      signal,
      deadline,
    });
    await answer.discard();
    return answer.isOk ? undefined : `The chat answered with status ${answer.status}.`;
  } catch (thrown) {
    return thrown instanceof HttpError ? thrown.message : "The request could not be sent.";
  }
}

function formatMessage(format: ChatFormat, lines: readonly string[]): object {
  const text = shorten(lines.map((line) => escapeLine(format, line)));
  // Names of actions must not notify anybody.
  return format === "discord" ? { content: text, allowed_mentions: { parse: [] } } : { text };
}

/** In Slack, "<!channel>" notifies everybody, and in Mattermost "@channel" does. */
function escapeLine(format: ChatFormat, line: string): string {
  const plain = line.replaceAll("@", "@\u2060");
  return format === "slack" ? plain.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign) : plain;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function shorten(lines: readonly string[]): string {
  let text = "";
  for (const line of lines) {
    const longer = text === "" ? line : `${text}\n${line}`;
    if (longer.length > MESSAGE_MAX_CHARS) return text || `${line.slice(0, MESSAGE_MAX_CHARS).toWellFormed()}…`;
    text = longer;
  }
  return text;
}
