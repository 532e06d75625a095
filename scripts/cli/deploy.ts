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
  return runProgram(wranglerProgram, ["deploy", "--minify", ...chooseEnvironment(args), ...args], folder);
}

/** Wrangler warns unless the environment is named, also if it is the one without a name. */
function chooseEnvironment(args: readonly string[]): string[] {
  const isChosen = args.some((argument) => /^(?:--env|-e)(?:=|$)/.test(argument)) || process.env.CLOUDFLARE_ENV;
  return isChosen ? [] : ["--env="];
}
