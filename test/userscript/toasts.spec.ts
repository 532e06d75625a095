import { serveUserscript } from "../support/browser/bundle.ts";
import { expect, readGlobal, test } from "../support/browser/fixture.ts";
import { ask, BROKEN, done, OUTCOMES } from "../support/browser/replies.ts";

test("shows the newest toast in full, two older ones as a line each, and a button for the rest", async ({
  kitsu,
  toasts,
  page,
}) => {
  const names = ["One", "Two", "Three", "Four", "Five"];
  for (const name of names) kitsu.addAction(name, BROKEN);
  await kitsu.open();
  for (const name of names) {
    await kitsu.run(name);
    await expect(toasts.last()).toContainText(`${name}Something went wrong`);
  }
  await expect(toasts).toHaveCount(3);
  const lines = page.locator("kitsu-actions .folded:visible");
  await expect(lines).toHaveCount(2);
  for (const line of await lines.all()) expect((await line.boundingBox())?.height).toBeLessThanOrEqual(40);
  await page.getByRole("button", { name: "2 more" }).click();
  await expect(toasts).toHaveCount(5);
  for (const left of [4, 3, 2, 1, 0]) {
    await toasts.first().getByRole("button", { name: "Dismiss" }).click();
    await expect(toasts).toHaveCount(left);
  }
});

test("opens a folded toast by mouse and keyboard, and keeps it open when a new one appears", async ({
  kitsu,
  toasts,
  page,
}) => {
  for (const name of ["One", "Two", "Three"]) kitsu.addAction(name, BROKEN);
  await kitsu.open();
  for (const name of ["One", "Two"]) await kitsu.run(name);
  await expect(toasts.last()).toContainText("TwoSomething went wrong");
  const one = toasts.filter({ hasText: "One" });
  const folder = one.getByRole("button", { name: "Show: Something went wrong" });
  await expect(folder).toHaveAttribute("aria-expanded", "false");
  await one.locator(".title").click();
  await expect(folder).toHaveAttribute("aria-expanded", "true");
  await folder.press("Enter");
  await expect(folder).toHaveAttribute("aria-expanded", "false");
  await folder.press("Enter");
  await page.locator("#typing").click();
  await kitsu.run("Three");
  await expect(toasts.last()).toContainText("ThreeSomething went wrong");
  await expect(folder).toHaveAttribute("aria-expanded", "true");
  await expect(page.locator("kitsu-actions .folded")).toHaveText([/^Two/]);
});

test("moves a result to the end, whatever started after it", async ({ kitsu, toasts, dialog, page }) => {
  kitsu.addAction("Ask", { body: ask("How?") });
  kitsu.addAction("Quick", BROKEN);
  await kitsu.openAndRun("Slow", { delayMs: 1_500, body: done("Over") });
  await kitsu.run("Quick");
  await expect(toasts.last()).toContainText("Something went wrong");
  await expect(toasts.last()).toContainText("Over");
  await kitsu.run("Ask");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(toasts.last()).toContainText("Nothing was done.");
});

test("closes a message when there was time to read it, not while it is hovered or focused, and never an error", async ({
  kitsu,
  toasts,
  page,
}) => {
  kitsu.addAction("Copy", { body: done("Six words it takes to read") });
  await page.clock.install();
  await kitsu.openAndRun("Break", BROKEN);
  await kitsu.run("Copy");
  await expect(toasts.last()).toContainText("Six words");
  await page.clock.runFor(7_000);
  await expect(toasts).toHaveCount(2);
  await toasts.last().hover();
  await page.clock.runFor(60_000);
  await expect(toasts).toHaveCount(2);
  await page.locator("#typing").hover();
  await page.keyboard.press("F8");
  await page.clock.runFor(60_000);
  await expect(toasts).toHaveCount(2);
  await page.locator("#typing").click();
  await page.clock.runFor(1_000);
  await expect(toasts).toHaveCount(1);
  await page.clock.runFor(600_000);
  await expect(toasts).toHaveAttribute("data-tone", "error");
});

