// What a log of 100,000 runs over 90 days costs: KV operations, exactly. docs/storage.md has the
// same table.

import { csvParse } from "d3-dsv";
import { describe, expect, it } from "vitest";
import type { RunPage } from "../../../worker/storage/list-runs.ts";
import { atOf, idOf, makeManyRuns, NEWEST, personOf, RUNS } from "../../support/worker/many-runs.ts";
import { ask, READER } from "../../support/worker/worker.ts";

/** There are three runs of `publish`, the newest of them number 25,000. */
const kv = makeManyRuns((index) => ({
  ...(index % 25_000 === 0 && index > 0 && { action: "publish", title: "Published the trailer" }),
  ...(index % 40 === 0 && { state: "failed" }),
}));
const HOUR_MS = 3_600_000;

type Page = Omit<RunPage, "runs" | "until"> & { runs: { id: string; at: string }[]; until?: string };

async function read(path: string): Promise<Page> {
  const response = await ask(path, { headers: READER }, { RUNS: kv });
  expect(response.status).toBe(200);
  return response.json<Page>();
}

/** Follows the cursor until it has found runs, or `pages` were read. */
async function readOn(path: string, pages: number): Promise<Page[]> {
  const found: Page[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    found.push(page);
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < pages);
  return found;
}

describe("a page of 100,000 runs", () => {
  it("is one list, the first as well as the 500th", async () => {
    const pages = await readOn("/runs.json?limit=50", 500);
    expect(kv.takeCounts()).toBe("500 list");
    expect(pages[0]?.runs[0]?.id).toBe(idOf(0));
    expect(pages.at(-1)?.runs.map(({ id }) => id)).toEqual(
      Array.from({ length: 50 }, (_, index) => idOf(499 * 50 + index)),
    );
  });

  it.each([
    ["day=2026-09-15", 1],
    ["day=2026-09-15&tz=Asia/Tokyo", 1],
    ["action=debug", 1],
    ["person=artist%207", 1],
    [`person=${personOf(7)}`, 1],
    ["project=lantern", 1],
    ["title=3%20tasks", 1],
  ])("that is full is %s: %i lists", async (query, lists) => {
    const { runs, cursor } = await read(`/runs.json?${query}`);
    expect([runs.length, kv.takeCounts()]).toEqual([50, `${lists} list`]);
    expect(cursor).toBeDefined();
  });

  it("searches about a thousand, and says how many, and how far back", async () => {
    const page = await read("/runs.json?action=publish");
    expect(page).toMatchObject({ runs: [], searched: 1_000, until: new Date(atOf(999)).toISOString() });
    expect(kv.takeCounts()).toBe("1 list");
    const states = await read("/runs.json?state=failed");
    expect([states.runs.length, states.searched]).toEqual([25, 1_000]);
    expect(kv.takeCounts()).toBe("1 list");
  });

  it.each(["action=publish", "title=TRAILER"])("finds what is rare, one list at a time: %s", async (query) => {
    const pages = await readOn(`/runs.json?${query}`, 1_000);
    expect(kv.takeCounts()).toBe("100 list");
    expect(pages.flatMap(({ runs }) => runs.map(({ id }) => id))).toEqual([idOf(25_000), idOf(50_000), idOf(75_000)]);
    expect(pages.at(-1)).toMatchObject({ searched: RUNS });
  });

  it("is one list, too, if it begins in the middle of one", async () => {
    const first = await read("/runs.json?state=failed&limit=20");
    const second = await read(`/runs.json?state=failed&limit=40&cursor=${encodeURIComponent(first.cursor ?? "")}`);
    expect([first.runs.length, second.runs.length, second.searched]).toEqual([20, 5, 1_000]);
    expect(kv.takeCounts()).toBe("2 list");
  });

  it.each([
    ["action=playlist", 0],
    ["title=%F0%9F%A6%8A", 0],
    ["person=nobody%40studio.example", 0],
    ["project=tram", 0],
    ["state=unconfirmed", 0],
    [`action=publish&state=failed&person=${personOf(1)}&project=lantern&title=trailer`, 3],
    [`action=publish&state=failed&person=${personOf(2)}`, 0],
  ])("says that it has searched everything: %s", async (query, found) => {
    const pages = await readOn(`/runs.json?${query}`, 1_000);
    expect(kv.takeCounts()).toBe("100 list");
    expect(pages.flatMap(({ runs }) => runs)).toHaveLength(found);
    expect(pages.at(-1)).toMatchObject({ searched: RUNS, until: new Date(atOf(RUNS - 1)).toISOString() });
    for (const { searched = 0 } of pages.slice(0, 1)) expect(searched).toBe(1_000);
  });

  it("finds what ran 80 days ago at once, if its day is known", async () => {
    const at = atOf(75_000);
    const day = new Date(at).toISOString().slice(0, 10);
    const pages = await readOn(`/runs.json?day=${day}&title=trailer`, 10);
    expect(pages.flatMap(({ runs }) => runs.map(({ id }) => id))).toEqual([idOf(75_000)]);
    expect(kv.takeCounts()).toBe("2 list");
  });

  it("finds the title as its reader sees it", async () => {
    const english = await read("/runs.json?title=3%20tasks&lang=en");
    const french = await read("/runs.json?title=3%20t%C3%A2ches&lang=fr");
    expect(french.runs.map(({ id }) => id)).toEqual(english.runs.map(({ id }) => id));
    expect((await read("/runs.json?title=3%20tasks&lang=fr")).runs).toEqual([]);
    kv.takeCounts();
  });

  it("says on the page how far it searched, and offers to search further", async () => {
    const response = await ask("/runs?action=publish", { headers: { ...READER, accept: "text/html" } }, { RUNS: kv });
    const text = await response.text();
    expect(text).toMatch(/Runs searched so far: 1,000, back to <time [^>]+>Nov 28, 2026/);
    expect(text).toMatch(/<a class="button" href="[^"]+cursor=[^"]+" data-further="1000"[^>]*>Search further</);
    kv.takeCounts();
  });
});

