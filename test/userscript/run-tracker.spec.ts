/** Long runs: followed to their end, in every tab and after a reload. */
import type { Page, WebSocketRoute } from "@playwright/test";
import type { Answer, Outcome, Run, Started } from "../../contract.ts";
import { serveUserscript } from "../support/browser/bundle.ts";
import { advanceUntil, test as base, bodies, expect, STRICT_CSP } from "../support/browser/fixture.ts";
import { answer, done, RUN } from "../support/browser/replies.ts";

const IDS = [RUN, ...["1", "2"].map((digit) => digit.repeat(32))];
const SHOTS: Outcome[] = [
  { id: "1", label: "SQ01 / SH010 / Lighting", state: "running", progress: { done: 12, total: 48 } },
  { id: "2", label: "SQ01 / SH020 / Lighting", state: "failed", reason: "The scene file is missing." },
  { id: "3", label: "SQ01 / SH030 / Lighting", state: "waiting" },
];

/** The sockets of all pages of the context, and what to answer when polled. */
type Farm = {
  sockets: WebSocketRoute[];
  /** The open ones. */
  open: () => WebSocketRoute[];
  send: (answer: Answer) => void;
  at: (done: number, more?: Partial<Started>, run?: Partial<Run>, id?: string) => Answer;
  /** Refuses all sockets from now on. */
  refuse: () => void;
  /** How many pings arrived. */
  pings: () => number;
  /** Answers no pings from now on, like a dead connection or a worker of an older version. */
  mute: () => void;
};

const test = base.extend<{ farm: Farm }>({
  farm: async ({ context, worker }, use) => {
    const sockets: WebSocketRoute[] = [];
    const open = new Set<WebSocketRoute>();
    let isRefused = false;
    let isMute = false;
    let pings = 0;
    const place = worker.origin.replace("http", "ws");
    await context.routeWebSocket(/\/follow/, (socket) => {
      sockets.push(socket);
      if (isRefused) return void socket.close({ code: 1011 });
      open.add(socket);
      socket.onMessage((message) => {
        pings += message === "ping" ? 1 : 0;
        if (!isMute) socket.send("pong");
      });
      socket.onClose(() => open.delete(socket));
    });
    const at: Farm["at"] = (frames, more = {}, run = {}, id = RUN) =>
      answer(
        {
          kind: "started",
          title: "Rendering: 3 shots",
          progress: { done: frames, total: 480 },
          outcomes: SHOTS,
          ...more,
        },
        id,
        {
          follow: { url: `${worker.origin}/runs/${id}/follow?key=k`, socket: `${place}/runs/${id}/follow?key=k` },
          cancel: `${worker.origin}/runs/${id}/cancel?key=k`,
          ...run,
        },
      );
    await use({
      sockets,
      open: () => [...open],
      send: (given) => {
        const mine = [...open].filter((socket) => socket.url().includes(given.run?.id ?? ""));
        for (const socket of mine) socket.send(JSON.stringify(given));
      },
      at,
      refuse: () => {
        isRefused = true;
      },
      pings: () => pings,
      mute: () => {
        isMute = true;
      },
    });
  },
});

