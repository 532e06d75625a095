// The three ways of the script into Kitsu's page, with everything that npm start runs.
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { choose, openRoots, run, type Started, test } from "./support/browser/started.ts";

const PUBLISH = "Publish (studio server), AJAX";

async function open(page: Page, { playground }: Started, query: string): Promise<string[]> {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.addInitScript(openRoots);
  await page.goto(`${playground}/?${query}`);
  await page.locator("[data-task-id]").first().click();
  return problems;
}

const toasts = (page: Page) => page.locator("kitsu-actions .toast:visible");

for (const csp of ["none", "strict"]) {
  test(`a tag with the worker's address shows toasts, with the security policy "${csp}"`, async ({ page, started }) => {
    const problems = await open(page, started, `userscript=tag&csp=${csp}`);
    await choose(page, PUBLISH);
    await run(page);
    await expect(toasts(page)).toContainText("1 of 1 published");
    expect(problems).toEqual([]);
  });

  test(`a tag with a path of Kitsu's host shows toasts, with the security policy "${csp}"`, async ({
    page,
    started,
  }) => {
    const problems = await open(page, started, `userscript=own-tag&csp=${csp}`);
    await choose(page, "Playlist of previews (session), AJAX");
    await run(page);
    await expect(toasts(page)).toContainText("playlist");
    expect(problems).toEqual([]);
  });
}

test("a manager and a tag together show one toast", async ({ page, started }) => {
  await open(page, started, "userscript=both");
  await choose(page, PUBLISH);
  await run(page);
  await expect(toasts(page)).toContainText("1 of 1 published");
  await expect(toasts(page)).toHaveCount(1);
});

test("the home page on Kitsu's host says which way was active, and whether there is a second one", async ({
  page,
  started,
}) => {
  const home = `${started.playground}/edge/`;
  await page.goto(home);
  await expect(page.getByText("The script has not run in Kitsu in this browser yet.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 2 }).first()).toHaveText("In Kitsu's own page");
  await page.goto(`${started.playground}/?userscript=own-tag`);
  await expect(page.locator("html")).toHaveAttribute("data-kitsu-actions");
  await page.goto(home);
  await expect(page.getByText("Kitsu's own page had the script when Kitsu was last opened")).toBeVisible();
  await expect(page.getByText("The userscript is installed as well.")).toBeHidden();
  await page.addInitScript({ content: await (await fetch(`${home}kitsu-actions.user.js`)).text() });
  await page.reload();
  await expect(page.getByText("The userscript is installed as well.")).toBeVisible();
  await page.goto(`${started.playground}/?userscript=off`);
  await page.goto(home);
  await expect(page.getByText("the userscript was running when Kitsu was last opened")).toBeVisible();
});

test("the home page on another host says what it can't know", async ({ page, started }) => {
  await page.goto(started.worker);
  await expect(page.getByText("This page is on another host and can't tell.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 2 }).first()).toHaveText("As a userscript");
});
