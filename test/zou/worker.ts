// The worker as `wrangler dev` runs it, with the settings a studio would write for this Zou.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort, isReady, start } from "./program.ts";

export type Worker = { origin: string; stop(): Promise<void> };

export async function startWorker(variables: Record<string, string>): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), "worker-"));
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const program = start(
    "wrangler",
    [
      ...["dev", "--ip", "127.0.0.1", "--port", String(port), "--persist-to", folder],
      ...["--log-level", "warn", "--show-interactive-dev-session=false"],
      ...Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    {
      env: { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", X_LOCAL_EXPLORER: "false" },
      log: join(folder, "log"),
      signal: "SIGTERM",
    },
  );
  if (!(await isReady(program, () => fetch(`${origin}${variables.BASE_PATH ?? ""}/ping`))))
    throw new Error(`The worker does not start: see ${folder}/log`);
  const stop = async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { origin, stop };
}
