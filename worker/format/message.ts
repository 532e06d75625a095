// Texts for persons. The worker passes them on as keys and values, and localize.ts turns them into
// the reader's language at the very end: the log can be read in any language.
import type { MessageValues } from "../../gen/worker-messages.ts";

export type MessageKey = keyof MessageValues<MessageValue>;

/** A text of the catalogue in messages/, with the values of its placeholders. It is plain JSON. */
export type Message = {
  readonly key: string;
  readonly values?: Readonly<Record<string, MessageValue | readonly MessageValue[]>>;
};

/**
 * One text per language, for a studio's own actions: `{ en: "Say hello", fr: "Dire bonjour" }`.
 * English is for everybody whose language is missing.
 */
export type LocalTexts = { readonly en: string; readonly [language: string]: string };

/** A plain string is the same in every language: a name, or words that come from elsewhere. */
export type Text = string | Message | LocalTexts;
export type MessageValue = Text | number;

type Values<K extends MessageKey> = MessageValues<MessageValue>[K];

/** message("playlist.created", { count: 2 }) */
export function message<K extends MessageKey>(
  key: K,
  ...[values]: Values<K> extends undefined ? [] : [values: Readonly<NonNullable<Values<K>>>]
): Message {
  return values === undefined ? { key } : { key, values };
}

type OptionalText = Text | false | undefined;

/** Sentences of one paragraph, without those that are absent; undefined if none remains. */
export const joinSentences = (texts: readonly OptionalText[]): Text | undefined => join("shared.sentences", texts);

/** Paragraphs of one text, without those that are absent; undefined if none remains. */
export const joinParagraphs = (texts: readonly OptionalText[]): Text | undefined => join("shared.paragraphs", texts);

function join(key: "shared.sentences" | "shared.paragraphs", texts: readonly OptionalText[]): Text | undefined {
  const present = texts.filter((text): text is Text => text !== undefined && text !== false && text !== "");
  return present.length > 1 ? message(key, { texts: present }) : present[0];
}

export const isMessage = (value: object): value is Message => "key" in value && typeof value.key === "string";

/** Is this object a text, and not a part of a reply that contains texts? */
export const isText = (value: object): value is Message | LocalTexts =>
  isMessage(value) || ("en" in value && typeof value.en === "string");