test("updates in place, and ends as an ordinary toast with an entry in the history", async ({
  kitsu,
  toasts,
  sheet,
  panel,
  toggleHistory,
  farm,
  worker,
  page,
}) => {
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  const bar = toasts.getByRole("progressbar");
  await expect(toasts).toContainText("0 / 480");
  await expect.poll(() => farm.sockets.length).toBe(1);
  const element = await bar.elementHandle();
  await toasts.getByRole("button", { name: "Cancel" }).focus();
  const took: number[] = [];
  for (const frames of [120, 240, 360]) {
    const seen = page.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          const root = document.querySelector("kitsu-actions")?.shadowRoot;
          const look = () =>
            root?.querySelector("progress")?.value === wanted && resolve(performance.timeOrigin + performance.now());
          if (root) new MutationObserver(look).observe(root, { subtree: true, childList: true, attributes: true });
        }),
      frames,
    );
    await page.evaluate(() => {});
    const at = performance.timeOrigin + performance.now();
    farm.send(farm.at(frames, { progress: { done: frames, total: 480, text: `${frames} of 480 frames`, left: 170 } }));
    took.push((await seen) - at);
  }
  console.log(`From a message on the socket to the changed toast: ${took.map((ms) => ms.toFixed(1)).join(", ")} ms`);
  await expect(toasts).toContainText("360 of 480 frames · about 3 min left");
  expect(await bar.evaluate((now, before) => now === before, element)).toBe(true);
  await expect(toasts.getByRole("button", { name: "Cancel" })).toBeFocused();
  await toasts.getByText("1 waiting, 1 running, 1 failed").click();
  await expect(sheet.getByText("SQ01 / SH010 / Lighting")).toBeVisible();
  await expect(sheet).toContainText("12 / 48");
  farm.send(farm.at(360, { outcomes: SHOTS.slice(0, 2) }));
  await expect(sheet.locator("li"), "What is open is brought up to date").toHaveCount(2);
  await page.keyboard.press("Escape");
  const retry = `${worker.origin}/runs/${RUN}/retry`;
  farm.send(done("Rendered 2 shots", { severity: "warning", outcomes: SHOTS.slice(1, 2) }, { retry }));
  await expect(toasts).toContainText("Rendered 2 shots");
  await expect(toasts.getByRole("button", { name: "Retry what failed (1)" })).toBeVisible();
  await expect(toasts.getByRole("progressbar")).toHaveCount(0);
  await expect.poll(() => farm.open().length).toBe(0);
  await page.reload();
  await toggleHistory();
  await expect(panel.getByRole("listitem")).toHaveText([/Rendered 2 shots/]);
  await expect(toasts).toHaveCount(0);
});

test("reconnects a socket that drops every two seconds, and polls in between", async ({
  kitsu,
  toasts,
  farm,
  worker,
  page,
}) => {
  let frames = 0;
  worker.respond(`/runs/${RUN}/follow`, () => ({ body: farm.at(++frames) }));
  await page.clock.install();
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  for (let times = 1; times <= 4; times++) {
    await expect.poll(() => farm.open().length).toBe(1);
    farm.send(farm.at(times * 100));
    await expect(toasts).toContainText(`${times}00 / 480`);
    await page.clock.runFor(2_000);
    await farm.open()[0]?.close();
    await expect(toasts).toContainText(`${times} / 480`);
    await advanceUntil(page, 200, () => expect(farm.sockets.length).toBe(times + 1));
  }
  await expect(toasts).not.toContainText("Connection lost");
});

test("keeps a quiet connection open, and makes no other request", async ({ kitsu, toasts, farm, worker, page }) => {
  await page.clock.install();
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.open().length).toBe(1);
  farm.send(farm.at(100));
  await expect(toasts).toContainText("100 / 480");
  await advanceUntil(page, 5_000, () => expect(farm.pings()).toBe(10));
  expect(farm.sockets).toHaveLength(1);
  expect(worker.reads).toEqual([]);
  farm.send(farm.at(200));
  await expect(toasts).toContainText("200 / 480");
});

test("replaces a connection that answers no ping, without a loop", async ({ kitsu, toasts, farm, worker, page }) => {
  worker.respond(`/runs/${RUN}/follow`, { body: farm.at(200) });
  farm.mute();
  await page.clock.install();
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  let seconds = 0;
  for (const sockets of [2, 3, 4]) {
    await expect.poll(() => farm.open().length).toBe(1);
    farm.send(farm.at(100 + sockets));
    await expect(toasts).toContainText(`${100 + sockets} / 480`);
    await advanceUntil(page, 1_000, () => {
      seconds += 1;
      expect(farm.sockets).toHaveLength(sockets);
    });
  }
  expect(farm.pings()).toBe(3);
  expect(seconds).toBeGreaterThan(3 * 60);
  await expect(toasts).not.toContainText("Connection lost");
});

