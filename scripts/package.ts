// npm pack runs this first: it builds dist/, which the package `kitsu-actions` consists of.
// package.json's "exports" lists the entries.
import { execFileSync } from "node:child_process";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import * as v from "valibot";
import { bundlePage } from "../playground/bundle.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

const Manifest = v.object({ dependencies: v.record(v.string(), v.string()) });

/** The entries that package.json exports, and "setup", which a studio's tests begin with. */
const EXPORTED = {
  index: "worker/index.ts",
  contract: "contract.ts",
  testing: "testing/index.ts",
  setup: "testing/setup.ts",
  vitest: "testing/vitest.ts",
};

/** What only the command runs. */
const PROGRAMS = {
  cli: "scripts/cli/index.ts",
  "serve-prepare": "scripts/cli/serve/prepare-program.ts",
  "serve-health": "scripts/cli/serve/workers/health.ts",
  "serve-kv": "scripts/cli/serve/workers/kv.ts",
  "serve-rate-limit": "scripts/cli/serve/workers/rate-limit.ts",
  "tests/flamenco.test": "test/flamenco/rules.test.ts",
  "tests/afanasy.test": "test/afanasy/conformance.test.ts",
};

await rm(dist, { recursive: true, force: true });
execFileSync(process.execPath, ["scripts/build.ts"], { cwd: root, stdio: "inherit" });
const { metafile } = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: { ...EXPORTED, ...PROGRAMS },
  outdir: dist,
  bundle: true,
  // A module that entries share exists once, with one state.
  splitting: true,
  chunkNames: "chunk-[hash]",
  format: "esm",
  target: "es2024",
  platform: "neutral",
  // Packages are imported, not copied, so that a studio's valibot is the worker's, too.
  packages: "external",
  external: ["cloudflare:*", "node:*"],
  charset: "utf8",
  legalComments: "none",
  // Some modules are also programs, but not in a bundle.
  define: { "import.meta.main": "false" },
});
await checkDependencies();
for (const name of ["openapi.json", "contract.schema.json"]) await copyFile(join(root, "gen", name), join(dist, name));
await cp(join(root, "testing/calls"), join(dist, "calls"), { recursive: true });
await copyPlayground();
await writeTypes();

/**
 * npm installs only "dependencies" in a studio. The parser of messages is for the playground's page
 * of texts, which only this repository has.
 */
async function checkDependencies(): Promise<void> {
  const { dependencies } = v.parse(Manifest, JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external && /^[@a-z]/.test(path) && !path.includes(":") ? [path] : [])),
  );
  const packages = new Set(imported.map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path));
  const missing = [...packages].filter((name) => !(name in dependencies) && name !== "@messageformat/parser");
  if (missing.length > 0) throw new Error(`Move ${missing.join(", ")} to "dependencies" in package.json.`);
}

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
  for (const entry of Object.values(EXPORTED)) await copy(entry.replace(/\.ts$/, ".d.ts"));
  await rm(all, { recursive: true });
}
