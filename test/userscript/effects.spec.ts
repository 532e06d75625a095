/** Effects in Kitsu itself. */
import { expect, readGlobal, test } from "../support/browser/fixture.ts";
import { done } from "../support/browser/replies.ts";

test("goes to a page of Kitsu with its router, and only when the button is clicked", async ({
  kitsu,
  toasts,
  page,
}) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await kitsu.openAndRun("Playlist", {
    body: done("Made", { effects: [{ kind: "go", path: "/productions/1/playlists/2?x=1", label: "See it" }] }),
  });
  const button = toasts.getByRole("button", { name: "See it" });
  await expect(button).toBeVisible();
  expect(await readGlobal(page, "called")).toEqual([]);
  await button.click();
  expect(await readGlobal(page, "called")).toEqual([["/productions/1/playlists/2?x=1"]]);
  expect(errors).toEqual([]);
});

test("goes there without Kitsu's router, and never to another site", async ({ kitsu, toasts, page }) => {
  const paths = ["/\t/evil.tld", "/\t/[", "javascript:window.pwned=1", "//evil.tld", "/..//evil.tld", "/fine?x"];
  kitsu.addAction("Go", {
    body: done("Made", { effects: paths.map((path) => ({ kind: "go" as const, path, label: path })) }),
  });
  await kitsu.open();
  for (const name of ["/..//evil.tld", "/fine?x"]) {
    await page.goto(kitsu.origin);
    await page.evaluate(() => Object.assign(document.querySelector("#app") ?? {}, { __vue_app__: {} }));
    await kitsu.run("Go");
    await expect(toasts.locator(".button")).toHaveText(["/..//evil.tld", "/fine?x"]);
    await toasts.getByRole("button", { name }).click();
    await expect(page).not.toHaveURL(`${kitsu.origin}/`);
    expect(new URL(page.url()).origin).toBe(kitsu.origin);
  }
  await expect(page).toHaveURL(`${kitsu.origin}/fine?x`);
});

test("makes Kitsu reload at most twenty tasks, without a button, and ignores failures", async ({
  kitsu,
  toasts,
  page,
}) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const tasks = Array.from({ length: 25 }, (_, at) => `task-${at}`);
  await kitsu.openAndRun("Comment", { body: done("Commented", { effects: [{ kind: "refresh", tasks }] }) });
  await expect(toasts).toContainText("Commented");
  await expect(toasts.locator(".button")).toHaveCount(0);
  const called = await readGlobal(page, "called");
  expect(called).toEqual(tasks.slice(0, 20).map((taskId) => ["loadTask", { taskId }]));
  await page.evaluate(() => Object.assign(document.querySelector("#app") ?? {}, { __vue_app__: {} }));
  await kitsu.run("Comment");
  await expect(toasts).toHaveCount(2);
  await expect(toasts.last()).toContainText("Commented");
  expect(errors).toEqual([]);
});
