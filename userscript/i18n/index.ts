/** The sentences in the language Kitsu is set to. A language is one file and one line here. */
import { locale } from "../kitsu-page.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

const LANGUAGES: Readonly<Record<string, typeof en>> = { en, fr };

/** Kitsu writes "fr", "fr_FR", "en_video-game"; browsers write "fr-CA". */
export function language(): string {
  const wanted = locale().slice(0, 2).toLowerCase();
  return wanted in LANGUAGES ? wanted : "en";
}

export function words(): typeof en {
  return LANGUAGES[language()] ?? en;
}
