/** Retry and undo. */
import type { Page } from "@playwright/test";
import { bodies, expect, readGlobal, test } from "../support/browser/fixture.ts";
import { answer, ask, done, OUTCOMES, RUN } from "../support/browser/replies.ts";

const PERSON = { personid: "person-1", personemail: "ada@studio.tld" };
const soon = (milliseconds: number) => Date.now() + milliseconds;

test("retries the failed tasks once, as a new run, and shows the result", async ({ kitsu, toasts, worker, page }) => {
  const retry = `${worker.origin}/runs/${RUN}/retry?at=1`;
  worker.respond(`/runs/${RUN}/retry`, { delayMs: 800, body: done("All are sent") });
  await kitsu.openAndRun("Render", { body: done("Sent", { severity: "warning", outcomes: OUTCOMES }, { retry }) });
  await toasts.getByRole("button", { name: "Retry what failed (3)" }).evaluate((button: HTMLElement) => {
    button.click();
    button.click();
  });
  await expect(toasts).toContainText("Sending…");
  await expect(toasts).toContainText("All are sent");
  await expect(toasts.getByRole("button", { name: /Retry/ })).toHaveCount(0);
  expect(worker.posts).toHaveLength(2);
  expect(bodies(worker)[1]).toEqual(PERSON);
  const [first, second] = worker.posts.map(({ url }) => url);
  expect(second).toMatch(
    new RegExp(`^/runs/${RUN}/retry\\?at=1&theme=light&lang=en&tz=[\\w%]+&userscript=[\\d.]+&run=[0-9a-f]{32}$`),
  );
  expect(second?.slice(-32)).not.toBe(first?.slice(-32));
  expect(await readGlobal(page, "results")).toHaveLength(1);
  await expect(toasts).toHaveCount(1);
});

test("sends the answer to a retry's question to the retry's address", async ({ kitsu, toasts, dialog, worker }) => {
  const failed = answer({ kind: "failed", code: "x", title: "Kitsu is away", retry: true }, RUN, {
    retry: `${worker.origin}/runs/${RUN}/retry`,
  });
  worker.respond(`/runs/${RUN}/retry`, ({ input }) => ({
    body: input ? done("Done now") : ask("Still sure?", [], { plan: "p" }),
  }));
  await kitsu.openAndRun("Render", { status: 502, body: failed });
  await toasts.getByRole("button", { name: "Try again" }).click();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(toasts).toContainText("Done now");
  expect(bodies(worker).slice(1)).toEqual([PERSON, { ...PERSON, input: {}, plan: "p" }]);
  expect(worker.posts[2]?.url.replace(/&try=[0-9a-f]{8}$/, "")).toBe(worker.posts[1]?.url);
});

test("repeats an undo that may have run with the same run id, and a refused one with a new id", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  const undo = { url: `${worker.origin}/runs/${RUN}/undo`, until: soon(600_000) };
  worker.respond(`/runs/${RUN}/undo`, { readable: false, body: "secret" });
  worker.respond("/runs", { status: 502, body: "bad gateway" });
  await kitsu.openAndRun("Comment", { body: done("Commented", {}, { undo }) });
  const button = toasts.getByRole("button", { name: "Undo" });
  await button.click();
  await expect(toasts).toContainText("It may have run");
  await expect(button).toHaveCount(0);
  await openHistory(page);
  await expect(page.locator("kitsu-actions .panel")).not.toContainText("Undone.");
  await toasts.getByRole("button", { name: "Stop checking" }).click();
  await expect(toasts).toContainText("We could not find out whether it ran.");
  worker.respond(`/runs/${RUN}/undo`, { status: 503, body: answer({ kind: "failed", code: "x", title: "Not now" }) });
  await button.click();
  await expect(toasts).toContainText("Not now");
  await button.click();
  await expect.poll(() => worker.posts.length).toBe(4);
  const [, first, second, third] = worker.posts.map(({ url }) => url);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("repeats an undo that never ran with a new run id, because the old run was voided", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  const undo = { url: `${worker.origin}/runs/${RUN}/undo`, until: soon(600_000) };
  worker.respond(`/runs/${RUN}/undo`, { body: done("Taken back") });
  await kitsu.openAndRun("Comment", { body: done("Commented", {}, { undo }) });
  await page.route(/\/undo/, (route) => route.abort("connectionreset"));
  await toasts.getByRole("button", { name: "Undo" }).click();
  await expect(toasts).toContainText("It did not run");
  await page.unrouteAll();
  await toasts.getByRole("button", { name: "Undo" }).click();
  await expect(toasts).toContainText("Taken back");
  await openHistory(page);
  await expect(page.locator("kitsu-actions .panel")).toContainText("Undone.");
});

