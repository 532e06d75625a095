import { LANGUAGES } from "../../messages/languages.ts";
import { readTexts } from "../../scripts/messages.ts";
import { expect, test } from "./support/playground.ts";

test("shows every text of each language with examples, beside English", async ({ page }) => {
  const count = Object.keys(await readTexts("en")).length;
  for (const language of LANGUAGES) {
    for (const values of ["", "&values=long"]) {
      await page.goto(`/messages?lang=${language}${values}`);
      await expect(page.locator("tr")).toHaveCount(count);
      await expect(page.locator("body")).not.toContainText(/undefined|\[object|NaN|\{\w+\}/);
    }
  }
  await page.goto("/messages?lang=fr");
  await expect(page.locator("h2 + p:empty"), "Say in messages-page.ts where each area is shown").toHaveCount(0);
  const row = page.getByRole("row", { name: "sentForTasks" });
  await expect(row).toContainText("Envoyée pour 1 tâche…");
  await expect(row).toContainText("Envoyée pour 5 tâches…");
  await expect(row).toContainText("Sent for 5 tasks…");
});
