// Who reads a text: it decides the language, the time zone and the way numbers are written.
import * as v from "valibot";

/**
 * - `language`: one that the catalogue has, such as "fr"
 * - `locale`: for numbers, dates and lists, such as "fr-CA"
 * - `timeZone`: such as "Europe/Paris"
 * - `isOwnZone`: it is the reader's own. If not, times name it.
 */
export const Reader = v.object({
  language: v.string(),
  locale: v.string(),
  timeZone: v.string(),
  isOwnZone: v.boolean(),
});
/** @interface */
export type Reader = v.InferOutput<typeof Reader>;

/** Query parameters: what Kitsu's page shows, as the userscript says with a call. */
export const LANGUAGE_PARAMETER = "lang";
export const TIME_ZONE_PARAMETER = "tz";
/** "light" or "dark" */
export const THEME_PARAMETER = "theme";
/** The version of the userscript that sent the request. */
export const USERSCRIPT_PARAMETER = "userscript";

/** The reader as a query string, for addresses that are read without the person. */
export const toQuery = ({ locale, timeZone, isOwnZone }: Reader): string =>
  `${new URLSearchParams({ [LANGUAGE_PARAMETER]: locale, ...(isOwnZone && { [TIME_ZONE_PARAMETER]: timeZone }) })}`;

/** For consoles, scripts, and whoever we know nothing about. */
export const ENGLISH: Reader = { language: "en", locale: "en", timeZone: "UTC", isOwnZone: false };
