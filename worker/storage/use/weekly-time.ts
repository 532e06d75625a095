// When a time of the week comes next, in a time zone.
import type { WeeklyTime } from "../../settings/chat-settings.ts";
import { findDayBounds } from "../local-day.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The first such moment after this one, in epoch milliseconds. On a day when the clocks change, an
 * hour that does not exist comes an hour later.
 */
export function findNextWeekly(after: number, { weekday, minute }: WeeklyTime, timeZone: string): number {
  for (let days = 0; ; days += 1) {
    // A day has at least 23 hours, so none is left out; one may come twice.
    const day = writeLocalDay(after + days * DAY_MS, timeZone);
    if (new Date(`${day}T00:00:00Z`).getUTCDay() !== weekday) continue;
    const at = findOnDay(day, minute, timeZone);
    if (at > after) return at;
  }
}

function findOnDay(day: string, minute: number, timeZone: string): number {
  const at = findDayBounds(day, timeZone).from + minute * MINUTE_MS;
  const [hours = 0, minutes = 0] = writeLocalTime(at, timeZone).split(":").map(Number);
  const isSameDay = writeLocalDay(at, timeZone) === day;
  const changed = isSameDay ? hours * 60 + minutes - minute : 0;
  return at - changed * MINUTE_MS;
}

/** Swedish dates and times are written like ISO's. */
const writeLocalDay = (at: number, timeZone: string) => new Date(at).toLocaleDateString("sv", { timeZone });
const writeLocalTime = (at: number, timeZone: string) => new Date(at).toLocaleTimeString("sv", { timeZone });
