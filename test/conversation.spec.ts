// A conversation in the playground, as an artist sees it: asked, refused, confirmed, some tasks
// failed, retried, undone, and a program opened.
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { NIGHT_TRAM } from "../playground/data-projects.ts";
import { choose, openPlayground, openRoots, run, runForm, type Started, test } from "./support/browser/started.ts";

const dialogOf = (page: Page) => page.getByRole("dialog");
const toastOf = (page: Page) => page.locator("kitsu-actions .toast:visible").last();

async function selectLayout(page: Page, { playground }: Started): Promise<void> {
  await page.addInitScript(openRoots);
  await page.goto(playground);
  await page.getByRole("button", { name: "Select all tasks: Layout" }).click();
}

test("a comment by keyboard alone: asks, refuses, asks again, confirms, fails for some tasks, retries those", async ({
  page,
  started,
}) => {
  await selectLayout(page, started);
  await choose(page, "Comment and set status (AJAX)");
  await page.getByRole("button", { name: /^Run custom action for/ }).press("Enter");
  const dialog = dialogOf(page);
  await expect(dialog.getByLabel("Status")).toBeFocused();
  // Refused, because the comment is empty.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(
    dialog
      .getByRole("button", { name: "Cancel" })
      .or(dialog.getByRole("button", { name: "Comment" }))
      .first(),
  ).toBeVisible();
  await dialog.getByRole("button", { name: "Comment" }).press("Enter");
  await expect(dialog.getByText("Enter a comment or choose a status")).toBeVisible();
  await expect(dialog.getByLabel("Comment", { exact: true })).toBeFocused();
  const found = await new AxeBuilder({ page }).setLegacyMode().include("kitsu-actions").analyze();
  expect(found.violations.map(({ id }) => id)).toEqual([]);
  // Accepted. Backspace and Escape are Kitsu's shortcuts, too: here the dialog gets them.
  await page.keyboard.type("Once more, pleasee");
  await page.keyboard.press("Backspace");
  await dialog.getByLabel("Status").focus();
  await page.keyboard.type("Retake");
  await page.keyboard.press("Enter");
  if (await dialog.getByLabel("Status").isVisible())
    await dialog.getByRole("button", { name: "Comment" }).press("Enter");
  // Confirmed.
  await expect(dialog.getByText(/^Comment on \d+ tasks and set them to Retake\?$/).first()).toBeVisible();
  await dialog.getByRole("button", { name: "Comment" }).press("Enter");
  const toast = toastOf(page);
  await expect(toast).toContainText(/Commented on \d+ tasks/);
  await expect(toast).toContainText(/\d+ done.*\d+ failed/);
  await expect(
    page.locator("td[data-task-id][aria-selected=true], td[data-task-id].is-selected, [data-task-id].selected").first(),
  ).toBeAttached();
  // Retry the failed tasks: with the same input, confirmed again, and refused for the same reason.
  await page.keyboard.press("F8");
  await toast.getByRole("button", { name: /^Retry what failed \(\d+\)$/ }).press("Enter");
  await expect(
    dialog
      .getByRole("button", { name: "Comment" })
      .or(toast.getByText(/No task|failed/))
      .first(),
  ).toBeVisible();
});

