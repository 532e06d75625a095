import { describe, expect, it } from "vitest";
import { findNextWeekly } from "../../../../worker/storage/use/weekly-time.ts";

const next = (after: string, weekday: number, time: string, timeZone: string) => {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return new Date(findNextWeekly(Date.parse(after), { weekday, minute: hour * 60 + minute }, timeZone)).toISOString();
};
const [SUNDAY, MONDAY] = [0, 1];

describe("the next time of the week", () => {
  it("is today or within a week, in the time zone", () => {
    expect(next("2026-11-23T08:59:59Z", MONDAY, "09:00", "UTC")).toBe("2026-11-23T09:00:00.000Z");
    expect(next("2026-11-23T09:00:00Z", MONDAY, "09:00", "UTC")).toBe("2026-11-30T09:00:00.000Z");
    expect(next("2026-11-23T08:30:00Z", MONDAY, "09:00", "Europe/Paris")).toBe("2026-11-30T08:00:00.000Z");
    expect(next("2026-11-22T14:00:00Z", MONDAY, "00:00", "Asia/Tokyo")).toBe("2026-11-22T15:00:00.000Z");
    expect(next("2026-11-23T20:00:00Z", MONDAY, "23:59", "America/Los_Angeles")).toBe("2026-11-24T07:59:00.000Z");
  });

  it("is right when the clocks change", () => {
    // Paris: forward on 29 March 2026, back on 25 October 2026, both Sundays.
    expect(next("2026-03-28T12:00:00Z", SUNDAY, "09:00", "Europe/Paris")).toBe("2026-03-29T07:00:00.000Z");
    expect(next("2026-10-24T12:00:00Z", SUNDAY, "09:00", "Europe/Paris")).toBe("2026-10-25T08:00:00.000Z");
    expect(next("2026-03-25T12:00:00Z", MONDAY, "09:00", "Europe/Paris")).toBe("2026-03-30T07:00:00.000Z");
  });

  it("comes once a week, whatever the clocks do", () => {
    let at = Date.parse("2026-01-01T00:00:00Z");
    for (let week = 0; week < 60; week += 1) {
      const after = findNextWeekly(at, { weekday: SUNDAY, minute: 150 }, "Europe/Paris");
      const days = (after - at) / 86_400_000;
      if (week > 0) expect(days).toBeGreaterThan(6.9);
      expect(days).toBeLessThan(7.1);
      at = after;
    }
  });
});
