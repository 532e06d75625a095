/**
 * Where the toasts are: fully visible, not over Kitsu's controls, and in the corner that the person
 * wants.
 */
import type { Locator } from "@playwright/test";
import { expect, readGlobal, SIZES, test } from "../support/browser/fixture.ts";
import { BROKEN, done, FRAMES, OUTCOMES } from "../support/browser/replies.ts";

const LINKS = [{ label: "Open the playlist", url: "https://kitsu.studio.tld/playlists/1" }];
const LARGE = {
  severity: "warning" as const,
  text: "A long story, told slowly. ".repeat(60),
  outcomes: OUTCOMES,
  tables: [FRAMES],
  links: LINKS,
};
const PARTS = ".side-column, .add-comment, .playlist-player, .task-info-column, .playlist-footer, .playlist-header";

for (const size of SIZES) {
  const { width, height } = size;

  test(`shows the newest result whole and above the bar, at ${width} × ${height}`, async ({
    kitsu,
    toasts,
    page,
    toggleHistory,
  }) => {
    kitsu.state.view = "panel";
    await page.setViewportSize(size);
    for (const name of ["One", "Two", "Three"]) kitsu.addAction(name, { delayMs: 200, body: done("Made", LARGE) });
    await kitsu.open();
    for (const name of ["One", "Two"]) {
      await kitsu.run(name);
      await expect(toasts.last()).toHaveAttribute("data-tone", "warning");
      await expectWhole(toasts.last(), height);
      await expect(toasts.last().getByRole("link", { name: "Open the playlist" })).toBeInViewport({ ratio: 1 });
    }
    await toasts.first().getByRole("button", { name: "Show: Made" }).click();
    await expectWhole(toasts.first(), height);
    await page.locator("#typing").focus();
    await kitsu.run("Three");
    await expectWhole(toasts.last(), height);
    await toggleHistory();
    await expectWhole(toasts.last(), height);
    await expect(page.locator("kitsu-actions .panel")).toBeInViewport({ ratio: 1 });
  });

  for (const view of ["panel", "playlist", "task"] as const) {
    for (const corner of ["right", "left"] as const) {
      test(`covers nothing of Kitsu's ${view} from the ${corner}, at ${width} × ${height}`, async ({
        kitsu,
        toasts,
        page,
      }) => {
        kitsu.state.view = view;
        await page.setViewportSize(size);
        await page.addInitScript(
          (side) => localStorage.setItem("kitsu-actions:corner:person-1", JSON.stringify([{ side, edge: "bottom" }])),
          corner,
        );
        await kitsu.openAndRun("One", { body: done("Made", LARGE) });
        await expect(toasts).toContainText("Made");
        expect(
          await listCovered(page.locator("kitsu-actions :is(.toast, .bar button:visible)"), page.locator(PARTS)),
        ).toEqual([]);
      });
    }
  }
}

test("covers a playlist's pictures rather than its controls when there is no room beside it", async ({
  kitsu,
  toasts,
  page,
}) => {
  kitsu.state.view = "wide-playlist";
  await page.setViewportSize(SIZES[0]);
  await kitsu.openAndRun("One", { body: done("Made", LARGE) });
  await expect(toasts).toContainText("Made");
  const parts = page.locator(".task-info-column, .playlist-header, .playlist-footer, .video-progress");
  expect(await listCovered(page.locator("kitsu-actions :is(.toast, .bar button:visible)"), parts)).toEqual([]);
});

test("covers nothing with the buttons of a toast that has room", async ({ kitsu, toasts }) => {
  await kitsu.openAndRun("One", { body: done("Made", { outcomes: OUTCOMES, links: LINKS }) });
  const [list, link] = [await toasts.locator(".list").boundingBox(), await toasts.getByRole("link").boundingBox()];
  if (!list || !link) throw new Error("Expected a list and a link");
  expect(link.y - list.y - list.height).toBeGreaterThan(4);
});

test("keeps the buttons visible in a toast of maximum height", async ({ kitsu, toasts, page }) => {
  await page.setViewportSize(SIZES[0]);
  const links = ["playlist", "folder", "shots"].map((what) => ({
    label: `Open the ${what}`,
    url: `https://kitsu.studio.tld/${what}`,
  }));
  await kitsu.openAndRun("One", { body: done("Made", { ...LARGE, links }) });
  const [last, around] = [await toasts.getByRole("link").last().boundingBox(), await toasts.boundingBox()];
  if (!last || !around) throw new Error("Expected a toast with links");
  expect(around.y + around.height - last.y - last.height).toBeGreaterThan(8);
});

test("makes room for a panel right after the click that opens it", async ({ kitsu, toasts, page }) => {
  kitsu.state.view = "panel";
  kitsu.addAction("Break", BROKEN);
  await kitsu.open();
  const panel = page.locator(".side-column");
  await panel.evaluate((column) => {
    column.style.display = "none";
    document.querySelector("#typing")?.addEventListener("click", () => {
      column.style.display = "";
    });
  });
  await kitsu.run("Break");
  await expect(toasts).toContainText("Something went wrong");
  const layer = page.locator("kitsu-actions .layer");
  const { width } = page.viewportSize() ?? { width: 0 };
  const right = async () => {
    const box = await layer.boundingBox();
    return (box?.x ?? 0) + (box?.width ?? 0);
  };
  expect(await right()).toBe(width);
  await page.locator("#typing").click();
  await expect.poll(right).toBe(width - 400);
});

