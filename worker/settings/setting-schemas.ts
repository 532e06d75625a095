// Schemas that settings share: bounded numbers, and structured values whose errors name the member.
import * as v from "valibot";
import { readDecimal } from "../format/decimal.ts";
import { type Message, message } from "../format/message.ts";
import { readSettingProblem, settingProblem } from "../format/setting-problem.ts";

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

/** A whole number. Numbers of settings have no separators, so that they can be copied. */
export const whole = (least: number, most: number) =>
  v.pipe(
    v.number(settingProblem("settings.fromTo", { least: String(least), most: String(most) })),
    v.integer(settingProblem("settings.whole")),
    v.minValue(least, settingProblem("settings.least", { least: String(least) })),
    v.maxValue(most, settingProblem("settings.most", { most: String(most) })),
  );

/**
 * What is wrong with a member of a structured setting. Uses the schema's own text if it has one.
 * Valibot's default messages start with "Invalid".
 * @param name "LAUNCHERS.launchers.0.label"
 */
export function explainMember(issue: v.BaseIssue<unknown>, name: string): Message {
  const { message: problem, expected, received, type, requirement } = issue;
  const own = readSettingProblem(problem, name);
  if (own !== undefined) return own;
  if (expected === "never") return message("settings.unknown", { name });
  if (received === "undefined") return message("settings.missing", { name });
  const isDefault = problem.startsWith("Invalid");
  switch (type) {
    case "integer":
      return message("settings.whole", { name });
    case "number":
      return message("settings.number", { name });
    case "min_value":
      return message("settings.least", { name, least: String(requirement) });
    case "max_value":
      return message("settings.most", { name, most: String(requirement) });
    default:
      // The schema of a farm's job has plain English, as it also checks jobs.
      if (!isDefault) return message("settings.other", { name, problem });
      return type === "regex"
        ? message("settings.wrongFormat", { name })
        : message("settings.wrongType", { name, expected: expected ?? "…", received });
  }
}
