/**
 * The languages beside English, each loaded from the worker once for each version of the
 * userscript. Until then, and if the file can't be had, everything is in English.
 */
import * as v from "valibot";
import { CONFIG } from "../config.ts";
import { readPersonId } from "../kitsu-page.ts";
import { ignoreErrors, readPath } from "../realm.ts";
import { loadList, saveList } from "../storage.ts";
import { en } from "./en.ts";
import type { Messages } from "./messages.ts";

const KEY = "kitsu-actions:language";

const Plural = v.record(v.string(), v.string());

/** Every text that English has, in the same form: a missing one would mix two languages. */
const CompleteMessages = v.custom<Messages>((value) =>
  Object.entries(en).every(([key, text]) => {
    const message = readPath(value, key);
    return typeof text === "string" ? typeof message === "string" : v.is(Plural, message) && "other" in message;
  }),
);

const StoredLanguage = v.object({
  version: v.literal(CONFIG.version),
  language: v.string(),
  messages: CompleteMessages,
});
export type Language = { language: string; messages: Messages };

const loaded = new Map<string, Language>();
const requested = new Set<string>();

/** Returns undefined if it isn't loaded, and begins to load it if the worker has it. */
export function findLanguage(language: string): Language | undefined {
  if (!CONFIG.languages?.includes(language)) return undefined;
  const found = loaded.get(language);
  if (found || requested.has(language)) return found;
  const stored = loadList(() => localStorage, KEY, StoredLanguage).find((one) => one.language === language);
  if (stored) loaded.set(language, stored);
  else if (readPersonId()) {
    // Before the login, only the browser's language is known, which may not be Kitsu's.
    requested.add(language);
    ignoreErrors(() => requestLanguage(language));
  }
  return stored;
}

async function requestLanguage(language: string): Promise<void> {
  const { version, worker } = CONFIG;
  // With a session, as calls are: behind Cloudflare Access, the file needs one too.
  const response = await fetch(`${worker}/kitsu-actions.${language}.json?v=${version}`, { credentials: "include" });
  const messages: unknown = await response.json();
  if (!v.is(CompleteMessages, messages)) return;
  loaded.set(language, { language, messages });
  saveList(() => localStorage, KEY, [{ version, language, messages }], 1);
}
