// Everything that can break between the click and the result: whether the action ran, as the
// studio's own server counts it, and what Kitsu shows.
import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { choose, openRoots, run, type Started, test } from "./support/browser/started.ts";

const PUBLISH = "Publish (studio server), AJAX";
const DID_NOT_RUN = "It did not run: run it again once this is fixed.";
const MAY_HAVE_RUN = "It may have run: don't run it again yet. Still checking…";
const NEVER_ARRIVED = "The call never reached the action server. If it still arrives, it is refused.";
const DONE = /2 done/;
const foreign = (what: string, advice = "Tell your TD.") =>
  `Something other than the action server answered: ${what}. ${advice} `;

let context: BrowserContext;
let page: Page;
let toast: Locator;
let playground = "";

// One page for all tests, because opening it takes longer than most of them.
test.beforeAll(async ({ browser, started }) => {
  ({ playground } = started);
  context = await browser.newContext();
  page = await context.newPage();
  toast = page.locator("kitsu-actions .toast:visible").last();
  await page.addInitScript(openRoots);
  await page.clock.install();
  await open();
});
test.afterAll(() => context.close());

test.afterEach(async () => {
  await breakIt({});
  for (const button of await page.locator("kitsu-actions .toast").getByRole("button", { name: "Dismiss" }).all()) {
    await button.click({ timeout: 1_000 }).catch(() => undefined);
  }
});

async function open(query = ""): Promise<void> {
  await page.goto(playground + query);
  await page.locator("[data-task-id]").first().click();
  await page
    .locator("[data-task-id]")
    .nth(4)
    .click({ modifiers: ["ControlOrMeta"] });
}

async function control(faults?: object): Promise<Record<string, number>> {
  const response = await fetch(
    `${playground}/control/faults`,
    faults && { method: "POST", body: JSON.stringify(faults) },
  );
  expect(response.status).toBe(200);
  const { arrivals }: { arrivals: Record<string, number> } = await response.json();
  return arrivals;
}

const breakIt = (faults: object) => control(faults);
const countRuns = async (behaviour = "reply") => (await control())[behaviour] ?? 0;

async function call(label = PUBLISH): Promise<void> {
  await choose(page, label);
  await run(page);
}

/** The toast is still there after a coffee break. */
async function expectToStay(): Promise<void> {
  const text = await toast.textContent();
  await page.clock.runFor(40_000);
  expect(await toast.textContent()).toBe(text);
}

type Row = { faults: object; shows: string | RegExp; ran: number; label?: string; later?: string | RegExp };
const host = ({ worker }: Started) => new URL(worker).host;

