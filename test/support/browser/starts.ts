import type { Page } from "@playwright/test";

/**
 * Links in our shadow root are noted instead of followed: Chromium would ask whether a program may
 * be started, and take no more clicks until it is told.
 */
export async function catchStarts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const started: string[] = [];
    Object.assign(window, { started });
    addEventListener(
      "click",
      (event) => {
        const [link] = event.composedPath();
        if (!(link instanceof HTMLAnchorElement)) return;
        started.push(link.href + link.target);
        event.preventDefault();
      },
      true,
    );
  });
}

/** What was clicked, by the person or for them: address and target. */
export function listStarts(page: Page): Promise<unknown> {
  return page.evaluate(() => Reflect.get(window, "started"));
}
