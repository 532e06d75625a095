// Renders in the playground, as an artist sees them: asked, confirmed, followed, after a reload,
// canceled; with AJAX and in a form's tab.
import { expect, type Page } from "@playwright/test";
import { choose, openRoots, run, runForm, type Started, test } from "./support/browser/started.ts";

/**
 * SH0010, SH0020 and SH0030 of the first sequence. playground/farms/fate.ts says how SH0040 and
 * SH0060 fail.
 */
async function select(page: Page, { playground }: Started, cells: readonly number[]): Promise<void> {
  await page.addInitScript(openRoots);
  await page.goto(playground);
  const [first, ...others] = cells.map((at) => page.locator("[data-task-id]").nth(at));
  await first?.click();
  for (const other of others) await other.click({ modifiers: ["ControlOrMeta"] });
}

async function submit(page: Page, label: string, frames: string): Promise<void> {
  await choose(page, label);
  await run(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Frames", { exact: true }).fill(frames);
  await dialog
    .getByRole("button", { name: "Next" })
    .or(dialog.getByRole("button", { name: "Render" }))
    .first()
    .click();
  await expect(dialog.getByText(/^Submit \d shots, \d+ frames\?$/).first()).toBeVisible();
  await dialog.getByRole("button", { name: "Render" }).click();
}

test("a render on Flamenco is followed in Kitsu, after a reload too, and ends as a comment with status and picture on each task", async ({
  page,
  started,
}) => {
  await select(page, started, [0, 3]);
  await submit(page, "Render with Flamenco (AJAX)", "1-12");
  const toasts = page.locator("kitsu-actions");
  await expect(toasts.getByRole("progressbar").first()).toBeVisible();
  await page.reload();
  await expect(toasts.getByRole("progressbar").first()).toBeVisible();
  await expect(toasts.getByText("Rendered 2 shots with Flamenco").first()).toBeVisible({ timeout: 25_000 });
  for (const at of [0, 3]) {
    const cell = page.locator("[data-task-id]").nth(at);
    await expect(cell.locator(".tag")).toHaveText("wfa");
    await cell.click();
    const comment = page.getByRole("list", { name: "Comments" }).getByRole("listitem").first();
    await expect(comment).toContainText("Rendered with Flamenco.");
    await expect(comment).toContainText("Ada Roy");
    await expect(comment.locator(".tag")).toHaveText("wfa");
    await expect(comment.getByRole("link", { name: /^v\d{3}$/ })).toBeVisible();
    await expect(page.getByRole("img", { name: "Preview" })).toHaveJSProperty("naturalWidth", 640);
  }
});

test("a render on Afanasy is followed and canceled in a form's tab", async ({ page, started }) => {
  await select(page, started, [1, 4]);
  const tab = await runForm(page, "Render with CGRU Afanasy");
  await tab.getByRole("button", { name: /^(Next|Render)$/ }).click();
  await tab.getByRole("button", { name: "Render" }).click();
  await expect(tab.getByRole("heading", { name: /^Rendering: 2 shots/ })).toBeVisible();
  await expect(tab.getByText(/^\d+ of \d+ (frames|tasks)/).first()).toBeVisible({ timeout: 15_000 });
  await tab.getByRole("button", { name: "Cancel" }).click();
  await expect(tab.getByRole("heading", { name: "Canceled: 2 shots" })).toBeVisible({ timeout: 15_000 });
});

test("a second render of the same shots says who is rendering them, and follows that render", async ({
  page,
  started,
}) => {
  await select(page, started, [2, 5]);
  await submit(page, "Render with Flamenco (AJAX)", "1-200");
  const toasts = page.locator("kitsu-actions");
  await expect(toasts.getByRole("progressbar").first()).toBeVisible();
  await choose(page, "Render with Flamenco (AJAX)");
  await run(page);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel(/^Ada Roy has been rendering all 2 shots since/)).toHaveValue("join");
  await dialog.getByRole("button", { name: "Next" }).click();
  await expect(dialog.getByText("Follow the render of 2 shots?").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Follow" }).click();
  await expect(dialog).toBeHidden();
  await expect(toasts.getByText("2 runs in progress")).toBeVisible();
  // The frame range chosen for that render, not the shots' own.
  await expect(toasts.getByText(/^\d+ of 400 frames$/)).toHaveCount(2, { timeout: 15_000 });
});
