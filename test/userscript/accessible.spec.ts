import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { Reply } from "../../contract.ts";
import { expect, SIZES, test } from "../support/browser/fixture.ts";
import { answer, ask, BROKEN, done, FIELDS, FRAMES, OUTCOMES, RUN } from "../support/browser/replies.ts";
import { catchStarts } from "../support/browser/starts.ts";

const LINKS = [{ label: "Open the playlist", url: "https://kitsu.studio.tld/playlists/1" }];
const COPY = { kind: "copy", text: "/mnt", label: "Copy the path" } as const;
const LAUNCH = {
  kind: "launch" as const,
  app: "Nuke",
  help: "https://edge.studio.tld/help",
  ways: ["linux", "windows"].map((system) => ({
    system,
    url: `rvlink://${system}`,
    command: `nuke-${system} SH010.nk`,
  })),
};
const PLANNED = OUTCOMES.map((outcome) => ({ ...outcome, state: "planned" as const }));

for (const dark of [false, true]) {
  for (const size of SIZES) {
    test(`axe-core finds no problem in a sequence of toasts, ${dark ? "dark" : "light"}, at ${size.width} × ${size.height}`, async ({
      kitsu,
      toasts,
      sheet,
      panel,
      toggleHistory,
      page,
    }) => {
      kitsu.state.dark = dark;
      kitsu.state.view = "panel";
      await page.setViewportSize(size);
      kitsu.addAction("Break", BROKEN);
      kitsu.addAction("Large", {
        body: done("Sent to the farm", {
          severity: "warning",
          text: "A long story. ".repeat(60),
          outcomes: OUTCOMES,
          tables: [FRAMES],
        }),
      });
      kitsu.addAction("Success", {
        body: done("Playlist made", { text: "9 of 12 tasks.", links: LINKS, effects: [COPY] }),
      });
      await kitsu.open();
      for (const name of ["Break", "Large", "Success"]) await kitsu.run(name);
      await expect(toasts.last()).toContainText("Playlist made");
      expect(await analyze(page, dark)).toEqual([]);
      await toasts.getByRole("button", { name: "Show: Sent to the farm" }).click();
      expect(await analyze(page, dark)).toEqual([]);
      await toasts.getByRole("button", { name: "Frames" }).click();
      await expect(sheet.getByRole("row")).toHaveCount(4);
      expect(await analyze(page, dark)).toEqual([]);
      await page.keyboard.press("Escape");
      await toggleHistory();
      await expect(panel.getByRole("listitem")).toHaveCount(3);
      expect(await analyze(page, dark)).toEqual([]);
    });
  }

  test(`axe-core finds no problem in any state of a toast, ${dark ? "dark" : "light"}`, async ({
    kitsu,
    toasts,
    dialog,
    toggleHistory,
    page,
    worker,
  }) => {
    kitsu.state.dark = dark;
    // All at once: what is half scrolled away is too small a target.
    await page.setViewportSize({ width: 1_000, height: 3_000 });
    const retry = `${worker.origin}/runs/${RUN}/retry`;
    const undo = { url: `${worker.origin}/runs/${RUN}/undo`, until: Date.now() + 60_000 };
    kitsu.addAction("Pending", { delayMs: 60_000 });
    kitsu.addAction("Success", {
      body: done("Playlist made", { text: "9 of 12 tasks have a preview.", links: LINKS, effects: [COPY] }),
    });
    kitsu.addAction("Warning", {
      body: done("Sent to the farm", { severity: "warning", outcomes: OUTCOMES, tables: [FRAMES] }, { retry, undo }),
    });
    kitsu.addAction("Error", {
      status: 500,
      body: answer({ kind: "failed", code: "x", title: "Broken", advice: "Ask a TD." }, RUN),
    });
    kitsu.addAction("Info", { body: done("For your information", { severity: "info" }) });
    kitsu.addAction("Launch", { body: done("SH010", { effects: [LAUNCH] }) });
    kitsu.addAction("Ask", { body: ask("How?") });
    await catchStarts(page);
    await kitsu.open();
    for (const name of ["Pending", "Success", "Warning", "Error", "Info", "Launch", "Ask"]) await kitsu.run(name);
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "4 more" }).click();
    await expect(toasts).toHaveCount(7);
    await expect(page.locator("kitsu-actions [data-tone=pending]")).toHaveCount(1);
    const lines = toasts.locator(".fold[aria-expanded=false]:visible");
    for (let left = await lines.count(); left > 0; left--) await lines.first().click();
    await expect(toasts.getByRole("button", { name: "Copy", exact: true })).toBeVisible();
    await toggleHistory();
    expect(await analyze(page, dark)).toEqual([]);
  });

  test(`axe-core finds no problem in runs in progress, ${dark ? "dark" : "light"}`, async ({
    kitsu,
    toasts,
    sheet,
    panel,
    toggleHistory,
    page,
    worker,
  }) => {
    kitsu.state.dark = dark;
    await page.setViewportSize({ width: 1_000, height: 3_000 });
    await page.routeWebSocket(/follow/, () => {});
    const waiting = { id: "w", label: "SQ01 / SH120 / Lighting", state: "waiting" } as const;
    for (const id of ["1", "2", "3"].map((digit) => digit.repeat(32))) {
      const follow = {
        url: `${worker.origin}/runs/${id}/follow`,
        socket: `${worker.origin.replace("http", "ws")}/runs/${id}/follow`,
      };
      const progress = { done: 300, total: 1_440, left: 340 };
      const reply: Reply = {
        kind: "started",
        title: `Rendering ${id[0]}`,
        text: "1 failed.",
        progress,
        outcomes: [...OUTCOMES, waiting],
      };
      kitsu.addAction(`Render ${id[0]}`, {
        body: answer(reply, id, { follow, cancel: `${worker.origin}/runs/${id}/cancel` }),
      });
    }
    await kitsu.open();
    await kitsu.run("Render 1");
    await toasts.locator(".list").click();
    await expect(sheet.locator("li")).toHaveCount(14);
    expect(await analyze(page, dark)).toEqual([]);
    await page.keyboard.press("Escape");
    await kitsu.run("Render 2");
    await kitsu.run("Render 3");
    await page.getByRole("button", { name: "Show: Rendering 2" }).click();
    await toggleHistory();
    await expect(panel.getByRole("listitem")).toHaveCount(3);
    expect(await analyze(page, dark)).toEqual([]);
  });

  test(`axe-core finds no problem in a dialog, ${dark ? "dark" : "light"}`, async ({ kitsu, dialog, page }) => {
    kitsu.state.dark = dark;
    // axe-core is slow with 300 options.
    const fields = FIELDS.map(({ options, ...field }) => ({
      ...field,
      ...(options && { options: options.slice(0, 12) }),
    }));
    const more = { text: "The same goes to each.", problem: "One can't be used.", outcomes: PLANNED, links: LINKS };
    kitsu.addAction("Delete", { body: ask("Delete them?", [], { dangerous: true, submit: "Delete" }) });
    await kitsu.openAndRun("Ask", ({ input }) => ({ delayMs: input ? 60_000 : 0, body: ask("How?", fields, more) }));
    await dialog.getByText("13 planned").click();
    expect(await analyze(page, dark)).toEqual([]);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByRole("button", { name: "Sending…" })).toBeVisible();
    await page.keyboard.press("Escape");
    await kitsu.run("Delete");
    await expect(dialog).toContainText("Delete them?");
    expect(await analyze(page, dark)).toEqual([]);
  });
}

/** What axe-core finds in our element, as text. The dark theme only differs in its colors. */
async function analyze(page: Page, dark: boolean): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const axe = new AxeBuilder({ page }).setLegacyMode().include("kitsu-actions");
  const found = await (dark
    ? axe.withRules(["color-contrast"])
    : axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
  ).analyze();
  expect(found.passes.map(({ id }) => id)).toContain("color-contrast");
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
