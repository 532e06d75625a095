// What is wrong with a setting: the message of a schema, until the name of the setting is known.
import type { MessageValues } from "../../gen/worker-messages.ts";
import { type Message, type MessageKey, type MessageValue, message } from "./message.ts";
import { readSchemaMessage, schemaMessage } from "./schema-message.ts";

type AllValues = MessageValues<MessageValue>;
/** The texts about a setting, {name}. */
type ProblemKey = { [K in MessageKey]: AllValues[K] extends { name: MessageValue } ? K : never }[MessageKey];
type OtherValues<K extends ProblemKey> = Omit<AllValues[K], "name">;

/**
 * A schema's message, without the name of the setting:
 * `settingProblem("settings.least", { least: 1 })`.
 */
export const settingProblem = <K extends ProblemKey>(
  key: K,
  ...[values]: keyof OtherValues<K> extends never ? [] : [values: Readonly<OtherValues<K>>]
): string => schemaMessage({ key, values: { ...values } });

/** The text with the name of the setting; undefined if a schema's message is none of ours. */
export function readSettingProblem(problem: string, name: string): Message | undefined {
  const found = readSchemaMessage(problem);
  return found && { key: found.key, values: { ...found.values, name } };
}

/** The advice to set a secret, and where that is done: at Cloudflare, and on premises. */
export const adviseSecret = (name: string, advice: Message): Message =>
  message("shared.sentences", {
    texts: [advice, message("settings.secretPlace", { command: `npx wrangler secret put ${name}` })],
  });

/** The advice of what needs a bot's account in Kitsu. */
export const adviseBotToken = (): Message => adviseSecret("KITSU_TOKEN", message("settings.setBotToken"));
