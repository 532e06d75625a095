// The main flows in the pseudo-language: English with accents and longer words. A plain English
// word on the screen was not taken from the catalogue, and a text that sticks out has too little
// room.
import { expect, type Locator, type Page } from "@playwright/test";
import { customActions } from "../playground/custom-actions.ts";
import { TASKS } from "../playground/data.ts";
import { ENTITIES, nameEntity } from "../playground/data-entities.ts";
import { DEPARTMENTS, HAMID, PERSONS } from "../playground/data-people.ts";
import { descriptorsOf, PROJECTS } from "../playground/data-projects.ts";
import { STATUSES, TASK_TYPES } from "../playground/data-tables.ts";
import { choose, openRoots, type Started, test } from "./support/browser/started.ts";

test.use({ viewport: { width: 1366, height: 768 }, locale: "en-US" });
/** What is the same in every language. */
const NAMES = [
  "Kitsu Actions CGWire Zou Flamenco Afanasy CGRU Kabaret Blender RV mpv Cloudflare Access userscript",
  "Violentmonkey Tampermonkey ScriptCat Greasemonkey Userscripts Firefox Safari Chrome Edge Brave Opera",
  // ids of an action and of the formats of calls, and what a studio and its job types call things
  "does-not-exist form ajax",
  "Nuke Blender on the GPU machines Denoise what is rendered Test of the farm paper lantern",
  "PNG JPEG OpenEXR multilayer Linux Windows macOS CSV JSON HTTP Ajax AJAX curl UTC GMT Europe Paris TD POST GET",
  // units and months of Intl, which has no pseudo-language
  "or and ago days hours minutes yesterday today ms sec min hr AM PM Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
];

const DATA = [
  ...PERSONS.map(({ full_name, email }) => `${full_name} ${email}`),
  ...DEPARTMENTS.map(({ name }) => name),
  ...PROJECTS.flatMap((project) => [project.name, ...descriptorsOf(project).map(({ name }) => name)]),
  ...ENTITIES.map((entity) => `${nameEntity(entity)} ${entity.episode?.name}`),
  ...TASKS.map(({ type }) => type.name),
  ...TASK_TYPES.map(({ name }) => name),
  ...STATUSES.map(({ name, shortName }) => `${name} ${shortName}`),
  ...customActions({ worker: "", other: "", hasEdge: true, hasFarms: true }).map(({ name }) => name),
];

const listWords = (text: string): string[] => text.match(/[A-Za-z]{2,}/g) ?? [];
const ALLOWED = new Set([...NAMES, ...DATA].flatMap(listWords));

/** Every text that a person sees or hears in it, without code, data and addresses. */
function readTexts(root: Locator, data: string): Promise<string[]> {
  return root.evaluateAll((elements, data) => {
    const texts: string[] = [];
    const visit = (node: Node): void => {
      if (node instanceof Text) texts.push(node.data);
      if (!(node instanceof Element) || node.matches(`script, style, code, pre, meta, ${data}`)) return;
      if (!node.checkVisibility({ contentVisibilityAuto: true }) && !node.matches("kitsu-actions, option")) return;
      for (const name of ["aria-label", "title", "alt", "placeholder"]) texts.push(node.getAttribute(name) ?? "");
      for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) visit(child);
    };
    for (const element of elements) visit(element);
    return texts.map((text) => text.trim()).filter(Boolean);
  }, data);
}

const NOT_WORDS = /https?:\/\/\S+|\b[\w.+-]+@[\w.-]+|\b[0-9a-f]{8,}[0-9a-f-]*\b|\b[\w-]+(\.[\w-]+)+\b|\/[\w/.-]+/g;

async function findEnglish(root: Locator, data: string): Promise<string[]> {
  const texts = await readTexts(root, data);
  expect(texts.join(" "), "There is text in the pseudo-language").toMatch(/[áéíóúñšŧŕ]/);
  return texts.filter((text) => listWords(text.replace(NOT_WORDS, " ")).some((word) => !ALLOWED.has(word)));
}

/** Elements whose text is cut off or sticks out, by their text. */
const findOverflow = (root: Locator) =>
  root.evaluateAll((elements) => {
    const found: string[] = [];
    const visit = (element: Element): void => {
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      const mayScroll = ["auto", "scroll"].includes(overflowX) || textOverflow === "ellipsis";
      if (isCut && !mayScroll && !element.matches("svg, option, .unseen, .announcer, progress")) {
        found.push(`${element.tagName}.${element.className}: ${element.textContent?.trim().slice(0, 80)}`);
      }
      for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) visit(child);
    };
    for (const element of elements) visit(element);
    return found;
  });

