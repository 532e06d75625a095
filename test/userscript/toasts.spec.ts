import { serveUserscript } from "../support/browser/bundle.ts";
import { expect, readGlobal, test } from "../support/browser/fixture.ts";
import { ask, BROKEN, done, OUTCOMES } from "../support/browser/replies.ts";

test("the newest is whole, what was before is a line each, and beyond three there is a button", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  const names = ["One", "Two", "Three", "Four", "Five"];
  for (const name of names) addAction(name, BROKEN);
  await openKitsu();
  for (const name of names) {
    await run(name);
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

test("a line opens by mouse and by key, and stays open when something newer comes", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  for (const name of ["One", "Two", "Three"]) addAction(name, BROKEN);
  await openKitsu();
  for (const name of ["One", "Two"]) await run(name);
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
  await run("Three");
  await expect(toasts.last()).toContainText("ThreeSomething went wrong");
  await expect(folder).toHaveAttribute("aria-expanded", "true");
  await expect(page.locator("kitsu-actions .folded")).toHaveText([/^Two/]);
});

test("what has an outcome is the newest, whatever was begun after it", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  dialog,
  page,
}) => {
  addAction("Slow", { delayMs: 1_500, body: done("Over") });
  addAction("Ask", { body: ask("How?") });
  addAction("Quick", BROKEN);
  await openKitsu();
  await run("Slow");
  await run("Quick");
  await expect(toasts.last()).toContainText("Something went wrong");
  await expect(toasts.last()).toContainText("Over");
  await run("Ask");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(toasts.last()).toContainText("Nothing was done.");
});

test("a message goes after it could be read; the pointer or the focus on it stops the clock; an error stays", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  addAction("Copy", { body: done("Six words it takes to read") });
  addAction("Break", BROKEN);
  await page.clock.install();
  await openKitsu();
  await run("Break");
  await run("Copy");
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

test("a message with something to press is a line once it could be read, goes later, and is kept in the history", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  panel,
  pressHistory,
  sheet,
  page,
}) => {
  const links = [{ label: "See", url: "https://kitsu.studio.tld/" }];
  const effects = [
    { kind: "copy" as const, text: "/mnt/p" },
    { kind: "go" as const, path: "/my-tasks", label: "My tasks" },
  ];
  addAction("Link", { body: done("There", { links, effects, outcomes: OUTCOMES }) });
  await page.clock.install();
  await openKitsu();
  await run("Link");
  await expect(toasts).toContainText("There");
  await expect(toasts.getByRole("link", { name: "See" })).toBeVisible();
  await page.clock.runFor(10_000);
  await expect(page.locator("kitsu-actions .folded")).toHaveText([/There/]);
  await page.clock.runFor(70_000);
  await expect(toasts).toHaveCount(0);
  await page.reload();
  await pressHistory();
  await expect(panel.getByRole("link", { name: "See" })).toHaveAttribute("href", "https://kitsu.studio.tld/");
  await expect(panel.getByRole("button", { name: "Copy" })).toBeVisible();
  await panel.getByRole("button", { name: "My tasks" }).click();
  expect(await readGlobal(page, "called")).toEqual([["/my-tasks"]]);
  await panel.getByRole("button", { name: "9 done, 1 skipped, 3 failed" }).click();
  await expect(sheet.locator("li")).toHaveCount(13);
  await expect(sheet).toContainText("The scene file is missing.");
});

test("what the person has opened stays", async ({ addAction, openKitsu, run, toasts, page }) => {
  addAction("Link", { body: done("There", { links: [{ label: "See", url: "https://kitsu.studio.tld/" }] }) });
  await page.clock.install();
  await openKitsu();
  await run("Link");
  await page.clock.runFor(15_000);
  await toasts.getByRole("button", { name: "Show: There" }).click();
  await page.locator("#typing").click();
  await page.clock.runFor(600_000);
  await expect(toasts.getByRole("link", { name: "See" })).toBeVisible();
});

