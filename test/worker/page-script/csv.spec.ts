/** The CSV button of a table, in a browser: the script of our pages is a file that runs nowhere else. */
import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { build } from "esbuild";

const SCRIPT = new URL("../../../worker/page-script/index.ts", import.meta.url).pathname;
const CELLS = [
  ["Anna", 3],
  ['=HYPERLINK("https://evil.tld")', -1],
  ["+1", 2],
  ["-x", 0.5],
  ["@sum", 0],
  ['a "b", c\nd', 1],
  ["שוט 🦊", 1],
];
const TABLE = `<table><caption>Tasks: by person / 50 %</caption><thead><tr><th>Who</th><th>Tasks</th></tr></thead>
<tbody>${CELLS.map(([name, count]) => `<tr><td>${name}</td><td class="number">${count}</td></tr>`).join("")}</tbody></table>`;

test("a table becomes a CSV file that a spreadsheet reads and does not run", async ({ page }) => {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  await page.route("https://edge.studio.tld/**", (route) => {
    if (route.request().url().endsWith(".js"))
      return route.fulfill({ contentType: "text/javascript", body: outputFiles[0]?.text ?? "" });
    return route.fulfill({
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": "default-src 'none'; script-src 'self'" },
      body: `<!doctype html>${TABLE}<script src="/page.js"></script>`,
    });
  });
  await page.goto("https://edge.studio.tld/");
  const button = page.getByRole("button", { name: "Tasks: by person / 50 % as CSV" });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  expect(download.suggestedFilename()).toBe("tasks-by-person-50.csv");
  expect(await readFile(await download.path(), "utf8")).toBe(
    [
      "\ufeffWho,Tasks",
      "Anna,3",
      `"'=HYPERLINK(""https://evil.tld"")",-1`,
      "'+1,2",
      "'-x,0.5",
      "'@sum,0",
      `"a ""b"", c\nd",1`,
      "שוט 🦊,1\r\n",
    ].join("\n"),
  );
});
