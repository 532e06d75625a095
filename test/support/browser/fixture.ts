/**
 * What every browser test of the userscript starts from: a Kitsu, a server of actions, and the
 * script between them.
 */

import type { Locator, Page } from "@playwright/test";
import { test as base } from "@playwright/test";
import type { UserscriptConfig } from "../../../contract.ts";
import type { ActionServer, Sent, Told } from "./action-server.ts";
import { startActionServer } from "./action-server.ts";
import { serveUserscript } from "./bundle.ts";
import type { KitsuServer } from "./kitsu-server.ts";
import { startKitsuServer } from "./kitsu-server.ts";

/** The policy of a careful studio. Kitsu itself would need 'unsafe-eval' beside it. */
export const STRICT_CSP =
  "default-src 'self'; require-trusted-types-for 'script'; trusted-types vue; img-src 'self' data:";

type Servers = { actionServer: ActionServer; otherServer: ActionServer; kitsuServer: KitsuServer };
type Fixtures = {
  /** our worker */
  worker: ActionServer;
  /** a server of the studio's own */
  other: ActionServer;
  kitsu: KitsuServer;
  config: UserscriptConfig;
  /** Adds a custom action at a server, answering this. */
  addAction: (name: string, told: Told, server?: ActionServer) => void;
  /** Opens Kitsu, with the userscript injected before or after the app starts. */
  openKitsu: (when?: "before" | "after") => Promise<void>;
  toasts: Locator;
  dialog: Locator;
  /** where long lists are read */
  sheet: Locator;
  /** the last runs */
  panel: Locator;
  /** Opens the last runs, or closes them. */
  pressHistory: () => Promise<void>;
  /** Presses the button of an action. */
  run: (name: string) => Promise<void>;
  /** Opens Kitsu with one action, which answers this, and runs it. */
  show: (told: Told) => Promise<void>;
};

export const test = base.extend<Fixtures, Servers>({
  // Playwright reads the names of what a fixture needs from this pattern, and insists on one.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  actionServer: [async ({}, use) => useServer(await startActionServer(), use), { scope: "worker" }],
  // biome-ignore lint/correctness/noEmptyPattern: see above
  otherServer: [async ({}, use) => useServer(await startActionServer(), use), { scope: "worker" }],
  kitsuServer: [
    async ({ actionServer }, use) => useServer(await startKitsuServer(actionServer), use),
    { scope: "worker" },
  ],
  worker: async ({ actionServer }, use) => {
    actionServer.forget();
    await use(actionServer);
  },
  other: async ({ otherServer }, use) => {
    otherServer.forget();
    await use(otherServer);
  },
  kitsu: async ({ kitsuServer }, use) => {
    Object.assign(kitsuServer.state, { actions: [], person: "person-1", locale: "en", dark: false, view: "nothing" });
    for (const name of Object.keys(kitsuServer.headers)) delete kitsuServer.headers[name];
    kitsuServer.scripts.length = 0;
    await use(kitsuServer);
  },
  config: async ({ kitsu, worker }, use) => {
    await use({
      version: "1.2.3.4",
      worker: worker.origin,
      kitsu: [kitsu.origin],
      schemes: ["https", "http", "rvlink"],
    });
  },
  addAction: async ({ kitsu, worker }, use) => {
    await use((name, told, server = worker) => {
      const path = `/actions/${name.toLowerCase().replaceAll(" ", "-")}`;
      server.tell(path, told);
      kitsu.state.actions.push({ id: path, name, url: server.origin + path, entity_type: "all", is_ajax: true });
    });
  },
  openKitsu: async ({ page, kitsu, config }, use) => {
    await use(async (when = "before") => {
      const script = await serveUserscript(config);
      if (when === "before") await page.addInitScript(script);
      await page.goto(kitsu.origin);
      if (when === "after") await page.evaluate(script);
    });
  },
  toasts: async ({ page }, use) => use(page.locator("kitsu-actions .toast:visible")),
  dialog: async ({ page }, use) => use(page.locator("kitsu-actions dialog:not(.sheet)")),
  sheet: async ({ page }, use) => use(page.locator("kitsu-actions .sheet")),
  panel: async ({ page }, use) => use(page.locator("kitsu-actions .panel")),
  pressHistory: async ({ page }, use) => use(() => page.getByRole("button", { name: "Last runs (F8)" }).click()),
  show: async ({ addAction, openKitsu, run }, use) => {
    await use(async (told) => {
      addAction("One", told);
      await openKitsu();
      await run("One");
    });
  },
  run: async ({ page }, use) => use((name) => page.getByRole("button", { name, exact: true }).click()),
});
export { expect } from "@playwright/test";

/** The windows people have: a laptop, the same at a zoom of 150 %, a desktop, a large one. */
export const SIZES = [
  { width: 1366, height: 768 },
  { width: 911, height: 512 },
  { width: 1500, height: 900 },
  { width: 2560, height: 1440 },
] as const;

/** What the calls to a server had in their bodies. */
export function bodies({ posts }: ActionServer): Sent[] {
  return posts.map(({ body }) => JSON.parse(body));
}

/** A global of the page. */
export function readGlobal(page: Page, name: string): Promise<unknown> {
  return page.evaluate((key) => Reflect.get(window, key), name);
}

async function useServer<S extends { close: () => Promise<void> }>(
  server: S,
  use: (server: S) => Promise<void>,
): Promise<void> {
  await use(server);
  await server.close();
}
