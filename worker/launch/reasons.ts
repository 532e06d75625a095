// Reasons why a task is not opened. They are sentences without a period at the end.
import { message, type Text } from "../format/message.ts";

/** Several reasons as one; undefined if all are absent. */
export const joinReasons = (reasons: readonly (Text | undefined)[]): Text | undefined =>
  reasons.reduceRight<Text | undefined>(
    (second, first) => (first && second ? message("launch.reasons", { first, second }) : first || second),
    undefined,
  );

/** The reason as a sentence of a text. */
export const toSentence = (reason: Text): Text => message("launch.sentence", { reason });
