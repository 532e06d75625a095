// What the userscript's patch of XMLHttpRequest costs the requests that it ignores, which are
// nearly all of Kitsu's.
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { build } from "esbuild";
import type { UserscriptConfig } from "../../contract.ts";
import { userscriptOptions } from "../build.ts";
import { chromiumLaunch } from "../chromium.ts";
import { drawTable, median } from "../table.ts";
import { KITSU } from "./call.ts";

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

/** Globals of the page that runs the measuring function. */
declare const gc: () => void;
declare const XMLHttpRequest: { new (): { open(method: string, url: string): void }; prototype: { open: unknown } };

/** Compares with two pages without the userscript: the difference between those two is noise. */
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
    if (String(natives) !== "true,true,false")
      throw new Error("XMLHttpRequest must be patched in the third page alone.");
    const rows: string[][] = [];
    for (const method of METHODS) rows.push([method, ...(await compare(method, pages))]);
    return drawTable(["construct and open, to a foreign URL", "native µs", "native again µs", "hooked µs"], rows);
  } finally {
    await browser.close();
  }
}

/**
 * Takes turns, so that all pages have the same noise. The first turn compiles and is not counted.
 */
async function compare(method: string, pages: readonly Page[]): Promise<string[]> {
  const durations = pages.map((): number[] => []);
  for (let turn = 0; turn <= REPETITIONS; turn += 1) {
    for (const [index, page] of pages.entries()) {
      const each = await openMany(page, method);
      if (turn > 0) durations[index]?.push(each);
    }
  }
  return durations.map((all) => median(all).toFixed(2));
}

/** Microseconds to construct and open one request, after a garbage collection. */
function openMany(page: Page, method: string): Promise<number> {
  return page.evaluate(
    ({ method, url, times }) => {
      gc();
      const startedAt = performance.now();
      for (let count = 0; count < times; count += 1) new XMLHttpRequest().open(method, url);
      return ((performance.now() - startedAt) * 1_000) / times;
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

/** The userscript as the worker serves it. */
async function readUserscript(): Promise<string> {
  const { outputFiles } = await build(userscriptOptions({ OPEN_ROOT: "false" }));
  const bundles = outputFiles.map(({ text }) => text);
  return `(function(CONFIG){${bundles.join("\n")}})(${JSON.stringify(CONFIG)});`;
}
