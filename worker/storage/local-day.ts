// When a day begins and ends in a time zone. A day has 23 or 25 hours when the clocks change.

const DAY_MS = 86_400_000;
/** No time zone is further from UTC than this, and no month is so much shorter than another. */
const SEARCH_MS = 4 * DAY_MS;

/** `from` is the first millisecond of the day, `to` the first one after it. */
export type DayBounds = { from: number; to: number };

/** @param day "2026-11-23"; a day that does not exist is empty */
export function findDayBounds(day: string, timeZone: string): DayBounds {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "numeric",
    day: "numeric",
  });
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const findStart = (dayOfMonth: number) => {
    const wanted = toNumber(year, month, dayOfMonth);
    const around = Date.UTC(year, month - 1, dayOfMonth);
    let [before, after] = [around - SEARCH_MS, around + SEARCH_MS];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (readDay(format, middle) < wanted) before = middle;
      else after = middle;
    }
    return after;
  };
  return { from: findStart(date), to: findStart(date + 1) };
}

/** Only for comparing: the day after the last one of a month is smaller than the next month. */
const toNumber = (year: number, month: number, day: number) => (year * 100 + month) * 100 + day;

function readDay(format: Intl.DateTimeFormat, at: number): number {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return toNumber(parts.get("year") ?? 0, parts.get("month") ?? 0, parts.get("day") ?? 0);
}
