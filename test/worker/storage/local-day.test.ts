import { describe, expect, it } from "vitest";
import { findDayBounds } from "../../../worker/storage/local-day.ts";

const bounds = (day: string, timeZone: string) => {
  const { from, to } = findDayBounds(day, timeZone);
  return [new Date(from).toISOString(), new Date(to).toISOString()];
};

describe("a day", () => {
  it.each([
    ["UTC", "2025-11-23T00:00:00.000Z", "2025-11-24T00:00:00.000Z"],
    ["America/Vancouver", "2025-11-23T08:00:00.000Z", "2025-11-24T08:00:00.000Z"],
    ["Europe/Paris", "2025-11-22T23:00:00.000Z", "2025-11-23T23:00:00.000Z"],
    ["Pacific/Auckland", "2025-11-22T11:00:00.000Z", "2025-11-23T11:00:00.000Z"],
    ["Asia/Kathmandu", "2025-11-22T18:15:00.000Z", "2025-11-23T18:15:00.000Z"],
    ["Pacific/Kiritimati", "2025-11-22T10:00:00.000Z", "2025-11-23T10:00:00.000Z"],
    ["Etc/GMT+12", "2025-11-23T12:00:00.000Z", "2025-11-24T12:00:00.000Z"],
  ])("begins and ends at midnight in %s", (timeZone, from, to) => {
    expect(bounds("2025-11-23", timeZone)).toEqual([from, to]);
  });

  it.each([
    ["America/Vancouver", "2025-03-09", 23],
    ["America/Vancouver", "2025-11-02", 25],
    ["Europe/Paris", "2026-03-29", 23],
    ["Europe/Paris", "2026-10-25", 25],
    ["Pacific/Auckland", "2026-04-05", 25],
    ["Pacific/Auckland", "2026-09-27", 23],
    // The clocks change at midnight: the day begins at 1 o'clock, or has midnight's hour twice.
    ["Africa/Cairo", "2026-04-24", 23],
    ["Africa/Cairo", "2026-10-29", 25],
  ])("in %s, %s has %i hours", (timeZone, day, hours) => {
    const { from, to } = findDayBounds(day, timeZone);
    expect((to - from) / 3_600_000).toBe(hours);
  });

  it("follows the one before without a gap, also at the end of a month and a year", () => {
    const days = ["2026-02-28", "2026-03-01", "2026-12-31", "2027-01-01"].map((day) =>
      findDayBounds(day, "Europe/Paris"),
    );
    expect(days[0]?.to).toBe(days[1]?.from);
    expect(days[2]?.to).toBe(days[3]?.from);
  });

  it.each([
    ["2026-02-31", "Europe/Paris"],
    ["2026-04-31", "UTC"],
    ["2011-12-30", "Pacific/Apia"],
  ])("is empty if it does not exist: %s in %s", (day, timeZone) => {
    const { from, to } = findDayBounds(day, timeZone);
    expect(to - from).toBe(0);
  });
});