test("undoes a run once, from its toast or from the history, which then says so", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  const undo = { url: `${worker.origin}/runs/${RUN}/undo?at=1`, until: soon(600_000), label: "Take the comments back" };
  worker.respond(`/runs/${RUN}/undo`, { body: done("12 comments are gone") });
  await kitsu.openAndRun("Comment", { body: done("12 tasks commented", {}, { undo }) });
  await expect(toasts.getByRole("button", { name: "Take the comments back" })).toBeVisible();
  await page.reload();
  await page.keyboard.press("F8");
  const panel = page.locator("kitsu-actions .panel");
  const button = panel.getByRole("button", { name: "Take the comments back" });
  await button.evaluate((element: HTMLElement) => {
    element.click();
    element.click();
  });
  await expect(toasts).toContainText("12 comments are gone");
  await expect(button).toHaveCount(0);
  expect(bodies(worker)[1]).toEqual(PERSON);
  expect(worker.posts).toHaveLength(2);
  await openHistory(page);
  await expect(panel.getByRole("listitem")).toHaveText([/12 comments are gone/, /12 tasks commented\s*Undone\./]);
  await expect(panel.getByRole("button")).toHaveCount(0);
});

test("offers an undo only until it expires", async ({ kitsu, worker, page }) => {
  await page.clock.install();
  const undo = { url: `${worker.origin}/runs/${RUN}/undo`, until: soon(30_000) };
  await kitsu.openAndRun("Comment", { body: done("Commented", {}, { undo }) });
  const buttons = page.locator("kitsu-actions").getByRole("button", { name: "Undo" });
  await expect(buttons).toHaveCount(1);
  await openHistory(page);
  await expect(buttons).toHaveCount(2);
  await page.clock.runFor(40_000);
  await expect(buttons).toHaveCount(0);
  await openHistory(page);
  await expect(buttons).toHaveCount(0);
});

test("labels the buttons in French", async ({ kitsu, toasts, worker, setLanguage }) => {
  await setLanguage("fr");
  const undo = { url: `${worker.origin}/runs/${RUN}/undo`, until: soon(60_000) };
  worker.respond(`/runs/${RUN}/undo`, { delayMs: 800, body: done("Fait") });
  await kitsu.openAndRun("Render", {
    body: done("Envoyé", { outcomes: OUTCOMES }, { retry: `${worker.origin}/runs/${RUN}/retry`, undo }),
  });
  await expect(toasts.locator(".buttons .button")).toHaveText(["Réessayer les échecs (3)", "Annuler l’action"]);
  await toasts.locator(".button").last().click();
  await expect(toasts).toContainText("Envoi…");
});

test("offers only actions at the worker's own addresses", async ({ kitsu, toasts, worker, page, config }) => {
  config.worker = `${kitsu.origin}/edge`;
  const until = soon(60_000);
  const addresses = [
    "javascript:window.pwned=1",
    "https://evil.tld/undo",
    `${kitsu.origin}/edge/../api/data`,
    `${kitsu.origin}/edge.evil`,
  ];
  for (const [at, url] of addresses.entries()) {
    kitsu.addAction(`Try ${at}`, {
      body: done(`Done ${at}`, { outcomes: OUTCOMES }, { retry: url, undo: { url, until } }),
    });
  }
  await kitsu.open();
  for (const at of addresses.keys()) await kitsu.run(`Try ${at}`);
  await expect(toasts.last()).toContainText("Done 3");
  await openHistory(page);
  await expect(
    page.locator("kitsu-actions").getByRole("button", { name: /Undo|Retry|again/, includeHidden: true }),
  ).toHaveCount(0);
  expect(worker.posts).toHaveLength(4);
});

/** Opens the history, rendered anew. */
async function openHistory(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Last runs (F8)" });
  if ((await button.getAttribute("aria-expanded")) === "true") await button.click();
  await button.click();
}

test("counts tasks that were not tried among those to retry, and does not call them failed", async ({
  kitsu,
  toasts,
  worker,
}) => {
  const retry = `${worker.origin}/runs/${RUN}/retry?at=1`;
  const left = Array.from({ length: 3 }, (_, at) => ({
    id: `t${at}`,
    label: `SH${at}`,
    state: "skipped" as const,
    retry: true,
  }));
  kitsu.addAction("None", { body: done("None of it", { outcomes: left }, { retry }) });
  await kitsu.openAndRun("Half", {
    body: done("Half of it", { outcomes: [...left, { id: "f", label: "SH9", state: "failed" }] }, { retry }),
  });
  await expect(toasts.getByRole("button", { name: "Retry what is not done (4)" })).toBeVisible();
  await kitsu.run("None");
  await expect(toasts.getByRole("button", { name: "Run what was not tried (3)" })).toBeVisible();
});
