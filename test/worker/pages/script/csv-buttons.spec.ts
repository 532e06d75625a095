/** The CSV button of a table. Needs a browser, because the pages' script runs nowhere else. */
import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import type { Table } from "../../../../contract.ts";
import { html } from "../../../../worker/pages/html.ts";
import { renderTable } from "../../../../worker/pages/reply-view.ts";

const SCRIPT = new URL("../../../../worker/pages/script/index.ts", import.meta.url).pathname;
const TABLE: Table = {
  title: "Tasks: by person / 50 %",
  columns: ["Who", "=Tasks()", "Last seen"],
  rows: [
    ["Anna", 3, "SQ01 / SH010"],
    ['=HYPERLINK("https://evil.tld")', -1, "@sum"],
    ["+1", 2.5, "-x"],
    ["\t=1+1", 0, " =1+1 "],
    ["  padded  ", null, null],
    ['a "b", c\nd', 1, "<i>é</i>"],
    ["שוט 🦊", 1, `https://kitsu.studio.tld/productions/${"1".repeat(60)}`],
  ],
};

for (const { locale, expected } of [
  { locale: "fr-FR", expected: ["\ufeffWho;'=Tasks();Last seen", "Anna;3;SQ01 / SH010"] },
  { locale: "en-GB", expected: ["\ufeffWho,'=Tasks(),Last seen", "Anna,3,SQ01 / SH010"] },
]) {
  test(`a table is saved in the CSV format of ${locale}`, async ({ browser }) => {
    const page = await (await browser.newContext({ locale })).newPage();
    const text = await save(page);
    expect(text.split("\r\n").slice(0, 2)).toEqual(expected);
    expect(text).toContain(locale === "fr-FR" ? "'+1;2,5;'-x" : "'+1,2.5,'-x");
    await page.close();
  });
}

test("a table is saved as CSV with what it shows, and without formulas that a spreadsheet would run", async ({
  page,
}) => {
  const text = await save(page);
  expect(text).toBe(
    [
      "\ufeffWho,'=Tasks(),Last seen",
      "Anna,3,SQ01 / SH010",
      `"'=HYPERLINK(""https://evil.tld"")",-1,'@sum`,
      "'+1,2.5,'-x",
      "'=1+1,0,'=1+1",
      "padded,,",
      `"a ""b"", c\nd",1,<i>é</i>`,
      `שוט 🦊,1,https://kitsu.studio.tld/productions/${"1".repeat(60)}`,
      "",
    ].join("\r\n"),
  );
});

async function save(page: Page): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  await page.route("https://edge.studio.tld/**", (route) => {
    if (route.request().url().endsWith(".js"))
      return route.fulfill({ contentType: "text/javascript", body: outputFiles[0]?.text ?? "" });
    return route.fulfill({
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": "default-src 'none'; script-src 'self'" },
      body: `<!doctype html>${html`${renderTable(TABLE)}`.source}<script src="/page.js"></script>`,
    });
  });
  await page.goto("https://edge.studio.tld/");
  const button = page.getByRole("button", { name: "Tasks: by person / 50 % as CSV" });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  expect(download.suggestedFilename()).toBe("tasks-by-person-50.csv");
  return readFile(await download.path(), "utf8");
}
