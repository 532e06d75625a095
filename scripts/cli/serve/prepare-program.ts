// A program that builds the worker and encodes workerd's configuration, and ends. What it needs for
// that, esbuild and Miniflare, would take 200 MB of the service for as long as it runs.
import { serializeConfig } from "miniflare";
import { CliError } from "../../cli-error.ts";
import { bundleWorker } from "./bundle-worker.ts";
import type { Prepared, Preparing } from "./prepare-runtime.ts";
import { describeRuntime } from "./runtime-config.ts";

process.once("message", (message: Preparing) => {
  void prepare(message)
    .catch((thrown: unknown): Prepared => {
      if (thrown instanceof CliError) return { problem: thrown.message };
      return { problem: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
    })
    .then((prepared) => process.send?.(prepared, () => process.exit()));
});

async function prepare({ folder, wranglerConfig, deployed, ...described }: Preparing): Promise<Prepared> {
  const bundle = await bundleWorker(folder, wranglerConfig);
  // The time of this code's first start here, not of the last one.
  const since = deployed?.digest === bundle.digest ? deployed.at : new Date().toISOString();
  const config = await describeRuntime({ ...described, wranglerConfig, bundle, deployedAt: since, env: process.env });
  return { config: serializeConfig(config), deployed: { digest: bundle.digest, at: since } };
}
