/**
 * Calls that end with status 0, and calls that something other than the worker answers: the cause,
 * and whether the action ran.
 */
import { serveUserscript } from "../support/browser/bundle.ts";
import { expect, test } from "../support/browser/fixture.ts";
import { answer, done, RUN } from "../support/browser/replies.ts";

const idOf = (url = "") => /run=([0-9a-f]{32})/.exec(url)?.[1] ?? "";
/** The worker's answer about a run in progress. */
const running = (id: string) => answer({ kind: "started", title: "Render", text: "Running since 14:02 UTC." }, id);
const DID_NOT_RUN = "It did not run: run it again once this is fixed.";
const MAY_HAVE_RUN = "It may have run: don't run it again yet. Still checking…";

test("refused preflight: it did not run, and who has to allow it", async ({ kitsu, toasts, worker }) => {
  worker.respond("/ping", { status: 204, preflight: false });
  await kitsu.openAndRun("Render", { preflight: false });
  await expect(toasts).toContainText(`refuses calls from ${kitsu.origin} (CORS): tell your TD. ${DID_NOT_RUN}`);
  expect(worker.posts).toEqual([]);
  expect(worker.voided.size).toBe(1);
});

test("call lost before it arrives: it did not run, and never will", async ({ kitsu, toasts, worker, page }) => {
  await page.route(/actions\/render/, (route) => route.abort("connectionreset"));
  await kitsu.openAndRun("Render", { body: done("Rendered") });
  await expect(toasts).toContainText(`The connection was lost. ${DID_NOT_RUN}`);
  const [id = ""] = worker.voided;
  const late = await fetch(`${worker.origin}/actions/render?run=${id}`, { method: "POST", body: "{}" });
  expect(late.status).toBe(410);
  expect(worker.posts).toEqual([]);
  await expect(toasts.getByRole("button", { name: "Copy for your TD" })).toBeVisible();
});

test("answer cut after the run: shows the real result", async ({ kitsu, toasts, worker }) => {
  worker.runs.set("arrived", done("Really rendered"));
  await kitsu.openAndRun("Render", { drop: true });
  await expect(toasts).toContainText("Really rendered");
  expect(worker.posts).toHaveLength(1);
});

test("connection cut during the run: shows that it is running, for how long, and how it ended", async ({
  kitsu,
  toasts,
  worker,
}) => {
  worker.runs.set("arrived", running(RUN));
  await kitsu.openAndRun("Render", { delayMs: 200, drop: true });
  await expect(toasts).toContainText("Running since 14:02 UTC.");
  await expect(toasts).toContainText(/for \d+ s/);
  await expect(toasts).not.toContainText("did not run");
  worker.runs.set("arrived", done("Really rendered"));
  await expect(toasts).toContainText("Really rendered", { timeout: 30_000 });
  expect(worker.posts).toHaveLength(1);
});

test("worker unreachable: it may have run, until the outcome is known", async ({ kitsu, toasts, worker, page }) => {
  worker.respond("/runs", { drop: true });
  await kitsu.openAndRun("Render", { drop: true });
  await expect(toasts).toContainText(MAY_HAVE_RUN);
  expect(worker.posts).toHaveLength(1);
  await page.reload();
  await expect(toasts).toContainText(MAY_HAVE_RUN);
  worker.runs.set("arrived", done("Really rendered"));
  worker.respond("/runs", undefined);
  await expect(toasts).toContainText("Really rendered", { timeout: 60_000 });
  await page.getByRole("button", { name: /Last runs/ }).click();
  await expect(page.getByRole("group", { name: /Last runs/ })).toContainText("Really rendered");
});

for (const [what, script, said] of [
  [
    "a proxy's error page",
    { status: 502, type: "text/html", body: "<title>502 Bad Gateway</title>" },
    "“502 Bad Gateway” (502). Tell your TD.",
  ],
  [
    "a proxy's error page after the run",
    { status: 504, type: "text/html", body: "<title>504 Gateway Time-out</title>" },
    "“504 Gateway Time-out” (504). Tell your TD.",
  ],
  ["too many calls", { status: 429, body: "slow down" }, "Too many calls: wait a minute."],
  ["a login page", { status: 200, type: "text/html", body: "<title>Log in</title>" }, "“Log in” (200). Open http"],
  ["an empty answer", { status: 200, body: "" }, "an unreadable answer (status 200)"],
  [
    "truncated JSON",
    { status: 200, type: "application/json", body: '{"version":1,"rep' },
    "an unreadable answer (status 200)",
  ],
  ["JSON from something else", { status: 200, body: { ok: true } }, "an unreadable answer (status 200)"],
] as const) {
  test(`${what}: something else answered, and the run's state shows whether it ran`, async ({
    kitsu,
    toasts,
    worker,
  }) => {
    worker.respond("/runs", { status: 502, body: "bad gateway" });
    await kitsu.openAndRun("Render", { ...script });
    await expect(toasts).toContainText("Something other than the action server answered:");
    await expect(toasts).toContainText(said);
    await expect(toasts).toContainText(MAY_HAVE_RUN);
    worker.runs.set("arrived", done("Really rendered"));
    worker.respond("/runs", undefined);
    await expect(toasts).toContainText("Really rendered", { timeout: 30_000 });
  });
}

test("redirect to a login on another host: says where to log in", async ({ kitsu, toasts, worker, other }) => {
  const redirect = { status: 302, location: `${other.origin}/login`, readable: false };
  for (const path of ["/ping", "/runs"]) worker.respond(path, redirect);
  other.respond("/login", { readable: false, preflight: false, body: "Log in" });
  await kitsu.openAndRun("Render", redirect);
  await expect(toasts).toContainText(
    `Something else is answering at the action server's address. Open ${worker.origin} in a new tab, and log in if asked.`,
  );
  await expect(toasts).toContainText(MAY_HAVE_RUN);
});