/** What is shown and, if the result is unknown at first, what is shown once nothing is broken. */
const ROWS: Readonly<Record<string, (started: Started) => Row>> = {
  "nobody listens": (started) => ({
    faults: { worker: "refused" },
    shows: `${host(started)} can't be reached: check your network, VPN, ad blocker and local network permission, or open it in a new tab to see why. ${MAY_HAVE_RUN}`,
    ran: 0,
    later: NEVER_ARRIVED,
  }),
  "no such host": () => ({
    faults: {},
    label: "Other server, no such host",
    shows: /farm\.studio\.invalid can't be reached: .* It may have run: check before you run it again\./,
    ran: 0,
  }),
  "a refused preflight": (started) => ({
    faults: { call: "preflight-refused" },
    shows: `Something at ${host(started)} refuses calls from ${started.playground} (CORS): tell your TD. ${DID_NOT_RUN}`,
    ran: 0,
  }),
  "a broken setting": () => ({
    faults: { call: "broken-setting" },
    shows: "LOG_TOKEN must have 16 characters or more.",
    ran: 0,
  }),
  "an answer without CORS headers": () => ({ faults: { call: "no-cors" }, shows: DONE, ran: 1 }),
  "another server's answer without CORS headers": (started) => ({
    faults: {},
    label: "Other server, without CORS",
    shows: `does not let ${started.playground} read its answer (CORS). It may have run: check before you run it again.`,
    ran: 0,
  }),
  "a call that is cut before it arrives": () => ({
    faults: { call: "cut-before" },
    shows: `The connection was lost. ${DID_NOT_RUN}`,
    ran: 0,
  }),
  "a call that is cut while it runs": () => ({
    faults: { call: "cut-during", studio: "3" },
    shows: /Running since \d\d:\d\d\.\s*for \d+ s/,
    ran: 1,
    later: DONE,
  }),
  "an answer that is cut": () => ({ faults: { call: "cut-after" }, shows: DONE, ran: 1 }),
  "a 502 page": () => ({
    faults: { call: "502" },
    shows: foreign("“502 Bad Gateway” (502)") + DID_NOT_RUN,
    ran: 0,
  }),
  "a 502 page that can't be read": () => ({
    faults: { call: "502-unreadable" },
    shows: `The connection was lost. ${DID_NOT_RUN}`,
    ran: 0,
  }),
  "a 504 page after it ran": () => ({ faults: { call: "504" }, shows: DONE, ran: 1 }),
  "a 504 page, and the outcome can't be read": () => ({
    faults: { call: "504", runs: "502" },
    shows: foreign("“504 Gateway Time-out” (504)") + MAY_HAVE_RUN,
    ran: 1,
    later: DONE,
  }),
  "too many calls for a proxy": () => ({
    faults: { call: "429" },
    shows: foreign("“429 Too Many Requests” (429)", "Too many calls: wait a minute.") + DID_NOT_RUN,
    ran: 0,
  }),
  "a page of Cloudflare's own": () => ({
    faults: { call: "cloudflare" },
    shows: foreign("“Argo Tunnel error | actions.studio.example | Cloudflare” (530)") + DID_NOT_RUN,
    ran: 0,
  }),
  "a login page": ({ worker }) => ({
    faults: { call: "login" },
    shows:
      foreign(
        "“Sign in ・ Cloudflare Access” (200)",
        `Open ${worker} in a new tab, and log in if asked. Otherwise tell your TD.`,
      ) + DID_NOT_RUN,
    ran: 0,
  }),
  "a login on another host": ({ worker }) => ({
    faults: { call: "login-elsewhere" },
    shows: `Something else is answering at the action server's address. Open ${worker} in a new tab, and log in if asked. Otherwise tell your TD. ${MAY_HAVE_RUN}`,
    ran: 0,
    later: NEVER_ARRIVED,
  }),
  "an empty answer": () => ({ faults: { call: "empty" }, shows: DONE, ran: 1 }),
  "half of the JSON": () => ({ faults: { call: "half-json" }, shows: DONE, ran: 1 }),
  "half of a JSON, and no way to ask": () => ({
    faults: { call: "half-json", runs: "cut" },
    shows: foreign("an unreadable answer (status 200)") + MAY_HAVE_RUN,
    ran: 1,
    later: DONE,
  }),
  "a reply of an unknown kind": () => ({
    faults: { call: "unknown-kind" },
    shows: "Reload Kitsu, or update the userscript",
    ran: 0,
  }),
  "an error in the worker itself": () => ({
    faults: { call: "internal-error" },
    shows: "Something went wrong in the action server",
    ran: 0,
  }),
  ...Object.fromEntries(
    ["500", "429", "502", "cut"].map((runs) => [
      `a lost answer, and ${runs} when the run is looked up`,
      () => ({
        faults: { call: "cut-after", runs },
        shows: `The connection was lost. ${MAY_HAVE_RUN}`,
        ran: 1,
        later: DONE,
      }),
    ]),
  ),
  "a Kitsu that is down": () => ({ faults: { zou: "dead" }, shows: "Kitsu could not be reached.", ran: 0 }),
  "a Kitsu behind a 502": () => ({
    faults: { zou: "502" },
    shows: "Kitsu is down: the server in front of it answered with status 502.",
    ran: 0,
  }),
  "a web page where Kitsu's API should be": () => ({
    faults: { zou: "html" },
    shows: /^(?!.*published).*Kitsu/s,
    ran: 0,
  }),
  "a session that has ended": () => ({
    faults: { zou: "logged-out" },
    label: "Playlist of previews (session), AJAX",
    shows: "Your session in Kitsu has ended",
    ran: 0,
  }),
  "a studio's server that closes the connection": () => ({
    faults: { studio: "down" },
    shows: "It may have worked anyway: check before you run this again.",
    ran: 1,
  }),
};

