import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  compareNames,
  firstDayOfWeek,
  formatAgo,
  formatDay,
  formatDuration,
  formatList,
  formatNumber,
  formatTime,
  isTimeZone,
} from "../../../worker/format/locale-formats.ts";
import type { Reader } from "../../../worker/format/reader.ts";

const makeReader = (locale: string, rest: Partial<Reader> = {}): Reader => ({
  language: locale.slice(0, 2),
  locale,
  timeZone: "Europe/Paris",
  isOwnZone: true,
  ...rest,
});
/** Intl writes different kinds of spaces, depending on its version. */
const toPlainSpaces = (text: string) => text.replace(/[\u00a0\u202f\u2009]/g, " ");

const NOW = Date.parse("2026-11-23T13:02:07Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a number", () => {
  it.each([
    ["en", ["0", "1", "2", "5", "11", "1,000,000", "-0.125"]],
    ["fr", ["0", "1", "2", "5", "11", "1 000 000", "-0,125"]],
    ["de", ["0", "1", "2", "5", "11", "1.000.000", "-0,125"]],
    ["ja", ["0", "1", "2", "5", "11", "1,000,000", "-0.125"]],
  ])("is written as in %s", (locale, texts) => {
    const shown = [0, 1, 2, 5, 11, 1_000_000, -0.125].map((value) => formatNumber(value, makeReader(locale)));
    expect(shown.map(toPlainSpaces)).toEqual(texts);
  });
});

describe("a list", () => {
  it.each([
    ["en", "conjunction", ["", "a", "a and b", "a, b and c"]],
    ["en-US", "conjunction", ["", "a", "a and b", "a, b and c"]],
    ["en", "disjunction", ["", "a", "a or b", "a, b or c"]],
    ["fr", "conjunction", ["", "a", "a et b", "a, b et c"]],
    ["fr", "disjunction", ["", "a", "a ou b", "a, b ou c"]],
    ["de", "conjunction", ["", "a", "a und b", "a, b und c"]],
    ["de", "disjunction", ["", "a", "a oder b", "a, b oder c"]],
    ["ja", "conjunction", ["", "a", "a、b", "a、b、c"]],
    ["ja", "disjunction", ["", "a", "aまたはb", "a、b、またはc"]],
  ] as const)("of 0 to 3 names in %s (%s)", (locale, type, texts) => {
    const names = ["a", "b", "c"];
    expect([0, 1, 2, 3].map((count) => formatList(names.slice(0, count), makeReader(locale), type))).toEqual(texts);
  });
});

describe("a day", () => {
  it.each([
    ["en", "Nov 3, 2026"],
    ["en-GB", "3 Nov 2026"],
    ["fr", "3 nov. 2026"],
    ["de", "03.11.2026"],
    ["ja", "2026/11/03"],
  ])("is written as in %s", (locale, text) => {
    expect(formatDay("2026-11-03", makeReader(locale))).toBe(text);
  });

  it.each(["America/Vancouver", "Pacific/Auckland", "UTC"])("is the same day in %s", (timeZone) => {
    expect(formatDay("2026-11-03", makeReader("en", { timeZone }))).toBe("Nov 3, 2026");
  });

  it.each(["", "soon", "2026-99-99"])("that is not one stays as it is: %j", (text) => {
    expect(formatDay(text, makeReader("fr"))).toBe(text);
  });
});

describe("a time", () => {
  const show = (locale: string, kind: "time" | "moment" | "since", at = NOW, rest: Partial<Reader> = {}) =>
    toPlainSpaces(formatTime(at, makeReader(locale, rest), { kind }));

  it.each([
    ["en", "14:02", "Nov 23, 2026, 14:02"],
    ["en-US", "14:02", "Nov 23, 2026, 14:02"],
    ["fr", "14:02", "23 nov. 2026, 14:02"],
    ["de", "14:02", "23. Nov. 2026, 14:02"],
    ["ja", "14:02", "2026年11月23日 14:02"],
  ])("counts hours to 24 in %s", (locale, time, moment) => {
    expect([show(locale, "time"), show(locale, "moment")]).toEqual([time, moment]);
  });

  it("at midnight is 00:00", () => {
    for (const locale of ["en", "fr", "de", "ja"])
      expect(show(locale, "time", Date.parse("2026-11-22T23:00:00Z"))).toBe("00:00");
  });

  it("is in the reader's time zone, on that zone's day", () => {
    expect(show("en", "moment", NOW, { timeZone: "Pacific/Auckland" })).toBe("Nov 24, 2026, 02:02");
    expect(show("en", "moment", Date.parse("2026-07-01T12:00:00Z"))).toBe("Jul 1, 2026, 14:00");
  });

  it("names a time zone that is not the reader's own", () => {
    expect(show("en", "time", NOW, { timeZone: "UTC", isOwnZone: false })).toBe("13:02 UTC");
    expect(show("fr", "time", NOW, { timeZone: "UTC", isOwnZone: false })).toBe("13:02 UTC");
    expect(show("en", "moment", NOW, { isOwnZone: false })).toMatch(/^Nov 23, 2026, 14:02 \S+/);
  });

  it("has its date once it is half a day ago", () => {
    expect(show("en", "since", NOW - 11 * HOUR_MS)).toBe("03:02");
    expect(show("en", "since", NOW - 13 * HOUR_MS)).toBe("Nov 23, 2026, 01:02");
  });

  it("can have seconds", () => {
    expect(formatTime(NOW, makeReader("en"), { kind: "time", hasSeconds: true })).toBe("14:02:07");
    expect(formatTime(NOW, makeReader("fr"), { kind: "moment", hasSeconds: true })).toContain("14:02:07");
  });
});

