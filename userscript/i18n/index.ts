/** The texts in the language that Kitsu is set to, or else in English. */
import { readLocale } from "../kitsu-page.ts";
import { en } from "./en.ts";
import { findLanguage, type Language } from "./load-language.ts";
import type { Parameters, PlainKey, TemplateKey } from "./messages.ts";

const ENGLISH: Language = { language: "en", messages: en };

/** Kitsu writes "fr", "fr_FR", "en_video-game"; browsers write "fr-CA". */
function findCurrent(): Language {
  return findLanguage(readLocale().slice(0, 2).toLowerCase()) ?? ENGLISH;
}

/** The language of the texts. */
export function getLanguage(): string {
  return findCurrent().language;
}

export function messages(): Readonly<Record<PlainKey, string>> {
  return findCurrent().messages;
}

/** Fills in a text's placeholders. `count` chooses the plural form. */
export function format<K extends TemplateKey>(key: K, parameters: Parameters<K>): string {
  const { language, messages } = findCurrent();
  const message = messages[key];
  const values: Readonly<Record<string, string | number>> = parameters;
  const text =
    typeof message === "string"
      ? message
      : (message[new Intl.PluralRules(language).select(Number(values.count))] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => `${values[name] ?? placeholder}`);
}
