/**
 * What every browser test of the userscript needs: a Kitsu, a server with actions, and the
 * userscript.
 */

import type { Locator, Page } from "@playwright/test";
import { test as base, expect } from "@playwright/test";
import type { UserscriptConfig } from "../../../contract.ts";
import { languages } from "../../../gen/userscript-languages.ts";
import type { ActionServer, Responder, SentBody } from "./action-server.ts";
import { startActionServer } from "./action-server.ts";
import { serveUserscript } from "./bundle.ts";
import type { KitsuServer } from "./kitsu-server.ts";
import { startKitsuServer } from "./kitsu-server.ts";

/** A strict policy. Kitsu itself would also need 'unsafe-eval'. */
export const STRICT_CSP =
  "default-src 'self'; require-trusted-types-for 'script'; trusted-types vue; img-src 'self' data:";

type Servers = { actionServer: ActionServer; otherServer: ActionServer; kitsuServer: KitsuServer };
/** Kitsu, with the userscript in its page. */
type Kitsu = KitsuServer & {
  /** Adds a custom action at a server, our worker by default. */
  addAction: (name: string, responder: Responder, server?: ActionServer) => void;
  /** Opens Kitsu, with the userscript injected before or after the app starts. */
  open: (when?: "before" | "after") => Promise<void>;
  /** Clicks the button of an action. */
  run: (name: string) => Promise<void>;
  /** Adds an action, opens Kitsu, and runs the action. */
  openAndRun: (name: string, responder: Responder) => Promise<void>;
};

type Fixtures = {
  /** our worker */
  worker: ActionServer;
  /** one of the studio's own servers */
  other: ActionServer;
  kitsu: Kitsu;
  config: UserscriptConfig;
  toasts: Locator;
  dialog: Locator;
  /** the dialog for long lists */
  sheet: Locator;
  /** the panel of the last runs */
  panel: Locator;
  /** Opens or closes the panel of the last runs. */
  toggleHistory: () => Promise<void>;
  /** Sets Kitsu's language, as if the userscript had loaded it on an earlier page. */
  setLanguage: (language: string, locale?: string) => Promise<void>;
};

export const test = base.extend<Fixtures, Servers>({
  // Playwright reads which fixtures a fixture needs from this pattern, and insists on one.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  actionServer: [async ({}, use) => useServer(await startActionServer(), use), { scope: "worker" }],
  // biome-ignore lint/correctness/noEmptyPattern: see above
  otherServer: [async ({}, use) => useServer(await startActionServer(), use), { scope: "worker" }],
  kitsuServer: [
    async ({ actionServer }, use) => useServer(await startKitsuServer(actionServer), use),
    { scope: "worker" },
  ],
  worker: async ({ actionServer }, use) => {
    actionServer.reset();
    await use(actionServer);
  },
  other: async ({ otherServer }, use) => {
    otherServer.reset();
    await use(otherServer);
  },
  config: async ({ kitsuServer, worker }, use) => {
    await use({
      version: "1.2.3.4",
      worker: worker.origin,
      kitsu: [kitsuServer.origin],
      schemes: ["https", "http", "rvlink"],
      languages: ["en", ...languages.keys()],
    });
  },
  kitsu: async ({ kitsuServer, worker, config, page }, use) => {
    Object.assign(kitsuServer.state, { actions: [], person: "person-1", locale: "en", dark: false, view: "nothing" });
    for (const name of Object.keys(kitsuServer.headers)) delete kitsuServer.headers[name];
    kitsuServer.scripts.length = 0;
    const kitsu: Kitsu = {
      ...kitsuServer,
      addAction(name, responder, server = worker) {
        const path = `/actions/${name.toLowerCase().replaceAll(" ", "-")}`;
        server.respond(path, responder);
        kitsu.state.actions.push({ id: path, name, url: server.origin + path, entity_type: "all", is_ajax: true });
      },
      async open(when = "before") {
        const script = await serveUserscript(config);
        if (when === "before") await page.addInitScript(script);
        await page.goto(kitsu.origin);
        if (when === "after") await page.evaluate(script);
      },
      run: (name) => page.getByRole("button", { name, exact: true }).click(),
      async openAndRun(name, responder) {
        kitsu.addAction(name, responder);
        await kitsu.open();
        await kitsu.run(name);
      },
    };
    await use(kitsu);
  },
  toasts: async ({ page }, use) => use(page.locator("kitsu-actions .toast:visible")),
  dialog: async ({ page }, use) => use(page.locator("kitsu-actions dialog:not(.sheet)")),
  sheet: async ({ page }, use) => use(page.locator("kitsu-actions .sheet")),
  panel: async ({ page }, use) => use(page.locator("kitsu-actions .panel")),
  toggleHistory: async ({ page }, use) => use(() => page.getByRole("button", { name: "Last runs (F8)" }).click()),
  setLanguage: async ({ kitsu, config: { version }, page }, use) =>
    use(async (language, locale = language) => {
      kitsu.state.locale = locale;
      await storeOnce(page, LANGUAGE_KEY, [{ version, language, messages: JSON.parse(languages.get(language) ?? "") }]);
    }),
});
export { expect };

/** Common window sizes: a laptop, the same at a zoom of 150 %, a desktop, a large desktop. */
export const SIZES = [
  { width: 1366, height: 768 },
  { width: 911, height: 512 },
  { width: 1500, height: 900 },
  { width: 2560, height: 1440 },
] as const;

/** The bodies of the calls to a server. */
export function bodies({ posts }: ActionServer): SentBody[] {
  return posts.map(({ body }) => JSON.parse(body));
}

export const LANGUAGE_KEY = "kitsu-actions:language";

/** Stores a value in the first page's localStorage, before its scripts run. */
export async function storeOnce(page: Page, key: string, value: unknown): Promise<void> {
  await page.addInitScript(
    ([name, text]) => {
      if (sessionStorage.getItem("stored")) return;
      sessionStorage.setItem("stored", "");
      localStorage.setItem(name, text);
    },
    [key, JSON.stringify(value)] as const,
  );
}

/** Moves the page's clock forward in steps until the assertion holds. */
export async function advanceUntil(
  page: Page,
  stepMs: number,
  assertion: (options: { timeout: number }) => unknown,
): Promise<void> {
  await expect(async () => {
    await page.clock.runFor(stepMs);
    await assertion({ timeout: 100 });
  }).toPass({ intervals: [20] });
}

/** Reads a global of the page. */
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
