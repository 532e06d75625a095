/**
 * The languages beside English, each loaded from the worker once for each version of the
 * userscript. Until then, and if the file can't be had, everything is in English.
 */
import * as v from "valibot";
import { en } from "../../gen/userscript-messages.ts";
import type { CompiledMessage } from "../../messages/format-message.ts";
import { CONFIG } from "../config.ts";
import { readPersonId } from "../kitsu-page.ts";
import { readPath } from "../realm.ts";
import { loadList, saveList } from "../storage.ts";

const KEY = "kitsu-actions:language";

type Messages = readonly CompiledMessage[];

/** Every text that English has, in the same form: a missing one would mix two languages. */
const CompleteMessages = v.custom<Messages>((value) =>
  en.every((text, index) => {
    const message = readPath(value, index);
    return typeof text === "string" ? typeof message === "string" : Array.isArray(message);
  }),
);

const StoredLanguage = v.object({
  version: v.literal(CONFIG.version),
  language: v.string(),
  messages: CompleteMessages,
});
export type Language = { language: string; messages: Messages };

export const ENGLISH: Language = { language: "en", messages: en };

/** English stands in for a language that can't be had; undefined for one that is being loaded. */
const known = new Map<string, Language | undefined>([["en", ENGLISH]]);

/** Returns undefined while it isn't loaded, and begins to load it. */
export function findLanguage(language: string): Language | undefined {
  if (known.has(language)) return known.get(language);
  const stored = loadList(() => localStorage, KEY, StoredLanguage).find((one) => one.language === language);
  if (stored) known.set(language, stored);
  else if (readPersonId()) {
    // Before the login, only the browser's language is known, which may not be Kitsu's.
    known.set(language, undefined);
    requestLanguage(language).catch(() => known.set(language, ENGLISH));
  }
  return stored;
}

async function requestLanguage(language: string): Promise<void> {
  const { version, worker } = CONFIG;
  // With a session, as calls are: behind Cloudflare Access, the file needs one too.
  const response = await fetch(`${worker}/kitsu-actions.${language}.json?v=${version}`, { credentials: "include" });
  const messages: unknown = await response.json();
  if (!v.is(CompleteMessages, messages)) throw new Error("incomplete");
  known.set(language, { language, messages });
  saveList(() => localStorage, KEY, [{ version, language, messages }], 1);
}