test("folds a message with buttons when there was time to read it, closes it later, and keeps it in the history", async ({
  kitsu,
  toasts,
  panel,
  toggleHistory,
  sheet,
  page,
}) => {
  const links = [{ label: "See", url: "https://kitsu.studio.tld/" }];
  const effects = [
    { kind: "copy" as const, text: "/mnt/p" },
    { kind: "go" as const, path: "/my-tasks", label: "My tasks" },
  ];
  await page.clock.install();
  await kitsu.openAndRun("Link", { body: done("There", { links, effects, outcomes: OUTCOMES }) });
  await expect(toasts).toContainText("There");
  await expect(toasts.getByRole("link", { name: "See" })).toBeVisible();
  await page.clock.runFor(10_000);
  await expect(page.locator("kitsu-actions .folded")).toHaveText([/There/]);
  await page.clock.runFor(70_000);
  await expect(toasts).toHaveCount(0);
  await page.reload();
  await toggleHistory();
  await expect(panel.getByRole("link", { name: "See" })).toHaveAttribute("href", "https://kitsu.studio.tld/");
  await expect(panel.getByRole("button", { name: "Copy" })).toBeVisible();
  await panel.getByRole("button", { name: "My tasks" }).click();
  expect(await readGlobal(page, "called")).toEqual([["/my-tasks"]]);
  await panel.getByRole("button", { name: "9 done, 1 skipped, 3 failed" }).click();
  await expect(sheet.locator("li")).toHaveCount(13);
  await expect(sheet).toContainText("The scene file is missing.");
});

test("keeps a toast that the person has opened", async ({ kitsu, toasts, page }) => {
  await page.clock.install();
  await kitsu.openAndRun("Link", {
    body: done("There", { links: [{ label: "See", url: "https://kitsu.studio.tld/" }] }),
  });
  await page.clock.runFor(15_000);
  await toasts.getByRole("button", { name: "Show: There" }).click();
  await page.locator("#typing").click();
  await page.clock.runFor(600_000);
  await expect(toasts.getByRole("link", { name: "See" })).toBeVisible();
});

test("updates the open history with runs of this and other tabs", async ({
  kitsu,
  panel,
  toggleHistory,
  context,
  config,
}) => {
  kitsu.addAction("Break", BROKEN);
  await kitsu.openAndRun("Copy", { body: done("3 files copied") });
  await toggleHistory();
  await expect(panel.getByRole("listitem")).toHaveCount(1);
  await kitsu.run("Break");
  await expect(panel.getByRole("listitem")).toHaveText([/Something went wrong/, /3 files copied/]);
  const other = await context.newPage();
  await other.addInitScript(await serveUserscript(config));
  await other.goto(kitsu.origin);
  await other.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(panel.getByRole("listitem")).toHaveCount(3);
});

test("brings a dismissed toast back with the result", async ({ kitsu, toasts, page }) => {
  await kitsu.openAndRun("Slow", { delayMs: 2_000, body: done("Over") });
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(toasts).toHaveCount(0);
  await expect(toasts).toContainText("Over");
});

test("hides its keys from Kitsu, and Escape in a toast keeps Kitsu's selection", async ({ kitsu, toasts, page }) => {
  await kitsu.openAndRun("Break", BROKEN);
  await expect(toasts).toContainText("Something went wrong");
  await page.locator("#typing").focus();
  await page.keyboard.press("F8");
  await expect(toasts).toBeFocused();
  await page.keyboard.press("d");
  await page.keyboard.press("Escape");
  await expect(toasts).toHaveCount(0);
  await expect(page.locator("#typing")).toBeFocused();
  await expect(page.locator("#selection")).toHaveText("t1,t2");
  expect(await readGlobal(page, "keys")).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.locator("#selection")).toHaveText("");
});

test("keeps the focus while its toast changes and moves", async ({ kitsu, toasts }) => {
  kitsu.addAction("Other", { body: done("new toast") });
  await kitsu.openAndRun("Slow", { delayMs: 1_500, body: done("Slow is over") });
  await kitsu.run("Other");
  const close = toasts.filter({ hasText: "Slow" }).getByRole("button", { name: "Dismiss" });
  await close.focus();
  await expect(toasts.last()).toContainText("Slow is over");
  await expect(close).toBeFocused();
});

