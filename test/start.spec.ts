// What a newcomer does: npm start, a form action and an AJAX action in the playground, and a look
// at the log.
import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "@playwright/test";

import { ADA as ada } from "../playground/data-people.ts";
import { PAPER_LANTERN } from "../playground/data-projects.ts";
import { choose, openPlayground, run, runForm, test } from "./support/browser/started.ts";

const [ADA, PROJECT] = [ada.id, PAPER_LANTERN.id];

test("an AJAX action shows its result as a toast, and is in the log", async ({ page, started }) => {
  await openPlayground(page, started);
  await choose(page, "Publish (studio server), AJAX");
  await run(page);
  await expect(page.getByText("2 of 2 published").first()).toBeVisible();
  await page.goto(`${started.worker}/runs`);
  const line = page.getByRole("row").filter({ hasText: "2 of 2 published" }).first();
  await expect(line).toContainText("publish");
  await line.getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "2 of 2 published" })).toBeVisible();
  await expect(page.getByText("superagent").or(page.getByText("application/json")).first()).toBeVisible();
});

test("a form action opens its result in a tab, with links to Kitsu and to the run", async ({ page, started }) => {
  await openPlayground(page, started);
  const tab = await runForm(page, "Debug");
  await expect(tab.getByRole("heading", { name: "2 tasks of 2 entities in 1 project" })).toBeVisible();
  await expect(tab.getByText('(trust level "claimed")')).toBeVisible();
  await expect(tab.getByRole("cell", { name: "personemail" })).toBeVisible();
  await expect(tab.getByRole("link", { name: "Back to Kitsu" })).toHaveAttribute(
    "href",
    new RegExp(`^${started.playground}/productions/`),
  );
  await tab.getByRole("link", { name: /^[0-9a-f]{32}$/ }).click();
  await expect(tab.getByRole("heading", { name: "Run", exact: true })).toBeVisible();
});

test("the farms panel can be closed in a laptop's window, too", async ({ page, started }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(started.playground);
  for (const name of ["up", "lose next answer", "What Kitsu sent"]) {
    await expect(page.getByRole("button", { name, exact: true })).toBeInViewport({ ratio: 1 });
  }
});

test("a studio's page is shown unchanged, and runs no script", async ({ page, started }) => {
  await openPlayground(page, started);
  const tab = await runForm(page, "Report of the day (answers a page)");
  const frame = tab.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "Report of the day" })).toBeVisible();
  const canReach = await tab
    .locator("iframe")
    .evaluate((element) => (element instanceof HTMLIFrameElement ? element.contentDocument !== null : undefined));
  expect(canReach).toBe(false);
});

test("a studio's redirect is followed by the form's tab", async ({ page, started }) => {
  await openPlayground(page, started);
  const tab = await runForm(page, "Review room (redirects)");
  await expect(tab).toHaveURL(new RegExp(`^${started.playground}/productions/`));
});

test("an unknown action is reported in a toast", async ({ page, started }) => {
  await openPlayground(page, started);
  await choose(page, "Not installed");
  await run(page);
  await expect(page.getByText("There is no such action").first()).toBeVisible();
});

test("a debug page of many tasks is collapsed, and can be searched", async ({ page, started }) => {
  await page.goto(started.playground);
  const ids = await page
    .locator("[data-task-id]")
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute("data-task-id")));
  await page.goto(`${started.worker}/actions/debug?personid=${ADA}&selection=${ids.slice(0, 60).join(",")}`);
  const folds = page.locator("details.fold:visible");
  const before = await folds.count();
  expect(before).toBeGreaterThan(8);
  await expect(folds.first().getByRole("table")).toBeHidden();
  await page.getByLabel(/^Search the/).fill("SH0020");
  await expect.poll(() => folds.count()).toBeLessThan(before);
  await expect(folds.first()).toContainText("SH0020");
  await page.getByLabel(/^Search the/).fill("");
  await expect(folds).toHaveCount(before);
});

test("on Kitsu's own host the session identifies the person, and a playlist is created as them", async ({
  page,
  started,
}) => {
  await openPlayground(page, started);
  const tab = await runForm(page, "Debug (session)");
  await expect(tab.getByText('(trust level "session")')).toBeVisible();
  await choose(page, "Playlist of previews (session), AJAX");
  await run(page);
  await expect(page.getByText(/Playlist created|There is nothing to play/).first()).toBeVisible();
});

test("a form's tab has Kitsu's theme: at once on Kitsu's own host, elsewhere after an AJAX call", async ({
  browser,
  started,
}) => {
  const page = await (await browser.newContext({ colorScheme: "light" })).newPage();
  await page.addInitScript(() => localStorage.setItem("dark-theme", "true"));
  await openPlayground(page, started);
  const colourOf = async (label: string) => {
    const tab = await runForm(page, label);
    const colour = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await tab.close();
    return colour;
  };
  const [light, dark] = ["rgb(246, 246, 246)", "rgb(54, 57, 63)"];
  // A person whose last call was not made by another test.
  const person = await page.locator("#person option", { hasText: "Djibril Sow" }).getAttribute("value");
  await page.locator("#person").selectOption(person);
  await expect(page.locator("#person")).toBeEnabled();
  expect(await colourOf("Debug (session)")).toBe(dark);
  expect(await colourOf("Debug")).toBe(light);
  await choose(page, "Debug (AJAX)");
  await run(page);
  await expect(page.getByText("tasks of 2 entities").first()).toBeVisible();
  // The cookie stays after the call.
  await expect.poll(() => colourOf("Debug")).toBe(dark);
  await page.context().close();
});

