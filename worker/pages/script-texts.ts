// What the worker gives the pages' script, so that it can write texts in the reader's language.
import type { CompiledMessage } from "../../messages/format-message.ts";
import type { Reader } from "../format/reader.ts";

export type ScriptTexts = { reader: Reader; messages: Readonly<Record<string, CompiledMessage>> };

/** The name of the `meta` element that has them, as JSON. */
export const SCRIPT_TEXTS = "kitsu-actions-texts";

/** The areas of the catalogue that the script uses. */
export const SCRIPT_AREAS = ["pageScript", "state"];
