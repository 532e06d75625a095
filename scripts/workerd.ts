// The program that Cloudflare runs workers in, without miniflare or `wrangler dev` around it.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import * as v from "valibot";
import { LOCAL_CONFIG } from "./local-config.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The program itself: killing the launcher in node_modules/.bin would leave it running. miniflare brings the version that fits wrangler. */
const require = createRequire(import.meta.url);
export const workerd: string = createRequire(require.resolve("miniflare"))("workerd").default;

const Dated = v.object({ compatibility_date: v.string() });

/** That of wrangler.toml, however it is written there. */
export async function readCompatibilityDate(): Promise<string> {
  return v.parse(Dated, JSON.parse(await readFile(LOCAL_CONFIG, "utf8"))).compatibility_date;
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
