// From a failure in Kitsu to what helps: in a toast, on the page of a form, and in the help itself.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { choose, openPlayground, run, runForm, test } from "./support/browser/started.ts";

test.afterEach(async ({ started }) => {
  await breakIt(started, {});
});

const breakIt = async ({ playground }: { playground: string }, faults: object) =>
  expect((await fetch(`${playground}/control/faults`, { method: "POST", body: JSON.stringify(faults) })).status).toBe(
    200,
  );

/** The entry is marked, and the browser has scrolled to it. */
async function expectEntry(help: Page, code: string, text: string): Promise<void> {
  await expect(help).toHaveURL(new RegExp(`/help#${code}$`));
  await expect(help.locator(":target")).toBeInViewport();
  await expect(help.locator(":target")).toHaveText(`Kitsu gave an unexpected answer ${code}`);
  await expect(help.locator(":target + ul")).toContainText(text);
}

test("a toast leads to the entry of its failure", async ({ page, context, started }) => {
  await openPlayground(page, started);
  await breakIt(started, { zou: "html" });
  await choose(page, "Playlist of previews (AJAX)");
  const opened = context.waitForEvent("page");
  await run(page);
  await page.locator("kitsu-actions .toast:visible").getByRole("link", { name: "How to fix it" }).click();
  await expectEntry(await opened, "kitsu-broken", "correct KITSU_API and KITSU_URL");
});

test("the page of a form leads to the entry of its failure", async ({ page, started }) => {
  await openPlayground(page, started);
  await breakIt(started, { zou: "html" });
  const tab = await runForm(page, "Playlist of previews");
  await tab.getByRole("link", { name: "How to fix it" }).click();
  await expectEntry(tab, "kitsu-broken", "correct KITSU_API and KITSU_URL");
});

test("a toast without an answer of the worker leads to the help", async ({ page, started }) => {
  await openPlayground(page, started);
  await breakIt(started, { call: "login" });
  await choose(page, "Playlist of previews (AJAX)");
  await run(page);
  const link = page.locator("kitsu-actions .toast:visible").getByRole("link", { name: "Help" });
  await expect(link).toHaveAttribute("href", `${started.worker}/help`);
});

for (const colorScheme of ["light", "dark"] as const)
  test(`axe-core finds no problem in the help, ${colorScheme}`, async ({ page, started }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${started.worker}/help#kitsu-broken`);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);
  });
