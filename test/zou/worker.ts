// The worker in `wrangler dev`, with the settings that a studio would use for this Zou.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWorker } from "../../scripts/local-worker.ts";
import { PACKAGE_FOLDER } from "../../scripts/package-folder.ts";
import { findFreePort, isReady, start } from "./program.ts";

export type Worker = { origin: string; stop(): Promise<void> };

export async function startWorker(variables: Record<string, string>, given?: number): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), "worker-"));
  const port = given ?? (await findFreePort());
  const origin = `http://127.0.0.1:${port}`;
  const { file, args, env } = await describeWorker({
    port,
    repository: PACKAGE_FOLDER,
    folder,
    settings: variables,
  });
  const program = start(file, args, { env, log: join(folder, "log"), signal: "SIGTERM" });
  if (!(await isReady(program, () => fetch(`${origin}${variables.BASE_PATH ?? ""}/ping`))))
    throw new Error(`The worker does not start. See ${folder}/log`);
  const stop = async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { origin, stop };
}
