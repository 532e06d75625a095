import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "../support/browser/fixture.ts";
import { answer, done, FRAMES, OUTCOMES, RUN } from "../support/browser/replies.ts";

const LINKS = [{ label: "Open the playlist", url: "https://kitsu.studio.tld/playlists/1" }];
const COPY = { kind: "copy", text: "/mnt", label: "Copy the path" } as const;

for (const dark of [false, true]) {
  test(`axe-core finds nothing in any state, ${dark ? "dark" : "light"}`, async ({
    addAction,
    openKitsu,
    run,
    toasts,
    page,
    kitsu,
  }) => {
    kitsu.state.dark = dark;
    addAction("Pending", { delayMs: 60_000 });
    addAction("Success", { body: done("Playlist made", { text: "9 of 12 tasks have a preview.", links: LINKS, effects: [COPY] }) });
    addAction("Warning", { body: done("Sent to the farm", { severity: "warning", outcomes: OUTCOMES, tables: [FRAMES] }) });
    addAction("Error", { status: 500, body: answer({ kind: "failed", code: "x", title: "Broken", advice: "Ask a TD." }, RUN) });
    addAction("Info", { body: done("For your information", { severity: "info" }) });
    await openKitsu();
    for (const name of ["Pending", "Success", "Warning", "Error", "Info"]) await run(name);
    await page.getByRole("button", { name: "2 more" }).click();
    await expect(toasts).toHaveCount(5);
    await expect(page.locator("kitsu-actions [data-tone=pending]")).toHaveCount(1);
    for (const fold of await toasts.locator("summary").all()) await fold.click();
    await page.getByRole("button", { name: "Last runs (F8)" }).click();
    await page.emulateMedia({ reducedMotion: "reduce" });
    const found = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      .include("kitsu-actions")
      .analyze();
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    expect(found.passes.map(({ id }) => id)).toContain("color-contrast");
  });
}
