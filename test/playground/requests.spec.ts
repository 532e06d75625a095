/** The imitated Kitsu sends what Kitsu sends: names, order, values. */
import { guessEntityType } from "../../playground/page/route.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("sends a form to a new tab, URL-encoded, with Kitsu's names in Kitsu's order", async ({
  page,
  context,
  recorder,
}) => {
  await page.goto("/");
  const ids = await selectTasks(page, 3);
  const opened = context.waitForEvent("page");
  await runAction(page, "Debug");
  await (await opened).waitForLoadState();
  const [sent] = recorder.received;
  expect(sent).toMatchObject({ method: "POST", url: "/actions/debug" });
  expect(sent?.headers).toMatchObject({
    "content-type": "application/x-www-form-urlencoded",
    origin: new URL(page.url()).origin,
    "sec-fetch-dest": "document",
  });
  const { pathname, host } = new URL(page.url());
  const project = pathname.split("/")[2] ?? "";
  expect(project).toMatch(UUID);
  expect([...new URLSearchParams(sent?.body)]).toEqual([
    ["personid", expect.stringMatching(UUID)],
    ["personemail", "ada.roy@studio.example"],
    ["projectid", project],
    ["currentpath", `/productions/${project}/shots`],
    ["currentserver", host],
    ["selection", ids.join(",")],
    ["entitytype", "shot"],
  ]);
});

test("sends AJAX as JSON with Kitsu's keys in Kitsu's order, and the worker's cookies", async ({ page, recorder }) => {
  await page.goto("/");
  const ids = await selectTasks(page, 2);
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.filter(({ method }) => method === "POST").length).toBe(2);
  const [first, second] = recorder.received.filter(({ method }) => method === "POST");
  expect(recorder.received[0]?.method).toBe("OPTIONS");
  expect(first?.headers["content-type"]).toBe("application/json");
  expect(second?.headers.cookie).toContain("seen=yes");
  const { pathname, host } = new URL(page.url());
  expect(Object.entries(JSON.parse(first?.body ?? ""))).toEqual([
    ["entitytype", "shot"],
    ["originurl", pathname],
    ["originserver", host],
    ["selection", ids],
    ["productionid", pathname.split("/")[2]],
    ["userid", expect.stringMatching(UUID)],
    ["useremail", "ada.roy@studio.example"],
  ]);
});

test("shows nothing of an AJAX answer, and a failed call only in the console", async ({ page, refusals }) => {
  await page.goto("/");
  await selectTasks(page, 1);
  const panel = page.locator(".side-column");
  await page.getByLabel("Custom action", { exact: true }).selectOption({ label: "Other server, without CORS" });
  const before = await panel.innerHTML();
  await page.locator(".action-bar button").click();
  await expect.poll(() => refusals.join("\n")).toContain("Request has been terminated");
  expect(await panel.innerHTML()).toBe(before);
  await expect(page.locator(".action-bar button")).toBeEnabled();
});

test("reaches another server that supports CORS", async ({ page }) => {
  await page.goto("/");
  await selectTasks(page, 1);
  const answered = page.waitForResponse(
    (response) => response.url().includes("/other/echo") && response.request().method() === "POST",
  );
  await runAction(page, "Other server");
  expect(await (await answered).json()).toEqual({ message: expect.stringContaining("Another server got") });
});

test("mixes productions on My Tasks, and sends the first task's project and the type of an episode", async ({
  page,
  recorder,
}) => {
  await page.goto("/my-tasks");
  const names = await page.locator(".production-name").allTextContents();
  expect(new Set(names)).toEqual(new Set(["Paper Lantern", "Night Tram"]));
  const first = page.locator("tr[data-task-id]", { hasText: "Night Tram" }).first();
  await first.click();
  await page
    .locator("tr[data-task-id]", { hasText: "Paper Lantern" })
    .first()
    .click({ modifiers: ["Control"] });
  await runAction(page, "Debug (AJAX)");
  await expect.poll(() => recorder.received.length).toBe(2);
  const body = JSON.parse(recorder.received[1]?.body ?? "");
  await page.getByRole("link", { name: "Go to productions" }).click();
  await page.getByLabel("Production").selectOption({ label: "Night Tram" });
  expect(body).toMatchObject({
    entitytype: "episode",
    originurl: "/my-tasks",
    productionid: new URL(page.url()).pathname.split("/")[2],
  });
});

test("sends the type of an asset for the assets list, and offers actions for assets only there", async ({
  page,
  recorder,
}) => {
  await page.goto("/");
  await selectTasks(page, 1);
  await expect(page.getByRole("option", { name: "Turntable check" })).toHaveCount(0);
  await page.getByLabel("Section").selectOption("assets");
  await expect(page.locator(".side-column")).toBeHidden();
  await selectTasks(page, 1);
  await runAction(page, "Turntable check");
  await expect.poll(() => recorder.received.length).toBe(2);
  expect(recorder.received[1]?.url).toBe("/actions/debug?from=turntable");
  expect(JSON.parse(recorder.received[1]?.body ?? "")).toMatchObject({ entitytype: "asset" });
});

test("guesses the entity type from the path like Kitsu", () => {
  const id = "9a0c3c1e-5f6d-4b8a-9c2d-1e2f3a4b5c6d";
  const guesses = Object.entries({
    [`/productions/${id}/assets`]: "asset",
    [`/productions/${id}/assets/${id}`]: "asset",
    [`/productions/${id}/shots`]: "shot",
    [`/productions/${id}/shots/task-types/${id}`]: "shot",
    [`/productions/${id}/shots/${id}`]: "episode",
    [`/productions/${id}/sequences`]: "sequence",
    [`/productions/${id}/edits`]: "edit",
    [`/productions/${id}/edits/${id}`]: "episode",
    [`/productions/${id}/episodes`]: "episode",
    [`/productions/${id}/news-feed`]: "episode",
    "/my-tasks": "episode",
  });
  expect(guesses.map(([path]) => [path, guessEntityType(path)])).toEqual(guesses);
});
