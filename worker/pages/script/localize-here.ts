// Texts in the reader's language, from the messages that the worker put into the page.
import type { MessageValues } from "../../../gen/worker-messages.ts";
import { type MessageKey, type MessageValue, message, type Text } from "../../format/message.ts";
import { writeText } from "../../format/write-text.ts";
import { SCRIPT_TEXTS, type ScriptTexts } from "../script-texts.ts";

type ScriptKey = Extract<MessageKey, `pageScript.${string}`>;
type Values<K extends ScriptKey> = MessageValues<MessageValue>[K];

const { reader, messages } = readTexts();

function readTexts(): ScriptTexts {
  const element = document.querySelector<HTMLMetaElement>(`meta[name=${SCRIPT_TEXTS}]`);
  return JSON.parse(element?.content ?? '{"reader":{"language":"en","locale":"en"},"messages":{}}');
}

/** A text of format/labels.ts. */
export const localizeHere = (text: Text): string => writeText(text, reader, (key) => messages[key]);

/** say("pageScript.opening", { app: "Nuke" }) */
export const say = <K extends ScriptKey>(
  key: K,
  ...values: Values<K> extends undefined ? [] : [values: Readonly<NonNullable<Values<K>>>]
): string => localizeHere(message(key, ...values));
