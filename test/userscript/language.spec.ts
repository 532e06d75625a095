import type { Page } from "@playwright/test";
import { languages } from "../../gen/userscript-languages.ts";
import { close, sentForTasks } from "../../gen/userscript-messages.ts";
import type { ActionServer } from "../support/browser/action-server.ts";
import { expect, LANGUAGE_KEY, STRICT_CSP, storeOnce, test } from "../support/browser/fixture.ts";

const FILE = "/kitsu-actions.fr.json";
const fr: unknown[] = JSON.parse(languages.get("fr") ?? "");
const incomplete = fr.slice(0, -1);

const countLoads = ({ reads }: ActionServer) => reads.filter((path) => path === FILE).length;
const readStored = (page: Page) => page.evaluate((key) => localStorage.getItem(key), LANGUAGE_KEY);

// A browser in French. Only Kitsu's own language counts.
test.use({ locale: "fr-FR" });

test.beforeEach(({ kitsu, other }) => {
  kitsu.state.locale = "fr_FR";
  kitsu.addAction("Run", { status: 500 }, other);
});

test("shows even the first toast in French if it was loaded before", async ({ kitsu, toasts, worker, setLanguage }) => {
  await setLanguage("fr");
  await kitsu.open();
  await kitsu.run("Run");
  await expect(toasts).toContainText("Erreur du serveur (500).");
  expect(countLoads(worker)).toBe(0);
});

test("loads French once, and uses it from the next text on", async ({ kitsu, toasts, worker, page }) => {
  const urls: string[] = [];
  const arrival = Promise.withResolvers<void>();
  worker.respond(FILE, (_, url) => {
    urls.push(url);
    return { body: fr };
  });
  await page.route(`**${FILE}*`, async (route) => {
    await arrival.promise;
    await route.continue();
  });
  await kitsu.open();
  await kitsu.run("Run");
  await expect(toasts).toContainText("Server error (500).");
  await expect(page.locator("kitsu-actions")).toHaveAttribute("lang", "en");
  arrival.resolve();
  await expect.poll(() => readStored(page)).toContain("Fermer");
  await kitsu.run("Run");
  await expect(toasts.last()).toContainText("Erreur du serveur (500).");
  await expect(page.locator("kitsu-actions")).toHaveAttribute("lang", "fr");
  await page.reload();
  await kitsu.run("Run");
  await expect(toasts).toContainText("Erreur du serveur (500).");
  expect(urls).toEqual([`${FILE}?v=1.2.3.4`]);
});

for (const [what, response] of [
  ["is not there", { status: 404 }],
  ["is not JSON", { body: "<title>Log in</title>", type: "text/html" }],
  ["is cut off", { body: JSON.stringify(fr).slice(0, 2_000), type: "application/json" }],
  ["lacks a text", { body: incomplete }],
  ["has a text of the wrong kind", { body: fr.with(sentForTasks, "Envoyée…") }],
  ["is in the format of an older version", { body: { close: "Fermer" } }],
  ["never arrives", { drop: true }],
] as const) {
  test(`stays in English if the file ${what}`, async ({ kitsu, toasts, worker, page }) => {
    worker.respond(FILE, response);
    await kitsu.open();
    await expect.poll(() => countLoads(worker)).toBeGreaterThan(0);
    await kitsu.run("Run");
    await expect(toasts).toContainText("Server error (500).");
    await expect(page.locator("kitsu-actions")).toHaveAttribute("lang", "en");
    expect(await readStored(page)).toBeNull();
  });
}

test("stays in English if the content security policy blocks the file", async ({ kitsu, toasts, worker }) => {
  kitsu.headers["content-security-policy"] = STRICT_CSP;
  await kitsu.open();
  await kitsu.run("Run");
  await expect(toasts).toContainText("Kitsu's security policy blocks");
  expect(countLoads(worker)).toBe(0);
});

test("tells the worker its language and the person's time zone, so that no answer is in another", async ({
  kitsu,
  worker,
  toasts,
}) => {
  worker.respond(FILE, { body: fr });
  await kitsu.openAndRun("Send", { body: { kind: "done", severity: "success", title: "C’est fait" } });
  await expect(toasts).toContainText("C’est fait");
  expect(worker.posts[0]?.url).toContain("&lang=fr&tz=");
});

test("tells the worker that its texts are in English if French can't be had", async ({
  kitsu,
  worker,
  toasts,
  page,
}) => {
  worker.respond(FILE, { status: 404 });
  kitsu.addAction("Send", { body: { kind: "done", severity: "success", title: "Sent" } });
  const answered = page.waitForResponse(`**${FILE}*`);
  await kitsu.open();
  await (await answered).finished();
  await kitsu.run("Send");
  await expect(toasts).toContainText("Sent");
  expect(worker.posts[0]?.url).toContain("&lang=en&tz=");
});

for (const [what, stored] of [
  ["of an older version", [{ version: "1.2.3.3", language: "fr", messages: fr.with(close, "Vieux") }]],
  ["of another language", [{ version: "1.2.3.4", language: "de", messages: fr }]],
  ["that is incomplete", [{ version: "1.2.3.4", language: "fr", messages: incomplete }]],
  ["that is something else", { version: "1.2.3.4" }],
] as const) {
  test(`replaces a stored file ${what}`, async ({ kitsu, toasts, worker, page }) => {
    await storeOnce(page, LANGUAGE_KEY, stored);
    worker.respond(FILE, { body: fr });
    await kitsu.open();
    await expect
      .poll(async () => JSON.parse((await readStored(page)) ?? ""))
      .toEqual([{ version: "1.2.3.4", language: "fr", messages: fr }]);
    await kitsu.run("Run");
    await expect(toasts).toContainText("Erreur du serveur (500).");
    expect(countLoads(worker)).toBe(1);
  });
}

test("loads nothing for a Kitsu in English, before and after the login", async ({ kitsu, toasts, worker, page }) => {
  Object.assign(kitsu.state, { locale: "en", person: "" });
  await kitsu.open();
  await kitsu.run("Run");
  await expect(toasts).toHaveCount(1);
  await page.evaluate(() => {
    const { getters } = Reflect.get(document.querySelector("#app") ?? {}, "__vue_app__").config.globalProperties.$store;
    getters.user = { id: "person-1", locale: "en" };
  });
  await kitsu.run("Run");
  await expect(toasts.last()).toContainText("Server error (500).");
  expect(countLoads(worker)).toBe(0);
});

test("loads nothing from a worker that names no languages", async ({ kitsu, toasts, worker, config }) => {
  delete config.languages;
  await kitsu.open();
  await kitsu.run("Run");
  await expect(toasts).toContainText("Server error (500).");
  expect(countLoads(worker)).toBe(0);
});
