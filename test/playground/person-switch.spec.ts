/** Requests are made as the chosen person: in fields and in the session that `/edge` passes on. */
import type { Page } from "@playwright/test";
import { ADA, BRUNO, EIKO, FRIDA } from "../../playground/data-people.ts";
import { EPISODES, NIGHT_TRAM } from "../../playground/data-projects.ts";
import { expect, runAction, selectTasks, test } from "./support/playground.ts";

const whoami = (page: Page) =>
  page.evaluate(async () => (await (await fetch("/api/auth/authenticated")).json()).user?.full_name);

test("starts as Ada, and switches session, state and requests to another person, keeping the selection", async ({
  page,
  recorder,
}) => {
  await page.goto("/");
  expect(await whoami(page)).toBe("Ada Roy");
  await selectTasks(page, 2);
  await page.getByLabel("Person").selectOption(BRUNO.id);
  await expect(page.locator(".avatar.user")).toHaveAccessibleName(BRUNO.full_name);
  expect(await whoami(page)).toBe(BRUNO.full_name);
  await runAction(page, "Debug (session), AJAX");
  await expect.poll(() => recorder.received.length).toBe(1);
  const [sent] = recorder.received;
  expect(JSON.parse(sent?.body ?? "")).toMatchObject({
    userid: BRUNO.id,
    useremail: BRUNO.email,
    selection: { length: 2 },
  });
  expect(sent).toMatchObject({
    method: "POST",
    url: "/edge/actions/debug",
    headers: { host: new URL(page.url()).host, origin: new URL(page.url()).origin },
  });
  expect(sent?.headers.cookie).toContain("access_token_cookie=");
  // The next request is sent with the cookie that came back through /edge.
  await runAction(page, "Debug (session), AJAX");
  await expect.poll(() => recorder.received.length).toBe(2);
  expect(recorder.received[1]?.headers.cookie).toContain("seen=yes");
  await page.reload();
  await expect(page.getByLabel("Person")).toHaveValue(BRUNO.id);
});

test("sends a form to /edge as the person", async ({ page, context, recorder }) => {
  await page.goto(`/productions/${NIGHT_TRAM.id}/episodes/${EPISODES[1]?.id}/shots`);
  await selectTasks(page, 1);
  await page.getByLabel("Person").selectOption(EIKO.id);
  await expect(page.locator(".avatar.user")).toHaveAccessibleName(EIKO.full_name);
  const opened = context.waitForEvent("page");
  await runAction(page, "Debug (session)");
  await (await opened).waitForLoadState();
  const body = new URLSearchParams(recorder.received[0]?.body);
  expect([body.get("personid"), body.get("projectid")]).toEqual([EIKO.id, NIGHT_TRAM.id]);
  await page.getByRole("button", { name: "What Kitsu sent" }).click();
  await expect(page.getByRole("region", { name: "What Kitsu sent" })).toContainText(
    "POST /edge/actions/debug HTTP/1.1",
  );
});

test("has episodes and playlist pages for a TV show", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Production").selectOption(NIGHT_TRAM.id);
  await expect(page).toHaveURL(`/productions/${NIGHT_TRAM.id}/episodes/${EPISODES[0]?.id}/shots`);
  await page.getByLabel("Episode").selectOption({ label: "E02" });
  await expect(page.getByText(`SH "0030" 'b' & co`)).toBeVisible();
  const created = await page.evaluate(
    async ([project, episode]) => {
      const tasks = await (await fetch(`/api/data/tasks?project_id=${project}`)).json();
      const shown = tasks
        .filter((task: { last_preview_file_id: string | null }) => task.last_preview_file_id)
        .slice(0, 3);
      const shots = shown.map((task: Record<string, string>) => ({
        entity_id: task.entity_id,
        preview_file_id: task.last_preview_file_id,
      }));
      const body = JSON.stringify({
        name: `<b>Dailies</b> ${Math.random()}`,
        project_id: project,
        episode_id: episode,
        shots,
      });
      const response = await fetch("/api/data/playlists", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      return await response.json();
    },
    [NIGHT_TRAM.id, EPISODES[1]?.id],
  );
  const list = `/productions/${NIGHT_TRAM.id}/episodes/${created.episode_id}/playlists`;
  await page.goto(`${list}/${created.id}`);
  await expect(page.getByRole("heading", { name: created.name })).toBeVisible();
  await expect(page.locator(".entry")).toHaveCount(3);
  await expect(page.locator(".entry .revision").first()).toHaveText(/^v\d{3}\.mp4$/);
  await expect(page.getByText(`E02 · ${ADA.full_name}`)).toBeVisible();
  await page.getByRole("link", { name: "‹ Playlists" }).click();
  await expect(page.getByRole("link", { name: created.name })).toBeVisible();
  await page.getByLabel("Person").selectOption(FRIDA.id);
  await expect(page.getByText("This playlist does not exist, or you may not see it.")).toBeVisible();
});
