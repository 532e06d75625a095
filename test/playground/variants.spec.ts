/** The ways the page can start: with the userscript early, late or not, and under a strict policy. */
import { fetchUserscript } from "../../playground/userscript.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

const ran = "document.documentElement.dataset.userscript ?? null";

test("the userscript runs before anything of the page, exactly as the worker serves it", async ({ page, request }) => {
  await page.goto("/");
  expect(await page.evaluate(ran)).toBe('{"app":false,"scripts":0}');
  const script = await request.get("/kitsu-actions.user.js");
  expect(script.headers()).toMatchObject({
    "cache-control": "no-store",
    "content-type": "text/javascript; charset=utf-8",
  });
});

test("a late userscript runs when the application has long started", async ({ page }) => {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
  await page.goto("/?userscript=late");
  await expect(page.locator("[data-task-id]").first()).toBeVisible();
  await page.clock.fastForward(1_400);
  expect(await page.evaluate(ran)).toBeNull();
  await page.clock.fastForward(200);
  await expect.poll(() => page.evaluate(ran)).toBe('{"app":true,"scripts":1}');
});

test("without a userscript there is none, and the variant stays while browsing", async ({ page }) => {
  await page.goto("/?userscript=off");
  await page.getByRole("link", { name: "My Tasks" }).click();
  await expect(page).toHaveURL(/\/my-tasks\?userscript=off$/);
  expect(await page.evaluate(ran)).toBeNull();
  await page.getByRole("link", { name: "CSP: strict" }).click();
  await expect(page).toHaveURL(/\/my-tasks\?userscript=off&csp=strict$/);
});

test("under a strict policy all works and nothing is refused", async ({ page, context, recorder, refusals }) => {
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

test("under a strict policy a server that is not listed is out of reach", async ({ page, refusals }) => {
  await page.goto("/?csp=strict");
  expect(await page.evaluate(ran)).not.toBeNull();
  await selectTasks(page, 1);
  await runAction(page, "Other server");
  await expect.poll(() => refusals.join("\n")).toContain("Content Security Policy");
});

test("a worker that is not there is a warning in the console, not a broken page", async () => {
  const script = await fetchUserscript("http://127.0.0.1:9", 300);
  expect(script).toMatch(/^console\.warn\("The playground got no userscript from http:\/\/127\.0\.0\.1:9\/.*\);\n$/);
});
