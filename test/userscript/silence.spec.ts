/** What a browser reports as status 0, told apart. */
import { expect, test } from "../support/browser/fixture.ts";
import { done, RUN } from "../support/browser/replies.ts";

test("a refused preflight: refused before it ran, and never plainly failed", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  worker,
  kitsu,
  page,
}) => {
  addAction("Render", { preflight: false });
  await page.clock.install();
  await openKitsu();
  await run("Render");
  await expect(toasts).toContainText("Checking what happened…");
  await expect.poll(() => worker.asked.length).toBeGreaterThan(0);
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(toasts).toContainText(`Refused before it ran: the action server must allow ${kitsu.origin}`, { timeout: 100 });
  }).toPass();
  await expect(toasts).not.toContainText("failed");
  expect(worker.posts).toEqual([]);
  expect(worker.asked.length).toBe(4);
});

test("an answer that may not be read: the run says what really came of it", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  worker,
}) => {
  addAction("Render", { readable: false, body: "secret" });
  await openKitsu();
  await run("Render");
  await expect.poll(() => worker.asked.length).toBe(1);
  worker.runs.set(worker.asked[0] ?? "", done("Really rendered"));
  await expect(toasts).toContainText("Really rendered");
});

test("a lost connection: asks the run, and leads to its page", async ({ addAction, openKitsu, run, toasts, worker, page }) => {
  addAction("Render", { delayMs: 500, drop: true });
  await page.clock.install();
  await openKitsu();
  await run("Render");
  await page.clock.runFor(5_000);
  await expect(toasts).toContainText("Checking");
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(toasts).toContainText("it may still be running", { timeout: 100 });
  }).toPass();
  const address = `${worker.origin}/runs/${worker.asked[0]}`;
  await expect(toasts.getByRole("link", { name: "Details" })).toHaveAttribute("href", address);
});

test("another server's unreadable answer: sent, and it may have run", async ({ addAction, openKitsu, run, toasts, other }) => {
  addAction("Copy", { readable: false, body: "ok" }, other);
  await openKitsu();
  await run("Copy");
  await expect(toasts).toContainText("Sent, but the answer can't be read. It may have run");
});

test("a server that is not there: can't be reached, and which", async ({ kitsu, config, openKitsu, run, toasts }) => {
  config.worker = "http://127.0.0.1:9";
  kitsu.state.actions.push({ id: "x", name: "Gone", url: "http://127.0.0.1:9/actions/x", entity_type: "all", is_ajax: true });
  await openKitsu();
  await run("Gone");
  await expect(toasts).toContainText("127.0.0.1:9 can't be reached");
});

test("offline: says so", async ({ addAction, openKitsu, run, toasts, page }) => {
  addAction("Render", { body: "ok" });
  await openKitsu();
  await page.context().setOffline(true);
  await run("Render");
  await expect(toasts).toContainText("You are offline");
  await page.context().setOffline(false);
});

test("Kitsu's own security policy: says what to add to it", async ({ addAction, openKitsu, run, toasts, kitsu, worker }) => {
  kitsu.headers["content-security-policy"] = "connect-src 'self'";
  addAction("Render", { body: "ok" });
  await openKitsu();
  await run("Render");
  await expect(toasts).toContainText(`blocks ${new URL(worker.origin).host}: add it to connect-src`);
});

test("a secure Kitsu and an action over http: says so", async ({ page, config, kitsu, openKitsu, run, toasts }) => {
  const secure = "https://kitsu.studio.tld";
  await page.route(`${secure}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const answer = await route.fetch({ url: `${kitsu.origin}${pathname}` });
    await route.fulfill({ response: answer });
  });
  config.kitsu = [secure];
  kitsu.state.actions.push({ id: "x", name: "Plain", url: "http://farm.studio.tld/render", entity_type: "all", is_ajax: true });
  await openKitsu();
  await page.goto(secure);
  await run("Plain");
  await expect(toasts).toContainText("secure Kitsu can't call farm.studio.tld over http");
});

test("a page that was reloaded while a call was under way asks what came of it", async ({
  addAction,
  openKitsu,
  run,
  toasts,
  worker,
  page,
}) => {
  addAction("Render", { delayMs: 60_000 });
  await openKitsu();
  await run("Render");
  await expect(toasts).toContainText("Sent for 2 tasks…");
  await expect.poll(() => worker.posts.length).toBe(1);
  const id = /run=([0-9a-f]{32})/.exec(worker.posts[0]?.url ?? "")?.[1] ?? RUN;
  await page.reload();
  await expect(toasts).toContainText("Checking what happened");
  worker.runs.set(id, done("Rendered meanwhile"));
  await expect(toasts).toContainText("Rendered meanwhile");
  await page.reload();
  await expect(page.locator("kitsu-actions")).toBeAttached();
  await expect(toasts).toHaveCount(0);
});
