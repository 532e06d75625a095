/** What a studio has besides a few shots: a show with names that are there twice, 300 tasks, edits and concepts, and a small window to see them in. */
import { AxeBuilder } from "@axe-core/playwright";
import { labelTask, TASKS } from "../../playground/data.ts";
import { BRUNO } from "../../playground/data-people.ts";
import { CARNIVAL, EPISODES, NIGHT_TRAM, PAPER_LANTERN } from "../../playground/data-projects.ts";
import { readRoute } from "../../playground/page/route.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

const [E01, E02] = EPISODES;
const show = `/productions/${NIGHT_TRAM.id}`;

test("a task is named by its episode, and by its project where that is not enough", () => {
  const inShow = TASKS.filter(({ entity }) => entity.projectId === NIGHT_TRAM.id).map(labelTask);
  expect(inShow).toEqual(expect.arrayContaining(["E01 / SQ001 / SH0010 / Layout", "E02 / SQ001 / SH0010 / Layout"]));
  expect(new Set(inShow).size).toBe(inShow.length);
  expect(TASKS.filter((task) => labelTask(task) === "Concept / Harbour / Concept")).toHaveLength(2);
});

test("300 tasks are selected at once, and all of them are sent", async ({ page, recorder }) => {
  await page.goto(`/productions/${CARNIVAL.id}/shots`);
  await page.getByRole("button", { name: "Select all (300)" }).click();
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  const { selection, productionid } = JSON.parse(recorder.received[1]?.body ?? "");
  expect([new Set(selection).size, productionid]).toEqual([300, CARNIVAL.id]);
});

test("edits and episodes have lists, where actions are offered, and concepts have one, where none is", async ({
  page,
  recorder,
}) => {
  await page.goto(`${show}/episodes/${E02?.id}/edits`);
  await selectTasks(page, 1);
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  expect(JSON.parse(recorder.received[1]?.body ?? "")).toMatchObject({ entitytype: "edit" });
  await page.getByLabel("Section").selectOption("episodes");
  await expect(page).toHaveURL(`${show}/episodes`);
  await expect(page.getByLabel("Episode", { exact: true })).toHaveCount(0);
  await selectTasks(page, 2);
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBeGreaterThan(2);
  await page.getByLabel("Section").selectOption("concepts");
  await expect(page).toHaveURL(`${show}/concepts`);
  await selectTasks(page, 1);
  await expect(page.getByRole("button", { name: /^Run custom action/ })).toHaveCount(0);
  await expect(page.getByLabel("Custom action", { exact: true })).toHaveCount(0);
  // A person's own tasks are a list of everything.
  await page.getByLabel("Person").selectOption(BRUNO.id);
  await page.getByRole("link", { name: "My Tasks" }).click();
  await page.locator("tr[data-task-id]", { hasText: "Concept / Harbour" }).first().click();
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBeGreaterThan(3);
});

test("pages are where Kitsu has them, and nowhere else", () => {
  const id = "9a0c3c1e-5f6d-4b8a-9c2d-1e2f3a4b5c6d";
  const pages: [path: string, page: string, episode: string | undefined][] = [
    [`${show}/episodes/${E01?.id}/edits`, "edits", E01?.id],
    [`${show}/episodes/all/sequences`, "sequences", "all"],
    [`${show}/episodes`, "episodes", undefined],
    [`${show}/concepts`, "concepts", undefined],
    [`/productions/${PAPER_LANTERN.id}/edits`, "edits", undefined],
    [`${show}/episodes/${E01?.id}/edits/tasks/${id}`, "task", E01?.id],
    [`${show}/episodes/${E01?.id}/tasks/${id}`, "task", E01?.id],
    [`${show}/concepts/tasks/${id}`, "task", undefined],
    // These are the ones that only look right.
    [`${show}/episodes/${E01?.id}/episodes`, "elsewhere", E01?.id],
    [`${show}/episodes/${E01?.id}/concepts`, "elsewhere", E01?.id],
    [`${show}/concepts/${id}`, "elsewhere", undefined],
  ];
  for (const [path, page, episode] of pages) {
    const route = readRoute(path);
    expect([path, route.page, route.episode]).toEqual([path, page, episode]);
  }
});

test("a small window is a frame, in which the page knows no other size", async ({ page, recorder }) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.goto("/?userscript=late");
  await page.getByRole("link", { name: "1366×768" }).click();
  await expect(page).toHaveURL(/\?userscript=late&window=1366x768$/);
  const frame = page.frameLocator("iframe");
  await frame.locator("[data-task-id]").first().click();
  expect(await frame.locator("html").evaluate(() => [innerWidth, innerHeight, location.search])).toEqual([
    1366,
    768,
    "?userscript=late",
  ]);
  await expect(frame.getByRole("link", { name: "1366×768" })).toHaveCount(0);
  await frame.getByLabel("Custom action", { exact: true }).selectOption({ label: "Debug (AJAX)" });
  await frame.locator(".action-bar button").click();
  await expect.poll(() => recorder.received.length).toBe(2);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await page.getByRole("link", { name: "The whole window" }).click();
  await expect(page).toHaveURL(/\?userscript=late$/);
  await expect(page.locator("iframe")).toHaveCount(0);
});
