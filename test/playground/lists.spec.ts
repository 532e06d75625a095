/** A show with duplicate names, 300 tasks, and lists of edits, episodes and concepts. */
import { labelTask, TASKS } from "../../playground/data.ts";
import { BRUNO } from "../../playground/data-people.ts";
import { CARNIVAL, EPISODES, NIGHT_TRAM, PAPER_LANTERN } from "../../playground/data-projects.ts";
import { readRoute } from "../../playground/page/route.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

const [E01, E02] = EPISODES;
const show = `/productions/${NIGHT_TRAM.id}`;

test("names tasks by their episode, and has some names in two projects", () => {
  const inShow = TASKS.filter(({ entity }) => entity.projectId === NIGHT_TRAM.id).map(labelTask);
  expect(inShow).toEqual(expect.arrayContaining(["E01 / SQ001 / SH0010 / Layout", "E02 / SQ001 / SH0010 / Layout"]));
  expect(new Set(inShow).size).toBe(inShow.length);
  expect(TASKS.filter((task) => labelTask(task) === "Concept / Harbour / Concept")).toHaveLength(2);
});

test("selects 300 tasks at once and sends all of them", async ({ page, recorder }) => {
  await page.goto(`/productions/${CARNIVAL.id}/shots`);
  await page.getByRole("button", { name: "Select all (300)" }).click();
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  const { selection, productionid } = JSON.parse(recorder.received[1]?.body ?? "");
  expect([new Set(selection).size, productionid]).toEqual([300, CARNIVAL.id]);
});

test("offers actions on edits and episodes, but not on concepts, as Kitsu does", async ({ page, recorder }) => {
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
  // My Tasks lists tasks of every kind.
  await page.getByLabel("Person").selectOption(BRUNO.id);
  await page.getByRole("link", { name: "My Tasks" }).click();
  await page.locator("tr[data-task-id]", { hasText: "Concept / Harbour" }).first().click();
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBeGreaterThan(3);
});

test("has the same paths as Kitsu", () => {
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
    // These only look right.
    [`${show}/episodes/${E01?.id}/episodes`, "elsewhere", E01?.id],
    [`${show}/episodes/${E01?.id}/concepts`, "elsewhere", E01?.id],
    [`${show}/concepts/${id}`, "elsewhere", undefined],
  ];
  for (const [path, page, episode] of pages) {
    const route = readRoute(path);
    expect([path, route.page, route.episode]).toEqual([path, page, episode]);
  }
});
