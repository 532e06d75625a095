import { FIELD_TYPES } from "../../contract.ts";
import { expect, test } from "../support/browser/fixture.ts";
import { answer, ask, done, FRAMES, OUTCOMES, RUN } from "../support/browser/replies.ts";

test("paints the pending toast in the frame after the click", async ({ kitsu, page }) => {
  kitsu.addAction("Render shots", { delayMs: 400, body: done("Rendered") });
  await kitsu.open();
  await page.waitForTimeout(100);
  const figures = await page.evaluate(async () => {
    const times: { frames: number; ms: number; text: string }[] = [];
    const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    await nextFrame();
    document.querySelector<HTMLButtonElement>("main button")?.click();
    const clicked = performance.now();
    for (let frames = 1; frames <= 5; frames++) {
      // A frame is painted after its callbacks. A message sent from a callback arrives after that.
      await nextFrame();
      await new Promise((resolve) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = resolve;
        channel.port2.postMessage("");
      });
      const toast = document.querySelector("kitsu-actions")?.shadowRoot?.querySelector(".toast");
      if (!toast?.checkVisibility()) continue;
      times.push({ frames, ms: performance.now() - clicked, text: toast.textContent });
      break;
    }
    return times[0];
  });
  console.log(`click to painted pending toast: ${figures?.ms.toFixed(1)} ms`);
  expect(figures?.frames).toBe(1);
  expect(figures?.text).toContain("Render shots");
  expect(figures?.text).toContain("Sent for 2 tasks…");
});

test("shows the result in the same toast", async ({ kitsu, toasts }) => {
  await kitsu.openAndRun("Render shots", {
    delayMs: 300,
    body: done("12 shots rendered", { text: "They are on the farm." }),
  });
  await expect(toasts).toHaveAttribute("data-tone", "pending");
  await toasts.evaluate((toast) => toast.setAttribute("data-same", ""));
  await expect(toasts).toHaveAttribute("data-tone", "success");
  await expect(toasts).toHaveAttribute("data-same", "");
  await expect(toasts.locator(".title")).toHaveText("12 shots rendered");
  await expect(toasts.locator(".name")).toHaveText("Render shots");
});

test("counts the outcomes, and lists them with task, reason and link, failures first", async ({
  kitsu,
  toasts,
  sheet,
  page,
}) => {
  await kitsu.openAndRun("Render", { body: done("Sent to the farm", { severity: "warning", outcomes: OUTCOMES }) });
  await toasts.getByText("9 done, 1 skipped, 3 failed").click();
  await expect(sheet.locator("li")).toHaveCount(13);
  await expect(sheet.locator("li").first()).toHaveText(/SQ02 \/ SH010 \/ Lighting.*The scene file is missing\./);
  await expect(sheet.getByRole("link", { name: "Open the shot" })).toHaveAttribute("rel", /noopener/);
  await expect(sheet).toContainText("Sent to the farm");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(toasts.getByText("9 done, 1 skipped, 3 failed")).toBeFocused();
});

test("opens tables", async ({ kitsu, toasts, sheet }) => {
  await kitsu.openAndRun("Debug", { body: done("What arrived", { tables: [FRAMES] }) });
  await toasts.getByText("Frames").click();
  await expect(sheet.getByRole("row")).toHaveCount(4);
  await expect(sheet.getByRole("cell", { name: "1048" })).toBeVisible();
  await sheet.getByRole("button", { name: "Close" }).click();
  await expect(sheet).toBeHidden();
});

test("shows what failed, what to do, and a link to the run's page", async ({ kitsu, toasts }) => {
  const failed = {
    kind: "failed",
    code: "no-role",
    title: "Not for artists",
    text: "You are an artist.",
    advice: "Ask a lead.",
    retry: true,
  } as const;
  await kitsu.openAndRun("Delete", { status: 403, body: answer(failed, RUN) });
  await expect(toasts).toHaveAttribute("data-tone", "error");
  await expect(toasts.locator(".text")).toHaveText("You are an artist.\nAsk a lead.");
  await expect(toasts.getByRole("link", { name: "Details" })).toHaveAttribute(
    "href",
    `https://edge.studio.tld/runs/${RUN}`,
  );
});

