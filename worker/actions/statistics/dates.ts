// Days and weeks, in UTC as Zou counts. A week begins on Monday.
export const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 5 January 1970, the first Monday of the epoch. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** Zou's datetimes are UTC without a time zone: "2026-08-20T09:15:00", "2026-08-20". */
export function readMoment(text: string | undefined): number | undefined {
  const parsed = /^\d{4}-\d\d-\d\d/.exec(text ?? "") === null ? Number.NaN : Date.parse(withZone(text ?? ""));
  return Number.isNaN(parsed) ? undefined : parsed;
}

const withZone = (text: string) => (/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`);

export const dayOf = (moment: number) => Math.floor(moment / DAY_MS) * DAY_MS;
export const weekOf = (moment: number) => Math.floor((moment - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS;
export const weekAfter = (week: number, count = 1) => week + count * WEEK_MS;

/** "2026-08-20" */
export const formatDay = (moment: number) => new Date(moment).toISOString().slice(0, 10);
