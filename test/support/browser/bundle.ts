/** The userscript as the worker serves it, but with an open shadow root. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { UserscriptConfig } from "../../../contract.ts";
import { minifyUserscript, userscriptOptions } from "../../../scripts/build.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const USERSCRIPT = "userscript/index.ts";
const built = new Map<string, Promise<string>>();

export async function serveUserscript(config: UserscriptConfig): Promise<string> {
  return `;(function(CONFIG){${await bundle(USERSCRIPT)}})(${JSON.stringify(config)})`;
}

/** Bundles one of our files, or a package, as a script that sets a global. */
export function bundle(entry: string, globalName?: string): Promise<string> {
  const begun = built.get(entry) ?? write(entry, globalName);
  built.set(entry, begun);
  return begun;
}

async function write(entry: string, globalName?: string): Promise<string> {
  const { outputFiles } = await build({
    ...userscriptOptions({ OPEN_ROOT: "true" }),
    entryPoints: [`${ROOT}${entry}`],
    ...(globalName && { globalName }),
  });
  const code = outputFiles[0]?.text ?? "";
  return entry === USERSCRIPT ? minifyUserscript(code) : code;
}
