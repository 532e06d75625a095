// Takes a request, and what Zou says about its person, and returns who reads the answer: in which
// language and time zone. The language, in order: that of the userscript, which took it from the
// person in Zou and shows its own texts in it; the person in Zou; what we remembered of them; what
// the browser asks for; the studio's setting; English.
import * as v from "valibot";
import { isTimeZone } from "../format/locale-formats.ts";
import { hasLanguage } from "../format/localize.ts";
import { ENGLISH, LANGUAGE_PARAMETER, type Reader, TIME_ZONE_PARAMETER } from "../format/reader.ts";
import type { Settings } from "../settings/settings.ts";

/** What is known of a person: "fr_FR" and "Europe/Paris", as Zou writes them. */
export type PersonLocale = { locale?: string | undefined; timeZone?: string | undefined };

type StudioLocale = Pick<Settings, "language" | "timeZone" | "basePath">;

/** A caller can name any number of locales. */
const REMEMBERED_MAX = 500;
const REMEMBERED_MAX_CHARS = 100;

const COOKIE = "kitsu_actions_reader";
const COOKIE_LIFE_S = 90 * 86_400;

/**
 * @param url of the request
 * @param settings undefined if they can't be read
 */
export function readReader(
  request: Request,
  { searchParams }: URL,
  settings?: StudioLocale,
  person: PersonLocale = {},
): Reader {
  const remembered = readCookie(request);
  const languages = [
    searchParams.get(LANGUAGE_PARAMETER),
    person.locale,
    remembered.locale,
    ...listAccepted(request.headers.get("accept-language") ?? ""),
    settings?.language,
  ];
  const locales = languages.map((name) => (name ? parseLocale(name) : undefined)).filter((one) => one !== undefined);
  const language = locales[0]?.language ?? "en";
  // The userscript says "fr", Zou "fr_CA": numbers are written as in the region.
  const locale = locales.find((one) => one.language === language && one.locale !== language)?.locale ?? language;
  const zones = [person.timeZone, searchParams.get(TIME_ZONE_PARAMETER), remembered.timeZone];
  const ownZone = zones.map((zone) => (zone ? findTimeZone(zone) : undefined)).find((zone) => zone !== undefined);
  return {
    language,
    locale,
    timeZone: ownZone ?? settings?.timeZone ?? ENGLISH.timeZone,
    isOwnZone: ownZone !== undefined,
  };
}

/**
 * "fr_FR", "fr-CA", "en_video-game" -> a language that we have. Undefined if we don't have it: the
 * next source may name one.
 */
const parseLocale = rememberSome((name: string): Pick<Reader, "language" | "locale"> | undefined => {
  const tag = name.replaceAll("_", "-");
  const [language = ""] = tag.toLowerCase().split("-");
  if (!hasLanguage(language)) return undefined;
  const locale = findLocale(tag);
  // Intl answers with its default for a language that it doesn't have.
  return { language, locale: locale?.split("-")[0] === language ? locale : language };
});

/**
 * The nearest locale that Intl has, without extensions: "fr-ZZ-u-nu-arab" -> "fr". Formatters are
 * kept for each locale, so a caller must not be able to make up any number of them.
 */
function findLocale(tag: string): string | undefined {
  try {
    return new Intl.NumberFormat(new Intl.Locale(tag).baseName).resolvedOptions().locale;
  } catch {
    return undefined;
  }
}

/** The time zone as Intl names it, whatever its case. */
const findTimeZone = rememberSome((name: string) =>
  isTimeZone(name) ? new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone : undefined,
);

/** Intl takes longer than the rest of a call, and every request names the same few. */
function rememberSome<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, { found: T }>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before.found;
    const found = find(name);
    if (known.size < REMEMBERED_MAX && name.length <= REMEMBERED_MAX_CHARS) known.set(name, { found });
    return found;
  };
}

/** "fr-CH, fr;q=0.9, en;q=0.8" -> the languages, the preferred one first. */
const listAccepted = rememberSome((header: string): readonly string[] =>
  header
    .split(",")
    .slice(0, ACCEPTED_MAX)
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(/\s*;\s*/);
      const quality = parameters.find((one) => /^q=/i.test(one))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag),
);

const ACCEPTED_MAX = 20;

const COOKIE_VALUE = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`);
const Remembered = v.pipe(v.string(), v.regex(/^[\w-]{2,20}\/[\w+/-]{1,60}$/));

function readCookie({ headers }: Request): PersonLocale {
  const value = COOKIE_VALUE.exec(headers.get("cookie") ?? "")?.[1];
  if (value === undefined || !v.is(Remembered, value)) return {};
  const slash = value.indexOf("/");
  return { locale: value.slice(0, slash), timeZone: value.slice(slash + 1) };
}

/**
 * Remembers what Zou says about a person: our pages, such as the log, don't ask Zou. Undefined if
 * there is nothing new.
 */
export function makeReaderCookie(
  request: Request,
  { basePath }: StudioLocale,
  person: PersonLocale,
): string | undefined {
  const { locale, timeZone } = person;
  const value = `${locale}/${timeZone}`;
  if (locale === undefined || timeZone === undefined || !v.is(Remembered, value)) return undefined;
  const remembered = readCookie(request);
  if (remembered.locale === locale && remembered.timeZone === timeZone) return undefined;
  // Calls come from Kitsu's page, which may be on another site.
  const sameSite = request.url.startsWith("https:") ? "SameSite=None; Secure" : "SameSite=Lax";
  return `${COOKIE}=${value}; Path=${basePath || "/"}; Max-Age=${COOKIE_LIFE_S}; ${sameSite}`;
}
