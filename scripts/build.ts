// npm run build [-- --watch]: makes in gen/ what the worker serves to browsers, the userscript's bundle and the script of our own pages, and how the
// worker is run on this machine.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, context, type Plugin } from "esbuild";
import { HEADER } from "../userscript/header.ts";
import { writeLocalConfig } from "./local-config.ts";

const root = new URL("../", import.meta.url);

/** The oldest browsers that have what Kitsu itself needs. */
export const BROWSERS = ["chrome111", "firefox115", "safari16.4"];

/** How the userscript is bundled. Tests build it with an open shadow root. */
export const userscriptOptions = (define: { OPEN_ROOT: "true" | "false" }) =>
  ({
    ...browserOptions("userscript/index.ts"),
    define,
    // Managers store it in their own ways; and gzip makes less of the accents of French when they are escaped.
    charset: "ascii",
  }) satisfies BuildOptions;

function browserOptions(entry: string) {
  return {
    entryPoints: [fileURLToPath(new URL(entry, root))],
    absWorkingDir: fileURLToPath(root),
    bundle: true,
    minify: true,
    format: "iife",
    target: BROWSERS,
    charset: "utf8",
    legalComments: "none",
    // The words of valibot the wire is written in, without its messages: a fifth of the userscript's budget.
    alias: { valibot: "./userscript/valibot.ts" },
    write: false,
  } satisfies BuildOptions;
}

/** Writes `gen/<name>.ts` whenever esbuild has made the bundle it holds. */
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
    `export const bundle = ${JSON.stringify(bundle.trim())};`,
    "",
  ].join("\n");
}

/** The line ends of the userscript's stylesheet are for those who read it here. */
const foldStyle: Plugin = {
  name: "fold userscript/ui/toast-style.ts",
  setup({ onLoad }) {
    onLoad({ filter: /userscript\/ui\/style\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      contents: (await readFile(path, "utf8")).replaceAll("}\n", "}"),
    }));
  },
};

const modules: BuildOptions[] = [
  { ...userscriptOptions({ OPEN_ROOT: "false" }), plugins: [foldStyle, writeModule("userscript", userscriptModule)] },
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
  if (process.argv.includes("--watch")) await watch();
  else await Promise.all([writeLocalConfig(), ...modules.map((options) => build(options))]);
}

async function watch(): Promise<void> {
  const contexts = await Promise.all(modules.map((options) => context(options)));
  await Promise.all(contexts.map((watching) => watching.watch()));
  // Killed in the middle of a build, esbuild would fill the terminal with the traces of its threads.
  const end = () => void Promise.all(contexts.map((watching) => watching.dispose())).then(() => process.exit());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
}
