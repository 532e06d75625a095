// kitsu-actions serve: the worker on a machine of the studio, as a service.
import * as v from "valibot";
import { Environment } from "../../worker/settings/environment.ts";
import { CliError } from "../cli-error.ts";
import { PACKAGE_FOLDER, PACKAGE_VERSION } from "../package-folder.ts";
import { readWranglerConfig } from "../wrangler-config.ts";
import { sweepEmptyObjects } from "./serve/empty-objects.ts";
import { Health } from "./serve/health.ts";
import { Migration } from "./serve/migrations.ts";
import { readServeOptions, SERVE_USAGE, type ServeOptions } from "./serve/options.ts";
import { prepareRuntime } from "./serve/prepare-runtime.ts";
import { Runtime } from "./serve/runtime.ts";
import { checkPort, HttpServer } from "./serve/server.ts";
import { readVariables } from "./serve/settings.ts";
import { StateFolder } from "./serve/state-folder.ts";
import { writeLine } from "./serve/write-line.ts";

const Migrations = v.object({ migrations: v.optional(v.array(Migration), []) });
const BasePath = v.fallback(v.string(), "");
/** The default of ACTION_TIME_LIMIT, and its highest value. */
const TimeLimitS = v.fallback(v.pipe(v.unknown(), v.transform(Number), v.minValue(1), v.maxValue(300)), 25);
const STOP_GRACE_MS = 5_000;
const SWEEP_EVERY_MS = 300_000;

/**
 * Runs until a signal ends it.
 * @param folder the repository with the worker's code: ours, or a studio's
 */
export async function serve(folder: string, args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(SERVE_USAGE);
    return 0;
  }
  if (process.platform === "win32") throw new CliError("The service runs on Linux. On Windows, use WSL.");
  const options = readServeOptions(args, process.env);
  const stopped = waitForSignal();
  const service = await open(folder, options);
  const signalOrEnd = await Promise.race([stopped, service.ended]);
  return service.stop(signalOrEnd);
}

async function open(folder: string, options: ServeOptions) {
  const { config, stateDir, host, port, trustedProxies } = options;
  const wranglerConfig = v.parse(v.looseObject({}), await readWranglerConfig(folder));
  const hasOwnActions = folder !== PACKAGE_FOLDER;
  const known = Object.keys(Environment.entries);
  const variables = readVariables({ config, wranglerConfig, env: process.env, known, hasOwnActions });
  const state = StateFolder.open(stateDir, v.parse(Migrations, wranglerConfig).migrations);
  await checkPort(host, port);
  const { classes, deployed, path } = state;
  const prepared = await prepareRuntime({ folder, wranglerConfig, variables, classes, deployed, stateDir: path });
  state.recordDeployment(prepared.deployed);
  const stopLimitMs =
    options.stopLimitMs ?? v.parse(TimeLimitS, variables.ACTION_TIME_LIMIT ?? 25) * 1_000 + STOP_GRACE_MS;
  const base = v.parse(BasePath, variables.BASE_PATH).replace(/\/$/, "");
  const health = new Health(path, base);
  const server = new HttpServer({
    folder: path,
    proxies: trustedProxies,
    write: writeLine,
    isHealthPath: (path) => path === "/healthz" || path === `${base}/healthz`,
    isHealthy: () => health.isHealthy(),
  });
  const runtime = await Runtime.start(path, prepared.config, writeLine);
  try {
    const problem = await health.findProblem();
    if (problem !== undefined)
      throw new CliError(`${problem} Set it in ${config ?? "wrangler.toml under [vars]"}, or in the environment.`);
    await server.listen(host, port);
  } catch (thrown) {
    runtime.kill();
    await runtime.ended;
    throw thrown;
  }
  const sweep = () =>
    sweepEmptyObjects(state.objects, runtime).catch((cause: unknown) =>
      writeLine({ event: "sweep", problem: String(cause) }),
    );
  const sweeping = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  writeLine({ event: "listening", host, port, base, state: path, version: PACKAGE_VERSION });
  return {
    /** why the worker has ended by itself, if it has */
    ended: runtime.ended.then((reason) => ({ reason })),
    async stop(cause: Stop): Promise<number> {
      clearInterval(sweeping);
      writeLine({ event: "stopping", ...cause });
      await server.stop("signal" in cause ? stopLimitMs : 0);
      // What the worker does after an answer, such as writing the log, ends, too.
      await runtime.stop(stopLimitMs);
      state.close();
      writeLine({ event: "stopped" });
      return "signal" in cause ? 0 : 1;
    },
  };
}

type Stop = { signal: NodeJS.Signals } | { reason: string };

const waitForSignal = () =>
  new Promise<Stop>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => resolve({ signal }));
  });
