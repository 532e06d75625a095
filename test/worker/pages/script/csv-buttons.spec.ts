/** The CSV button of a table. Needs a browser, because the pages' script runs nowhere else. */
import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import type { Table } from "../../../../contract.ts";
import { ENGLISH, type Reader } from "../../../../worker/format/reader.ts";
import { html } from "../../../../worker/pages/html.ts";
import { renderScriptTexts } from "../../../../worker/pages/layout.ts";
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

test("a table is saved with raw numbers and ISO days, which the page shows as the reader writes them", async ({
  browser,
}) => {
  // The person reads French in an English browser.
  const page = await (await browser.newContext({ locale: "en-US" })).newPage();
  const text = await save(
    page,
    {
      title: "Fait par semaine",
      columns: ["Semaine du", "Fait", "Jours"],
      rows: [["2026-11-23", 1_234, 1_000_000.25]],
    },
    { ...ENGLISH, locale: "fr-FR", language: "fr" },
  );
  const shown = await page.locator("tbody").innerText();
  expect(shown.replace(/\s/g, " ").trim()).toBe("23 nov. 2026 1 234 1 000 000,25");
  expect(text).toBe("\ufeffSemaine du;Fait;Jours\r\n2026-11-23;1234;1000000,25\r\n");
  await page.close();
});

async function save(page: Page, table = TABLE, reader: Reader = ENGLISH): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  await page.route("https://edge.studio.tld/**", (route) => {
    if (route.request().url().endsWith(".js"))
      return route.fulfill({ contentType: "text/javascript", body: outputFiles[0]?.text ?? "" });
    return route.fulfill({
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": "default-src 'none'; script-src 'self'" },
      body: `<!doctype html><html lang="${reader.language}">${html`${renderScriptTexts(reader)}${renderTable(table)}`.write(reader)}<script src="/page.js"></script>`,
    });
  });
  await page.goto("https://edge.studio.tld/");
  const button = page.getByRole("button", { name: /CSV/ });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const fileName = table === TABLE ? "tasks-by-person-50.csv" : "fait-par-semaine.csv";
  expect(download.suggestedFilename()).toBe(fileName);
  return readFile(await download.path(), "utf8");
}