test("scrolls with a growing toast until the person scrolls", async ({ kitsu, toasts, page }) => {
  await page.setViewportSize(SIZES[1]);
  for (const name of ["One", "Two", "Three"]) kitsu.addAction(name, BROKEN);
  await kitsu.open();
  for (const name of ["One", "Two", "Three"]) await kitsu.run(name);
  await expect(toasts.last()).toContainText("Something went wrong");
  for (const line of await toasts.all()) await line.evaluate((toast) => toast.append("A picture. ".repeat(200)));
  const stack = page.locator("kitsu-actions .stack");
  const left = () =>
    stack.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  await expect.poll(left).toBeLessThan(2);
  await stack.evaluate((element) => element.scrollTo(0, 0));
  await expect.poll(left).toBeGreaterThan(100);
  await toasts.last().evaluate((toast) => toast.append("More. ".repeat(200)));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(await stack.evaluate((element) => element.scrollTop)).toBe(0);
});

test("moves to the corner that each person wants, by mouse or keyboard, and remembers it", async ({
  kitsu,
  toasts,
  page,
}) => {
  await kitsu.openAndRun("Break", BROKEN);
  await expect(toasts).toContainText("Something went wrong");
  const mover = page.getByRole("button", { name: /^Move to another corner/ });
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const corner = async () => {
    const box = await page.locator("kitsu-actions .layer").boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    return `${y < height / 2 ? "top" : "bottom"} ${x < width / 2 ? "left" : "right"}`;
  };
  expect(await corner()).toBe("bottom right");
  for (const next of ["bottom left", "top left", "top right", "bottom right"]) {
    await mover.click();
    expect(await corner()).toBe(next);
    await expect(mover).toHaveAccessibleName(new RegExp(next));
    await expect(page.locator("kitsu-actions [role=status]")).toContainText(next);
  }
  await mover.press("ArrowUp");
  await mover.press("ArrowLeft");
  await expect(mover).toBeFocused();
  expect(await corner()).toBe("top left");
  expect(await readGlobal(page, "keys"), "Kitsu gets none of them").toEqual([]);
  await page.reload();
  await kitsu.run("Break");
  await expect(toasts).toContainText("Something went wrong");
  expect(await corner()).toBe("top left");
  kitsu.state.person = "person-2";
  await page.reload();
  await kitsu.run("Break");
  await expect(toasts).toContainText("Something went wrong");
  expect(await corner()).toBe("bottom right");
});

test("keeps an English line left-to-right if it starts with an Arabic name", async ({ kitsu, toasts }) => {
  const text = "الثعلب: 3 tasks are done.";
  await kitsu.openAndRun("Mixed", { body: done(text, { text: "الكل جاهز للمراجعة.", severity: "warning" }) });
  const title = toasts.locator(".title");
  await expect(title).toHaveText(text);
  await expect(title).toHaveAttribute("dir", "ltr");
  await expect(title.locator("bdi")).toHaveText("الثعلب");
  await expect(toasts.locator(".text")).toHaveAttribute("dir", "rtl");
  const [icon, body] = [await toasts.locator(".tone").boundingBox(), await title.locator("bdi").boundingBox()];
  expect((body?.x ?? 0) - (icon?.x ?? 0), "The name is beside the icon").toBeLessThan(40);
});

async function expectWhole(toast: Locator, height: number): Promise<void> {
  const bar = toast.page().locator("kitsu-actions .layer > .bar");
  const stack = toast.page().locator("kitsu-actions .stack");
  await expect
    .poll(async () => {
      const [shown, below, around] = [await toast.boundingBox(), await bar.boundingBox(), await stack.boundingBox()];
      if (!shown || !below || !around) return "not there";
      if (shown.y < around.y) return `cut off above by ${around.y - shown.y}`;
      if (shown.y + shown.height > below.y) return `under the bar by ${shown.y + shown.height - below.y}`;
      return below.y + below.height > height ? "out of the window" : "whole";
    })
    .toBe("whole");
}

/** Which elements cover which. */
async function listCovered(ours: Locator, theirs: Locator): Promise<string[]> {
  const covered: string[] = [];
  for (const one of await ours.all()) {
    const over = await one.boundingBox();
    for (const other of await theirs.all()) {
      const under = await other.boundingBox();
      if (!over || !under) continue;
      const isApart =
        over.x >= under.x + under.width ||
        under.x >= over.x + over.width ||
        over.y >= under.y + under.height ||
        under.y >= over.y + over.height;
      if (!isApart) covered.push(`${await other.getAttribute("class")} by ${await one.getAttribute("class")}`);
    }
  }
  return covered;
}
