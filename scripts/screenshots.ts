// npm run screenshots: makes the pictures of the README anew, from what npm start shows. Start it first.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { chromiumLaunch } from "./chromium.ts";

const playground = `http://localhost:${process.env.PLAYGROUND_PORT ?? 8788}`;
const folder = new URL("../docs/images/", import.meta.url);

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(await chromiumLaunch());
for (const colorScheme of ["light", "dark"] as const) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1180, height: 700 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  await page.addInitScript((isDark) => localStorage.setItem("dark-theme", String(isDark)), colorScheme === "dark");
  await page.goto(playground);
  await page.locator("[data-task-id]").nth(1).click();
  for (const nth of [5, 9, 13])
    await page
      .locator("[data-task-id]")
      .nth(nth)
      .click({ modifiers: ["ControlOrMeta"] });
  const run = () => page.getByRole("button", { name: /^Run custom action for/ }).click();

  await page.selectOption("#custom-action", { label: "Publish (studio server)" });
  const [tab] = await Promise.all([context.waitForEvent("page"), run()]);
  await tab.setViewportSize({ width: 1180, height: 700 });
  await tab.waitForLoadState();
  await tab.screenshot({ path: fileURLToPath(new URL(`page-${colorScheme}.png`, folder)) });
  await tab.close();

  for (const label of ["Deliver to the client (refused with a reason), AJAX", "Publish (studio server), AJAX"]) {
    await page.selectOption("#custom-action", { label });
    await run();
    await page.waitForTimeout(600);
  }
  await page.screenshot({ path: fileURLToPath(new URL(`toast-${colorScheme}.png`, folder)) });
}
await browser.close();
