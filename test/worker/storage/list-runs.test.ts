// The days of the log, in the time zone of the person who reads it.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { listRuns } from "../../../worker/storage/list-runs.ts";
import type { RunFilter } from "../../../worker/storage/run-filter.ts";
import { keyOf } from "../../../worker/storage/run-key.ts";
import { recordRun } from "../../../worker/storage/run-log.ts";
import { idOf, makeManyRuns, NEWEST, RUNS, SUMMARY } from "../../support/worker/many-runs.ts";
import { makeRecord, newRunId } from "../../support/worker/runs.ts";
import { ask, makeEnv, READER } from "../../support/worker/worker.ts";

const settings = readSettings(makeEnv());

const record = (...times: string[]) =>
  Promise.all(
    times.map((time) => recordRun(makeEnv(), settings, makeRecord({ id: newRunId(), at: Date.parse(time) }))),
  );

/** All pages of the log with this filter: when their runs began. */
async function readPages(filter: RunFilter, timeZone: string, limit = 50): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listRuns(makeEnv(), filter, limit, { cursor, reader: { ...ENGLISH, timeZone } });
    pages.push(page.runs.map(({ at }) => new Date(at).toISOString()));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

const HOUR_MS = 3_600_000;
/** Once an hour, for three days, the newest first. */
const HOURS = Array.from({ length: 72 }, (_, index) =>
  new Date(Date.parse("2025-11-24T23:30:00Z") - index * HOUR_MS).toISOString(),
);

describe("a day of the log", () => {
  it.each([
    ["America/Vancouver", "2025-11-23T08:30:00.000Z", "2025-11-24T07:30:00.000Z"],
    ["Europe/Paris", "2025-11-22T23:30:00.000Z", "2025-11-23T22:30:00.000Z"],
    ["Pacific/Auckland", "2025-11-22T11:30:00.000Z", "2025-11-23T10:30:00.000Z"],
    ["UTC", "2025-11-23T00:30:00.000Z", "2025-11-23T23:30:00.000Z"],
  ])("is one in %s, newest first, whatever the size of a page", async (timeZone, first, last) => {
    await record(...HOURS);
    const wanted = HOURS.filter((time) => time >= first && time <= last);
    expect(wanted).toHaveLength(24);
    for (const limit of [50, 24, 7, 1]) {
      const pages = await readPages({ day: "2025-11-23" }, timeZone, limit);
      expect(pages.flat()).toEqual(wanted);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
    }
  });

  it.each([
    ["America/Vancouver", "2025-03-09", "2025-03-09T08:00:00.000Z", "2025-03-10T07:00:00.000Z"],
    ["America/Vancouver", "2025-11-02", "2025-11-02T07:00:00.000Z", "2025-11-03T08:00:00.000Z"],
    ["Europe/Paris", "2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["Europe/Paris", "2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
    ["Pacific/Auckland", "2026-04-05", "2026-04-04T11:00:00.000Z", "2026-04-05T12:00:00.000Z"],
    ["Pacific/Auckland", "2026-09-27", "2026-09-26T12:00:00.000Z", "2026-09-27T11:00:00.000Z"],
  ])("is complete in %s if the clocks change on %s", async (timeZone, day, from, to) => {
    const at = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString();
    await record(at(from, -1), from, at(to, -1), to);
    expect((await readPages({ day }, timeZone)).flat()).toEqual([at(to, -1), from]);
  });

  it("costs a list for each day in UTC that it touches", async () => {
    await record(...HOURS);
    const lists = vi.spyOn(env.RUNS, "list");
    await readPages({ day: "2025-11-23" }, "Europe/Paris");
    expect(lists).toHaveBeenCalledTimes(2);
  });

  it("can be filtered further", async () => {
    await record(...HOURS);
    const filter = { day: "2025-11-23", action: "debug" };
    expect((await readPages(filter, "Pacific/Auckland", 5)).flat()).toHaveLength(24);
    expect((await readPages({ ...filter, action: "publish" }, "Pacific/Auckland")).flat()).toEqual([]);
  });

  it("is empty if it does not exist", async () => {
    await record("2011-12-30T12:00:00Z");
    expect(await readPages({ day: "2011-12-30" }, "Pacific/Apia")).toEqual([[]]);
  });
});

describe("a page of a filtered log", () => {
  beforeEach(async () => {
    await record(...HOURS);
  });

  it("continues after its last run, although newer runs were added", async () => {
    const first = await listRuns(makeEnv(), { action: "debug" }, 10);
    await record("2025-11-25T12:00:00Z");
    const second = await listRuns(makeEnv(), { action: "debug" }, 10, { cursor: first.cursor });
    expect(second.runs.map(({ at }) => new Date(at).toISOString())).toEqual(HOURS.slice(10, 20));
  });

  it("shows no run twice, although a thousand newer ones were added", async () => {
    const kv = makeManyRuns(() => ({}), 3_000);
    const read = (cursor?: string) => listRuns(makeEnv({ RUNS: kv }), { action: "debug" }, 900, { cursor });
    const first = await read();
    for (let index = 0; index < 1_500; index += 1)
      kv.add(keyOf(NEWEST + 1 + index, idOf(RUNS + index)), "{}", { ...SUMMARY, title: "Newer" });
    const ids = first.runs.map(({ id }) => id);
    for (let { cursor } = first; cursor !== undefined; ) {
      const page = await read(cursor);
      ids.push(...page.runs.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(ids).toEqual(Array.from({ length: 3_000 }, (_, index) => idOf(index)));
  });

  it("shows runs of the same millisecond once each, and ends with a full page", async () => {
    await record(...Array.from({ length: 4 }, () => "2025-11-26T00:00:00Z"));
    const pages = await readPages({ day: "2025-11-26" }, "UTC", 2);
    expect(pages.flat()).toEqual(Array.from({ length: 4 }, () => "2025-11-26T00:00:00.000Z"));
  });

  it("is none of the log without a filter", async () => {
    const { cursor } = await listRuns(makeEnv(), { action: "debug" }, 10);
    await expect(listRuns(makeEnv(), {}, 10, { cursor })).rejects.toMatchObject({ code: "invalid-filter" });
  });

  it.each(["gone", "run/", "0~run/00000/~", "run/00000/~", "~"])(
    "does not exist for the cursor %j of another filter",
    async (cursor) => {
      const page = listRuns(makeEnv(), { day: "2025-11-23" }, 10, { cursor });
      await expect(page).rejects.toMatchObject({ code: "invalid-filter" });
    },
  );

  it("is one in the reader's time zone, as its address or the browser says", async () => {
    type Page = { runs: { at: string }[]; cursor?: string };
    const read = async (query: string) =>
      (await ask(`/runs.json?day=2025-11-23&limit=20${query}`, { headers: READER })).json<Page>();
    const first = await read("&tz=Pacific/Auckland");
    const second = await read(`&tz=Pacific/Auckland&cursor=${encodeURIComponent(first.cursor ?? "")}`);
    const times = [...first.runs, ...second.runs].map(({ at }) => at);
    expect([times.length, times[0], times.at(-1)]).toEqual([
      24,
      "2025-11-23T10:30:00.000Z",
      "2025-11-22T11:30:00.000Z",
    ]);
    expect(second.cursor).toBeUndefined();
    expect((await read("")).runs[0]?.at).toBe("2025-11-23T23:30:00.000Z");
  });
});
