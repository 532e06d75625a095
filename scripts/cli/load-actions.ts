// Evaluates the studio's actions in this process, to check what they declare.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import * as v from "valibot";
import { createTempDirectory } from "../temp-directory.ts";
import type { ActionFile } from "./action-files.ts";

/** What a file of an action exports by default, or why it has nothing to export. */
export type Loaded = ActionFile & ({ action: unknown } | { problem: string });

/** workerd's own modules. Whatever is imported from them is an empty class. */
const runtimeStubs: Plugin = {
  name: "stubs of cloudflare:*",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: "runtime" }));
    onLoad({ filter: /.*/, namespace: "runtime" }, () => ({
      contents: "module.exports = Object.create(new Proxy({}, { get: () => class {} }));",
    }));
  },
};

const OPTIONS = {
  outExtension: { ".js": ".mjs" },
  // With a hash, a file is evaluated again only after a change. What all share is evaluated once.
  entryNames: "[name]-[hash]",
  splitting: true,
  bundle: true,
  format: "esm",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*"],
  plugins: [runtimeStubs],
  metafile: true,
  logLevel: "silent",
} satisfies BuildOptions;

const temporary = createTempDirectory("actions");

/** @param folder the studio's repository */
export async function loadActions(folder: string, files: readonly ActionFile[]): Promise<Loaded[]> {
  const broken = new Map<string, string>();
  let outputs = await bundle(folder, files).catch(() => undefined);
  if (outputs === undefined) {
    // One file that does not compile must not hide the problems of the others.
    for (const one of files)
      await bundle(folder, [one]).catch((error: unknown) => broken.set(one.id, explain(one, error)));
    outputs = await bundle(
      folder,
      files.filter(({ id }) => !broken.has(id)),
    );
  }
  return Promise.all(
    files.map(async (one) => {
      const problem = broken.get(one.id);
      return problem === undefined ? load(one, outputs.get(one.file) ?? "") : { ...one, problem };
    }),
  );
}

/** The path of each file's bundle. */
async function bundle(folder: string, files: readonly ActionFile[]): Promise<Map<string, string>> {
  const { metafile } = await build({
    ...OPTIONS,
    absWorkingDir: folder,
    outdir: temporary,
    entryPoints: files.map(({ file }) => `./${file}`),
  });
  return new Map(
    Object.entries(metafile.outputs).flatMap(([path, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[entryPoint, join(folder, path)]],
    ),
  );
}

const Exports = v.object({ default: v.unknown() });

const LOAD_LIMIT_MS = 10_000;

async function load(one: ActionFile, path: string): Promise<Loaded> {
  const limit = new AbortController();
  try {
    const exported: unknown = await Promise.race([
      import(pathToFileURL(path).href),
      sleep(LOAD_LIMIT_MS, undefined, { signal: limit.signal }),
    ]);
    if (exported === undefined) {
      const problem = `it waits for something outside of its functions, for more than ${LOAD_LIMIT_MS / 1_000} seconds`;
      return { ...one, problem: `${one.file} can't be loaded: ${problem}. Move that "await" into run.` };
    }
    const parsed = v.safeParse(Exports, { ...v.parse(v.looseObject({}), exported) });
    return { ...one, action: parsed.success ? parsed.output.default : undefined };
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ...one, problem: `${one.file} fails when it is loaded: ${problem}` };
  } finally {
    limit.abort();
  }
}

const Failed = v.object({
  errors: v.array(
    v.object({
      text: v.string(),
      location: v.nullish(v.object({ file: v.string(), line: v.number(), column: v.number() })),
    }),
  ),
});

function explain({ file }: ActionFile, error: unknown): string {
  const failed = v.safeParse(Failed, error);
  if (!failed.success) throw error;
  const reasons = failed.output.errors.map(({ text, location }) => {
    const name = /^Could not resolve "((?:@[^/]+\/)?[^./][^/"]*)/.exec(text)?.[1];
    const advice = name === undefined ? "" : `. Run "npm install ${name}"`;
    return (location ? `${text} (${location.file}:${location.line}:${location.column + 1})` : text) + advice;
  });
  return `${file} does not compile: ${reasons.join(", ")}`;
}