test("answer from something else to a call that never arrived: it did not run", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  await page.route(/actions\/render/, (route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<title>Bad Gateway</title>" }),
  );
  await kitsu.openAndRun("Render", { body: done("Rendered") });
  await expect(toasts).toContainText(`“Bad Gateway” (502). Tell your TD. ${DID_NOT_RUN}`);
  expect(worker.posts).toEqual([]);
});

test("does not mistake a failing log for an unknown run", async ({ kitsu, toasts, worker }) => {
  kitsu.addAction("Render", { drop: true });
  for (const script of [
    { status: 500, body: "no" },
    {
      status: 503,
      body: answer({ kind: "failed", code: "log-unreachable", title: "The log can't be read", retry: true }),
    },
  ]) {
    worker.respond("/runs", script);
    await kitsu.open();
    await kitsu.run("Render");
    await expect(toasts.last()).toContainText(MAY_HAVE_RUN);
    await toasts.last().getByRole("button", { name: "Stop checking" }).click();
    await expect(toasts.last()).toContainText("We could not find out whether it ran. Check before you run it again.");
  }
});

test("unreadable answer from another server: it may have run", async ({ kitsu, toasts, other }) => {
  kitsu.addAction("Copy", { readable: false, body: "ok" }, other);
  await kitsu.open();
  await kitsu.run("Copy");
  await expect(toasts).toContainText(
    `does not let ${kitsu.origin} read its answer (CORS). It may have run: check before you run it again.`,
  );
});

test("server unreachable: names it, and says that it may have run", async ({ kitsu, config, toasts }) => {
  config.worker = "http://127.0.0.1:9";
  kitsu.state.actions.push({
    id: "x",
    name: "Gone",
    url: "http://127.0.0.1:9/actions/x",
    entity_type: "all",
    is_ajax: true,
  });
  await kitsu.open();
  await kitsu.run("Gone");
  await expect(toasts).toContainText("127.0.0.1:9 can't be reached");
  await expect(toasts).toContainText(MAY_HAVE_RUN);
});

test("offline at the click: says so, and once online, that it did not run", async ({ kitsu, toasts, page, worker }) => {
  kitsu.addAction("Render", { body: done("Rendered") });
  await kitsu.open();
  await page.context().setOffline(true);
  await kitsu.run("Render");
  await expect(toasts).toContainText(`You were offline when you ran it. ${MAY_HAVE_RUN}`);
  await page.context().setOffline(false);
  await expect(toasts).toContainText("It did not run", { timeout: 30_000 });
  expect(worker.posts).toEqual([]);
});

test("blocked by Kitsu's security policy: says what to add to it, and that it did not run", async ({
  kitsu,
  toasts,
  worker,
}) => {
  kitsu.headers["content-security-policy"] = "connect-src 'self'";
  await kitsu.openAndRun("Render", { body: "ok" });
  await expect(toasts).toContainText(
    `blocks ${new URL(worker.origin).host}: ask your TD to add it to connect-src. ${DID_NOT_RUN}`,
  );
});

test("action over http in a Kitsu on https: says so", async ({ kitsu, page, config, toasts }) => {
  const secure = "https://kitsu.studio.tld";
  await page.route(`${secure}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const answer = await route.fetch({ url: `${kitsu.origin}${pathname}` });
    await route.fulfill({ response: answer });
  });
  config.kitsu = [secure];
  kitsu.state.actions.push({
    id: "x",
    name: "Plain",
    url: "http://farm.studio.tld/render",
    entity_type: "all",
    is_ajax: true,
  });
  await kitsu.open();
  await page.goto(secure);
  await kitsu.run("Plain");
  await expect(toasts).toContainText(
    `page on https can't call farm.studio.tld over http: ask your TD to serve it over https. ${DID_NOT_RUN}`,
  );
});

test("keeps looking up a pending call after a reload", async ({ kitsu, toasts, worker, page }) => {
  worker.runs.set("arrived", running(RUN));
  await kitsu.openAndRun("Render", { delayMs: 60_000 });
  await expect(toasts).toContainText("Sent for 2 tasks…");
  await expect.poll(() => worker.posts.length).toBe(1);
  await page.reload();
  await expect(toasts).toContainText("Running since 14:02 UTC.");
  worker.runs.set(idOf(worker.posts[0]?.url), done("Rendered meanwhile"));
  await expect(toasts).toContainText("Rendered meanwhile", { timeout: 30_000 });
  await page.reload();
  await expect(page.locator("kitsu-actions")).toBeAttached();
  await expect(toasts).toHaveCount(0);
});

test("hands a pending call to another tab when its tab is closed", async ({ kitsu, worker, page, context, config }) => {
  kitsu.addAction("Render", { delayMs: 60_000 });
  worker.runs.set("arrived", running(RUN));
  await kitsu.open();
  const other = await context.newPage();
  await other.addInitScript(await serveUserscript(config));
  await other.goto(kitsu.origin);
  await kitsu.run("Render");
  await expect.poll(() => worker.posts.length).toBe(1);
  await page.close({ runBeforeUnload: true });
  await expect(other.locator("kitsu-actions .toast:visible")).toContainText("Running since 14:02 UTC.", {
    timeout: 20_000,
  });
});

test("shows how long a slow call takes", async ({ kitsu, toasts, page }) => {
  await page.clock.install();
  await kitsu.openAndRun("Render", { delayMs: 60_000 });
  await expect(toasts).toContainText("Sent for 2 tasks…");
  await page.clock.runFor(12_000);
  await expect(toasts).toContainText(/Sent for 2 tasks… for 1\d s/);
});