test("notices soon after the computer has slept that the connection is dead", async ({
  kitsu,
  toasts,
  farm,
  worker,
  page,
}) => {
  worker.respond(`/runs/${RUN}/follow`, { body: farm.at(200) });
  await page.clock.install();
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.open().length).toBe(1);
  farm.send(farm.at(100));
  await expect(toasts).toContainText("100 / 480");
  farm.mute();
  await page.clock.fastForward("08:00:00");
  await page.clock.runFor(20_000);
  await expect(toasts).toContainText("200 / 480");
  await advanceUntil(page, 1_000, () => expect(farm.sockets).toHaveLength(2));
});

test("polls without a socket, says when nothing answers, and ends when the run is unknown", async ({
  kitsu,
  toasts,
  farm,
  worker,
  page,
}) => {
  farm.refuse();
  worker.respond(`/runs/${RUN}/follow`, { body: farm.at(100) });
  await page.clock.install();
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect(toasts).toContainText("100 / 480");
  worker.respond(`/runs/${RUN}/follow`, { status: 503, body: "away" });
  await page.clock.runFor(9_000);
  await expect(toasts).not.toContainText("Connection lost");
  await advanceUntil(page, 1_000, (soon) => expect(toasts).toContainText("Connection lost. Trying again…", soon));
  await expect(toasts).toContainText("100 / 480");
  worker.respond(`/runs/${RUN}/follow`, { body: farm.at(200) });
  await advanceUntil(page, 5_000, (soon) => expect(toasts).toContainText("200 / 480", soon));
  await expect(toasts).not.toContainText("Connection lost");
  worker.respond(`/runs/${RUN}/follow`, {
    status: 404,
    body: answer({ kind: "failed", code: "unknown-run", title: "No such run" }),
  });
  await advanceUntil(page, 5_000, (soon) => expect(toasts).toContainText("no longer available", soon));
  await expect(toasts.getByRole("link", { name: "Details" })).toHaveAttribute("href", `${worker.origin}/runs/${RUN}`);
  const { length } = worker.reads;
  await page.clock.runFor(60_000);
  expect(worker.reads.length).toBe(length);
});

test("continues after a reload, and is invisible to another person", async ({ kitsu, toasts, farm, page }) => {
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.sockets.length).toBe(1);
  await page.reload();
  await expect(toasts).toContainText("Render");
  await expect.poll(() => farm.open().length).toBe(1);
  expect(farm.sockets).toHaveLength(2);
  farm.send(farm.at(240));
  await expect(toasts).toContainText("240 / 480");
  kitsu.state.person = "person-2";
  await page.reload();
  await expect(page.locator("kitsu-actions")).toBeAttached();
  await page.keyboard.press("F8");
  await expect(page.locator("kitsu-actions .panel")).toContainText("No runs yet.");
  await expect(toasts).toHaveCount(0);
  expect(farm.sockets).toHaveLength(2);
});

test("hides a person's runs when someone else logs in", async ({ kitsu, toasts, farm, page }) => {
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.open().length).toBe(1);
  await logIn(page, "person-2");
  await expect(toasts).toHaveCount(0);
  await expect.poll(() => farm.open().length).toBe(0);
  await logIn(page, "person-1");
  await expect(toasts).toContainText("Render");
  await expect.poll(() => farm.open().length).toBe(1);
});

