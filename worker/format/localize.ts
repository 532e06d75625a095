// Turns texts into the reader's language.
import { catalogues, keys } from "../../gen/worker-messages.ts";
import type { CompiledMessage } from "../../messages/format-message.ts";
import { isText, type MessageKey, type Text } from "./message.ts";
import { ENGLISH, type Reader } from "./reader.ts";
import { writeText } from "./write-text.ts";

type Catalogue = Readonly<Record<string, CompiledMessage>>;

/** The languages that were read so far. */
const loaded = new Map<string, Catalogue>();

function getCatalogue(language: string): Catalogue {
  const found = loaded.get(language) ?? readCatalogue(catalogues.get(language) ?? "[]");
  loaded.set(language, found);
  return found;
}

function readCatalogue(json: string): Catalogue {
  const messages: CompiledMessage[] = JSON.parse(json);
  return Object.fromEntries(keys.map((key, index) => [key, messages[index] ?? ""]));
}

/** Is it a key of the catalogue, and not a text? */
export const isMessageKey = (text: string): text is MessageKey => Object.hasOwn(getCatalogue("en"), text);

export const hasLanguage = (language: string): boolean => catalogues.has(language);

/** The text in the reader's language. */
export const localize = (text: Text, reader: Reader): string =>
  writeText(text, reader, (key) => getCatalogue(reader.language)[key] ?? getCatalogue("en")[key]);

/** For the console and errors' own messages. */
export const toEnglish = (text: Text): string => localize(text, ENGLISH);

/** The texts of some areas of the catalogue, for a script that writes them itself. */
export function listMessages(areas: readonly string[], { language }: Pick<Reader, "language">): Catalogue {
  return Object.fromEntries(
    Object.entries({ ...getCatalogue("en"), ...getCatalogue(language) }).filter(([key]) =>
      areas.some((area) => key.startsWith(`${area}.`)),
    ),
  );
}

/** Everything in a value, with its texts in the reader's language. */
export function localizeAll(value: unknown, reader: Reader): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => localizeAll(one, reader));
  if (isText(value)) return localize(value, reader);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, localizeAll(member, reader)]));
}
