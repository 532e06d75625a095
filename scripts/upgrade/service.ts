// A build of the worker, of any version, as a service with its state in a folder. Its own
// kitsu-actions serve runs it, or this version's if it has none.
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "smol-toml";
import * as v from "valibot";
import { findFreePort } from "../listen.ts";
import { killServiceWorker } from "../local-service.ts";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { isRunning, startGroup, stopGroup } from "../process-group.ts";
import { waitUntil } from "../wait-until.ts";
import { readWranglerConfig } from "../wrangler-config.ts";

const START_MAX_MS = 60_000;
const STOP_MAX_MS = 40_000;

const Table = v.record(v.string(), v.unknown());
const WranglerConfig = v.looseObject({
  main: v.string(),
  migrations: v.optional(v.array(Table), []),
  durable_objects: v.optional(v.object({ bindings: v.array(Table) }), { bindings: [] }),
});

/** A checkout in which the build has run. */
export type Build = { folder: string; migrations?: readonly Record<string, unknown>[] };

export class Service {
  readonly url: string;
  readonly #state: string;
  readonly #port: number;
  readonly #variables: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  private constructor(state: string, port: number, variables: Readonly<Record<string, string>>) {
    this.url = `http://127.0.0.1:${port}`;
    [this.#state, this.#port, this.#variables] = [state, port, variables];
  }

  static async create(state: string, variables: Readonly<Record<string, string>>): Promise<Service> {
    return new Service(state, await findFreePort(), variables);
  }

  /** @param build `migrations`: instead of those of its wrangler.toml */
  async start(build: Build): Promise<void> {
    const { ratelimits, vars, migrations, ...config } = v.parse(WranglerConfig, await readWranglerConfig(build.folder));
    const directory = join(this.#state, "program");
    mkdirSync(join(directory, "gen"), { recursive: true });
    const program = { ...config, main: resolve(build.folder, config.main), migrations: build.migrations ?? migrations };
    writeFileSync(join(directory, "wrangler.toml"), stringify(program));
    const servesItself = existsSync(join(build.folder, "scripts/cli/serve.ts"));
    const bin = join(resolve(servesItself ? build.folder : PACKAGE_FOLDER), "scripts/cli/bin.mjs");
    const args = [bin, "serve", "--state", this.#state, "--port", String(this.#port)];
    const output = process.env.UPGRADE_LOG ? "inherit" : "ignore";
    const env = { ...process.env, ...this.#variables };
    const child = startGroup(process.execPath, args, { cwd: directory, env, stdio: ["ignore", output, "inherit"] });
    this.#child = child;
    const hasStarted = await waitUntil(
      async () => !isRunning(child) || (await fetch(`${this.url}/actions`).catch(() => undefined))?.ok === true,
      { limitMs: START_MAX_MS, everyMs: 50 },
    );
    if (!hasStarted || !isRunning(child)) throw new Error(`The worker of ${build.folder} does not start.`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    await waitUntil(() => !isRunning(child), { limitMs: STOP_MAX_MS, everyMs: 50 });
    if (isRunning(child)) killServiceWorker(this.#state);
    await stopGroup(child);
  }
}

/** The migrations of a checkout, as they are in its wrangler.toml. */
export async function readMigrations(folder: string): Promise<Record<string, unknown>[]> {
  return v.parse(WranglerConfig, await readWranglerConfig(folder)).migrations;
}

export const readState = (state: string): unknown => JSON.parse(readFileSync(join(state, "state.json"), "utf8"));
