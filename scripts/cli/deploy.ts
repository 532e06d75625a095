// kitsu-actions deploy: checks everything that a deployment needs, then has Wrangler deploy it.
import { parseArgs } from "node:util";
import { CliError } from "../cli-error.ts";
import { wranglerProgram } from "../local-worker.ts";
import { listConfigArguments, readWranglerConfig } from "../wrangler-config.ts";
import { build } from "./build.ts";
import { findPlaceholders } from "./find-setting-problems.ts";
import { runProgram } from "./run-program.ts";

/**
 * @param args for `wrangler deploy`, such as `--env staging` and `--dry-run`
 * @returns the exit code
 */
export async function deploy(folder: string, args: readonly string[]): Promise<number> {
  await build(folder);
  const { environment, isDryRun } = readArguments(args);
  const placeholders = isDryRun ? [] : findPlaceholders(await readWranglerConfig(folder), environment ?? "");
  if (placeholders.length > 0) throw new CliError(placeholders.join("\n"));
  // Wrangler warns unless the environment is named, also if it is the one without a name.
  const chosen = environment === undefined ? ["--env="] : [];
  return runProgram(
    wranglerProgram,
    ["deploy", "--minify", ...(await listConfigArguments(folder)), ...chosen, ...args],
    folder,
  );
}

/** What we need to know of Wrangler's arguments. It checks them itself. */
function readArguments(args: readonly string[]): { environment: string | undefined; isDryRun: boolean } {
  const options = { env: { type: "string", short: "e" }, "dry-run": { type: "boolean" } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true });
  const environment = values.env ?? (process.env.CLOUDFLARE_ENV || undefined);
  return { environment: environment === undefined ? undefined : String(environment), isDryRun: !!values["dry-run"] };
}
