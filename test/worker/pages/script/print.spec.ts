/** Statistics on paper, as a browser prints them. */
import { expect, test } from "@playwright/test";
import type { Table } from "../../../../contract.ts";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { html } from "../../../../worker/pages/html.ts";
import { style } from "../../../../worker/pages/page-style.ts";
import { renderReply } from "../../../../worker/pages/reply-view.ts";

const TABLE: Table = {
  title: "Tasks by sequence",
  columns: [
    "Sequence",
    "Tasks",
    "Done",
    "Done, %",
    "Overdue",
    "Due this week",
    "Retakes",
    "Estimated days",
    "Spent days",
  ],
  rows: Array.from({ length: 80 }, (_, at) => [`SQ${at}`, 1_000, 500, 50, 12, 12, 40, 1_234.5, 1_234.5]),
};
const LABELS = TABLE.rows.slice(0, 20).map(([name]) => String(name));

test("prints every row of a table within the page, in dark ink, without buttons", async ({ page }) => {
  const reply = html`${renderReply({
    kind: "done",
    severity: "info",
    title: "Statistics",
    links: [{ label: "Only Layout", url: "https://edge.studio.tld/x" }],
    charts: [
      {
        title: "Tasks by sequence",
        kind: "bars",
        labels: LABELS,
        series: [{ name: "Tasks", values: LABELS.map(() => 7) }],
      },
    ],
    tables: [TABLE],
  })}`.write(ENGLISH);
  // A4 portrait at the browser's 96 dots per inch, without margins.
  await page.setViewportSize({ width: 688, height: 1_016 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setContent(
    `<!doctype html><html lang="en" data-theme="dark"><style>${style}</style><header class="bar">Log</header><main>${reply}<button>CSV</button></main>`,
  );
  const [height, shown, right] = await page
    .locator(".table")
    .evaluate((box) => [
      box.scrollHeight,
      box.clientHeight,
      box.querySelector("table")?.getBoundingClientRect().right ?? 0,
    ]);
  expect(shown).toBe(height);
  expect(right).toBeLessThanOrEqual(688);
  expect(
    await page.locator("svg[role=img]").evaluate((picture) => picture.getBoundingClientRect().right),
  ).toBeLessThanOrEqual(688);
  for (const hidden of [".bar", ".links", "button", "caption"]) await expect(page.locator(hidden)).toBeHidden();
  expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe("rgb(63, 66, 72)");
});
