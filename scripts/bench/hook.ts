// What the userscript's patch of XMLHttpRequest costs the requests that are none of its business, which are nearly all that Kitsu makes.
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { build } from "esbuild";
import type { UserscriptConfig } from "../../contract.ts";
import { userscriptOptions } from "../build.ts";
import { chromiumLaunch } from "../chromium.ts";
import { KITSU } from "./call.ts";
import { drawTable, median } from "./table.ts";

const FOREIGN_URL = "https://pipeline.studio.example/api/tasks?project=5f0c3a7e";
const METHODS = ["GET", "POST"] as const;
const REPETITIONS = 7;
const REQUESTS = 20_000;

const CONFIG: UserscriptConfig = {
  version: "0.0.0.1",
  worker: "https://actions.studio.example",
  kitsu: [KITSU],
  schemes: ["https"],
};

/** Of the page, where the measuring function runs. */
declare const gc: () => void;
declare const XMLHttpRequest: { new (): { open(method: string, url: string): void }; prototype: { open: unknown } };

/** Beside a page without the userscript and another one like it: what those two differ by is noise. */
export async function compareHook(): Promise<string> {
  const options = await chromiumLaunch();
  const browser = await chromium.launch({ ...options, args: [...(options.args ?? []), "--js-flags=--expose-gc"] });
  try {
    const context = await browser.newContext();
    const pages = [
      await openKitsu(context),
      await openKitsu(context),
      await openKitsu(context, await readUserscript()),
    ];
    const natives = await Promise.all(pages.map(isNative));
    if (String(natives) !== "true,true,false") throw new Error("The userscript did not hook where it should.");
    const rows: string[][] = [];
    for (const method of METHODS) rows.push([method, ...(await compare(method, pages))]);
    return drawTable(["construct and open, to a foreign URL", "native µs", "native again µs", "hooked µs"], rows);
  } finally {
    await browser.close();
  }
}

/** By turns, so that all have the same noise. The first turn compiles and is not counted. */
async function compare(method: string, pages: readonly Page[]): Promise<string[]> {
  const took = pages.map((): number[] => []);
  for (let turn = 0; turn <= REPETITIONS; turn += 1) {
    for (const [index, page] of pages.entries()) {
      const each = await openMany(page, method);
      if (turn > 0) took[index]?.push(each);
    }
  }
  return took.map((all) => median(all).toFixed(2));
}

/** How many microseconds a request takes to be made and opened, beginning without the garbage of the one before. */
function openMany(page: Page, method: string): Promise<number> {
  return page.evaluate(
    ({ method, url, times }) => {
      gc();
      const begin = performance.now();
      for (let count = 0; count < times; count += 1) new XMLHttpRequest().open(method, url);
      return ((performance.now() - begin) * 1_000) / times;
    },
    { method, url: FOREIGN_URL, times: REQUESTS },
  );
}

/** An empty page at Kitsu's address. */
async function openKitsu(context: BrowserContext, script = ""): Promise<Page> {
  const page = await context.newPage();
  await page.route("**/*", (route) =>
    route.fulfill({ contentType: "text/html", body: '<!doctype html><div id="app"></div>' }),
  );
  await page.addInitScript({ content: script });
  await page.goto(KITSU);
  return page;
}

const isNative = (page: Page) => page.evaluate(() => String(XMLHttpRequest.prototype.open).includes("[native code]"));

/** As the worker serves it. */
async function readUserscript(): Promise<string> {
  const { outputFiles } = await build(userscriptOptions({ OPEN_ROOT: "false" }));
  const bundles = outputFiles.map(({ text }) => text);
  return `(function(CONFIG){${bundles.join("\n")}})(${JSON.stringify(CONFIG)});`;
}
