// npm run screenshots: takes the pictures of README.md and the docs again. Run npm start first,
// with an empty STATE_DIR.
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { chromiumLaunch } from "./chromium.ts";

const playground = `http://localhost:${process.env.PLAYGROUND_PORT ?? 8788}`;
const worker = `http://localhost:${process.env.WORKER_PORT ?? 8787}`;
const folder = new URL("../docs/images/", import.meta.url);
const docs = (
  await Promise.all(
    ["README.md", "docs/artists.md", "docs/doctor.md", "docs/use.md"].map((path) =>
      readFile(new URL(`../${path}`, import.meta.url), "utf8"),
    ),
  )
).join();
const SIZE = { width: 1180, height: 700 };
type Scheme = "light" | "dark";

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(await chromiumLaunch());
for (const scheme of ["light", "dark"] as const) await takePictures(scheme);
await browser.close();

async function takePictures(scheme: Scheme): Promise<void> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: SIZE, deviceScaleFactor: 1 });
  const page = await context.newPage();
  await page.addInitScript((isDark) => localStorage.setItem("dark-theme", String(isDark)), scheme === "dark");
  // The userscript's shadow root is closed, so this opens every shadow root.
  await page.addInitScript(
    "const { attachShadow } = Element.prototype; Element.prototype.attachShadow = function (init) { return attachShadow.call(this, { ...init, mode: 'open' }); };",
  );
  await page.goto(playground);

  await select(page, [1, 5, 9, 13]);
  await takePage(context, page, "Publish (studio server)", `page-${scheme}`);
  for (const label of ["Deliver to the client (refused with a reason), AJAX", "Publish (studio server), AJAX"])
    await run(page, label);
  await page.waitForTimeout(600);
  await take(page, `toast-${scheme}`);
  await page.reload();

  await page.getByRole("button", { name: "Select all tasks: Layout" }).click();
  await takeConversation(context, page, scheme);
  await run(page, "Comment and set status (AJAX)");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Status").selectOption({ label: "Retake" });
  await dialog.getByLabel("Comment", { exact: true }).fill("Once more, please: the lantern flickers");
  await take(page, `dialog-${scheme}`);
  await dialog.getByRole("button", { name: "Comment" }).click();
  await dialog
    .getByText(/^Comment on \d+ tasks/)
    .first()
    .waitFor();
  await dialog.getByRole("button", { name: "Comment" }).click();
  await page.getByRole("button", { name: /^Retry/ }).waitFor();
  await page.locator("kitsu-actions .toast .list").last().click();
  await page.waitForTimeout(600);
  await take(page, `retry-${scheme}`);
  await page.reload();

  // The tasks of the first scheme are still being rendered.
  await select(page, scheme === "light" ? [1, 5, 9] : [2, 6, 10]);
  await run(page, "Render with Flamenco (AJAX)");
  await dialog.getByRole("button", { name: "Next" }).click();
  await dialog.getByRole("button", { name: "Render" }).click();
  await page.waitForTimeout(9_000);
  await take(page, `render-${scheme}`);
  for (const name of ["doctor", "use"]) {
    await page.goto(`${worker}/${name}`);
    await take(page, `${name}-${scheme}`);
  }
}

/** The same action in the tab of a form. */
async function takeConversation(context: BrowserContext, page: Page, scheme: Scheme): Promise<void> {
  const tab = await open(context, page, "Comment and set status");
  const submit = tab.getByRole("button", { name: "Comment" });
  await submit.click();
  await tab.getByText("Enter a comment or choose a status").waitFor();
  await take(tab, `form-${scheme}`);
  await tab.getByLabel("Status").selectOption({ label: "Retake" });
  await submit.click();
  await tab.locator("summary").click();
  await take(tab, `plan-${scheme}`);
  await tab.close();
  await takePage(context, page, "Open in Blender (studio handler)", `launch-${scheme}`, 5_000);
}

async function select(page: Page, cells: readonly number[]): Promise<void> {
  const [first, ...others] = cells.map((at) => page.locator("[data-task-id]").nth(at));
  await first?.click();
  for (const other of others) await other.click({ modifiers: ["ControlOrMeta"] });
}

async function run(page: Page, label: string): Promise<void> {
  await page.selectOption("#custom-action", { label });
  await page.getByRole("button", { name: /^Run custom action for/ }).click();
}

async function open(context: BrowserContext, page: Page, label: string): Promise<Page> {
  const [tab] = await Promise.all([context.waitForEvent("page"), run(page, label)]);
  await tab.setViewportSize(SIZE);
  return tab;
}

async function takePage(context: BrowserContext, page: Page, label: string, name: string, waitMs = 500): Promise<void> {
  const tab = await open(context, page, label);
  await tab.waitForTimeout(waitMs);
  await take(tab, name);
  await tab.close();
}

async function take(page: Page, name: string): Promise<void> {
  if (!docs.includes(`images/${name}.png`)) return;
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, folder)) });
}