test("follows a run in one of two tabs, shows it in both, and takes over when a tab closes", async ({
  kitsu,
  toasts,
  farm,
  config,
  worker,
  page,
  context,
}) => {
  worker.respond(`/runs/${RUN}/cancel`, { body: done("Canceling") });
  await context.addInitScript(await serveUserscript(config));
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.sockets.length).toBe(1);
  farm.send(farm.at(100));
  const other = await context.newPage();
  await other.goto(kitsu.origin);
  const there = other.locator("kitsu-actions .toast:visible");
  await expect(there).toContainText("100 / 480");
  await expect(toasts).toHaveCount(1);
  farm.send(farm.at(200));
  await expect(there).toContainText("200 / 480");
  await there.getByRole("button", { name: "Cancel" }).click();
  await expect(there).toContainText("Canceling");
  expect(bodies(worker).at(-1)).toEqual({ personid: "person-1", personemail: "ada@studio.tld" });
  expect(farm.sockets).toHaveLength(1);
  await page.close();
  await expect.poll(() => farm.sockets.length).toBe(2);
  await expect.poll(() => farm.open().length).toBe(1);
  farm.send(farm.at(300));
  await expect(there).toContainText("300 / 480");
  const third = await context.newPage();
  await third.goto(kitsu.origin);
  await expect(third.locator("kitsu-actions .toast:visible")).toContainText("300 / 480");
  farm.send(done("Rendered"));
  for (const tab of [other, third]) await expect(tab.locator("kitsu-actions .toast:visible")).toContainText("Rendered");
  expect(farm.sockets).toHaveLength(2);
  await third.reload();
  await third.keyboard.press("F8");
  await expect(third.locator("kitsu-actions .panel").getByRole("listitem")).toHaveCount(1);
});

test("sends a cancel once, and shows its result and the controls that are left", async ({
  kitsu,
  toasts,
  farm,
  worker,
}) => {
  const resume = `${worker.origin}/runs/${RUN}/resume`;
  worker.respond(`/runs/${RUN}/cancel`, {
    delayMs: 300,
    status: 403,
    body: answer({
      kind: "failed",
      code: "not-allowed",
      title: "This is another person's run",
      text: "Only Ada may do this.",
    }),
  });
  worker.respond(`/runs/${RUN}/pause`, { body: done("Pausing") });
  await kitsu.openAndRun("Render", { body: farm.at(0, {}, { pause: `${worker.origin}/runs/${RUN}/pause` }) });
  const cancel = toasts.getByRole("button", { name: "Cancel" });
  await cancel.evaluate((button: HTMLElement) => {
    button.click();
    button.click();
  });
  await expect(cancel).toHaveAttribute("aria-disabled", "true");
  await expect(toasts).toContainText("This is another person's run\nOnly Ada may do this.", { useInnerText: true });
  await expect(cancel).not.toHaveAttribute("aria-disabled");
  expect(worker.posts).toHaveLength(2);
  await toasts.getByRole("button", { name: "Pause" }).click();
  await expect(toasts).toContainText("Pausing");
  await expect.poll(() => farm.open().length).toBe(1);
  farm.send(farm.at(10, { title: "Paused: 3 shots" }, { resume }));
  await expect(toasts.getByRole("button", { name: "Resume" })).toBeVisible();
  await expect(toasts.getByRole("button", { name: "Pause" })).toHaveCount(0);
  await expect(toasts).toContainText("Paused: 3 shots");
});

test("says that a control may not have arrived, without repeating the action's name", async ({
  kitsu,
  toasts,
  farm,
  page,
}) => {
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect(toasts.getByRole("button", { name: "Cancel" })).toBeVisible();
  await page.context().setOffline(true);
  await toasts.getByRole("button", { name: "Cancel" }).click();
  await expect(toasts.locator(".text").first()).toHaveText(
    /^You were offline when you ran it\. It may not have arrived: click again\./,
  );
});

test("keeps the result of a run that ends before the answer to its cancel arrives", async ({
  kitsu,
  toasts,
  farm,
  worker,
  page,
}) => {
  worker.respond(`/runs/${RUN}/cancel`, { delayMs: 300, body: done("Canceling") });
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.open().length).toBe(1);
  const answered = page.waitForResponse(/cancel/).then((response) => response.finished());
  await toasts.getByRole("button", { name: "Cancel" }).click();
  farm.send(done("Canceled: 3 shots"));
  await expect(toasts).toContainText("Canceled: 3 shots");
  await answered;
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await expect(toasts).toContainText("Canceled: 3 shots");
  await expect(toasts.getByRole("progressbar")).toHaveCount(0);
});

