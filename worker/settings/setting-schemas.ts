// Schemas that settings share: bounded numbers, and structured values whose errors name the member.
import * as v from "valibot";
import { readDecimal } from "../format/decimal.ts";

/** A value written as JSON, or as a table in wrangler.toml. */
export const jsonOrTable = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(v.union([v.pipe(v.string(), v.parseJson()), v.looseObject({})]), schema);

/** A number up to a maximum, as a number or as text. The setting's name says the unit. */
export const boundedNumber = (defaultValue: number, max: number) =>
  v.pipe(
    v.optional(v.union([v.string(), v.number()]), defaultValue),
    v.transform((value) => (typeof value === "string" ? readDecimal(value) : value)),
    v.number(),
    v.minValue(0.05),
    v.maxValue(max),
  );

/**
 * What is wrong with a member, as the end of a sentence. Uses the schema's own message if it has
 * one: valibot's default messages start with "Invalid".
 */
export function explainMember({ message, expected, received, type }: v.BaseIssue<unknown>): string {
  if (!message.startsWith("Invalid")) return message;
  if (expected === "never") return "is not a setting: check the spelling";
  if (received === "undefined") return "is missing";
  return type === "regex" ? "has the wrong format" : `must be ${expected ?? "something else"}, not ${received}`;
}
