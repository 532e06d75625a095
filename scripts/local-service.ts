// kitsu-actions serve as a program that is measured or killed: without rate limits, and with
// everything that it stores in the directory.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { stringify } from "smol-toml";
import * as v from "valibot";
import { PACKAGE_FOLDER } from "./package-folder.ts";
import { readWranglerConfig } from "./wrangler-config.ts";

const WranglerConfig = v.looseObject({ main: v.string() });

type ServiceOptions = { directory: string; port: number; variables: Readonly<Record<string, string>> };

/** Writes the directory's wrangler.toml, and returns the command. */
export async function prepareService({ directory, port, variables }: ServiceOptions) {
  const { ratelimits, vars, ...config } = v.parse(WranglerConfig, await readWranglerConfig(PACKAGE_FOLDER));
  const main = join(PACKAGE_FOLDER, config.main);
  writeFileSync(join(directory, "wrangler.toml"), stringify({ ...config, main }));
  mkdirSync(join(directory, "gen"), { recursive: true });
  return {
    file: process.execPath,
    args: [join(PACKAGE_FOLDER, "scripts/cli/bin.mjs"), "serve", "--state", directory, "--port", String(port)],
    options: { cwd: directory, env: { ...process.env, ...variables } },
  };
}

/** Kills its workerd, which outlives a service that is killed alone. */
export function killServiceWorker(directory: string): void {
  try {
    process.kill(Number(readFileSync(join(directory, "worker.pid"), "utf8")), "SIGKILL");
  } catch {
    // It did not start, or has ended.
  }
}

/** The records of its log as JSON, the newest first. It may be running. */
export function readStoredRecords(directory: string): string[] {
  const folder = join(directory, "objects", "kv-RUNS");
  if (!existsSync(folder)) return [];
  const name = readdirSync(folder).find((file) => file.endsWith(".sqlite") && file !== "metadata.sqlite");
  if (name === undefined) return [];
  const database = new DatabaseSync(join(folder, name), { readOnly: true });
  try {
    return database
      .prepare("SELECT key, CAST(bytes AS TEXT) AS text FROM parts WHERE key LIKE 'run/%' ORDER BY key, part")
      .all()
      .map(({ text }) => String(text));
  } finally {
    database.close();
  }
}
