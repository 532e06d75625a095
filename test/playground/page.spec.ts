/** The page behaves as Kitsu does where a userscript or an artist would notice. */
import { AxeBuilder } from "@axe-core/playwright";
import { HOSTILE_NAME } from "../../playground/data-entities.ts";
import { PAPER_LANTERN } from "../../playground/data-projects.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

test("click selects one, Control adds, Shift takes what lies between, Escape clears", async ({ page }) => {
  await page.goto("/");
  const tasks = page.locator("td[data-task-id]");
  const selected = page.locator("[aria-selected='true']");
  await tasks.nth(0).click();
  await tasks.nth(5).click();
  await expect(selected).toHaveCount(1);
  await tasks.nth(0).click({ modifiers: ["Shift"] });
  await expect(selected).toHaveCount(4);
  await tasks.nth(8).click({ modifiers: ["Control"] });
  await expect(selected).toHaveCount(5);
  await expect(page.locator(".action-bar button")).toHaveText("Run custom action for 5 selected tasks");
  await page.keyboard.press("Escape");
  await expect(selected).toHaveCount(0);
  await expect(page.locator(".side-column")).toBeHidden();
});

test("everything is selected at once, a column too", async ({ page }) => {
  await page.goto("/");
  const count = await page.locator("[data-task-id]").count();
  expect(count).toBeGreaterThan(55);
  await page.getByRole("button", { name: "Select all tasks: Layout" }).click();
  await expect(page.locator("[aria-selected='true']")).toHaveCount(16);
  await page.getByRole("button", { name: `Select all (${count})` }).click();
  await expect(page.locator("[aria-selected='true']")).toHaveCount(count);
});

test("the keyboard is enough to select and to run", async ({ page, recorder }) => {
  await page.goto("/");
  await page.locator("[data-task-id][tabindex='0']").focus();
  for (const key of ["Space", "ArrowRight", "Space", "ArrowDown", "ArrowLeft", "Space"]) await page.keyboard.press(key);
  await expect(page.locator("[aria-selected='true']")).toHaveCount(3);
  await page.getByLabel("Custom action", { exact: true }).focus();
  await page.getByLabel("Custom action", { exact: true }).selectOption({ label: "Debug (AJAX)" });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect.poll(() => recorder.received.length).toBe(2);
  expect(JSON.parse(recorder.received[1]?.body ?? "").selection).toHaveLength(3);
});

test("the theme is a class inside #app, kept in localStorage", async ({ page }) => {
  await page.goto("/");
  const theme = page.locator("#app > .theme");
  await expect(theme).toHaveClass("theme");
  await page.getByRole("button", { name: "Dark theme" }).click();
  await expect(theme).toHaveClass("theme dark");
  expect(
    await page.evaluate(
      "[localStorage.getItem('dark-theme'), document.documentElement.className, document.body.className]",
    ),
  ).toEqual(["true", "", ""]);
  await expect(page.locator("html")).toHaveCSS("background-color", "rgb(54, 57, 63)");
  await page.reload();
  await expect(theme).toHaveClass("theme dark");
});

test("Kitsu's state is where Vue leaves it, and follows the locale and the selection", async ({ page }) => {
  await page.goto("/");
  await selectTasks(page, 2);
  await page.getByLabel("Language").selectOption("fr");
  await expect(page.locator(".action-bar button")).toHaveText("Lancer l’action pour 2 tâches sélectionnées");
  const state = await page.evaluate(`(() => {
    const { $store: { getters }, $i18n } = document.querySelector("#app").__vue_app__.config.globalProperties;
    const { user, customActions, currentProduction, isDarkTheme, nbSelectedTasks } = getters;
    const action = customActions.find(({ name }) => name === "Comment and set status");
    return { locale: $i18n.locale, user, action, production: currentProduction.name, isDarkTheme, nbSelectedTasks };
  })()`);
  expect(state).toMatchObject({
    locale: "fr",
    user: { email: "ada.roy@studio.example", full_name: "Ada Roy", role: "manager", locale: "fr_FR" },
    action: {
      name: "Comment and set status",
      entity_type: "all",
      is_ajax: false,
      url: expect.stringContaining("/actions/comment"),
    },
    production: "Paper Lantern",
    isDarkTheme: false,
    nbSelectedTasks: 2,
  });
  await page.evaluate(`document.querySelector("#app").__vue_app__.config.globalProperties.$router.push("/my-tasks")`);
  await expect(page.locator("tr[data-task-id]").first()).toBeVisible();
  expect(await page.evaluate("document.documentElement.lang")).toBe("");
});

test("a name full of markup is a name", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Section").selectOption("assets");
  await expect(page.getByText(HOSTILE_NAME, { exact: true })).toBeVisible();
});

test("the drawer shows what was sent", async ({ page, recorder }) => {
  await page.goto("/");
  const [id = ""] = await selectTasks(page, 1);
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  await page.getByRole("button", { name: "What Kitsu sent" }).click();
  const drawer = page.getByRole("region", { name: "What Kitsu sent" });
  await expect(drawer).toContainText("POST /actions/debug HTTP/1.1");
  await expect(drawer).toContainText(recorder.received[1]?.body ?? "nothing");
  await expect(drawer.getByRole("definition").nth(3)).toContainText(id);
});

test("the drawer notices what a userscript added to the address", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(`{
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...rest) { return open.call(this, method, url + "?run=1", ...rest); };
  }`);
  await selectTasks(page, 1);
  await runAction(page, "Debug (AJAX)");
  await page.getByRole("button", { name: "What Kitsu sent" }).click();
  await expect(
    page.getByText(/^On the wire the address was .*\/actions\/debug\?run=1: the userscript added the rest\.$/),
  ).toBeVisible();
});

test("the strip on top has room for all it shows, however narrow the window", async ({ page }) => {
  await page.goto("/");
  for (const width of [1920, 1900, 1600, 1599, 1500, 1380, 1366, 1280, 1100, 1020, 900, 600, 400]) {
    await page.setViewportSize({ width, height: 600 });
    await expect(page.getByRole("button", { name: "What Kitsu sent" })).toBeInViewport({ ratio: 1 });
  }
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing, ${theme}`, async ({ page }) => {
    await page.addInitScript((dark) => localStorage.setItem("dark-theme", dark), String(theme === "dark"));
    const audit = async () => {
      // The empty language is Kitsu's own fault, and imitated. Legacy mode: there are no frames to look into.
      const { violations } = await new AxeBuilder({ page })
        .options({ resultTypes: ["violations"] })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .disableRules(["html-has-lang"])
        .setLegacyMode()
        .analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    };
    // The shortest list: axe measures each cell's contrast.
    await page.goto(`/productions/${PAPER_LANTERN.id}/assets`);
    await selectTasks(page, 4);
    await runAction(page, "Debug (AJAX)");
    await page.getByRole("button", { name: "What Kitsu sent" }).click();
    await audit();
    await page.goto("/my-tasks");
    await selectTasks(page, 1);
    await audit();
  });
}
