/** The page behaves like Kitsu where a userscript or an artist would notice. */
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

test("selects by click, adds with Control, selects a range with Shift and clears with Escape", async ({ page }) => {
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

test("has the theme as a class inside #app and in localStorage", async ({ page }) => {
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

test("exposes Kitsu's state like Vue, with the current locale and selection", async ({ page }) => {
  await page.goto("/");
  await selectTasks(page, 2);
  await page.getByLabel("Language").selectOption("fr_FR");
  await expect(page.locator(".action-bar button")).toHaveText("Lancer l’action pour 2 tâches sélectionnées");
  const state = await page.evaluate(`(() => {
    const { $store: { getters }, $i18n } = document.querySelector("#app").__vue_app__.config.globalProperties;
    const { user, customActions, currentProduction, isDarkTheme, nbSelectedTasks } = getters;
    const action = customActions.find(({ name }) => name === "Comment and set status");
    return { i18n: $i18n, user, action, production: currentProduction.name, isDarkTheme, nbSelectedTasks };
  })()`);
  expect(state).toMatchObject({
    i18n: undefined,
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
  // Zou keeps the profile, and the other tests are in English.
  await page.getByLabel("Langue").selectOption("en_US");
  await expect(page.getByLabel("Language")).toHaveValue("en_US");
});

test("shows the sent request in the drawer", async ({ page, recorder }) => {
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

test("shows what a userscript added to the address", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(`{
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...rest) { return open.call(this, method, url + "?run=1", ...rest); };
  }`);
  await selectTasks(page, 1);
  await runAction(page, "Debug (AJAX)");
  await page.getByRole("button", { name: "What Kitsu sent" }).click();
  await expect(
    page.getByText(/^The browser requested .*\/actions\/debug\?run=1: the userscript added the rest\.$/),
  ).toBeVisible();
});
