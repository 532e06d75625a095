// kitsu-actions deploy: checks everything that a deployment needs, then has Wrangler deploy it.

import { wranglerProgram } from "../local-worker.ts";
import { build } from "./build.ts";
import { runProgram } from "./run-program.ts";

/**
 * @param args for `wrangler deploy`, such as `--env staging` and `--dry-run`
 * @returns the exit code
 */
export async function deploy(folder: string, args: readonly string[]): Promise<number> {
  await build(folder);
  return runProgram(wranglerProgram, ["deploy", "--minify", ...args], folder);
}
