// kitsu-actions test: a studio's own tests, with Vitest in the runtime of Cloudflare.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "./build.ts";
import { runProgram } from "./run-program.ts";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

/**
 * @param args for `vitest run`, such as the path of a test
 * @returns the exit code
 */
export async function test(folder: string, args: readonly string[]): Promise<number> {
  await build(folder);
  return runTests(folder, args);
}

/** Runs them without a build. */
export const runTests = (folder: string, args: readonly string[]): Promise<number> =>
  runProgram(vitest, ["run", ...args], folder);
