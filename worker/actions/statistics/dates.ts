// Days and weeks. A day is a date of the calendar, without a time zone: it is counted as the UTC
// midnight of that date, so that adding days knows no daylight saving time. Moments become days in
// the reader's time zone, and weeks begin as in the reader's region.
import { firstDayOfWeek } from "../../format/locale-formats.ts";
import { type Message, message } from "../../format/message.ts";
import type { Reader } from "../../format/reader.ts";

export const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 5 January 1970, the first Monday of the epoch. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

export type Calendar = {
  today: number;
  /** the day on which a moment falls */
  dayOf(moment: number): number;
  /** the first day of a day's week */
  weekOf(day: number): number;
};

export function makeCalendar(now: number, reader: Pick<Reader, "locale" | "timeZone">): Calendar {
  const dayOf = makeDayOf(reader.timeZone);
  const firstMs = FIRST_MONDAY_MS + (firstDayOfWeek(reader) - 1) * DAY_MS;
  return {
    today: dayOf(now),
    dayOf,
    weekOf: (day) => Math.floor((day - firstMs) / WEEK_MS) * WEEK_MS + firstMs,
  };
}

/** In every time zone, days begin at a quarter of an hour. */
const QUARTER_MS = 900_000;

/** Remembers days: a project can have many tasks, and Intl takes microseconds for each. */
function makeDayOf(timeZone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
  });
  const known = new Map<number, number>();
  return (moment) => {
    const quarter = Math.floor(moment / QUARTER_MS);
    const day = known.get(quarter) ?? readParts(format.formatToParts(quarter * QUARTER_MS));
    known.set(quarter, day);
    return day;
  };
}

function readParts(parts: readonly Intl.DateTimeFormatPart[]): number {
  const read = (wanted: Intl.DateTimeFormatPartTypes) => Number(parts.find(({ type }) => type === wanted)?.value);
  return Date.UTC(read("year"), read("month") - 1, read("day"));
}

/** Zou's datetimes are UTC without a time zone: "2026-08-20T09:15:00". */
export function readMoment(text: string | undefined): number | undefined {
  const parsed = DATE.test(text ?? "") ? Date.parse(withZone(text ?? "")) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

const DATE = /^\d{4}-\d\d-\d\d/;
const withZone = (text: string) => (/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`);

/** Zou writes a date that a person chose as its midnight, "2026-08-20T00:00:00". */
export const readDay = (text: string | undefined): number | undefined =>
  readMoment(text?.slice(0, "2026-08-20".length));

export const weekAfter = (week: number, count = 1) => week + count * WEEK_MS;

/** "2026-08-20", as tables have it: like numbers, days are written for the reader on the page. */
export const toIsoDay = (day: number) => new Date(day).toISOString().slice(0, 10);

/** As the reader writes it, for labels. */
export const describeDay = (day: number): Message => message("shared.day", { day: toIsoDay(day) });
