/**
 * The page of a run in progress, in a browser: as the worker renders it, with a server that reports
 * the run's state.
 */
import { expect, type Page, test, type WebSocketRoute } from "@playwright/test";
import { build } from "esbuild";
import type { Outcome, Run, Started } from "../../../../contract.ts";
import { ENGLISH } from "../../../../worker/format/reader.ts";
import { html } from "../../../../worker/pages/html.ts";
import { renderScriptTexts } from "../../../../worker/pages/layout.ts";
import { style } from "../../../../worker/pages/page-style.ts";
import { renderReply } from "../../../../worker/pages/reply-view.ts";
import { advanceUntil } from "../../../support/browser/fixture.ts";

const SCRIPT = new URL("../../../../worker/pages/script/index.ts", import.meta.url).pathname;
const ORIGIN = "https://edge.studio.tld";
const RUN: Run = {
  id: "f".repeat(32),
  url: `${ORIGIN}/runs/1`,
  follow: { url: `${ORIGIN}/runs/1/follow`, socket: "wss://edge.studio.tld/runs/1/follow" },
  cancel: `${ORIGIN}/runs/1/cancel`,
};
const LINK = { label: "Open in Flamenco", url: "https://farm.studio.tld/jobs/1" };
const at = (title: string, outcomes: Outcome[], more: Partial<Started> = {}): Started => ({
  kind: "started",
  title,
  progress: { done: 1, total: 24 },
  outcomes,
  ...more,
});
const SENDING = at("Rendering: 2 shots", [
  { id: "1", label: "SH010", state: "running", progress: { done: 1, total: 12 }, link: LINK },
  { id: "2", label: "SH020", state: "waiting" },
]);

/** Like worker/pages/live-run.ts. */
const PAGE = `<!doctype html><title>${SENDING.title} · Kitsu Actions</title>${html`${renderScriptTexts(ENGLISH)}`.write(ENGLISH)}<link rel="stylesheet" href="/style.css">
<div data-follow="${RUN.follow?.url}" data-socket="${RUN.follow?.socket}" data-controls="cancel">${html`${renderReply(SENDING)}`.write(ENGLISH)}
<p class="unfollowed problem" role="status" hidden>Connection lost. Reconnecting…</p>
<div class="again"><form method="post"><button class="dangerous">Cancel</button></form></div></div><script src="/page.js"></script>`;

let script = "";
test.beforeAll(async () => {
  const { outputFiles } = await build({ entryPoints: [SCRIPT], bundle: true, write: false, format: "iife" });
  script = outputFiles[0]?.text ?? "";
});

/**
 * - `sockets`: how many were opened
 * - `pings`: how many arrived; after `mute` they are not answered
 */
type Follow = {
  tell: (reply: Started) => void;
  drop: () => void;
  sockets: () => number;
  pings: () => number;
  mute: () => void;
};

/** @param answer the response to polling */
async function follow(page: Page, answer: () => { status?: number; body: string }): Promise<Follow> {
  const sockets: WebSocketRoute[] = [];
  let pings = 0;
  let isMute = false;
  await page.routeWebSocket(/\/follow/, (socket) => {
    sockets.push(socket);
    socket.onMessage((message) => {
      pings += message === "ping" ? 1 : 0;
      if (!isMute) socket.send("pong");
    });
  });
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/page.js") return route.fulfill({ contentType: "text/javascript", body: script });
    if (pathname === "/style.css") return route.fulfill({ contentType: "text/css", body: style });
    if (pathname.endsWith("/follow")) return route.fulfill(answer());
    return route.fulfill({ contentType: "text/html; charset=utf-8", body: PAGE });
  });
  await page.goto(`${ORIGIN}/runs/1`);
  await expect.poll(() => sockets.length).toBe(1);
  return {
    tell: (reply) => sockets.at(-1)?.send(JSON.stringify({ version: 1, run: RUN, reply })),
    drop: () => void sockets.at(-1)?.close({ code: 1011 }),
    sockets: () => sockets.length,
    pings: () => pings,
    mute: () => {
      isMute = true;
    },
  };
}

const asked = () => ({ body: JSON.stringify({ version: 1, run: RUN, reply: SENDING }) });