test("groups three runs in one card, whose rows open, hide, and come back from the history and at the end", async ({
  kitsu,
  toasts,
  farm,
  page,
}) => {
  for (const [at, id] of IDS.entries())
    kitsu.addAction(`Render ${at}`, { body: farm.at(at * 100, { title: `Rendering ${at}` }, {}, id) });
  await kitsu.open();
  for (const at of IDS.keys()) await kitsu.run(`Render ${at}`);
  const card = page.getByRole("group", { name: "3 runs in progress" });
  await expect(card.locator(".toast")).toHaveCount(3);
  await expect(card.getByRole("progressbar")).toHaveCount(2 + 1);
  await expect(card.getByRole("button", { name: "Cancel" })).toHaveCount(0);
  await card.getByRole("button", { name: "Show: Rendering 1" }).press("Enter");
  await expect(card.getByRole("button", { name: "Cancel" })).toHaveCount(1);
  await card.getByRole("button", { name: "Hide" }).first().click();
  await page.getByRole("group", { name: "2 runs in progress" }).getByRole("button", { name: "Hide" }).last().click();
  await expect(page.locator("kitsu-actions .group")).toBeHidden();
  await expect(toasts).toContainText("Rendering 1");
  await page.keyboard.press("F8");
  const panel = page.locator("kitsu-actions .panel");
  await expect(panel.getByRole("listitem")).toContainText(["Rendering 0", "Rendering 1", "Rendering 2"]);
  await panel.getByRole("button", { name: "Show" }).last().click();
  await expect(page.getByRole("group", { name: "2 runs in progress" })).toContainText("Rendering 2");
  await expect.poll(() => farm.open().length).toBe(3);
  farm.send(done("Rendered 0"));
  await expect(toasts.last()).toContainText("Rendered 0");
  expect(await page.evaluate(() => Reflect.get(window, "keys"))).toEqual([]);
});

test("shows a row's whole title, because tasks of one shot start alike", async ({ kitsu, farm, page }) => {
  const names = ["SQ010 / SH0030 / Animation", "SQ010 / SH0030 / Lighting"];
  for (const [at, name] of names.entries())
    kitsu.addAction(`Render ${at}`, { body: farm.at(0, { title: `Rendering: ${name} with Flamenco` }, {}, IDS[at]) });
  await kitsu.open();
  for (const at of names.keys()) await kitsu.run(`Render ${at}`);
  const titles = page.locator("kitsu-actions .group .folded .title");
  await expect(titles).toHaveCount(2);
  expect(await titles.evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth))).toEqual([0, 0]);
});

test("leaves Kitsu's action panel usable with eight runs", async ({ kitsu, farm, page }) => {
  const ids = Array.from({ length: 8 }, (_, at) => `${at}`.repeat(32));
  for (const [at, id] of ids.entries()) kitsu.addAction(`Render ${at}`, { body: farm.at(0, {}, {}, id) });
  await kitsu.open();
  for (const at of ids.keys()) await kitsu.run(`Render ${at}`);
  const height = await page.evaluate(() => innerHeight);
  const layer = page.locator("kitsu-actions .layer");
  await expect(layer.locator(".group .toast")).toHaveCount(8);
  expect((await layer.boundingBox())?.y).toBeGreaterThan(0.3 * height);
});

test("keeps the order of runs after a reload", async ({ kitsu, farm, page }) => {
  for (const [at, id] of IDS.entries()) kitsu.addAction(`Render ${at}`, { body: farm.at(at * 100, {}, {}, id) });
  await kitsu.open();
  for (const at of IDS.keys()) await kitsu.run(`Render ${at}`);
  await expect.poll(() => farm.open().length).toBe(3);
  await page.reload();
  await expect(page.locator("kitsu-actions .group .title")).toHaveText(["Render 0", "Render 1", "Render 2"]);
});

