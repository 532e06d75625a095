/**
 * `npm run build [-- --watch] [--pseudo]`: writes to gen/ the compiled texts, what the worker
 * serves to browsers (the userscript's bundle, the scripts of our own pages, the help), the
 * description of its routes, how it runs on this machine, and the files of the guide. `--pseudo`
 * adds the pseudo-language.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, context, type Plugin, transform } from "esbuild";
import { minify } from "terser";
import { HEADER } from "../userscript/header.ts";
import { writeGuide } from "./guide.ts";
import { writeHelp } from "./help.ts";
import { writeLocalConfig } from "./local-config.ts";
import { compileMessages } from "./messages.ts";
import { readWranglerConfig } from "./wrangler-config.ts";

const root = new URL("../", import.meta.url);

/** The oldest browsers that have what Kitsu itself needs. */
const BROWSERS = ["chrome111", "firefox115", "safari16.4"];

/** Imports a stylesheet as text, minified. */
const minifiedCss: Plugin = {
  name: "minified CSS",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: BROWSERS });
      return { loader: "text", contents: code.trim() };
    });
  },
};

/** How the userscript is bundled. Tests build it with an open shadow root. */
export const userscriptOptions = (define: { OPEN_ROOT: "true" | "false" }) =>
  ({
    ...browserOptions("userscript/index.ts"),
    define,
    // Userscript managers store scripts in their own encodings. Escaped accents also compress
    // better.
    charset: "ascii",
    plugins: [minifiedCss],
  }) satisfies BuildOptions;

/** Minifies the userscript's bundle again: terser makes it 4 % smaller than esbuild does. */
export async function minifyUserscript(bundle: string): Promise<string> {
  const { code } = await minify(bundle, {
    ecma: 2020,
    toplevel: true,
    compress: { passes: 4, sequences: false },
    format: { ascii_only: true, quote_style: 2 },
  });
  if (code === undefined) throw new Error("terser returned no code");
  return code;
}

function browserOptions(entry: string) {
  return {
    entryPoints: [fileURLToPath(new URL(entry, root))],
    absWorkingDir: fileURLToPath(root),
    bundle: true,
    minify: true,
    format: "iife",
    target: BROWSERS,
    // All of BROWSERS have them. esbuild would turn patterns that use them into calls, which it
    // can't drop when they are unused, such as valibot's pattern for emoji.
    supported: { "regexp-unicode-property-escapes": true },
    charset: "utf8",
    legalComments: "none",
    write: false,
  } satisfies BuildOptions;
}

/** Writes the modules with the texts: the bundles import them. */
async function writeMessages(withPseudo: boolean): Promise<void> {
  await mkdir(new URL("gen/", root), { recursive: true });
  for (const [name, source] of Object.entries(await compileMessages({ withPseudo })))
    await writeFile(new URL(`gen/${name}.ts`, root), `// Made by npm run build.\n${source}`);
}

/** Writes `gen/<name>.ts` each time esbuild has made the bundle that it holds. */
function writeModule(name: string, toSource: (bundle: string) => string | Promise<string>): Plugin {
  return {
    name: `write gen/${name}.ts`,
    setup({ onEnd }) {
      onEnd(async ({ outputFiles }) => {
        const bundle = outputFiles?.[0]?.text;
        if (bundle === undefined) return;
        await mkdir(new URL("gen/", root), { recursive: true });
        await writeFile(new URL(`gen/${name}.ts`, root), `// Made by npm run build.\n${await toSource(bundle)}`);
      });
    },
  };
}

async function userscriptModule(bundle: string): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
  return [
    `export const version = ${JSON.stringify(version)};`,
    `export const builtAtS = ${Math.floor(Date.now() / 1_000)};`,
    `export const header: readonly (readonly [key: string, value: string])[] = ${JSON.stringify(HEADER)};`,
    `export const bundle = ${JSON.stringify(await minifyUserscript(bundle))};`,
    "",
  ].join("\n");
}

const modules: BuildOptions[] = [
  {
    ...userscriptOptions({ OPEN_ROOT: "false" }),
    plugins: [minifiedCss, writeModule("userscript", userscriptModule)],
  },
  {
    ...browserOptions("worker/pages/script/index.ts"),
    plugins: [writeModule("page-script", (bundle) => `export const pageScript = ${JSON.stringify(bundle.trim())};\n`)],
  },
  {
    ...browserOptions("worker/pages/script/theme.ts"),
    plugins: [
      writeModule("theme-script", (bundle) => `export const themeScript = ${JSON.stringify(bundle.trim())};\n`),
    ],
  },
];

if (import.meta.main) {
  await writeMessages(process.argv.includes("--pseudo"));
  await writeHelp();
  if (process.argv.includes("--watch")) await watch();
  else
    await Promise.all([writeLocal().then(writeGuide), describeRoutes(), ...modules.map((options) => build(options))]);
}

async function writeLocal(): Promise<void> {
  const folder = fileURLToPath(root);
  await writeLocalConfig(await readWranglerConfig(folder), folder);
}

/** Imported after the texts are written, which the worker's own schemas import. */
async function describeRoutes(): Promise<void> {
  const { writeDescriptions } = await import("./openapi/index.ts");
  await writeDescriptions();
}

async function watch(): Promise<void> {
  const contexts = await Promise.all(modules.map((options) => context(options)));
  await Promise.all(contexts.map((watching) => watching.watch()));
  // esbuild fills the terminal with stack traces of its threads if it is killed during a build.
  const end = () => void Promise.all(contexts.map((watching) => watching.dispose())).then(() => process.exit());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
}