test("says that a run without a follow address is still running, and links to its page", async ({ kitsu, toasts }) => {
  await kitsu.openAndRun("Start", {
    body: answer({ kind: "started", title: "Rendering", progress: { done: 3, total: 12 } }, RUN),
  });
  await expect(toasts).toContainText("3 / 12");
  await expect(toasts).toContainText("Still running: see the run page.");
  await expect(toasts.getByRole("link", { name: "Details" })).toHaveCount(1);
});

test("says to run the action again if its question was lost", async ({ kitsu, toasts, worker }) => {
  worker.runs.set("arrived", ask("Which frames?"));
  await kitsu.openAndRun("Ask", { readable: false, body: "secret" });
  await expect(toasts).toContainText("Run the action again.");
});

test("shows the title of a reply of an unknown kind, and a link to the update", async ({ kitsu, toasts, worker }) => {
  await kitsu.openAndRun("Chart", { body: { version: 1, reply: { kind: "hologram", title: "Look at this" } } });
  await expect(toasts).toContainText("Look at this");
  const update = toasts.getByRole("link", { name: "Reload Kitsu, or update the userscript" });
  await expect(update).toHaveAttribute("href", `${worker.origin}/kitsu-actions.user.js`);
});

test("offers no userscript if a tag loads the script", async ({ kitsu, toasts, config }) => {
  config.way = "tag";
  await kitsu.openAndRun("Chart", { body: { version: 1, reply: { kind: "hologram", title: "Look at this" } } });
  await expect(toasts).toContainText("Reload Kitsu");
  await expect(toasts.getByRole("link")).toHaveCount(0);
});