for (const [what, make] of Object.entries(ROWS)) {
  test(`${what}: whether it ran, and what is shown until it is read`, async ({ started }) => {
    const { faults, shows, ran, label, later } = make(started);
    await breakIt(faults);
    const before = await countRuns();
    await call(label);
    await expect(toast).toContainText(shows);
    expect((await countRuns()) - before).toBe(ran);
    if (later) {
      await breakIt({});
      await expect(toast).toContainText(later, { timeout: 20_000 });
      expect((await countRuns()) - before).toBe(ran);
    }
    await expectToStay();
  });
}

test("offline at the click: says that it did not run once that is known", async () => {
  const before = await countRuns();
  await context.setOffline(true);
  await call();
  await expect(toast).toContainText(`You were offline when you ran it. ${MAY_HAVE_RUN}`);
  await context.setOffline(false);
  await expect(toast).toContainText(NEVER_ARRIVED, { timeout: 20_000 });
  expect(await countRuns()).toBe(before);
  await expectToStay();
});

test("offline during the run: says that it ran once that is known", async () => {
  await breakIt({ call: "cut-during", studio: "3" });
  const before = await countRuns();
  await call();
  await expect.poll(() => countRuns()).toBe(before + 1);
  await context.setOffline(true);
  await expect(toast).toContainText(`You went offline in the meantime. ${MAY_HAVE_RUN}`);
  await context.setOffline(false);
  await expect(toast).toContainText(DONE, { timeout: 20_000 });
  expect(await countRuns()).toBe(before + 1);
  await expectToStay();
});

test("reload during a run: the next page says that it is running, and how it ended", async () => {
  await breakIt({ studio: "3" });
  const before = await countRuns();
  await call();
  await expect.poll(() => countRuns()).toBe(before + 1);
  await open();
  await expect(toast).toContainText(/Running since|2 done/);
  await expect(toast).toContainText(DONE, { timeout: 20_000 });
  expect(await countRuns()).toBe(before + 1);
  await expectToStay();
});

test("double click: runs it twice, says so, and shows how long it takes", async () => {
  await breakIt({ studio: "3" });
  const before = await countRuns();
  await call();
  await run(page);
  await expect(toast).toContainText(/Already running for \d+ sec; sent again\./);
  await page.clock.runFor(12_000);
  await expect(page.locator("kitsu-actions .toast").first()).toContainText(/Sent for 2 tasks… for 1\d s/);
  await expect(page.locator("kitsu-actions .toast", { hasText: DONE })).toHaveCount(2, { timeout: 20_000 });
  expect(await countRuns()).toBe(before + 2);
});

test("security policy without the worker: says what to add, and that it did not run", async ({ started }) => {
  await open("/?csp=closed");
  const before = await countRuns();
  await call();
  await expect(toast).toContainText(
    `Kitsu's security policy blocks ${host(started)}: ask your TD to add it to connect-src. ${DID_NOT_RUN}`,
  );
  expect(await countRuns()).toBe(before);
  await expectToStay();
});

test("clipboard refuses: shows the text, selected", async () => {
  await open("/?clipboard=refused");
  await call();
  await toast.getByRole("button", { name: "Copy the paths" }).click();
  await expect(toast).toContainText("Your browser blocked copying: copy the text yourself.");
  await expect(toast.getByRole("textbox")).toBeFocused();
  await expect(toast.getByRole("textbox")).toHaveValue(/_v004\.ma$/);
  await expectToStay();
});

test("popup blocked: waits for its button", async () => {
  await open("/?popups=blocked");
  const before = await countRuns("redirect");
  await call("Review room (redirects), AJAX");
  await expect(toast.getByRole("link").first()).toBeVisible();
  expect(context.pages()).toHaveLength(1);
  expect(await countRuns("redirect")).toBe(before + 1);
  await expectToStay();
  await open();
});

test("farm down: nothing was submitted", async () => {
  const tell = (down: boolean) =>
    fetch(`${playground}/control/flamenco`, { method: "POST", body: JSON.stringify({ down }) }).then(
      ({ status }) => status,
    );
  expect(await tell(true)).toBe(200);
  await call("Render with Flamenco (AJAX)");
  await expect(toast).toContainText(/Flamenco (could not|can't) be reached/);
  await expectToStay();
  expect(await tell(false)).toBe(200);
});
