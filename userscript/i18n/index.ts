/** The texts in the language that Kitsu is set to, or else in English. */
import type { MessageValues } from "../../gen/userscript-messages.ts";
import { formatMessage } from "../../messages/format-message.ts";
import { CONFIG } from "../config.ts";
import { readLocales, readTimeZone } from "../kitsu-page.ts";
import type { Language } from "./load-language.ts";
import { ENGLISH, findLanguage } from "./load-language.ts";

type Values = MessageValues<string | number>;

/** The language that Kitsu is set to, as far as there is such a language: "fr". */
function findWanted(): string {
  // Kitsu writes "fr", "fr_FR", "en_video-game"; browsers write "fr-CA".
  const languages = readLocales().map((locale) => locale.slice(0, 2));
  return languages.find((language) => CONFIG.languages?.includes(language)) ?? "en";
}

function findCurrent(): Language {
  return findLanguage(findWanted()) ?? ENGLISH;
}

/** The language of the texts. */
export function getLanguage(): string {
  return findCurrent().language;
}

/**
 * Tells the worker the language, so that its answers fit our texts, and the time zone: not every
 * answer is for a person whom it can look up.
 */
export function readerQuery(): string {
  const wanted = findWanted();
  const { language } = findLanguage(wanted) ?? { language: wanted };
  return `lang=${language}&tz=${encodeURIComponent(readTimeZone())}`;
}

/** The text: t(m.more, { count: 2 }) */
export function t<K extends keyof Values>(
  key: K,
  ...[values]: Values[K] extends undefined ? [] : [values: Readonly<NonNullable<Values[K]>>]
): string {
  const { language, messages } = findCurrent();
  // A string's `toLocaleString` is the string.
  return formatMessage(messages[key] ?? "", values ?? {}, language, (value) => Object(value).toLocaleString(language));
}

/** "35 sec", "12 min", "3 hr" */
export function formatDuration(seconds: number): string {
  const [size, unit] = seconds < 60 ? [1, "second"] : seconds < 5_400 ? [60, "minute"] : [3_600, "hour"];
  return Math.round(seconds / size).toLocaleString(getLanguage(), { style: "unit", unit });
}

export function formatList(texts: readonly string[]): string {
  return texts.join(/ja|zh/.test(getLanguage()) ? "、" : ", ");
}
