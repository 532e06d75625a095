// npm run sizes: checks the worker, the userscript and its languages against their budgets,
// minified and compressed with gzip.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { languages } from "../gen/userscript-languages.ts";

const root = new URL("../", import.meta.url);

const BUDGETS: Readonly<Record<string, { maxBytes: number; size: number }>> = {
  worker: { maxBytes: 485_000, size: gzipped(await bundleWorker()) },
  userscript: { maxBytes: 24_000, size: gzipped(await readUserscript()) },
  ...Object.fromEntries(
    [...languages].map(([language, json]) => [`its ${language}.json`, { maxBytes: 4_000, size: gzipped(json) }]),
  ),
};

for (const [name, { size, maxBytes }] of Object.entries(BUDGETS)) {
  console.log(
    `${name.padEnd(11)} ${size.toLocaleString("en").padStart(7)} of ${maxBytes.toLocaleString("en")} bytes, gzip`,
  );
  if (size > maxBytes) {
    console.error(`The ${name} is ${(size - maxBytes).toLocaleString("en")} bytes over its budget.`);
    process.exitCode = 1;
  }
}

function gzipped(source: string): number {
  return gzipSync(source, { level: 9 }).length;
}

/** Bundles it as `wrangler deploy --minify` does. */
async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("worker/main.ts", root))],
    bundle: true,
    minify: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** The file that a userscript manager downloads, for a studio with one Kitsu. */
async function readUserscript(): Promise<string> {
  // Imported by URL, because workerd's types and Node's conflict.
  const { serveUserscript } = await import(new URL("worker/pages/userscript-file.ts", root).href);
  const { readSettings } = await import(new URL("worker/settings/settings.ts", root).href);
  const base = "https://kitsu-actions.studio.workers.dev";
  const settings = readSettings({ KITSU_URL: "https://kitsu.studio.example" });
  return (await serveUserscript(new Request(base), { base, settings })).text();
}
