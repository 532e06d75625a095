/** Days and weeks where the reader lives. */
import { describe, expect, it } from "vitest";
import { makeCalendar, toIsoDay } from "../../../../worker/actions/statistics/dates.ts";
import { isDueThisWeek, isOverdue } from "../../../../worker/actions/statistics/measure.ts";
import { makeReport } from "../../../../worker/actions/statistics/statistics-report.ts";
import { listWeeks } from "../../../../worker/actions/statistics/weeks.ts";
import { localize } from "../../../../worker/format/localize.ts";
import type { Reader } from "../../../../worker/format/reader.ts";
import { makeSelected } from "../../../support/worker/selected.ts";

const makeReader = (timeZone: string, locale = "en-GB"): Reader => ({
  language: "en",
  locale,
  timeZone,
  isOwnZone: true,
});
const calendarAt = (now: string, timeZone: string, locale?: string) =>
  makeCalendar(Date.parse(now), makeReader(timeZone, locale));
const due = (day: string) => makeSelected({ task: { due_date: `${day}T00:00:00` } });
const done = (moment: string) => makeSelected({ status: "done", task: { done_date: moment } });

describe("a day", () => {
  it.each([
    ["America/Vancouver", "2025-11-28T07:59:59.999Z", "2025-11-27"],
    ["America/Vancouver", "2025-11-28T08:00:00Z", "2025-11-28"],
    ["Europe/Paris", "2026-11-27T22:59:59Z", "2026-11-27"],
    ["Europe/Paris", "2026-11-27T23:00:00Z", "2026-11-28"],
    ["Pacific/Auckland", "2026-11-27T10:59:59Z", "2026-11-27"],
    ["Pacific/Auckland", "2026-11-27T11:00:00Z", "2026-11-28"],
    ["Asia/Kathmandu", "2026-11-27T18:14:59Z", "2026-11-27"],
    ["Asia/Kathmandu", "2026-11-27T18:15:00Z", "2026-11-28"],
    ["UTC", "1969-12-31T23:59:59Z", "1969-12-31"],
  ])("in %s begins at midnight: %s is in %s", (timeZone, now, day) => {
    expect(toIsoDay(calendarAt(now, timeZone).today)).toBe(day);
  });

  it.each([
    ["America/Vancouver", "2025-03-09", "2025-03-09T08:00:00Z", "2025-03-10T07:00:00Z"],
    ["America/Vancouver", "2025-11-02", "2025-11-02T07:00:00Z", "2025-11-03T08:00:00Z"],
    ["Europe/Paris", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["Europe/Paris", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    ["Pacific/Auckland", "2026-04-05", "2026-04-04T11:00:00Z", "2026-04-05T12:00:00Z"],
    ["Pacific/Auckland", "2026-09-27", "2026-09-26T12:00:00Z", "2026-09-27T11:00:00Z"],
    // Here the clocks skip midnight itself.
    ["America/Santiago", "2025-09-07", "2025-09-07T04:00:00Z", "2025-09-08T03:00:00Z"],
  ])("in %s has 23 or 25 hours when the clocks change: %s", (timeZone, day, from, to) => {
    const { dayOf } = calendarAt(from, timeZone);
    const isInside = (moment: string, offsetMs = 0) => toIsoDay(dayOf(Date.parse(moment) + offsetMs)) === day;
    expect([isInside(from, -1), isInside(from), isInside(to, -1), isInside(to)]).toEqual([false, true, true, false]);
  });
});

describe("a task that is due on Friday 27 November", () => {
  it.each([
    [
      "on Friday afternoon in Vancouver, when it is Saturday in UTC",
      "America/Vancouver",
      "2026-11-28T01:30:00Z",
      false,
    ],
    ["on Friday at 23:59 in Paris", "Europe/Paris", "2026-11-27T22:59:59Z", false],
    ["on Saturday at 0:00 in Paris, when it is Friday in UTC", "Europe/Paris", "2026-11-27T23:00:00Z", true],
    ["on Saturday at 8:00 in Auckland, when it is Friday in UTC", "Pacific/Auckland", "2026-11-27T19:00:00Z", true],
    ["on Friday at 8:00 in Auckland, when it is Thursday in UTC", "Pacific/Auckland", "2026-11-26T19:00:00Z", false],
  ])("%s", (_, timeZone, now, isLate) => {
    const calendar = calendarAt(now, timeZone);
    const task = due("2026-11-27");
    expect([isOverdue(task, calendar), isDueThisWeek(task, calendar)]).toEqual([isLate, !isLate]);
    const report = makeReport([task], {
      calendar,
      reader: makeReader(timeZone),
      hoursByDay: 8,
      isForClient: false,
      persons: new Map(),
      entityTypes: new Map(),
      withProject: false,
    });
    const [deadlines] = report.tables;
    expect(deadlines?.rows[0]?.slice(1, 3)).toEqual(["2026-11-27", isLate ? 1 : 0]);
    expect(localize(report.summary ?? "", makeReader(timeZone))).toMatch(
      new RegExp(`\\nDays are counted in ${timeZone}\\.$`),
    );
  });

  it("is late by whole days across a change of the clocks", () => {
    const calendar = calendarAt("2026-10-26T00:30:00+01:00", "Europe/Paris");
    const [deadlines] = makeReport([due("2026-10-24")], {
      calendar,
      reader: makeReader("Europe/Paris"),
      hoursByDay: 8,
      isForClient: false,
      persons: new Map(),
      entityTypes: new Map(),
      withProject: false,
    }).tables;
    expect(deadlines?.rows[0]?.[2]).toBe(2);
  });
});

describe("a week", () => {
  it.each([
    ["en", "2026-11-23"],
    ["en-GB", "2026-11-23"],
    ["fr-FR", "2026-11-23"],
    ["fr", "2026-11-23"],
    ["fr-CA", "2026-11-22"],
    ["en-US", "2026-11-22"],
    ["ja-JP", "2026-11-22"],
    ["ar-EG", "2026-11-21"],
  ])("begins in %s on %s", (locale, day) => {
    for (const now of ["2026-11-23T12:00:00Z", "2026-11-25T12:00:00Z", "2026-11-27T12:00:00Z"]) {
      const { today, weekOf } = calendarAt(now, "UTC", locale);
      expect(toIsoDay(weekOf(today)), now).toBe(day);
    }
  });

  it("decides whether Monday is due this week", () => {
    const onSunday = "2026-11-29T12:00:00Z";
    expect(isDueThisWeek(due("2026-11-30"), calendarAt(onSunday, "America/Los_Angeles", "en-US"))).toBe(true);
    expect(isDueThisWeek(due("2026-11-30"), calendarAt(onSunday, "Europe/Paris", "fr-FR"))).toBe(false);
  });

  it.each([
    ["Europe/Paris", "2026-11-22T23:30:00", "2026-11-23"],
    ["UTC", "2026-11-22T23:30:00", "2026-11-16"],
    ["America/Vancouver", "2026-11-23T05:30:00", "2026-11-16"],
    ["Pacific/Auckland", "2026-11-22T11:30:00", "2026-11-23"],
    // Plain days are the same everywhere.
    ["America/Vancouver", "2026-11-23", "2026-11-23"],
    ["Pacific/Auckland", "2026-11-22", "2026-11-16"],
  ])("in %s has the tasks that were done there in it: %s is in the week of %s", (timeZone, moment, week) => {
    const weeks = listWeeks([done(moment)], calendarAt("2026-11-25T15:00:00Z", timeZone));
    expect(weeks.filter((one) => one.done > 0).map(({ start }) => toIsoDay(start))).toEqual([week]);
    expect(weeks.at(-1) && toIsoDay(weeks.at(-1)?.start ?? 0)).toBe("2026-11-23");
  });
});
