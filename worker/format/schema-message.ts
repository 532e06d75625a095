// Texts as the messages of a schema, which are strings. A text without values can be named by its
// key instead.
import * as v from "valibot";
import { isMessage, type Message } from "./message.ts";

/** `v.check(isBelow, schemaMessage(message("flamenco.notBelow", { roots })))` */
export const schemaMessage = ({ key, values }: Message): string => JSON.stringify({ key, values });

const StoredMessage = v.pipe(
  v.string(),
  v.parseJson(),
  v.custom<Message>((value) => typeof value === "object" && value !== null && isMessage(value)),
);

/** Undefined if it is a plain string. */
export function readSchemaMessage(written: string): Message | undefined {
  const { success, output } = v.safeParse(StoredMessage, written);
  return success ? output : undefined;
}
