// Has Wrangler deploy, with what wrangler.local.toml has.
import { parseArgs } from "node:util";
import { runProgram } from "./cli/run-program.ts";
import { wranglerProgram } from "./local-worker.ts";
import { listConfigArguments } from "./wrangler-config.ts";

/**
 * @param args for `wrangler deploy`, such as `--env staging` and `--dry-run`
 * @returns the exit code
 */
export async function runWranglerDeploy(folder: string, args: readonly string[]): Promise<number> {
  // Wrangler warns unless the environment is named, also if it is the one without a name.
  const chosen = readDeployArguments(args).environment === undefined ? ["--env="] : [];
  return runProgram(
    wranglerProgram,
    ["deploy", "--minify", ...(await listConfigArguments(folder)), ...chosen, ...args],
    folder,
  );
}

/** What we need to know of Wrangler's arguments. It checks them itself. */
export function readDeployArguments(args: readonly string[]): { environment: string | undefined; isDryRun: boolean } {
  const options = { env: { type: "string", short: "e" }, "dry-run": { type: "boolean" } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true });
  const environment = values.env ?? (process.env.CLOUDFLARE_ENV || undefined);
  return { environment: environment === undefined ? undefined : String(environment), isDryRun: !!values["dry-run"] };
}
