import * as v from "valibot";
import type { LocalTexts } from "./message.ts";
import { settingProblem } from "./setting-problem.ts";

/** Words of at most this many characters. */
export const Words = (most: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, settingProblem("settings.empty")),
    v.maxLength(most, settingProblem("settings.tooLong", { most })),
  );

/**
 * A studio's own words in a setting: one text for everybody, or one for each language,
 * `{ en = "Publish", fr = "Publier" }`. English is for everybody whose language is missing.
 */
export function OwnText(most: number) {
  const words = Words(most);
  const each = v.objectWithRest({ en: words }, words);
  return v.lazy(
    (written): v.GenericSchema<string | LocalTexts> => (typeof written === "object" && written !== null ? each : words),
  );
}
