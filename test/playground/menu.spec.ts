/** The menu of custom actions: six for newcomers, others on request, and those the worker adds. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { HAMID } from "../../playground/data-people.ts";
import { startPlayground } from "../../playground/serve.ts";
import { expect, SECRET, selectTasks, test } from "./support/playground.ts";
import { ask, logIn } from "./support/zou.ts";

const shown = (page: Page) => page.locator("#custom-action option:not([hidden])").allTextContents();
const groups = (page: Page) =>
  page
    .locator("#custom-action optgroup:not([hidden])")
    .evaluateAll((all) => all.map((group) => group.getAttribute("label") ?? ""));
const find = (page: Page) => page.getByRole("searchbox", { name: /^Find one of \d+ actions$/ });
const runButton = (page: Page) => page.getByRole("button", { name: /^Run custom action for/ });

test("shows six actions, and the others in groups on request", async ({ page }) => {
  await page.goto("/");
  await selectTasks(page, 1);
  expect(await shown(page)).toEqual([
    "Comment and set status (AJAX)",
    "Playlist of previews (AJAX)",
    "Statistics",
    "Debug",
    "Publish (studio server), AJAX",
    "Open in RV",
  ]);
  expect(await groups(page)).toEqual([]);
  const all = page.getByRole("button", { name: /^All \d+$/ });
  const count = Number((await all.textContent())?.replace("All ", ""));
  await all.click();
  expect(await shown(page)).toHaveLength(count);
  expect(await groups(page)).toEqual([
    "Tasks",
    "Programs",
    "The studio's server",
    "The same, with Kitsu's session",
    "Other servers, and none",
  ]);
  await page.getByLabel("Custom action", { exact: true }).selectOption({ label: "Not installed" });
  await page.getByRole("button", { name: "Fewer" }).click();
  // The chosen action stays listed.
  expect(await shown(page)).toHaveLength(7);
  await expect(page.getByLabel("Custom action", { exact: true }).locator("option:checked")).toHaveText("Not installed");
});

test("finds an action by parts of its name and runs it with the keyboard", async ({ page, recorder }) => {
  await page.goto("/");
  await selectTasks(page, 2);
  await find(page).focus();
  await page.keyboard.type("ajax deb");
  expect(await shown(page)).toEqual(["Debug (AJAX)", "Debug (session), AJAX"]);
  await page.keyboard.press("ArrowDown");
  await expect(page.getByLabel("Custom action", { exact: true })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(runButton(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(() => recorder.received.map(({ url }) => url)).toEqual(["/edge/actions/debug"]);
  await find(page).fill("there is no such action");
  await expect(find(page)).toHaveAttribute("aria-invalid", "true");
  // Escape clears the field first, and then Kitsu's selection.
  await find(page).press("Escape");
  await expect(find(page)).toHaveValue("");
  await expect(runButton(page)).toHaveText("Run custom action for 2 selected tasks");
  await find(page).press("Escape");
  await expect(page.locator(".side-column")).toBeHidden();
});

/** A worker that lists what it offers, and a playground for it. */
async function startOffering() {
  const worker = { offers: [] as object[] };
  const server = createServer((request, response) => {
    const isAsked = request.url === "/actions" && request.headers.accept === "application/json";
    response.writeHead(200, { "content-type": isAsked ? "application/json" : "text/javascript" });
    response.end(isAsked ? JSON.stringify({ version: 1, person: {}, actions: worker.offers }) : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const playground = await startPlayground({ port: 0, worker: address, forwardSecret: SECRET, botToken: "" });
  const close = async () => {
    await playground.close();
    server.closeAllConnections();
    server.close();
  };
  return { worker, address, url: playground.url, close };
}

const DEBUG = { id: "debug", title: "Debug", modes: ["form", "ajax"] };
const MY_ACTION = { id: "my-action", title: "My action", modes: ["form", "ajax"], entityTypes: ["shot", "asset"] };
const CHECK = { id: "check", title: "Check the model", modes: ["ajax"], entityTypes: ["asset"] };

test("adds a new action after a reload, renames it, and removes it with the action", async ({ page }) => {
  const { worker, url, close } = await startOffering();
  worker.offers = [DEBUG];
  await page.goto(url);
  await selectTasks(page, 1);
  expect(await groups(page)).toEqual([]);
  worker.offers = [DEBUG, MY_ACTION, CHECK];
  await page.reload();
  await selectTasks(page, 1);
  expect(await groups(page)).toEqual(["New"]);
  expect((await shown(page)).slice(-2)).toEqual(["My action", "My action (AJAX)"]);
  await page.getByLabel("Section").selectOption("assets");
  await selectTasks(page, 1);
  expect((await shown(page)).slice(-3)).toEqual(["Check the model (AJAX)", "My action", "My action (AJAX)"]);
  worker.offers = [DEBUG, { ...MY_ACTION, title: "My better action" }, CHECK];
  await page.reload();
  await selectTasks(page, 1);
  expect((await shown(page)).slice(-2)).toEqual(["My better action", "My better action (AJAX)"]);
  worker.offers = [DEBUG];
  await page.reload();
  await selectTasks(page, 1);
  expect(await groups(page)).toEqual([]);
  await close();
});

test("keeps an administrator's changes", async () => {
  const { worker, address, url, close } = await startOffering();
  const token = await logIn(url, HAMID);
  const reload = () => fetch(`${url}/my-tasks`);
  const list = async () => {
    const { answer } = await ask(url, "/data/custom-actions", { token });
    return (answer as { id: string; name: string; url: string }[]).filter((action) =>
      action.url.includes("/my-action"),
    );
  };
  const at = async (index: number) => `/data/custom-actions/${(await list())[index]?.id}`;
  worker.offers = [MY_ACTION];
  await reload();
  expect((await list()).map(({ name, url }) => [name, url])).toEqual([
    ["My action", `${address}/actions/my-action`],
    ["My action (AJAX)", `${address}/actions/my-action`],
  ]);
  await ask(url, await at(0), { method: "PUT", token, body: { name: "Renamed" } });
  await ask(url, await at(1), { method: "DELETE", token });
  await reload();
  expect((await list()).map(({ name }) => name)).toEqual(["Renamed"]);
  // npm run register adds one of its own, which replaces it.
  await ask(url, "/data/custom-actions", {
    method: "POST",
    token,
    body: { name: "Registered", url: `${address}/actions/my-action?` },
  });
  await reload();
  expect((await list()).map(({ name }) => name)).toEqual(["Registered"]);
  await close();
});

test("changes nothing if the worker lists nothing valid", async ({ page }) => {
  const { worker, url, close } = await startOffering();
  worker.offers = [MY_ACTION];
  await page.goto(url);
  worker.offers = [{ nonsense: true }];
  await page.reload();
  await selectTasks(page, 1);
  expect(await groups(page)).toEqual(["New"]);
  await close();
});
