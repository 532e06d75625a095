import type { Page } from "@playwright/test";

/**
 * Records clicked links instead of following them: Chromium would ask whether to start a program,
 * and block further clicks.
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

/** The address and target of each clicked link. */
export function listStarts(page: Page): Promise<unknown> {
  return page.evaluate(() => Reflect.get(window, "started"));
}