test("announces each change once to screen readers, and errors immediately", async ({ kitsu, page }) => {
  kitsu.addAction("Break", { ...BROKEN, delayMs: 300 });
  await kitsu.open();
  const status = page.locator("kitsu-actions [role=status]");
  const alert = page.locator("kitsu-actions [role=alert]");
  await expect(status).toHaveText("");
  await kitsu.run("Break");
  await expect(status).toContainText("Sent for 2 tasks");
  await expect(alert).toContainText("Something went wrong");
  await expect(status).toHaveText("");
});

test("follows Kitsu's theme switch, and a replaced theme element", async ({ kitsu, toasts, page }) => {
  await kitsu.openAndRun("Break", BROKEN);
  const host = page.locator("kitsu-actions");
  await expect(host).toHaveAttribute("data-theme", "light");
  await page.evaluate(() => document.querySelector(".theme")?.classList.add("dark"));
  await expect(host).toHaveAttribute("data-theme", "dark");
  await expect(toasts).toHaveCSS("color", "rgb(238, 238, 238)");
  await page.evaluate(() =>
    document
      .querySelector("#app")
      ?.replaceChildren(Object.assign(document.createElement("div"), { className: "theme" })),
  );
  await expect(host).toHaveAttribute("data-theme", "light");
});

test("speaks French when Kitsu does", async ({ kitsu, toasts, page, other, setLanguage }) => {
  await setLanguage("fr", "fr_FR");
  kitsu.addAction("Rendu", { status: 500, delayMs: 300 }, other);
  await kitsu.open();
  await kitsu.run("Rendu");
  await expect(toasts).toContainText("Envoyée pour 2 tâches…");
  await expect(toasts).toContainText("Erreur du serveur");
  await expect(page.locator("kitsu-actions")).toHaveAttribute("lang", "fr");
});

test("comes back when Kitsu removes its element, and rises above the top layer", async ({ kitsu, toasts, page }) => {
  await kitsu.openAndRun("Break", BROKEN);
  await expect(toasts).toHaveCount(1);
  await page.evaluate(() => document.querySelector("kitsu-actions")?.remove());
  await page.evaluate(() => {
    const other = Object.assign(document.createElement("div"), { popover: "manual", textContent: "over everything" });
    other.style.cssText = "inset:0;width:100vw;height:100vh";
    document.body.append(other);
    setTimeout(
      () =>
        document.querySelector("main button") instanceof HTMLElement &&
        document.querySelector<HTMLElement>("main button")?.click(),
    );
    other.showPopover();
  });
  await expect(toasts).toHaveCount(2);
  await toasts.last().getByRole("button", { name: "Dismiss" }).click();
  await expect(toasts).toHaveCount(1);
});

test("keeps each person's last runs after a reload, and opens them with the shortcut", async ({
  kitsu,
  toasts,
  panel,
  toggleHistory,
  page,
}) => {
  kitsu.addAction("Break", BROKEN);
  await kitsu.openAndRun("Copy", { body: done("3 files copied", { text: "To the server." }) });
  await kitsu.run("Break");
  await expect(toasts.last()).toContainText("Something went wrong");
  await page.reload();
  await toggleHistory();
  await expect(panel.getByRole("listitem")).toHaveCount(2);
  await expect(panel.getByRole("listitem").last()).toContainText("3 files copied");
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  kitsu.state.person = "person-2";
  await page.reload();
  await expect(page.locator("kitsu-actions")).toBeAttached();
  await page.keyboard.press("F8");
  await expect(panel).toContainText("No runs yet.");
});

test("does not trust a history that others wrote into storage, and keeps at most twenty runs", async ({
  kitsu,
  toasts,
  page,
}) => {
  const key = "kitsu-actions:runs:person-1";
  await page.addInitScript((name) => localStorage.setItem(name, '[{"at":"<b>"}]'), key);
  kitsu.addAction("Copy", { body: done("ok") });
  await kitsu.open();
  for (let count = 1; count <= 22; count++) await kitsu.run("Copy");
  await expect(toasts.last()).toContainText("ok");
  await expect
    .poll(async () => JSON.parse((await page.evaluate((name) => localStorage.getItem(name), key)) ?? "[]").length)
    .toBe(20);
});
