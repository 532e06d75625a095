/** Starting a program: what is known about it, and what is not. */
import type { Page } from "@playwright/test";
import type { Done } from "../../contract.ts";
import { advanceUntil, expect, test } from "../support/browser/fixture.ts";
import { done } from "../support/browser/replies.ts";
import { catchStarts, listStarts } from "../support/browser/starts.ts";

type Launch = Extract<NonNullable<Done["effects"]>[number], { kind: "launch" }>;

const WAYS: Launch["ways"] = [
  { system: "linux", url: "rvlink://linux", command: "nuke /mnt/shot.nk" },
  { system: "windows", url: "rvlink://windows", command: "nuke.exe P:\\shot.nk" },
];

const launching = (more: Partial<Launch> = {}, reply: Partial<Done> = {}) =>
  done("SH010", {
    text: "The newest scene.",
    effects: [{ kind: "launch", app: "Nuke", ways: WAYS, system: "windows", ...more }],
    ...reply,
  });

async function watch(page: Page): Promise<void> {
  await page.clock.install();
  await catchStarts(page);
}

test("starts the program without a click or a tab, and confirms it when the ticket is taken", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  await watch(page);
  const ticket = { url: `${worker.origin}/tickets/1`, until: Date.now() + 60_000 };
  worker.respond("/tickets/1", { body: { state: "waiting" } });
  await kitsu.openAndRun("Open in Nuke", { body: launching({ ticket }) });
  await expect(toasts).toContainText("Opening Nuke…");
  await expect(toasts).toHaveAttribute("data-tone", "pending");
  expect(await listStarts(page)).toEqual(["rvlink://windows"]);
  await expect(toasts.getByRole("link", { name: "Try again" })).not.toHaveAttribute("target");
  await page.clock.runFor(1_500);
  await expect.poll(() => worker.reads).toContain("/tickets/1");
  worker.respond("/tickets/1", { body: { state: "taken" } });
  await advanceUntil(page, 1_000, (soon) => expect(toasts).toContainText("Nuke received it.", soon));
  await expect(toasts).toHaveAttribute("data-tone", "success");
  await expect(toasts.getByRole("link")).toHaveCount(0);
  const asked = worker.reads.length;
  await page.clock.runFor(5_000);
  expect(worker.reads.length).toBe(asked);
  expect(await listStarts(page)).toHaveLength(1);
});

for (const { outcome, tone, line, count } of [
  {
    outcome: { state: "started", text: "It is open in the Kabaret session that was already running." },
    tone: "success",
    line: "It is open in",
    count: "1 done",
  },
  {
    outcome: { state: "failed", text: "Nuke ended after 2 seconds: no license" },
    tone: "error",
    line: "no license",
    count: "1 failed",
  },
  { outcome: { state: "unknown", text: "" }, tone: "success", line: "Nuke received it.", count: "1 waiting" },
])
  test(`shows what the workstation reports: ${outcome.state}`, async ({ kitsu, toasts, worker, page }) => {
    await watch(page);
    const ticket = { url: `${worker.origin}/tickets/1`, until: Date.now() + 60_000 };
    worker.respond("/tickets/1", { body: { state: "taken", outcome: { state: "pending", text: "" } } });
    const outcomes: Done["outcomes"] = [{ id: "1", label: "SH010", state: "waiting" }];
    await kitsu.openAndRun("Open in Nuke", {
      body: launching({ ticket, help: `${worker.origin}/help` }, { outcomes }),
    });
    const passUntil = (text: string) => advanceUntil(page, 1_000, (soon) => expect(toasts).toContainText(text, soon));
    await passUntil("Nuke received it.");
    await expect(toasts).toHaveAttribute("data-tone", "pending");
    worker.respond("/tickets/1", { body: { state: "taken", outcome } });
    await advanceUntil(page, 1_000, (soon) => expect(toasts).toHaveAttribute("data-tone", tone, soon));
    await expect(toasts).toContainText(line);
    await expect(toasts.getByRole("button", { name: count })).toBeVisible();
    await expect(toasts.getByRole("link", { name: "Help" })).toHaveCount(outcome.state === "failed" ? 1 : 0);
    const asked = worker.reads.length;
    await page.clock.runFor(5_000);
    expect(worker.reads.length).toBe(asked);
  });

test("offers help while nothing takes the ticket, and says in the end that it has expired", async ({
  kitsu,
  toasts,
  worker,
  page,
}) => {
  await watch(page);
  const ticket = { url: `${worker.origin}/tickets/1`, until: Date.now() + 20_000 };
  worker.respond("/tickets/1", { body: { state: "waiting" } });
  await kitsu.openAndRun("Open in Nuke", { body: launching({ ticket, help: `${worker.origin}/help` }) });
  await advanceUntil(page, 1_000, (soon) =>
    expect(toasts).toContainText("No answer yet. Is the program set up on this computer?", soon),
  );
  await expect(toasts).toHaveAttribute("data-tone", "warning");
  await expect(toasts).toContainText("nuke.exe P:\\shot.nk");
  await expect(toasts.getByRole("button", { name: "Copy" })).toBeVisible();
  await expect(toasts.getByRole("link", { name: "Help" })).toHaveAttribute("href", `${worker.origin}/help`);
  await toasts.getByRole("link", { name: "Try again" }).click();
  await expect(toasts).toContainText("Opening Nuke…");
  expect(await listStarts(page)).toHaveLength(2);
  worker.respond("/tickets/1", { body: { state: "expired" } });
  await advanceUntil(page, 2_000, (soon) => expect(toasts).toContainText("No answer. Run the action again.", soon));
  await expect(toasts.getByRole("link", { name: "Try again" })).toHaveCount(0);
});