test("announces the start, quarters at most every ten seconds, and the end", async ({ kitsu, farm, page }) => {
  kitsu.addAction("Render", { body: farm.at(0) });
  await page.clock.install();
  await kitsu.open();
  await page.evaluate(() => {
    const status = document.querySelector("kitsu-actions")?.shadowRoot?.querySelector("[role=status]");
    const announced: string[] = [];
    Object.assign(window, { announced });
    if (status)
      new MutationObserver(() => status.textContent && announced.push(status.textContent)).observe(status, {
        childList: true,
      });
  });
  await kitsu.run("Render");
  const announced = () => page.evaluate(() => Reflect.get(window, "announced"));
  await expect.poll(() => farm.open().length).toBe(1);
  await page.clock.runFor(11_000);
  for (const frames of [100, 121, 122, 241, 361]) {
    farm.send(farm.at(frames));
    await expect(page.locator("kitsu-actions progress")).toHaveAttribute("value", String(frames));
    await page.clock.runFor(1_000);
  }
  await page.clock.runFor(10_000);
  farm.send(farm.at(370));
  await expect(page.locator("kitsu-actions progress")).toHaveAttribute("value", "370");
  await page.clock.runFor(1_000);
  farm.send(done("Rendered 3 shots"));
  await expect(page.locator("kitsu-actions .toast")).toContainText("Rendered");
  await page.clock.runFor(1_000);
  expect(await announced()).toEqual([
    expect.stringMatching("Sent for 2 tasks"),
    "Rendering: 3 shots\n0 / 480",
    "Rendering: 3 shots: 25 %",
    "Rendering: 3 shots: 75 %",
    "Rendered 3 shots\n",
  ]);
});

test("shows a desktop notification at the end, if the person allowed it and the tab is hidden", async ({
  kitsu,
  toasts,
  farm,
  page,
}) => {
  await page.addInitScript(() => {
    const notices: unknown[] = [];
    class Notification {
      static permission = "default";
      static async requestPermission() {
        Notification.permission = "granted";
      }
      constructor(title: string, { body }: { body: string }) {
        notices.push([title, body]);
      }
    }
    Object.assign(window, { Notification, notices });
  });
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  const button = toasts.getByRole("button", { name: "Notify me" });
  await button.click();
  await expect(button).toHaveCount(0);
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }));
  await expect.poll(() => farm.open().length).toBe(1);
  farm.send(done("Rendered 3 shots", { text: "Of 12, 9 failed." }));
  await expect(toasts).toContainText("Rendered 3 shots");
  expect(await page.evaluate(() => Reflect.get(window, "notices"))).toEqual([["Rendered 3 shots", "Of 12, 9 failed."]]);
});

test("follows only addresses of the worker", async ({ kitsu, toasts, farm, worker, page }) => {
  const url = `${worker.origin}/runs/${RUN}/follow`;
  const socket = url.replace("http", "ws");
  const foreign = [
    { url: "https://evil.tld/follow", socket },
    { url, socket: "wss://evil.tld/follow" },
    { url, socket: `${socket.replace(/:\d+/, (port) => `${port}.evil.tld`)}` },
    { url, socket: "javascript:alert(1)" },
  ];
  await page.addInitScript(
    ([kept, run]) =>
      localStorage.setItem(
        "kitsu-actions:following:person-1",
        JSON.stringify([{ at: 1, name: "Kept", run, ...JSON.parse(kept ?? "") }]),
      ),
    [JSON.stringify(foreign[1]), RUN],
  );
  for (const [at, follow] of foreign.entries()) {
    kitsu.addAction(`Try ${at}`, { body: farm.at(1, {}, { follow, cancel: "https://evil.tld/cancel" }) });
  }
  await kitsu.open();
  for (const at of foreign.keys()) await kitsu.run(`Try ${at}`);
  await expect(toasts.last()).toContainText("Still running: see the run page.");
  await expect(page.locator("kitsu-actions").getByRole("button", { name: "Cancel", includeHidden: true })).toHaveCount(
    0,
  );
  await page.waitForTimeout(1_200);
  expect(farm.sockets).toEqual([]);
  expect(worker.reads).toEqual([]);
});

