// Evaluates the studio's actions in this process, to check what they declare.
import { join } from "node:path";
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

async function load(one: ActionFile, path: string): Promise<Loaded> {
  try {
    const exported: unknown = await import(pathToFileURL(path).href);
    const parsed = v.safeParse(Exports, { ...v.parse(v.looseObject({}), exported) });
    return { ...one, action: parsed.success ? parsed.output.default : undefined };
  } catch (error) {
    const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ...one, problem: `${one.file} fails when it is loaded: ${problem}` };
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
  const reasons = failed.output.errors.map(({ text, location }) =>
    location ? `${text} (${location.file}:${location.line}:${location.column + 1})` : text,
  );
  return `${file} does not compile: ${reasons.join(", ")}`;
}
