// The worker as one module, bundled as `wrangler deploy --minify` does: of this repository, or of a
// studio's, with its own actions.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, transform } from "esbuild";
import * as v from "valibot";
import { CliError } from "../../cli-error.ts";

export type WorkerBundle = { code: string; digest: string };

const Config = v.object({
  main: v.string(),
  alias: v.optional(v.record(v.string(), v.string()), {}),
  define: v.optional(v.record(v.string(), v.string()), {}),
});

export async function bundleWorker(folder: string, config: unknown): Promise<WorkerBundle> {
  const { main, alias, define } = v.parse(Config, config);
  if (!existsSync(join(folder, "gen"))) throw new CliError(`Run "npm run build" in ${folder} first.`);
  const { outputFiles } = await build({
    entryPoints: [resolve(folder, main)],
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    alias,
    define,
    logLevel: "silent",
  }).catch((cause: unknown) => {
    throw new CliError(`The worker can't be built: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  const code = outputFiles[0]?.text ?? "";
  return { code, digest: createHash("sha256").update(code).digest("hex") };
}

/** The code of a module beside the worker. It imports nothing of ours. */
export async function readServiceModule(name: "health" | "kv" | "rate-limit"): Promise<string> {
  // In the package, it is compiled.
  const compiled = join(import.meta.dirname, `serve-${name}.js`);
  if (existsSync(compiled)) return readFile(compiled, "utf8");
  const source = await readFile(join(import.meta.dirname, "workers", `${name}.ts`), "utf8");
  return (await transform(source, { loader: "ts", target: "es2024" })).code;
}
