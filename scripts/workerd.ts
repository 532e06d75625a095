// The program that Cloudflare runs workers in, without miniflare or `wrangler dev` around it.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The program itself: killing the launcher in node_modules/.bin would leave it running. miniflare brings the version that fits wrangler. */
const require = createRequire(import.meta.url);
export const workerd: string = createRequire(require.resolve("miniflare"))("workerd").default;

/** Of wrangler.toml. */
export async function readCompatibilityDate(): Promise<string> {
  const date = /^compatibility_date = "(.+)"$/m.exec(await readFile(`${root}wrangler.toml`, "utf8"))?.[1];
  if (date === undefined) throw new Error("wrangler.toml has no compatibility_date");
  return date;
}

/** As `wrangler deploy --minify` does. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [`${root}${entry}`],
    absWorkingDir: root,
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
}
