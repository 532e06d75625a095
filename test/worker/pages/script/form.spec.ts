/**
 * The forms and launches of our pages: a page and its script in a browser, with a server that
 * answers as the worker does.
 */
import { expect, type Page, test } from "@playwright/test";
import { build } from "esbuild";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { html } from "../../../../worker/pages/html.ts";
import { renderScriptTexts } from "../../../../worker/pages/layout.ts";

const SCRIPT = new URL("../../../../worker/pages/script/index.ts", import.meta.url).pathname;
const ORIGIN = "https://edge.studio.tld";
const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'";

const TEXTS = html`${renderScriptTexts(ENGLISH)}`.write(ENGLISH);

let script = "";
test.beforeAll(async () => {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  script = outputFiles[0]?.text ?? "";
});

/** Serves one page, and a sequence of ticket states; the last one has the program's outcome. */
async function open(
  page: Page,
  body: string,
  states: string[] = [],
  outcome?: { state: string; text: string },
): Promise<void> {
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/page.js") return route.fulfill({ contentType: "text/javascript", body: script });
    if (pathname === "/t/1/state") {
      const isLast = states.length <= 1;
      return route.fulfill({
        json: { state: isLast ? states[0] : states.shift(), ...(isLast && outcome && { outcome }) },
      });
    }
    return route.fulfill({
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": CSP },
      body: `<!doctype html>${TEXTS}${body}<script src="/page.js"></script>`,
    });
  });
  // For Playwright, a page that navigates to a program never finishes loading.
  await page.goto(`${ORIGIN}/`, { waitUntil: "commit" });
}

const FORM = `<form method="post" data-form="render" data-fresh>
<input name="input.note" value=""><input name="input.frames" value="101-148" data-forget>
<input type="hidden" name="input.denoise" value=""><input type="checkbox" name="input.denoise" value="on">
<select name="input.format"><option value="png">PNG</option><option value="exr">EXR</option></select>
<button>Send</button></form>`;

test("proposes the last answer, except for values that were made for this call", async ({ page }) => {
  await open(page, FORM);
  await page.locator("[name='input.note']").fill("From Ada");
  await page.locator("[name='input.frames']").fill("1-2");
  await page.locator("[type=checkbox]").check();
  await page.locator("select").selectOption("exr");
  await page.getByRole("button", { name: "Send" }).click();
  await page.goto(`${ORIGIN}/again`);
  await expect(page.locator("[name='input.note']")).toHaveValue("From Ada");
  await expect(page.locator("[name='input.frames']")).toHaveValue("101-148");
  await expect(page.locator("[type=checkbox]")).toBeChecked();
  await expect(page.locator("select")).toHaveValue("exr");
});

const launch = (ticket: string) => `<div data-launch="studio://open?u=x" data-app="Nuke"${ticket}>
<p class="told" role="status">Press the button to open Nuke.</p><a href="studio://open?u=x" data-way>Open in Nuke</a>
<div class="unanswered"><span class="doubt">Is the program set up?</span> Type it.</div></div>`;
const ticket = () => ` data-ticket="${ORIGIN}/t/1/state" data-until="${Date.now() + 60_000}"`;

test("confirms a ticket that was taken", async ({ page }) => {
  await open(page, launch(ticket()), ["waiting", "taken"]);
  await expect(page.getByRole("status")).toHaveText("Opening Nuke…");
  await expect(page.getByText("Is the program set up?")).toBeHidden();
  await expect(page.getByRole("status")).toHaveText("Nuke received it.");
});

test("marks unconfirmed outcomes as done once the ticket is taken", async ({ page }) => {
  const rows = `<h2>1 not confirmed, 1 failed</h2><ul class="outcomes"><li class="failed"><span class="state">failed</span></li>
<li class="waiting"><span class="state">not confirmed</span></li></ul>`;
  await open(page, `<section class="reply">${launch(ticket())}${rows}</section>`, ["waiting", "taken"]);
  await expect(page.getByRole("heading")).toHaveText("1 done, 1 failed");
  await expect(page.locator(".outcomes .done")).toHaveText("done");
  await expect(page.locator(".outcomes .failed")).toHaveText("failed");
});

test("shows the workstation's message if the program did not start", async ({ page }) => {
  const rows = `<h2>1 not confirmed</h2><ul class="outcomes"><li class="waiting"><span class="state">not confirmed</span></li></ul>`;
  const outcome = { state: "failed", text: "Nuke ended after 2 seconds: no license" };
  const head = `<h1><span class="mark">i</span>Opening SH010</h1>`;
  await open(
    page,
    `<section class="reply info">${head}${launch(ticket())}${rows}</section>`,
    ["waiting", "taken"],
    outcome,
  );
  await expect(page.getByRole("status")).toHaveText(outcome.text);
  await expect(page.getByText("Type it.")).toBeVisible();
  await expect(page.getByText("Is the program set up?")).toBeHidden();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("1 failed");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("!Opening SH010");
  await expect(page.locator("section")).toHaveClass("reply warning");
});

test("does not claim that a program opened if nothing takes the ticket", async ({ page }) => {
  await page.clock.install();
  await open(page, launch(ticket()), [...Array.from({ length: 9 }, () => "waiting"), "expired"]);
  await page.clock.runFor(6_000);
  await expect(page.getByRole("status")).toHaveText("No answer yet.");
  await expect(page.getByText("Is the program set up?")).toBeVisible();
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(page.getByRole("status")).toContainText("Run the action again", { timeout: 100 });
  }).toPass();
});

test("claims nothing without a ticket", async ({ page }) => {
  await page.clock.install();
  await open(page, launch(""));
  await page.clock.runFor(6_000);
  await expect(page.getByRole("status")).toContainText("can't tell whether");
  await expect(page.getByText("Is the program set up?")).toBeVisible();
});

test("gives the answer to a form the run's address, so that a reload sends nothing", async ({ page }) => {
  const posts: string[] = [];
  page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
  await open(page, '<form method="post" action="/actions/publish"><button>Send</button></form>');
  await page.route(`${ORIGIN}/runs/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<h1>The run</h1>" }),
  );
  await page.route(`${ORIGIN}/actions/**`, (route) =>
    route.fulfill({
      contentType: "text/html",
      headers: { "content-security-policy": CSP },
      body: `<!doctype html><main data-address="${ORIGIN}/runs/1?at=2"><h1>Done</h1><a href="/elsewhere">Open</a></main><script src="/page.js"></script>`,
    }),
  );
  await page.getByRole("button").click();
  await expect(page).toHaveURL(`${ORIGIN}/runs/1?at=2`);
  await page.getByRole("link").click();
  await page.goBack();
  await expect(page.getByRole("heading")).toHaveText("The run");
  await page.reload();
  await expect(page.getByRole("heading")).toHaveText("The run");
  expect(posts).toHaveLength(1);
});

test("does not take an address of another origin", async ({ page }) => {
  await open(page, '<main data-address="https://elsewhere.tld/runs/1"></main>');
  await expect(page).toHaveURL(`${ORIGIN}/`);
});