test("the last runs are brought up to date while they are open, by this tab and by others", async ({
  addAction,
  openKitsu,
  run,
  panel,
  pressHistory,
  context,
  kitsu,
  config,
}) => {
  addAction("Copy", { body: done("3 files copied") });
  addAction("Break", BROKEN);
  await openKitsu();
  await run("Copy");
  await pressHistory();
  await expect(panel.getByRole("listitem")).toHaveCount(1);
  await run("Break");
  await expect(panel.getByRole("listitem")).toHaveText([/Something went wrong/, /3 files copied/]);
  const other = await context.newPage();
  await other.addInitScript(await serveUserscript(config));
  await other.goto(kitsu.origin);
  await other.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(panel.getByRole("listitem")).toHaveCount(3);
});

test("a dismissed toast comes back with the outcome", async ({ addAction, openKitsu, run, toasts, page }) => {
  addAction("Slow", { delayMs: 2_000, body: done("Over") });
  await openKitsu();
  await run("Slow");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(toasts).toHaveCount(0);
  await expect(toasts).toContainText("Over");
});

test("Kitsu sees none of our keys, and Escape in a toast keeps its selection", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  addAction("Break", BROKEN);
  await openKitsu();
  await run("Break");
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

test("the focus stays where it is while its toast changes, and moves", async ({
  addAction,
  openKitsu,
  run,
  toasts,
}) => {
  addAction("Slow", { delayMs: 1_500, body: done("Slow is over") });
  addAction("Other", { body: done("new toast") });
  await openKitsu();
  await run("Slow");
  await run("Other");
  const close = toasts.filter({ hasText: "Slow" }).getByRole("button", { name: "Dismiss" });
  await close.focus();
  await expect(toasts.last()).toContainText("Slow is over");
  await expect(close).toBeFocused();
});

test("screen readers are told once per change, of errors at once", async ({ addAction, openKitsu, run, page }) => {
  addAction("Break", { ...BROKEN, delayMs: 300 });
  await openKitsu();
  const status = page.locator("kitsu-actions [role=status]");
  const alert = page.locator("kitsu-actions [role=alert]");
  await expect(status).toHaveText("");
  await run("Break");
  await expect(status).toContainText("Sent for 2 tasks");
  await expect(alert).toContainText("Something went wrong");
  await expect(status).toHaveText("");
});

test("follows Kitsu's own theme switch, and a theme element that is replaced", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  addAction("Break", BROKEN);
  await openKitsu();
  await run("Break");
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

test("speaks French when Kitsu does", async ({ addAction, openKitsu, run, toasts, page, kitsu, other }) => {
  kitsu.state.locale = "fr_FR";
  addAction("Rendu", { status: 500, delayMs: 300 }, other);
  await openKitsu();
  await run("Rendu");
  await expect(toasts).toContainText("Envoyée pour 2 tâches…");
  await expect(toasts).toContainText("Erreur du serveur");
  await expect(page.locator("kitsu-actions")).toHaveAttribute("lang", "fr");
});

test("comes back when Kitsu throws our element out, and above whatever is in the top layer", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  addAction("Break", BROKEN);
  await openKitsu();
  await run("Break");
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

test("the last runs survive a reload, are each person's own, and open by key", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  panel,
  pressHistory,
  page,
  kitsu,
}) => {
  addAction("Copy", { body: done("3 files copied", { text: "To the server." }) });
  addAction("Break", BROKEN);
  await openKitsu();
  await run("Copy");
  await run("Break");
  await expect(toasts.last()).toContainText("Something went wrong");
  await page.reload();
  await pressHistory();
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

test("a history that somebody else wrote into storage is not believed, and at most twenty runs are kept", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  page,
}) => {
  const key = "kitsu-actions:runs:person-1";
  await page.addInitScript((name) => localStorage.setItem(name, '[{"at":"<b>"}]'), key);
  addAction("Copy", { body: done("ok") });
  await openKitsu();
  for (let count = 1; count <= 22; count++) await run("Copy");
  await expect(toasts.last()).toContainText("ok");
  await expect
    .poll(async () => JSON.parse((await page.evaluate((name) => localStorage.getItem(name), key)) ?? "[]").length)
    .toBe(20);
});
