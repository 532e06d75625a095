// Numbers, dates, durations and lists as the reader writes them. Hours are counted to 24, as in
// Kitsu.
import type { Reader } from "./reader.ts";

/** Intl's formatters take a hundred times longer to make than to use. */
function memoize<T>(make: (locale: string, timeZone: string) => T): (reader: Pick<Reader, "locale" | "timeZone">) => T {
  const made = new Map<string, T>();
  return ({ locale, timeZone }) => {
    const name = `${locale} ${timeZone}`;
    const found = made.get(name) ?? make(locale, timeZone);
    made.set(name, found);
    return found;
  };
}

const numbers = memoize((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }));
/** Our English has no comma before "and". */
const toListLocale = (locale: string) => (/^en\b/.test(locale) ? "en-GB" : locale);
const conjunctions = memoize((locale) => new Intl.ListFormat(toListLocale(locale), { type: "conjunction" }));
const disjunctions = memoize((locale) => new Intl.ListFormat(toListLocale(locale), { type: "disjunction" }));
const units = memoize((locale) => new Intl.ListFormat(locale, { type: "unit", style: "narrow" }));
const days = memoize((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }));
const collators = memoize((locale) => new Intl.Collator(locale, { numeric: true }));
const relativeTimes = memoize((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY = { year: "numeric", month: "short", day: "numeric" } as const;

const times = memoizeTimes((hasSeconds) => ({ ...TIME, ...(hasSeconds && { second: "2-digit" }) }));
const moments = memoizeTimes((hasSeconds) => ({ ...DAY, ...TIME, ...(hasSeconds && { second: "2-digit" }) }));

function memoizeTimes(choose: (hasSeconds: boolean) => Intl.DateTimeFormatOptions) {
  const make = (hasSeconds: boolean, isZoneNamed: boolean) =>
    memoize(
      (locale, timeZone) =>
        new Intl.DateTimeFormat(locale, {
          ...choose(hasSeconds),
          timeZone,
          ...(isZoneNamed && { timeZoneName: "short" }),
        }),
    );
  const [short, long] = [false, true].map((hasSeconds) => [make(hasSeconds, false), make(hasSeconds, true)] as const);
  return (reader: Reader, hasSeconds: boolean): Intl.DateTimeFormat | undefined =>
    (hasSeconds ? long : short)?.[reader.isOwnZone ? 0 : 1](reader);
}

export const formatNumber = (value: number, reader: Reader): string => numbers(reader).format(value);

/** "SH010, SH020 and SH030", "SH010, SH020 or SH030", "9 done, 1 skipped, 3 failed" */
export const formatList = (
  texts: readonly string[],
  reader: Reader,
  type: "conjunction" | "disjunction" | "unit" = "conjunction",
): string => (type === "unit" ? texts.join(toSeparator(reader)) : LISTS[type](reader).format(texts));

const LISTS = { conjunction: conjunctions, disjunction: disjunctions };

/** Intl's lists of units have none in Chinese and Japanese, and only a space in Korean. */
const toSeparator = ({ language }: Reader) => (["ja", "zh"].includes(language) ? "、" : ", ");

/** @param day "2026-11-23"; anything else is returned as it is */
export function formatDay(day: string, reader: Reader): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at)) return day;
  return days(reader).format(at);
}

/**
 * "2026-11-23 14:02:07" in the reader's time zone: for names and files that are sorted, and for
 * spreadsheets. Swedish times are written like ISO's.
 */
export const formatSortable = (at: number, { timeZone }: Pick<Reader, "timeZone">): string =>
  sortableTimes({ locale: "sv", timeZone }).format(at);

const sortableTimes = memoize(
  (locale, timeZone) => new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium", timeZone }),
);

/** A time only is for the last half day: longer ago, it needs its date. */
const SINCE_TIME_MAX_MS = 12 * 3_600_000;

/**
 * `time`: "14:02"; `moment`: "Nov 23, 2026, 14:02"; `since`: the first, or the second if it is long
 * ago. The time zone is named if it is not the reader's own.
 * @param at epoch milliseconds
 */
export function formatTime(
  at: number,
  reader: Reader,
  { kind, hasSeconds = false }: { kind: "time" | "moment" | "since"; hasSeconds?: boolean },
): string {
  const isLong = kind === "moment" || (kind === "since" && Date.now() - at > SINCE_TIME_MAX_MS);
  return (isLong ? moments : times)(reader, hasSeconds)?.format(at) ?? "";
}

const UNITS: readonly [ms: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
];

/** "3 days ago", "yesterday" */
export function formatAgo(at: number, reader: Reader): string {
  const ms = at - Date.now();
  const [size, unit] = UNITS.find(([unitMs]) => Math.abs(ms) >= unitMs) ?? [60_000, "minute"];
  return relativeTimes(reader).format(Math.trunc(ms / size), unit);
}

const unitFormats = new Map<string, Intl.NumberFormat>();

function formatUnit(value: number, unit: "millisecond" | "second" | "minute" | "hour", { locale }: Reader): string {
  const name = `${locale} ${unit}`;
  const format = unitFormats.get(name) ?? new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" });
  unitFormats.set(name, format);
  return format.format(value);
}

/** Longer times are shown in hours. */
const MINUTES_MAX = 90;

/** "55 ms", "23 sec", "38 min", "7 hr 5 min": an answer takes milliseconds, rendering a night. */
export function formatDuration(ms: number, reader: Reader): string {
  if (ms < 10_000) return formatUnit(ms, "millisecond", reader);
  if (ms < 120_000) return formatUnit(Math.round(ms / 1_000), "second", reader);
  const minutes = Math.round(ms / 60_000);
  if (minutes < MINUTES_MAX) return formatUnit(minutes, "minute", reader);
  const parts = [formatUnit(Math.floor(minutes / 60), "hour", reader), formatUnit(minutes % 60, "minute", reader)];
  return units(reader).format(parts);
}

/** Sorts names: "SH2" comes before "SH10". */
export const compareNames = (one: string, other: string, reader: Reader): number =>
  collators(reader).compare(one, other);

const MONDAY = 1;

/** Not in TypeScript's library yet, and a property in older engines. */
type WeekLocale = Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };

const firstDays = memoize((locale) => {
  // English without a region is anybody's, so its weeks are those of ISO 8601.
  if (locale === "en") return MONDAY;
  const region: WeekLocale = new Intl.Locale(locale);
  return (region.getWeekInfo?.() ?? region.weekInfo)?.firstDay ?? MONDAY;
});

/** The first day of the week in the reader's region, from 1 for Monday to 7 for Sunday. */
export const firstDayOfWeek = (reader: Pick<Reader, "locale" | "timeZone">): number => firstDays(reader);

/** Does Intl know this time zone? */
export function isTimeZone(name: string | null | undefined): boolean {
  if (!name) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