test("shows the latest state of a run: title, counts, progress of each shot, and links to the farm", async ({
  page,
}) => {
  const { tell } = await follow(page, asked);
  const [first, second] = [page.locator("[data-task='1']"), page.locator("[data-task='2']")];
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("1 running, 1 waiting");
  await expect(second.getByRole("progressbar")).toHaveCount(0);
  await first.getByRole("link").focus();
  const told = at(
    "Rendering: 1 of 2 shots",
    [
      { id: "1", label: "SH010", state: "done", link: LINK },
      {
        id: "2",
        label: "SH020",
        state: "running",
        reason: "On render-04",
        progress: { done: 3, total: 12 },
        link: LINK,
      },
    ],
    { progress: { done: 15, total: 24, left: 130 } },
  );
  tell(told);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("…Rendering: 1 of 2 shots");
  await expect(page).toHaveTitle("Rendering: 1 of 2 shots · Kitsu Actions");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("1 done, 1 running");
  await expect(page.getByText("15 of 24 · about 2 min left")).toBeVisible();
  await expect(first).toHaveText("done SH010 Open in Flamenco");
  await expect(first.getByRole("link")).toBeFocused();
  await expect(second).toHaveText("running SH020 On render-04 3 of 12 Open in Flamenco");
  await expect(second.getByRole("progressbar")).toHaveAttribute("value", "3");
  await expect(second.getByRole("link")).toHaveAttribute("href", LINK.url);
  tell(told);
  await expect(second.getByRole("link")).toHaveCount(1);
});

test("reports a lost connection only if nothing answers, or something else does", async ({ page }) => {
  let answer: { status?: number; body: string } = asked();
  const { drop, sockets } = await follow(page, () => answer);
  const lost = page.getByText("Connection lost. Reconnecting…");
  await page.evaluate(() => {
    const told = document.querySelector<HTMLElement>(".unfollowed");
    const seen: boolean[] = [];
    Object.assign(window, { seen });
    if (told) new MutationObserver(() => seen.push(told.hidden === true)).observe(told, { attributes: true });
  });
  drop();
  await expect.poll(sockets).toBe(2);
  expect(await page.evaluate(() => Reflect.get(window, "seen"))).not.toContain(false);
  answer = { status: 502, body: "<h1>Bad gateway</h1>" };
  drop();
  await expect(lost).toBeVisible();
});

test("keeps a quiet connection open, and replaces one that answers no ping", async ({ page }) => {
  let polls = 0;
  await page.clock.install();
  const { tell, pings, mute, sockets } = await follow(page, () => {
    polls += 1;
    return asked();
  });
  tell(SENDING);
  await advanceUntil(page, 5_000, () => expect(pings()).toBe(5));
  expect([sockets(), polls]).toEqual([1, 0]);
  mute();
  await advanceUntil(page, 5_000, () => expect(sockets()).toBe(2));
  expect([pings(), polls]).toEqual([6, 1]);
});

test("waits longer each time if no socket can be opened", async ({ page }) => {
  let polls = 0;
  await page.clock.install();
  const { drop, sockets } = await follow(page, () => {
    polls += 1;
    return asked();
  });
  const waits: number[] = [];
  for (const opened of [2, 3, 4, 5]) {
    let seconds = 0;
    drop();
    await expect.poll(() => polls).toBe(opened - 1);
    await advanceUntil(page, 1_000, () => {
      seconds += 1;
      expect(sockets()).toBe(opened);
    });
    waits.push(seconds);
  }
  expect(waits.at(-1)).toBeGreaterThan(2 * (waits[0] ?? 0));
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the cancel button is readable, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await follow(page, asked);
    const look = await page.getByRole("button", { name: "Cancel" }).evaluate((button) => {
      const { color, backgroundColor } = getComputedStyle(button);
      const luminance = (given: string) => {
        const [red = 0, green = 0, blue = 0] = (given.match(/\d+/g) ?? []).map((part) => {
          const share = Number(part) / 255;
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      return [luminance(color), luminance(backgroundColor)].sort((a, b) => b - a);
    });
    const [light = 0, dark = 0] = look;
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThan(4.5);
  });
}