const ELSEWHERE = {
  "problem details": [
    { status: 409, body: { title: "Locked", detail: "Somebody renders it." } },
    "error",
    /Locked.*Somebody renders it/,
  ],
  "a message": [{ body: { message: "3 files copied" } }, "success", /3 files copied/],
  "success: false": [{ body: { success: false, error: "No disk" } }, "error", /No disk/],
  "plain text": [{ body: "All copied" }, "success", /Copy.*All copied/],
  "a bare 500": [{ status: 500 }, "error", /Server error \(500\)/],
  "a bare 404": [{ status: 404 }, "error", /Server error \(404\)/],
  "a bare 204": [{ status: 204 }, "success", /OK/],
  "a page": [
    { body: "<!doctype html><title>Report</title><h1>x", type: "text/html" },
    "info",
    /Report.*open the action as a form/,
  ],
  "half of a JSON": [{ body: '{"version":1,"rep', type: "application/json" }, "success", /\{"version"/],
} as const;

for (const [what, [script, tone, text]] of Object.entries(ELSEWHERE)) {
  test(`${what} from one of the studio's own servers is shown`, async ({ kitsu, toasts, other }) => {
    kitsu.addAction("Copy", script, other);
    await kitsu.open();
    await kitsu.run("Copy");
    await expect(toasts).toHaveAttribute("data-tone", tone);
    await expect(toasts).toHaveText(text);
    expect(other.posts[0]?.url).toBe("/actions/copy");
  });
}

test("links to the worker itself if it is on plain http and other servers must not be", async ({
  kitsu,
  toasts,
  worker,
  config,
}) => {
  config.schemes = ["https"];
  const links = [
    { label: "Doctor", url: `${worker.origin}/doctor` },
    { label: "Wiki", url: "http://wiki.tld/" },
  ];
  await kitsu.openAndRun("Debug", { body: done("2 tasks", { links }) });
  await expect(toasts.getByRole("link")).toHaveText(["Doctor"]);
  await expect(toasts).toContainText("Wiki: http://wiki.tld/");
});

test("turns nothing from a server into markup, and no forbidden address into a link", async ({
  kitsu,
  toasts,
  dialog,
  sheet,
  page,
}) => {
  const evil = "<img src=x onerror='window.pwned=1'>";
  const bad = "javascript:window.pwned=1";
  const links = [bad, "data:text/html,x", "file:///etc/passwd", "https://kitsu.tld@evil.tld/", "/runs/1"].map(
    (url) => ({
      label: evil,
      url,
    }),
  );
  const outcomes = [{ id: "1", label: evil, state: "failed", reason: evil, link: { label: evil, url: bad } }] as const;
  const effects = [
    { kind: "open", url: bad },
    { kind: "download", url: bad, name: evil },
  ] as const;
  const tables = [{ title: evil, columns: [evil], rows: [[evil]] }];
  const fields = [...FIELD_TYPES, evil].map((type, at) => {
    const options = [{ value: evil, label: evil, color: evil }];
    return {
      name: `${evil}${at}`,
      label: evil,
      type,
      help: evil,
      error: evil,
      placeholder: evil,
      value: evil,
      options,
    };
  });
  kitsu.addAction("Ask", {
    body: ask(evil, fields, { text: evil, links, outcomes: [...outcomes], submit: evil, problem: evil }),
  });
  await kitsu.openAndRun("Evil", {
    body: done(evil, { text: evil, links, outcomes: [...outcomes], effects: [...effects], tables }),
  });
  await expect(toasts.locator(".list")).toHaveCount(2);
  for (const list of await toasts.locator(".list").all()) {
    await list.click();
    await expect(sheet.getByText(evil).first()).toBeVisible();
    await expect(sheet.locator("a, img")).toHaveCount(0);
    await page.keyboard.press("Escape");
  }
  await expect(toasts.locator("a, img")).toHaveCount(0);
  await expect(toasts.locator(".text")).toContainText(bad);
  await kitsu.run("Ask");
  // Every type but the hidden one, and the unknown one.
  await expect(dialog.locator("[aria-invalid]")).toHaveCount(FIELD_TYPES.length);
  await expect(dialog.getByText(bad)).toHaveCount(2);
  await expect(dialog.locator("a, img")).toHaveCount(0);
  expect(await page.evaluate(() => Reflect.get(window, "pwned"))).toBeUndefined();
});

test("opens a tab without a click while the browser allows it, and has a button for it", async ({
  kitsu,
  toasts,
  page,
  worker,
}) => {
  kitsu.addAction("Open", {
    body: done("Made", { effects: [{ kind: "open", url: `${worker.origin}/ping?made`, label: "Show it" }] }),
  });
  await kitsu.open();
  const opened = page.context().waitForEvent("request", (request) => request.url().endsWith("?made"));
  await kitsu.run("Open");
  await opened;
  await expect(toasts.getByRole("link", { name: "Show it" })).toHaveAttribute("target", "_blank");
});

test("copies only when the button is clicked, which confirms it", async ({ kitsu, toasts, page }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  kitsu.addAction("Copy", {
    body: done("Path", { effects: [{ kind: "copy", text: "/mnt/p/sh010", label: "Copy the path" }] }),
  });
  await kitsu.open();
  await page.evaluate(() => navigator.clipboard.writeText("what I had"));
  await kitsu.run("Copy");
  await expect(toasts.getByRole("button", { name: "Copy the path" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("what I had");
  await toasts.getByRole("button", { name: "Copy the path" }).click();
  await expect(toasts.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("/mnt/p/sh010");
});

test("copies without navigator.clipboard, which is missing over http", async ({ kitsu, toasts, page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await kitsu.openAndRun("Copy", { body: done("Path", { effects: [{ kind: "copy", text: "/mnt/p" }] }) });
  await toasts.getByRole("button", { name: "Copy" }).click();
  await expect(toasts.getByRole("button", { name: "Copied" })).toBeVisible();
  await expect(toasts.locator("textarea")).toHaveCount(0);
});

test("opens a custom protocol without a new tab, and names a download", async ({ kitsu, toasts }) => {
  const download = { kind: "download", url: "https://edge.studio.tld/x.csv", name: "x.csv" } as const;
  await kitsu.openAndRun("Review", {
    body: done("Ready", { links: [{ label: "Open in RV", url: "rvlink://x" }], effects: [download] }),
  });
  await expect(toasts.getByRole("link", { name: "Open in RV" })).not.toHaveAttribute("target");
  await expect(toasts.getByRole("link", { name: "Download" })).toHaveAttribute("download", "x.csv");
});

test("recognizes the same action on the same selection while the first call is pending", async ({
  kitsu,
  toasts,
  worker,
}) => {
  await kitsu.openAndRun("Slow", { delayMs: 2_000, body: done("Over") });
  await kitsu.run("Slow");
  await expect(toasts.first()).toContainText("Sent for 2 tasks…");
  await expect(toasts.last()).toContainText(/Already running for \d sec; sent again\./);
  await expect(toasts.getByText("Over")).toHaveCount(2);
  expect(worker.posts).toHaveLength(2);
  await kitsu.run("Slow");
  await expect(toasts.last()).toContainText("Sent for 2 tasks…");
});