test("a comment is asked for, confirmed, written where Kitsu allows it, and visible in Kitsu at once", async ({
  page,
  started,
}) => {
  await page.goto(started.playground);
  await page.getByRole("button", { name: "Select all tasks: Layout" }).click();
  const tab = await runForm(page, "Comment and set status");
  await tab.getByLabel("Status").selectOption({ label: "Retake" });
  await tab.getByLabel("Comment", { exact: true }).fill("Once more, please <b>today</b>");
  await tab.getByRole("button", { name: "Comment" }).click();
  await expect(tab.getByRole("heading", { name: /^Comment on \d+ tasks and set them to Retake\?$/ })).toBeVisible();
  await tab.getByRole("button", { name: "Comment" }).click();
  await expect(tab.getByRole("heading", { name: /^Commented on \d+ tasks$/ })).toBeVisible();
  await expect(tab.getByText("Its column max_retakes must be a number").first()).toBeVisible();
  const retakes = page.locator("td[data-task-id] .tag", { hasText: "retake" });
  await expect.poll(() => retakes.count()).toBeGreaterThan(10);
  // Other tests may have changed some before.
  const written = tab
    .getByRole("listitem")
    .filter({ hasText: /(→|Stays) Retake/ })
    .first();
  const link = written.getByRole("link", { name: "Open in Kitsu" });
  await page.goto((await link.getAttribute("href")) ?? "");
  await expect(page.getByRole("list", { name: "Comments" })).toContainText("Once more, please <b>today</b>");
});

test("an artist may not run a manager's action, and the toast says why", async ({ page, started }) => {
  await openPlayground(page, started);
  const artist = page.locator("#person option", { hasText: "Bruno Keller, artist" });
  await page.locator("#person").selectOption((await artist.getAttribute("value")) ?? "");
  await expect(page.locator("#person")).toBeEnabled();
  await choose(page, "Playlist of previews (AJAX)");
  await run(page);
  await expect(page.getByText(/is for admins, managers and supervisors/).first()).toBeVisible();
});

test("the page is complete without JavaScript", async ({ browser, started }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${started.worker}/actions/debug?selection=&personid=${ADA}`);
  await expect(page.getByRole("heading", { name: "0 tasks received" })).toBeVisible();
  await expect(page.getByRole("table").first()).toBeVisible();
  await page.goto(`${started.worker}/runs`);
  await page.getByLabel("State").selectOption("done");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/state=done/);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`our pages obey their own policy, and axe-core finds no problem, ${colorScheme}`, async ({
    browser,
    started,
  }) => {
    const page = await (await browser.newContext({ colorScheme })).newPage();
    // The dark theme only differs in its colors.
    const axe = () => new AxeBuilder({ page }).setLegacyMode();
    const find = async () =>
      (await (colorScheme === "dark" ? axe().withRules(["color-contrast"]) : axe()).analyze()).violations;
    const refused: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("404")) refused.push(message.text());
    });
    const coloured = ["/", `/actions/debug?personid=${ADA}`, `/actions/statistics?personid=${ADA}&project=${PROJECT}`];
    for (const path of colorScheme === "dark" ? coloured : [...coloured, "/runs", "/runs?person=nobody", "/nowhere"]) {
      await page.goto(started.worker + path);
      expect((await find()).map(({ id, nodes }) => `${path}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
    }
    await page.getByRole("link", { name: "Log" }).click();
    await page.locator("tbody a").first().click();
    expect((await find()).map(({ id }) => id)).toEqual([]);
    expect(refused).toEqual([]);
  });
}

test("the home page shows whether the userscript is running", async ({ page, started }) => {
  await page.goto(started.worker);
  await expect(page.getByText("The userscript is not running")).toBeVisible();
  await page.addInitScript({ content: await (await fetch(`${started.worker}/kitsu-actions.user.js`)).text() });
  await page.reload();
  await expect(page.getByText("The userscript is running")).toBeVisible();
  await expect(page.getByText("The userscript is not running")).toBeHidden();
  const notice = page.getByText("Your userscript is version");
  await expect(notice).toBeHidden();
  // Like an older, an equal and a newer userscript, and as late as in some managers.
  const offered = (await page.getByText(/^version /).textContent())?.replace("version ", "") ?? "";
  const setVersion = (version: string) =>
    page.evaluate((one) => document.documentElement.setAttribute("data-kitsu-actions", one), version);
  for (const older of ["0.0.9.1900000000", "0.1.0", "0.1.0.9900000000"]) {
    await setVersion(older);
    await expect(notice).toContainText(`Your userscript is version ${older}; version ${offered} is available.`);
  }
  for (const other of [offered, `${offered}9`, "0.10.0.1"]) {
    await setVersion(other);
    await expect(notice).toBeHidden();
  }
});

test("the home page copies addresses, and its tables need no scrolling", async ({ page, context, started }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.setViewportSize({ width: 1_366, height: 768 });
  await page.goto(started.worker);
  const button = page.getByRole("button", { name: "Copy the address of Debug" });
  await button.click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${started.worker}/actions/debug`);
  await expect(button).toBeVisible();
  for (const path of ["", "/runs"]) {
    await page.goto(started.worker + path);
    const [across, down] = await page
      .locator(".table")
      .evaluate((box) => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight]);
    expect([path, across, down]).toEqual([path, 0, 0]);
  }
});
