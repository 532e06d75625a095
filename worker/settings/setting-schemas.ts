// The forms settings have: lengths of time, and members of their own, written as JSON or as a table of wrangler.toml and told exactly where they are wrong.
import * as v from "valibot";
import { readDecimal } from "../format/decimal.ts";

export const jsonOrTable = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(v.union([v.pipe(v.string(), v.parseJson()), v.looseObject({})]), schema);

/** A length of time, as text or number. */
export const boundedNumber = (byDefault: number, most: number) =>
  v.pipe(
    v.optional(v.union([v.string(), v.number()]), byDefault),
    v.transform((value) => (typeof value === "string" ? readDecimal(value) : value)),
    v.number(),
    v.minValue(0.05),
    v.maxValue(most),
  );

/** What is wrong with one member, as the rest of a sentence. Our schemas' own words, where they have some: valibot's begin with "Invalid". */
export function explainMember({ message, expected, received, type }: v.BaseIssue<unknown>): string {
  if (!message.startsWith("Invalid")) return message;
  if (expected === "never") return "is no setting: is it spelled right?";
  if (received === "undefined") return "is missing";
  return type === "regex"
    ? "has not the form that is needed"
    : `must be ${expected ?? "something else"}, not ${received}`;
}