test("work on the studio's server is paused, resumed, canceled and undone", async ({ page, started }) => {
  await selectLayout(page, started);
  await choose(page, "Cache the geometry (goes on, can be paused), AJAX");
  await run(page);
  const toast = toastOf(page);
  await toast.getByRole("button", { name: "Pause" }).click();
  await expect(toast).toContainText("Paused. Nothing is lost.");
  await toast.getByRole("button", { name: "Resume" }).click();
  await expect(toast.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(toast).toContainText(/[1-9]\d* done/);
  await toast.getByRole("button", { name: "Cancel" }).click();
  await expect(toast).toContainText(/[1-9]\d* of \d+ cached/);
  await toast.getByRole("button", { name: "Delete the caches" }).click();
  await expect(toastOf(page)).toContainText(/\d+ caches were deleted/);
});

test("hundreds of comments continue in the background, and each is written once", async ({ page, started }) => {
  await page.addInitScript(openRoots);
  await page.goto(`${started.playground}/productions/${NIGHT_TRAM.id}/episodes/all/shots`);
  const all = page.getByRole("button", { name: /^Select all \(\d+\)$/ });
  const count = /\d+/.exec(await all.innerText())?.[0];
  await all.click();
  await choose(page, "Comment and set status (AJAX)");
  await run(page);
  const dialog = dialogOf(page);
  await dialog.getByLabel("Comment", { exact: true }).fill("To all");
  await dialog.getByRole("button", { name: "Comment" }).press("Enter");
  await expect(dialog.getByText(`Comment on ${count} tasks?`)).toBeVisible();
  await expect(dialog.getByText(/of E01 \/ SQ001 \/ SH0010, .* and \d+ more, in Night Tram\./)).toBeVisible();
  await dialog.getByRole("button", { name: "Comment" }).press("Enter");
  const toast = toastOf(page);
  await expect(toast).toContainText(`Commented on ${count} tasks`);
  await expect(toast).toContainText(`${count} done`);
  const commented = await page.evaluate(async (project) => {
    const tasks: { id: string; last_comment_date: string }[] = await (
      await fetch(`/api/data/tasks?project_id=${project}`)
    ).json();
    const texts = await Promise.all(
      tasks.map(async ({ id }) => (await (await fetch(`/api/data/tasks/${id}/comments`)).json()) as { text: string }[]),
    );
    return texts.map((comments) => comments.filter(({ text }) => text === "To all").length).filter((many) => many > 0);
  }, NIGHT_TRAM.id);
  expect(commented).toEqual(Array(Number(count)).fill(1));
});

test("a playlist is created, and undone once", async ({ page, started }) => {
  await selectLayout(page, started);
  await choose(page, "Playlist of previews (AJAX)");
  await run(page);
  const toast = toastOf(page);
  await expect(toast).toContainText(/Playlist created/);
  await toast.getByRole("button", { name: "Remove the playlist" }).dblclick();
  await expect(toast).toContainText(/removed|taken back/i);
  await expect(toast.getByRole("button", { name: "Remove the playlist" })).toHaveCount(0);
});

test("a form's tab does the same without JavaScript", async ({ page, started }) => {
  await selectLayout(page, started);
  const tab = await runForm(page, "Playlist of previews");
  await expect(tab.getByRole("heading", { name: "Playlist created" })).toBeVisible();
  await tab.getByRole("button", { name: "Remove the playlist" }).click();
  await expect(tab.getByRole("heading", { name: /removed|taken back/i })).toBeVisible();
});

const PYTHON = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** The handler as a studio would configure it, with a program that only prints its arguments. */
async function runHandler(uri: string, { worker }: Started): Promise<number | null> {
  const folder = await mkdtemp(join(tmpdir(), "kitsu-handler-"));
  const config = join(folder, "handler.json");
  await writeFile(
    config,
    JSON.stringify({
      schemes: ["studio"],
      origins: [worker],
      trusted_origins: [worker],
      roots: { linux: ["/mnt/prod"], darwin: ["/Volumes/prod"], windows: ["P:\\"] },
      applications: {
        studio: {
          command: [PYTHON, "-c", "import time; time.sleep(2)", "{paths}"],
          extensions: [".blend"],
          many: true,
        },
      },
    }),
  );
  const handler = spawn(PYTHON ?? "", ["examples/handler/handler.py", "--config", config, uri], { stdio: "ignore" });
  return new Promise((resolve) => handler.once("exit", resolve));
}

test("a ticket is confirmed when the reference handler takes it, and works once", async ({ page, started }) => {
  test.skip(PYTHON === undefined, "The handler needs Python");
  await openPlayground(page, started);
  await page.getByRole("button", { name: "Select all tasks: Layout" }).click();
  await choose(page, "Open in Blender (studio handler)");
  // With AJAX, so that the toast polls the same address.
  const [tab] = await Promise.all([page.context().waitForEvent("page"), run(page)]);
  const button = tab.getByRole("link", { name: "Open in Blender" });
  const uri = (await button.getAttribute("href")) ?? "";
  expect(uri).toMatch(/^studio:\/\/open\?u=http/);
  await expect(tab.getByRole("status")).toHaveText("Opening Blender…");
  expect(await runHandler(uri, started)).toBe(0);
  await expect(tab.getByRole("status")).toHaveText("Blender received it.");
  expect(await runHandler(uri, started)).not.toBe(0);
});
