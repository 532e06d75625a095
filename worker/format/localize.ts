// Turns texts into the reader's language.
import { catalogues, keys } from "../../gen/worker-messages.ts";
import type { CompiledMessage } from "../../messages/format-message.ts";
import { isText, type MessageKey, type Text } from "./message.ts";
import { ENGLISH, type Reader } from "./reader.ts";
import { writeText } from "./write-text.ts";

type Catalogue = readonly CompiledMessage[];

/** Where each text is in a catalogue. */
const INDEXES: ReadonlyMap<string, number> = new Map(keys.map((key, index) => [key, index]));

/** The languages that were read so far. */
const loaded = new Map<string, Catalogue>();

function getCatalogue(language: string): Catalogue {
  const found: Catalogue = loaded.get(language) ?? JSON.parse(catalogues.get(language) ?? "[]");
  loaded.set(language, found);
  return found;
}

const findMessage = (key: string, language: string): CompiledMessage | undefined => {
  const index = INDEXES.get(key);
  return index === undefined ? undefined : (getCatalogue(language)[index] ?? getCatalogue("en")[index]);
};

/** Is it a key of the catalogue, and not a text? */
export const isMessageKey = (text: string): text is MessageKey => INDEXES.has(text);

export const hasLanguage = (language: string): boolean => catalogues.has(language);

/** The text in the reader's language. */
export const localize = (text: Text, reader: Reader): string =>
  writeText(text, reader, (key) => findMessage(key, reader.language));

/** For the console and errors' own messages. */
export const toEnglish = (text: Text): string => localize(text, ENGLISH);

/** The texts of some areas of the catalogue, for a script that writes them itself. */
export function listMessages(
  areas: readonly string[],
  { language }: Pick<Reader, "language">,
): Readonly<Record<string, CompiledMessage>> {
  const wanted = keys.filter((key) => areas.some((area) => key.startsWith(`${area}.`)));
  return Object.fromEntries(wanted.map((key) => [key, findMessage(key, language) ?? ""]));
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Everything in a value, with its texts in the reader's language. */
export function localizeAll(whole: unknown, reader: Reader): unknown {
  const localizeEach = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    // Most rows of tables have no texts.
    if (Array.isArray(value)) return value.some(isObject) ? value.map(localizeEach) : value;
    if (isText(value)) return localize(value, reader);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, localizeEach(member)]));
  };
  return localizeEach(whole);
}
