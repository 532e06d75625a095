/** The variants of the page: the userscript early, late or off, and a strict policy. */
import { fetchUserscript } from "../../playground/userscript.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

const ran = "document.documentElement.dataset.userscript ?? null";

test("runs the userscript before the page", async ({ page, request }) => {
  await page.goto("/");
  expect(await page.evaluate(ran)).toBe('{"app":false,"scripts":0}');
  const script = await request.get("/kitsu-actions.user.js");
  expect(script.headers()).toMatchObject({
    "cache-control": "no-store",
    "content-type": "text/javascript; charset=utf-8",
  });
});

test("runs a late userscript after the application has started", async ({ page }) => {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
  await page.goto("/?userscript=late");
  await expect(page.locator("[data-task-id]").first()).toBeVisible();
  await page.clock.fastForward(1_400);
  expect(await page.evaluate(ran)).toBeNull();
  await page.clock.fastForward(200);
  await expect.poll(() => page.evaluate(ran)).toBe('{"app":true,"scripts":1}');
});

test("leaves the userscript out, and keeps the variant between pages", async ({ page }) => {
  await page.goto("/?userscript=off");
  await page.getByRole("link", { name: "My Tasks" }).click();
  await expect(page).toHaveURL(/\/my-tasks\?userscript=off$/);
  expect(await page.evaluate(ran)).toBeNull();
  await page.getByRole("link", { name: "CSP: strict" }).click();
  await expect(page).toHaveURL(/\/my-tasks\?userscript=off&csp=strict$/);
});

test("works under a strict policy without violations", async ({ page, context, recorder, refusals }) => {
  await page.clock.install();
  const response = await page.goto("/?csp=strict&userscript=late");
  expect(response?.headers()["content-security-policy"]).toContain("require-trusted-types-for 'script'");
  await page.clock.fastForward(1_600);
  await expect.poll(() => page.evaluate(ran)).not.toBeNull();
  await selectTasks(page, 2);
  await expect(page.locator(".avatar.user")).toHaveCSS("background-color", "rgb(194, 37, 92)");
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  const opened = context.waitForEvent("page");
  await runAction(page, "Debug");
  await (await opened).waitForLoadState();
  expect(recorder.received).toHaveLength(3);
  expect(refusals).toEqual([]);
});

test("blocks other servers under a strict policy", async ({ page, refusals }) => {
  await page.goto("/?csp=strict");
  expect(await page.evaluate(ran)).not.toBeNull();
  await selectTasks(page, 1);
  await runAction(page, "Other server");
  await expect.poll(() => refusals.join("\n")).toContain("Content Security Policy");
});

test("warns in the console if the worker does not answer", async () => {
  const script = await fetchUserscript("http://127.0.0.1:9", 300);
  expect(script).toMatch(/^console\.warn\("The playground got no userscript from http:\/\/127\.0\.0\.1:9\/.*\);\n$/);
});
