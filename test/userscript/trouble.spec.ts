/**
 * Problems around the calls: clipboard, popups, sleep, clocks, certificates, and two failures at
 * once.
 */
import { advanceUntil, expect, test } from "../support/browser/fixture.ts";
import { answer, done, RUN } from "../support/browser/replies.ts";

const MAY_HAVE_RUN = "It may have run: don't run it again yet. Still checking…";
const HOUR_MS = 3_600_000;
const running = answer({ kind: "started", title: "Render", text: "Running since 14:02 UTC." }, RUN);

test("shows the text, selected, if the clipboard refuses", async ({ kitsu, toasts, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "clipboard", {
      value: { writeText: () => Promise.reject(new Error("NotAllowedError")) },
    });
    document.execCommand = () => false;
  });
  await kitsu.openAndRun("Copy", {
    body: done("Path", { effects: [{ kind: "copy", text: "/mnt/p/sh010", label: "Copy the path" }] }),
  });
  await toasts.getByRole("button", { name: "Copy the path" }).click();
  const area = toasts.getByRole("textbox", { name: "Your browser blocked copying: copy the text yourself." });
  await expect(area).toHaveValue("/mnt/p/sh010");
  await expect(area).toBeFocused();
  expect(
    await area.evaluate((element: HTMLTextAreaElement) =>
      element.value.slice(element.selectionStart, element.selectionEnd),
    ),
  ).toBe("/mnt/p/sh010");
  await expect(toasts).toContainText("copy the text yourself");
  await expect(toasts.getByText("Copied")).toHaveCount(0);
});

test("keeps the button of a tab that the browser did not open", async ({ kitsu, toasts, page, worker }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "userActivation", { value: { isActive: false } }));
  await page.clock.install();
  await kitsu.openAndRun("Open", {
    body: done("Made", { effects: [{ kind: "open", url: `${worker.origin}/ping?made`, label: "Show it" }] }),
  });
  const link = toasts.getByRole("link", { name: "Show it" });
  await expect(link).toBeVisible();
  expect(page.context().pages()).toHaveLength(1);
  await page.clock.runFor(600_000);
  await expect(link).toBeVisible();
});

test("links to the update if a looked-up result has an unknown kind", async ({ kitsu, toasts, worker }) => {
  worker.runs.set("arrived", { version: 1, reply: { kind: "hologram", title: "Look at this" } });
  await kitsu.openAndRun("Chart", { drop: true });
  await expect(toasts).toContainText("Look at this");
  await expect(toasts.getByRole("link", { name: "Reload Kitsu, or update the userscript" })).toBeVisible();
});

test("shows two simultaneous failures in their own toasts", async ({ kitsu, toasts, worker, page }) => {
  kitsu.addAction("Publish", { body: done("Published") });
  worker.runs.set("arrived", running);
  await page.route(/actions\/publish/, (route) => route.abort("connectionreset"));
  await kitsu.openAndRun("Render", {
    delayMs: 500,
    status: 504,
    type: "text/html",
    body: "<title>504 Gateway Time-out</title>",
  });
  await kitsu.run("Publish");
  await expect(toasts.filter({ hasText: "Publish" })).toContainText("The connection was lost. It did not run");
  await expect(toasts.filter({ hasText: "Render" })).toContainText("Running since 14:02 UTC.");
  worker.runs.set("arrived", done("Really rendered"));
  await expect(toasts.filter({ hasText: "Really rendered" })).toBeVisible({ timeout: 30_000 });
  await expect(toasts.filter({ hasText: "Publish" })).toBeVisible();
});

test("looks up a run after the laptop was asleep", async ({ kitsu, toasts, worker, page }) => {
  worker.respond("/runs", { drop: true });
  await page.clock.install();
  await kitsu.openAndRun("Render", { delayMs: 1_000, drop: true });
  await expect.poll(() => worker.posts.length).toBeGreaterThan(0);
  // No timer runs meanwhile, and the connection is gone.
  await page.clock.fastForward(14 * HOUR_MS);
  await advanceUntil(page, 500, (soon) => expect(toasts).toContainText(MAY_HAVE_RUN, soon));
  worker.runs.set("arrived", done("Really rendered"));
  worker.respond("/runs", undefined);
  await advanceUntil(page, 5_000, (soon) => expect(toasts).toContainText("Really rendered", soon));
});

test("does not say that it did not run if the worker may have forgotten the run", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  await page.clock.install();
  await kitsu.openAndRun("Render", { delayMs: 1_000, drop: true });
  await expect.poll(() => worker.posts.length).toBeGreaterThan(0);
  await page.clock.fastForward(30 * HOUR_MS);
  await advanceUntil(page, 1_000, (soon) =>
    expect(toasts).toContainText("We could not find out whether it ran. Check before you run it again.", soon),
  );
  expect(worker.voided.size).toBe(0);
});

for (const [what, hours] of [
  ["ahead", 1],
  ["behind", -1],
] as const) {
  test(`says the same if the clock is an hour ${what} and is corrected during the run`, async ({
    kitsu,
    toasts,
    worker,
    page,
  }) => {
    worker.runs.set("arrived", running);
    await page.clock.setFixedTime(Date.now() + hours * HOUR_MS);
    await kitsu.openAndRun("Render", { drop: true });
    await expect(toasts).toContainText("Running since 14:02 UTC.");
    await page.clock.setFixedTime(Date.now());
    await page.reload();
    await expect(toasts).toContainText("Running since 14:02 UTC.");
    await expect(toasts).toContainText(/for \d+ (s|min)/);
    await expect(toasts).not.toContainText("did not run");
    worker.runs.set("arrived", done("Really rendered"));
    await expect(toasts).toContainText("Really rendered", { timeout: 30_000 });
    expect(worker.voided.size).toBe(0);
  });
}

test("expired certificate: can't be reached, how to see why, and that it may have run", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  await page.route(`${worker.origin}/**`, (route) => route.abort("failed"));
  await kitsu.openAndRun("Render", { body: done("Rendered") });
  await expect(toasts).toContainText(`${new URL(worker.origin).host} can't be reached`);
  await expect(toasts).toContainText("open it in a new tab to see why.");
  await expect(toasts).toContainText(MAY_HAVE_RUN);
  await page.unrouteAll();
  await expect(toasts).toContainText("It did not run", { timeout: 30_000 });
  expect(worker.posts).toEqual([]);
});

test("does not expire a ticket because the clock is an hour ahead", async ({ kitsu, toasts, worker, page }) => {
  await page.addInitScript(() => addEventListener("click", (event) => event.preventDefault()));
  await page.clock.setFixedTime(Date.now() + HOUR_MS);
  const ticket = { url: `${worker.origin}/tickets/1`, until: Date.now() + 60_000 };
  worker.respond("/tickets/1", { body: { state: "waiting" } });
  await kitsu.openAndRun("Open", {
    body: done("Ready", { effects: [{ kind: "launch", app: "RV", ways: [{ url: "rvlink://x" }], ticket }] }),
  });
  await toasts.getByRole("link", { name: /Open in RV|Try again/ }).click();
  await expect(toasts).toContainText("Opening RV…");
  worker.respond("/tickets/1", { body: { state: "taken" } });
  await expect(toasts).toContainText("RV received it.");
});
