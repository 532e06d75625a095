// npm pack runs this first: it builds dist/, which the package `kitsu-actions` consists of.
// package.json's "exports" lists the entries.
import { execFileSync } from "node:child_process";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { bundlePage } from "../playground/bundle.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** What a studio imports, and runs in workerd. */
const WORKER = { index: "worker/index.ts", testing: "testing/index.ts", contract: "contract.ts" };
/** What runs in Node. */
const NODE = {
  cli: "scripts/cli/index.ts",
  vitest: "testing/vitest.ts",
  "tests/flamenco.test": "test/flamenco/rules.test.ts",
  "tests/afanasy.test": "test/afanasy/conformance.test.ts",
};

/** Packages are imported, not copied, so that a studio's valibot is the worker's, too. */
const options = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  // A module that entries share exists once, with one state.
  splitting: true,
  chunkNames: "chunk-[hash]",
  format: "esm",
  target: "es2024",
  packages: "external",
  external: ["cloudflare:*"],
  charset: "utf8",
  legalComments: "none",
  // Some modules are also programs, but not in a bundle.
  define: { "import.meta.main": "false" },
} satisfies BuildOptions;

await rm(dist, { recursive: true, force: true });
execFileSync(process.execPath, ["scripts/build.ts"], { cwd: root, stdio: "inherit" });
await build({ ...options, entryPoints: WORKER, platform: "neutral" });
await build({ ...options, entryPoints: NODE, platform: "node" });
await copyFile(join(root, "scripts/cli/bin.mjs"), join(dist, "bin.mjs"));
await copyPlayground();
await writeTypes();

/** What the playground reads when it runs. Here, `npm start` bundles its page at each change. */
async function copyPlayground(): Promise<void> {
  const page = await bundlePage();
  await mkdir(join(dist, "page"));
  for (const name of ["app.js", "style.css"]) await writeFile(join(dist, "page", name), page.read(name));
  for (const name of ["index.html", "frame.html"])
    await copyFile(join(root, "playground/page", name), join(dist, "page", name));
  await cp(join(root, "playground/media"), join(dist, "media"), { recursive: true });
}

/** The declarations of the entries and of all that these import; tsc writes those of every file. */
async function writeTypes(): Promise<void> {
  const all = join(dist, "all-types");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "scripts/tsconfig.package.json", "--outDir", all], {
    cwd: root,
    stdio: "inherit",
  });
  const copied = new Set<string>();
  const copy = async (path: string): Promise<void> => {
    if (copied.has(path)) return;
    copied.add(path);
    const source = await readFile(join(all, path), "utf8");
    await mkdir(join(dist, "types", dirname(path)), { recursive: true });
    await writeFile(join(dist, "types", path), source);
    const code = source.replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [, specifier = ""] of code.matchAll(/(?:from |import\()"(\.[^"]+)\.ts"/g))
      await copy(`${join(dirname(path), specifier)}.d.ts`);
  };
  for (const entry of [...Object.values(WORKER), NODE.vitest]) await copy(entry.replace(/\.ts$/, ".d.ts"));
  await rm(all, { recursive: true });
}