describe("how long ago", () => {
  it.each([
    ["en", ["this minute", "1 minute ago", "5 minutes ago", "2 hours ago", "yesterday", "11 days ago"]],
    ["fr", ["cette minute-ci", "il y a 1 minute", "il y a 5 minutes", "il y a 2 heures", "hier", "il y a 11 jours"]],
    ["de", ["in dieser Minute", "vor 1 Minute", "vor 5 Minuten", "vor 2 Stunden", "gestern", "vor 11 Tagen"]],
    ["ja", ["1 分以内", "1 分前", "5 分前", "2 時間前", "昨日", "11 日前"]],
  ])("is said as in %s", (locale, texts) => {
    const shown = [0, MINUTE_MS, 5 * MINUTE_MS, 2 * HOUR_MS, DAY_MS, 11 * DAY_MS].map((ms) =>
      formatAgo(NOW - ms, makeReader(locale)),
    );
    expect(shown.map(toPlainSpaces)).toEqual(texts);
  });
});

describe("a duration", () => {
  it.each([
    ["en", ["55 ms", "9,999 ms", "23 sec", "2 min", "38 min", "1 hr 30 min", "7 hr 5 min"]],
    ["fr", ["55 ms", "9 999 ms", "23 s", "2 min", "38 min", "1 h 30 min", "7 h 5 min"]],
    ["de", ["55 ms", "9.999 ms", "23 Sek.", "2 Min.", "38 Min.", "1 Std., 30 Min.", "7 Std., 5 Min."]],
    ["ja", ["55 ms", "9,999 ms", "23 秒", "2 分", "38 分", "1 時間30 分", "7 時間5 分"]],
  ])("is written as in %s", (locale, texts) => {
    const shown = [55, 9_999, 23_031, 2 * MINUTE_MS, 38 * MINUTE_MS, 90 * MINUTE_MS, 425 * MINUTE_MS].map((ms) =>
      formatDuration(ms, makeReader(locale)),
    );
    expect(shown.map(toPlainSpaces)).toEqual(texts);
  });
});

describe("names", () => {
  it("are sorted by their numbers, and as in the reader's language", () => {
    const sort = (names: string[], locale: string) =>
      names.toSorted((one, other) => compareNames(one, other, makeReader(locale)));
    expect(sort(["SH10", "sh9", "SH2"], "en")).toEqual(["SH2", "sh9", "SH10"]);
    expect(sort(["Zoé", "Öst", "Émile", "Eva"], "de")).toEqual(["Émile", "Eva", "Öst", "Zoé"]);
    expect(sort(["Zoé", "Öst"], "sv")).toEqual(["Zoé", "Öst"]);
  });
});

describe("the first day of the week", () => {
  it.each([
    ["en", 1],
    ["en-GB", 1],
    ["fr", 1],
    ["de-AT", 1],
    ["en-US", 7],
    ["ja", 7],
    ["pt-BR", 7],
    ["ar-EG", 6],
  ])("in %s is %d", (locale, day) => expect(firstDayOfWeek(makeReader(locale))).toBe(day));
});

describe("a time zone", () => {
  it.each([
    ["Europe/Paris", true],
    ["UTC", true],
    ["Europe/Nowhere", false],
    ["", false],
    [null, false],
    [undefined, false],
    ["x".repeat(10_000), false],
  ])("is one that Intl knows: %j", (name, isKnown) => expect(isTimeZone(name)).toBe(isKnown));
});
