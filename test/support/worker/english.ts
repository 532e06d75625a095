// What tests of a watch read: texts in English, as a person would see them.
import type { Reply } from "../../../contract.ts";
import type { RunStatus } from "../../../worker/action/action.ts";
import { localizeAll } from "../../../worker/format/localize.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { localizeReply } from "../../../worker/format/reply.ts";

export type EnglishStatus = Omit<RunStatus, "reply"> & { reply: Reply };

/** The status of a long run with its reply in English. */
export const statusInEnglish = (status: RunStatus): EnglishStatus => ({
  ...status,
  reply: localizeReply(status.reply, ENGLISH),
});

/** The same value, in which each text is a string in English. */
export const inEnglish = <T>(value: T) => localizeAll(value, ENGLISH) as T;

export const mapInEnglish = <K, T>(map: ReadonlyMap<K, T>): Map<K, T> =>
  new Map([...map].map(([key, value]) => [key, inEnglish(value)]));