test("claims nothing without a ticket", async ({ kitsu, toasts, page }) => {
  await watch(page);
  await kitsu.openAndRun("Open in Nuke", { body: launching() });
  await expect(toasts).toContainText("Opening Nuke…");
  await page.clock.runFor(1_000);
  await expect(toasts).toContainText("Opening Nuke…");
  await page.clock.runFor(3_000);
  await expect(toasts).toContainText("If nothing opened, the program may not be set up on this computer.");
  await expect(toasts).toHaveAttribute("data-tone", "info");
  await expect(toasts).not.toContainText("Nuke received it.");
});

test("guesses the system, lets the person change it, and remembers the choice", async ({ kitsu, toasts, page }) => {
  await watch(page);
  await kitsu.openAndRun("Open in Nuke", { body: launching() });
  const system = toasts.getByRole("combobox", { name: "System" });
  await expect(system).toHaveValue("windows");
  await system.focus();
  await system.selectOption("linux");
  await expect(toasts.getByRole("link")).toHaveAttribute("href", "rvlink://linux");
  await expect(system).toBeFocused();
  expect(await listStarts(page)).toHaveLength(1);
  await page.reload();
  await kitsu.run("Open in Nuke");
  await expect(system).toHaveValue("linux");
  expect(await listStarts(page)).toEqual(["rvlink://linux"]);
});

test("opens only one thing per click: next to a tab or another program, a program waits for its button", async ({
  kitsu,
  toasts,
  page,
}) => {
  await watch(page);
  const open = { kind: "open", url: "https://kitsu.studio.tld/x", label: "See it" } as const;
  const launch = { kind: "launch", app: "Nuke", ways: WAYS.slice(0, 1) } as const;
  kitsu.addAction("Twice", {
    body: done("Twice", { effects: [1, 2].map(() => ({ ...launch, ways: [...launch.ways] })) }),
  });
  await kitsu.openAndRun("Both", { body: done("Both", { effects: [{ ...launch, ways: [...launch.ways] }, open] }) });
  await expect(toasts.getByRole("link", { name: "Open in Nuke" })).toBeVisible();
  await expect(toasts.getByRole("combobox")).toHaveCount(0);
  expect(await listStarts(page)).toEqual(["https://kitsu.studio.tld/x_blank"]);
  await toasts.getByRole("link", { name: "Open in Nuke" }).click();
  await expect(toasts).toContainText("Opening Nuke…");
  expect(await listStarts(page)).toHaveLength(2);
  await kitsu.run("Twice");
  await expect(toasts.last()).toContainText("Opening Nuke…");
  await page.clock.runFor(10_000);
  expect(await listStarts(page)).toHaveLength(3);
});

test("starts nothing without a click once the browser no longer allows it", async ({ kitsu, toasts, page }) => {
  await watch(page);
  await page.addInitScript(() => Object.defineProperty(navigator, "userActivation", { value: { isActive: false } }));
  await kitsu.openAndRun("Open in Nuke", { body: launching({ label: "Go to Nuke" }) });
  await expect(toasts.getByRole("link", { name: "Go to Nuke" })).toBeVisible();
  await expect(toasts).toHaveAttribute("data-tone", "success");
  await page.clock.runFor(10_000);
  expect(await listStarts(page)).toEqual([]);
  await expect(toasts).toContainText("The newest scene.");
});

test("shows forbidden addresses as text, and does not poll a ticket on another server", async ({
  kitsu,
  toasts,
  other,
  page,
}) => {
  await watch(page);
  const bad = "javascript:window.pwned=1";
  const ticket = { url: `${other.origin}/tickets/1`, until: Date.now() + 60_000 };
  kitsu.addAction("Half", {
    body: launching({
      ways: [
        { url: bad, system: "windows" },
        { url: "rvlink://x", system: "linux" },
      ],
      help: bad,
      ticket,
    }),
  });
  await kitsu.openAndRun("Bad", { body: launching({ ways: [{ url: bad }], help: bad, ticket }) });
  await expect(toasts).toContainText(`Open in Nuke: ${bad}`);
  await kitsu.run("Half");
  await expect(toasts.last()).toContainText("Opening Nuke…");
  await page.clock.runFor(4_000);
  await expect(toasts.last()).toContainText("If nothing opened");
  await expect(toasts.locator(`a[href^="javascript"]`)).toHaveCount(0);
  expect(await listStarts(page)).toEqual(["rvlink://x"]);
  expect(other.reads).toEqual([]);
  expect(await page.evaluate(() => Reflect.get(window, "pwned"))).toBeUndefined();
});

test("stays dismissed", async ({ kitsu, toasts, worker, page }) => {
  await watch(page);
  const ticket = { url: `${worker.origin}/tickets/1`, until: Date.now() + 60_000 };
  worker.respond("/tickets/1", { body: { state: "waiting" } });
  await kitsu.openAndRun("Open in Nuke", { body: launching({ ticket }) });
  await toasts.getByRole("button", { name: "Dismiss" }).click();
  for (let second = 0; second < 8; second++) await page.clock.runFor(1_000);
  await expect(toasts).toHaveCount(0);
});
