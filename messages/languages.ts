/** The languages, each with a file of its name in this folder. */
export const LANGUAGES = ["en", "fr", "de", "es", "pt", "it", "ja", "zh", "ko"] as const;
export type Language = (typeof LANGUAGES)[number];