describe("the CSV of 100,000 runs", () => {
  const download = (query: string) => ask(`/runs.csv${query}`, { headers: READER }, { RUNS: kv });

  it("has all of them, for a list per thousand", async () => {
    const rows = csvParse(await (await download("")).text());
    expect(kv.takeCounts()).toBe("100 list");
    expect(rows.length).toBe(RUNS);
    expect([rows[0]?.id, rows.at(-1)?.id]).toEqual([idOf(0), idOf(RUNS - 1)]);
  });

  it("has all that match", async () => {
    const rows = csvParse(await (await download("?action=publish")).text());
    expect(kv.takeCounts()).toBe("100 list");
    expect(rows.map(({ id }) => id)).toEqual([idOf(25_000), idOf(50_000), idOf(75_000)]);
  });

  it("is read from KV only as fast as it is downloaded", async () => {
    const reader = (await download("")).body?.getReader();
    expect(kv.takeCounts()).toBe("1 list");
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    expect(kv.counts.list).toBeLessThanOrEqual(2);
    kv.takeCounts();
  });

  it("reads one list for its headers", async () => {
    const response = await ask("/runs.csv", { method: "HEAD", headers: READER }, { RUNS: kv });
    expect([response.status, await response.text(), kv.takeCounts()]).toEqual([200, "", "1 list"]);
  });

  it("says in its last row where it continues, if it was limited", async () => {
    const rows = csvParse(await (await download("?state=failed&limit=30")).text());
    kv.takeCounts();
    expect(rows).toHaveLength(31);
    expect(rows.at(-1)).toMatchObject({ id: "", title: expect.stringContaining("The log continues") });
    const next = rows.at(-1)?.url ?? "";
    const more = csvParse(await (await ask(next, { headers: READER }, { RUNS: kv })).text());
    expect(more[0]?.id).toBe(idOf(30 * 40));
    kv.takeCounts();
  });

  it("says the same if KV refuses in the middle", async () => {
    let lists = 0;
    const refusing = new Proxy(kv, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          lists += 1;
          if (lists > 3) throw new Error("Too many subrequests");
          return Reflect.apply(value, target, args);
        };
      },
    });
    const rows = csvParse(await (await ask("/runs.csv", { headers: READER }, { RUNS: refusing })).text());
    kv.takeCounts();
    expect(rows).toHaveLength(3_001);
    const more = csvParse(await (await ask(`${rows.at(-1)?.url}&limit=1`, { headers: READER }, { RUNS: kv })).text());
    expect(more[0]?.id).toBe(idOf(3_000));
    kv.takeCounts();
  });
});

describe("a day of 100,000 runs", () => {
  it("is read from its own keys alone, however old it is", async () => {
    const pages = await readOn("/runs.json?day=2026-09-15", 100);
    const times = pages.flatMap(({ runs }) => runs.map(({ at }) => Date.parse(at)));
    expect(times.length).toBeGreaterThan(1_100);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(24 * HOUR_MS);
    expect(NEWEST).toBeGreaterThan(Math.max(...times));
    // 23 pages. The last ones need the second list of the day.
    expect(kv.takeCounts()).toMatch(/^2\d list$/);
  });
});
