// The doctor's page: the way to it, what to fix first, and that it sees what was fixed.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { type Started, test } from "./support/browser/started.ts";

test.use({ viewport: { width: 1366, height: 768 } });

test.afterEach(({ started }) => breakIt(started, {}));

async function breakIt({ playground }: Started, faults: object): Promise<void> {
  const response = await fetch(`${playground}/control/faults`, { method: "POST", body: JSON.stringify(faults) });
  expect(response.status).toBe(200);
}

const pagesOf = (page: Page) => page.getByRole("navigation", { name: "Pages for TDs" });
const fixFirst = (page: Page) => page.getByRole("heading", { name: "Fix this first" }).locator("+ ul");

test("it opens from the home page, and shows what to fix without scrolling", async ({ page, started }) => {
  await page.goto(started.worker);
  await page.getByRole("link", { name: "Log" }).click();
  await pagesOf(page).getByRole("link", { name: "Doctor" }).click();
  await expect(page.getByRole("heading", { name: "Doctor", exact: true })).toBeVisible();
  await expect(pagesOf(page).locator("[aria-current=page]")).toHaveText("Doctor");
  // The one custom action of the playground that is wrong on purpose.
  await expect(fixFirst(page)).toContainText("“Not installed”");
  await expect(fixFirst(page)).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("link", { name: "Check again" })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1366);
  for (const subject of ["Zou 1.0.97 answers.", "The bot is a production manager.", "Its headers let the script"])
    await expect(page.getByRole("listitem").filter({ hasText: subject })).toContainText("fine");
});

test("a fault is on top, until it is fixed and checked again with the keyboard", async ({ page, started }) => {
  await breakIt(started, { zou: "html" });
  await page.goto(`${started.worker}/doctor`);
  await expect(fixFirst(page)).toContainText("KITSU_API");
  await expect(fixFirst(page).getByRole("listitem")).toHaveCount(1);
  await breakIt(started, {});
  await pagesOf(page).getByRole("link", { name: "Doctor" }).focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Check again" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(fixFirst(page)).toContainText("“Not installed”");
});

for (const colorScheme of ["light", "dark"] as const)
  test(`axe-core finds no problem, ${colorScheme}`, async ({ page, started }) => {
    await breakIt(started, { zou: "dead" });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${started.worker}/doctor`);
    await expect(fixFirst(page)).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);
  });

test("what the list of runs leads to has the same navigation", async ({ page, started }) => {
  await page.goto(`${started.worker}/actions/debug?selection=`);
  await page.goto(`${started.worker}/runs`);
  const [run] = await page.locator("tbody a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const address of [run ?? "", `${started.worker}/runs/person`]) {
    await page.goto(address);
    await expect(pagesOf(page).getByRole("link")).toHaveText(["Runs", "Use", "Doctor"]);
    await expect(pagesOf(page).locator("[aria-current=true]")).toHaveText("Runs");
  }
});