/** @param data selects what is not for reading: fields as Kitsu sent them */
async function check(what: string, root: Locator, data = "[data-foreign]"): Promise<void> {
  expect.soft(await findEnglish(root, data), `English in ${what}`).toEqual([]);
  expect.soft(await findOverflow(root), `too little room in ${what}`).toEqual([]);
}

const SHADOW = "kitsu-actions";
const toastOf = (page: Page) => page.locator(`${SHADOW} .toast:visible`).last();
const runButton = (page: Page) => page.locator(".action-bar button");

/** Kitsu as an administrator whose profile has the pseudo-language. */
async function openKitsu(page: Page, { playground }: Started): Promise<void> {
  await page.addInitScript(openRoots);
  await page.goto(playground);
  await page.locator("#person").selectOption(HAMID.id);
  await expect(page.locator("#person")).toBeEnabled();
  const saved = page.waitForResponse((response) => response.request().method() === "PUT");
  await page.locator("#language").selectOption("xa_XA");
  await saved;
  await page.reload();
  // Shots that no other test renders.
  await page.locator("[data-task-id]").nth(8).click();
  await page
    .locator("[data-task-id]")
    .nth(16)
    .click({ modifiers: ["ControlOrMeta"] });
}

async function runForm(page: Page, label: string): Promise<Page> {
  await choose(page, label);
  const [tab] = await Promise.all([page.context().waitForEvent("page"), runButton(page).click()]);
  await tab.waitForLoadState();
  return tab;
}

const FORMS = [
  "Debug",
  "Statistics",
  "Comment and set status",
  "Open in RV",
  "Open in mpv",
  "Open in Kabaret",
  "Render with Flamenco",
  "Render with CGRU Afanasy",
  "Playlist of previews",
];

test("forms and the worker's pages", async ({ page, started }) => {
  await openKitsu(page, started);
  for (const label of FORMS) {
    const tab = await runForm(page, label);
    await check(label, tab.locator("body"), label === "Debug" ? "td" : undefined);
    const submit = tab.locator("form.ask button.primary").first();
    if (await submit.isVisible()) {
      await submit.click();
      await tab.waitForLoadState();
      await check(`${label}, answered`, tab.locator("body"));
    }
    await tab.close();
  }
  // Other tests share the log, with replies of a studio's own server.
  const own = `person=${HAMID.email}`;
  for (const path of [
    "/",
    `/runs?${own}`,
    "/runs?day=2020-01-01",
    "/nothing",
    `/runs/${"0".repeat(32)}`,
    "/actions/nothing",
  ]) {
    await page.goto(started.worker + path);
    await check(path, page.locator("body"));
  }
  await page.goto(`${started.worker}/runs?${own}`);
  await page.locator("tbody tr td a").first().click();
  await check("a run", page.locator("body"), "td");
});

test("toasts, dialogs and the last runs", async ({ page, started }) => {
  await openKitsu(page, started);
  for (const label of ["Debug (AJAX)", "Not installed", "Other server, no such host", "Playlist of previews (AJAX)"]) {
    await choose(page, label);
    await runButton(page).click();
    await expect(page.locator(`${SHADOW} .toast [data-tone=pending]`)).toHaveCount(0);
    await expect(toastOf(page)).toBeVisible();
    await check(label, page.locator(SHADOW));
  }
  for (const label of [
    "Comment and set status (AJAX)",
    "Render with Flamenco (AJAX)",
    "Render with CGRU Afanasy (AJAX)",
  ]) {
    await choose(page, label);
    await runButton(page).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toBeVisible();
    await check(label, page.locator(SHADOW));
    const comment = dialog.locator("textarea");
    if (await comment.isVisible()) await comment.fill("👍");
    await dialog.locator("button.submit").click();
    await check(`${label}, answered`, page.locator(SHADOW));
    await dialog.locator("button.submit").click();
    await expect(dialog).toBeHidden();
    await expect(toastOf(page)).toBeVisible();
    await check(`${label}, confirmed`, page.locator(SHADOW));
  }
  await page.keyboard.press("F8");
  await page.keyboard.press("F8");
  await check("the last runs", page.locator(SHADOW));
  await page.locator("#language").selectOption("en_US");
});
