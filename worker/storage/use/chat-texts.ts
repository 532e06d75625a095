// The messages for the studio's chat, in the studio's language. They name actions and codes, but no
// person, task or project: more people read a chat than may read the log.
import { listActions } from "../../actions/index.ts";
import { localize } from "../../format/localize.ts";
import { message, type Text } from "../../format/message.ts";
import type { Reader } from "../../format/reader.ts";
import type { ChatMessage } from "../../services/chat-client.ts";
import type { Settings, SettingsWithChat } from "../../settings/settings.ts";
import { OTHER_CODE } from "./use-event.ts";
import type { UseRows } from "./use-tables.ts";

type Code = { code: string; count: number };

const ACTIONS_MAX = 12;
const CODES_MAX = 4;

/** The whole studio reads the chat, so its zone is everybody's. */
const getReader = ({ language = "en", timeZone }: Settings): Reader => ({
  language,
  locale: language,
  timeZone: timeZone ?? "UTC",
  isOwnZone: timeZone !== undefined,
});

const findTitle = (settings: Settings, action: string): Text =>
  listActions(settings).find(({ id }) => id === action)?.title ?? action;

/** The most frequent ones, and the others together. */
function listCodes(codes: readonly Code[]): Text[] {
  const add = (some: readonly Code[]) => some.reduce((total, { count }) => total + count, 0);
  const most = codes
    .filter(({ code }) => code !== OTHER_CODE)
    .toSorted((one, other) => other.count - one.count)
    .slice(0, CODES_MAX);
  const others = { code: OTHER_CODE, count: add(codes) - add(most) };
  return [...most, ...(others.count > 0 ? [others] : [])].map(({ code, count }) =>
    message("use.code", { code, count }),
  );
}

export function writeFailures(
  settings: SettingsWithChat,
  action: string,
  since: number,
  codes: readonly Code[],
): ChatMessage {
  const text = message("chat.failures", { title: findTitle(settings, action), since, codes: listCodes(codes) });
  return write(settings, [text], `/runs?${new URLSearchParams({ action, state: "failed" })}`);
}

export function writeWeek(
  settings: SettingsWithChat,
  { counts, codes, unstable }: UseRows,
  { from, to }: { from: string; to: string },
): ChatMessage {
  const used = counts.filter(({ runs }) => runs > 0).toSorted((one, other) => other.runs - one.runs);
  const sum = (name: "runs" | "failed") => used.reduce((total, row) => total + row[name], 0);
  const lines = used.slice(0, ACTIONS_MAX).map(({ action, runs, failed }) => {
    const title = findTitle(settings, action);
    if (failed === 0) return message("chat.action", { title, runs });
    const why = listCodes(codes.filter((row) => row.action === action));
    return message("chat.actionFailed", { title, runs, failed, codes: why });
  });
  const titles = unstable.map((action) => findTitle(settings, action));
  return write(
    settings,
    [
      message("chat.week", { from, to, runs: sum("runs"), failed: sum("failed") }),
      ...lines,
      ...(used.length > ACTIONS_MAX ? ["…"] : []),
      ...(titles.length > 0 ? [message("chat.unstable", { actions: titles })] : []),
    ],
    "/use?days=7",
  );
}

function write(settings: SettingsWithChat, texts: readonly Text[], path: string): ChatMessage {
  const { address } = settings.chat;
  const lines = texts.map((text) => localize(text, getReader(settings)));
  return { lines, link: address && address + path };
}
