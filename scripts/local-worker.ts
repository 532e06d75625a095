// The worker in `wrangler dev`, with the settings that are given here and no others: not those in wrangler.toml, .dev.vars, .env or the environment.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { LOCAL_CONFIG } from "./local-config.ts";

export type WorkerOptions = {
  port: number;
  /** its storage and its configuration */
  folder: string;
  settings: Readonly<Record<string, string>>;
};

/** What wrangler is told by the environment: to ask Cloudflare nothing, and that what is there for a deployment is not meant. */
export const LOCAL_ENVIRONMENT = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  CLOUDFLARE_ENV: "",
  CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  X_LOCAL_EXPLORER: "false",
};

/** The program itself. What is in node_modules/.bin only starts it, ends with 0 where it was killed, and is no program on Windows. */
const require = createRequire(import.meta.url);
const wrangler = join(dirname(require.resolve("wrangler/package.json")), "wrangler-dist/cli.js");

/** Writes its configuration, and returns what to run. */
export async function describeWorker({ port, folder, settings }: WorkerOptions) {
  const made = v.parse(v.looseObject({}), JSON.parse(await readFile(LOCAL_CONFIG, "utf8")));
  const state = resolve(folder);
  const config = join(state, "wrangler.json");
  await mkdir(state, { recursive: true });
  // Settings may be secrets, and whoever is on this machine can read how a program was called.
  await writeFile(config, JSON.stringify({ ...made, send_metrics: false, vars: settings }), { mode: 0o600 });
  return {
    file: process.execPath,
    args: [
      ...[
        "--no-warnings",
        wrangler,
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
