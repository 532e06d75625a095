// The log's page in a browser: a search goes on by itself, until the page is full or its reader
// stops it. The worker's own pages, with a log that the test makes up.
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { style } from "../../../../worker/pages/page-style.ts";

const SCRIPT = new URL("../../../../worker/pages/script/index.ts", import.meta.url).pathname;
const ORIGIN = "https://edge.studio.tld";
const NEWEST = Date.parse("2026-11-28T12:00:00Z");
const HOUR_MS = 3_600_000;
const SETTINGS = { basePath: "", kitsuUrls: ["https://kitsu.studio.tld"], logToken: "a-token", access: undefined };

/** Imported by URL, because workerd's types and Node's conflict. */
const { renderLog } = await import(new URL("../../../../worker/pages/log-page.ts", import.meta.url).href);

let script = "";
test.beforeAll(async () => {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  script = outputFiles[0]?.text ?? "";
});

const makeRun = (number: number) => ({
  ...{ id: String(number).padStart(32, "0"), at: NEWEST - number * HOUR_MS, action: "publish", state: "done" },
  ...{ title: `Published ${number}`, person: "", email: "ada@studio.tld", name: "Ada Roy", project: "" },
  ...{ projects: "Paper Lantern", tasks: 3, trust: "session", status: 200, tookMs: 400 },
});

type Log = {
  /** how many runs match among each thousand */
  matches: (part: number) => number;
  /** how many thousand runs the log has */
  parts: number;
  /** before a part is answered */
  wait?: (part: number) => Promise<void>;
  status?: (part: number) => number;
};

/** @returns the parts that were requested */
async function openLog(page: Page, { matches, parts, wait, status = () => 200 }: Log): Promise<number[]> {
  const requested: number[] = [];
  let made = 0;
  await page.route("**/*", async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    if (pathname === "/page.js") return route.fulfill({ contentType: "text/javascript", body: script });
    if (pathname === "/style.css") return route.fulfill({ contentType: "text/css", body: style });
    if (pathname !== "/runs") return route.fulfill({ status: 404 });
    const part = Number(searchParams.get("cursor") ?? 1);
    requested.push(part);
    await wait?.(part);
    if (status(part) !== 200)
      return route.fulfill({ status: status(part), contentType: "text/html", body: "<h1>No</h1>" });
    const runs = Array.from({ length: matches(part) }, () => makeRun(made++));
    const older = part === parts ? undefined : `${ORIGIN}/runs?action=publish&cursor=${part + 1}`;
    const response = renderLog({
      ...{ settings: SETTINGS, reader: ENGLISH, base: ORIGIN, titles: new Map([["publish", "Publish"]]), limit: 50 },
      query: { action: "publish", cursor: searchParams.get("cursor") ?? undefined },
      page: { runs, cursor: older && "x", searched: part * 1_000, until: NEWEST - part * 20 * HOUR_MS },
      older,
    });
    await route.fulfill({ contentType: "text/html", body: await response.text() });
  });
  await page.goto(`${ORIGIN}/runs?action=publish`);
  return requested;
}

const rows = (page: Page) => page.locator("tbody tr");

test("a search goes on until the page is full", async ({ page }) => {
  const requested = await openLog(page, { matches: (part) => (part % 2 === 0 ? 20 : 0), parts: 100 });
  await expect(rows(page)).toHaveCount(60);
  await expect(page.getByText("Runs searched so far: 6,000, back to")).toBeVisible();
  await expect(page.getByRole("link", { name: "Search further" })).toBeVisible();
  expect(requested).toEqual([1, 2, 3, 4, 5, 6]);
  await expect(rows(page).nth(59)).toContainText("Published 59");
});

test("it asks after 10,000 runs, and then goes on to the end", async ({ page }) => {
  const requested = await openLog(page, { matches: (part) => (part === 14 ? 2 : 0), parts: 30 });
  await expect(page.getByText("Runs searched so far: 10,000, back to")).toBeVisible();
  const further = page.getByRole("link", { name: "Search further" });
  await expect(further).toBeVisible();
  expect(requested).toHaveLength(10);
  await further.click();
  await expect(page.getByText("Runs searched so far: 30,000")).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  expect(requested).toHaveLength(30);
});

test("its reader can stop it", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const requested = await openLog(page, {
    matches: () => 0,
    parts: 100,
    wait: (part) => (part === 4 ? held : Promise.resolve()),
  });
  await page.getByRole("link", { name: "Stop" }).click();
  release();
  await expect(page.getByText("Runs searched so far: 4,000")).toBeVisible();
  await expect(page.getByRole("link", { name: "Search further" })).toBeVisible();
  expect(requested).toEqual([1, 2, 3, 4]);
});

test("a page that can't be read is shown as it is", async ({ page }) => {
  await openLog(page, { matches: () => 0, parts: 100, status: (part) => (part === 3 ? 503 : 200) });
  await expect(page.getByRole("heading", { name: "No" })).toBeVisible();
  await expect(page).toHaveURL(/cursor=3/);
});

test("without a script, it is a link", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const requested = await openLog(page, { matches: () => 0, parts: 3 });
  await page.getByRole("link", { name: "Search further" }).click();
  await expect(page.getByText("Runs searched so far: 2,000")).toBeVisible();
  expect(requested).toEqual([1, 2]);
  await context.close();
});
