// kitsu-actions deploy: checks everything that a deployment needs, then has Wrangler deploy it.
import { CliError } from "../cli-error.ts";
import { readWranglerConfig } from "../wrangler-config.ts";
import { readDeployArguments, runWranglerDeploy } from "../wrangler-deploy.ts";
import { build } from "./build.ts";
import { findPlaceholders } from "./find-setting-problems.ts";

/**
 * @param args for `wrangler deploy`, such as `--env staging` and `--dry-run`
 * @returns the exit code
 */
export async function deploy(folder: string, args: readonly string[]): Promise<number> {
  await build(folder);
  const { environment, isDryRun } = readDeployArguments(args);
  const placeholders = isDryRun ? [] : findPlaceholders(await readWranglerConfig(folder), environment ?? "");
  if (placeholders.length > 0) throw new CliError(placeholders.join("\n"));
  return runWranglerDeploy(folder, args);
}
