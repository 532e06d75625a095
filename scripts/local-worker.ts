// The worker in `wrangler dev`. Its settings come from the caller alone, not from wrangler.toml,
// .dev.vars, .env or the environment.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { localConfigPath } from "./local-config.ts";
import { LOCAL_ENVIRONMENT } from "./local-environment.ts";

export type WorkerOptions = {
  port: number;
  /** the repository with the worker's code: ours, or a studio's */
  repository: string;
  /** its storage and its configuration */
  folder: string;
  /** text, or a table of wrangler.toml */
  settings: Readonly<Record<string, unknown>>;
};

/**
 * The program itself: the launcher in node_modules/.bin exits with 0 if Wrangler is killed, and
 * can't be spawned on Windows.
 */
const require = createRequire(import.meta.url);
export const wranglerProgram: string = join(dirname(require.resolve("wrangler/package.json")), "wrangler-dist/cli.js");

/** Writes the configuration, and returns the command. */
export async function describeWorker({ port, repository, folder, settings }: WorkerOptions) {
  const built = v.parse(v.looseObject({}), JSON.parse(await readFile(localConfigPath(repository), "utf8")));
  const state = resolve(folder);
  const config = join(state, "wrangler.json");
  await mkdir(state, { recursive: true });
  // Settings can be secrets, and every account on this machine can read the arguments of a process.
  await writeFile(config, JSON.stringify({ ...built, send_metrics: false, vars: settings }), { mode: 0o600 });
  return {
    file: process.execPath,
    args: [
      ...[
        "--no-warnings",
        wranglerProgram,
        "dev",
        "--config",
        config,
        "--env=",
        "--local",
        "--ip",
        "127.0.0.1",
        "--port",
        String(port),
      ],
      ...[
        "--inspector-port",
        "0",
        "--persist-to",
        state,
        "--log-level",
        "warn",
        "--show-interactive-dev-session=false",
      ],
    ],
    env: LOCAL_ENVIRONMENT,
  };
}
