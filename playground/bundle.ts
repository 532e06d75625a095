/**
 * The page's script and style sheet, bundled in memory. In the published package, they are files.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build, context, type OutputFile } from "esbuild";

export type Bundle = { read(name: string): string; close(): Promise<void> };

const here = (path: string): string => join(import.meta.dirname, path);

const PAGE_OPTIONS = {
  entryPoints: { app: here("page/main.ts"), style: here("page/style.css") },
  outdir: here("gen"),
  bundle: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  // This page is about requests: keep the ones it makes itself few.
  sourcemap: false,
  logLevel: "warning",
  write: false,
} satisfies BuildOptions;

/** @param onRebuild called after each rebuild; if it is there, the sources are watched */
export async function bundlePage(onRebuild?: () => void): Promise<Bundle> {
  if (!existsSync(PAGE_OPTIONS.entryPoints.app)) return readBundle();
  let files = new Map<string, string>();
  const keep = (outputs: readonly OutputFile[]) => {
    files = new Map(outputs.map(({ path, text }) => [path.slice(PAGE_OPTIONS.outdir.length + 1), text]));
  };
  if (!onRebuild) {
    keep((await build(PAGE_OPTIONS)).outputFiles);
    return { read: (name) => files.get(name) ?? "", close: async () => {} };
  }
  const { promise: firstBuild, resolve, reject } = Promise.withResolvers<void>();
  let builds = 0;
  const watching = await context({
    ...PAGE_OPTIONS,
    plugins: [
      {
        name: "keep",
        setup({ onEnd }) {
          onEnd(({ outputFiles, errors }) => {
            // If a source does not compile, keep the last good page. esbuild prints why.
            if (errors.length === 0) keep(outputFiles ?? []);
            builds += 1;
            if (builds > 1) onRebuild();
            else if (errors.length === 0) resolve();
            else reject(new Error("The playground's page does not compile."));
          });
        },
      },
    ],
  });
  await watching.watch();
  await firstBuild;
  return { read: (name) => files.get(name) ?? "", close: () => watching.dispose() };
}

async function readBundle(): Promise<Bundle> {
  const names = ["app.js", "style.css"];
  const texts = await Promise.all(names.map((name) => readFile(here(`page/${name}`), "utf8")));
  const files = new Map(names.map((name, index) => [name, texts[index] ?? ""]));
  return { read: (name) => files.get(name) ?? "", close: async () => {} };
}
