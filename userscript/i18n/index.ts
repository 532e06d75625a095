/**
 * The texts in the language that Kitsu is set to. To add a language, add a file and a line here.
 */
import { readLocale } from "../kitsu-page.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

const LANGUAGES: Readonly<Record<string, typeof en>> = { en, fr };

/** Kitsu writes "fr", "fr_FR", "en_video-game"; browsers write "fr-CA". */
export function getLanguage(): string {
  const wanted = readLocale().slice(0, 2).toLowerCase();
  return wanted in LANGUAGES ? wanted : "en";
}

export function messages(): typeof en {
  return LANGUAGES[getLanguage()] ?? en;
}
