// npm run sizes: holds the worker and the userscript to their budgets, as browsers and Cloudflare get them: minified, gzip.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = new URL("../", import.meta.url);

const BUDGETS = {
  worker: { most: 60_000, size: gzipped(await bundleWorker()) },
  userscript: { most: 10_000, size: gzipped(await readUserscript()) },
};

for (const [name, { size, most }] of Object.entries(BUDGETS)) {
  console.log(`${name.padEnd(10)} ${size.toLocaleString("en").padStart(7)} of ${most.toLocaleString("en")} bytes, gzip`);
  if (size > most) {
    console.error(`The ${name} is ${(size - most).toLocaleString("en")} bytes over its budget.`);
    process.exitCode = 1;
  }
}

function gzipped(source: string): number {
  return gzipSync(source, { level: 9 }).length;
}

/** As `wrangler deploy --minify` bundles it. */
async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL("worker/index.ts", root).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** The bundle and the fixed part of its header; what a studio's settings add to it is a few hundred bytes. */
async function readUserscript(): Promise<string> {
  const { bundle, header } = await import(new URL("gen/userscript.ts", root).href);
  return header.map((line: readonly string[]) => `// @${line.join(" ")}\n`).join("") + bundle;
}