test("speaks French", async ({ kitsu, toasts, farm, page, setLanguage }) => {
  await setLanguage("fr");
  const progress = { done: 1, total: 480, left: 7_300 };
  for (const [at, id] of IDS.slice(1).entries())
    kitsu.addAction(`Rendu ${at}`, { body: farm.at(1, { progress }, {}, id) });
  await kitsu.open();
  await kitsu.run("Rendu 0");
  await expect(toasts).toContainText("1 / 480 · encore 2 h environ");
  await expect(toasts.getByRole("button", { name: "Annuler" })).toBeVisible();
  await kitsu.run("Rendu 1");
  await expect(page.getByRole("group", { name: "2 exécutions en cours" })).toBeVisible();
});

/** Like Kitsu, without a reload. */
async function logIn(page: Page, id: string): Promise<void> {
  await page.evaluate((person) => {
    const { user } = Reflect.get(document.querySelector("#app") ?? {}, "__vue_app__").config.globalProperties.$store
      .getters;
    user.id = person;
  }, id);
}

base("polls at once if the content security policy blocks sockets", async ({ kitsu, toasts, worker }) => {
  kitsu.headers["content-security-policy"] = `${STRICT_CSP}; connect-src 'self' ${worker.origin}`;
  const [place, path] = [worker.origin.replace("http", "ws"), `/runs/${RUN}/follow`];
  const going = (frames: number) =>
    answer({ kind: "started", title: "Rendering: 3 shots", progress: { done: frames, total: 480 } }, RUN, {
      follow: { url: `${worker.origin}${path}?key=k`, socket: `${place}${path}?key=k` },
    });
  worker.respond(path, () => ({ body: going(7) }));
  await kitsu.openAndRun("Render", { body: going(0) });
  await expect(toasts).toContainText("7 / 480");
});

test("shows the latest picture, keeps the old one until it has loaded, and hides one that can't be loaded", async ({
  kitsu,
  toasts,
  farm,
  worker,
}) => {
  const dot = (color: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="${color}"/></svg>`;
  for (const [name, color] of Object.entries({ a: "teal", b: "brown" }))
    worker.respond(`/picture/${name}`, { type: "image/svg+xml", body: dot(color) });
  const shown = (frames: number, name: string, origin = worker.origin) =>
    farm.at(frames, { picture: `${origin}/picture/${name}` });
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.open().length).toBe(1);
  const picture = toasts.getByAltText("Latest picture");
  await expect(toasts).toContainText("0 / 480");
  await expect(picture).toBeHidden();
  for (const frames of [10, 20, 30]) {
    farm.send(shown(frames, "a"));
    await expect(toasts).toContainText(`${frames} / 480`);
  }
  await expect(picture).toBeVisible();
  const element = await picture.elementHandle();
  expect(worker.reads.filter((path) => path === "/picture/a")).toHaveLength(1);
  const { height } = (await picture.boundingBox()) ?? {};
  expect(height).toBeLessThanOrEqual(120);
  farm.send(shown(40, "b"));
  await expect(picture).toHaveAttribute("src", /picture\/b$/);
  expect(await picture.evaluate((now, before) => now === before, element)).toBe(true);
  await expect(picture).toBeVisible();
  farm.send(shown(50, "gone"));
  await expect(picture).toBeHidden();
});

test("shows no picture from another server", async ({ kitsu, toasts, farm }) => {
  await kitsu.openAndRun("Render", { body: farm.at(0) });
  await expect.poll(() => farm.open().length).toBe(1);
  farm.send(farm.at(10, { picture: "https://elsewhere.tld/tracker.png" }));
  await expect(toasts).toContainText("10 / 480");
  await expect(toasts.locator("img[src]")).toHaveCount(0);
});
