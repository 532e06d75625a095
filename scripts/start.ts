// npm start: the worker with its log on disk, and the playground that imitates Kitsu, with the
// userscript. Both are rebuilt on change. A second worker is served at a path of the playground's
// origin, like a route on Kitsu's host: browsers send it Kitsu's session cookie.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFarms } from "../playground/farms/farms.ts";
import { startPlayground } from "../playground/serve.ts";
import { CliError } from "./cli-error.ts";
import { killGroup } from "./process-group.ts";
import { pickFreePort, readPort } from "./start/port.ts";
import { describeSettings, readForwardSecret } from "./start/settings.ts";
import { startWorker, waitForWorker } from "./start/worker.ts";

const stopping = new AbortController();
let isRunning = false;
/** Closes what was opened so far. */
const closers: (() => Promise<unknown>)[] = [];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
await start().catch(fail);

async function start(): Promise<void> {
  const stateDir = process.env.STATE_DIR || ".state";
  const workerPort = await readPort("WORKER_PORT", 8787);
  const playgroundPort = await readPort("PLAYGROUND_PORT", 8788);
  if (workerPort === playgroundPort)
    throw new CliError("WORKER_PORT and PLAYGROUND_PORT are the same: the worker and the playground need one each.");
  const taken = [workerPort, playgroundPort];
  for (let count = 0; count < 4; count += 1) taken.push(await pickFreePort(taken));
  // The playground listens at the worker's address, as a proxy in front of it that can break
  // requests.
  const [, , innerPort = 0, edgePort = 0, flamencoPort = 0, afanasyPort = 0] = taken;
  const worker = `http://localhost:${workerPort}`;
  const behind = `http://127.0.0.1:${innerPort}`;
  const edge = `http://127.0.0.1:${edgePort}`;
  const forwardSecret = readForwardSecret();
  const botToken = randomBytes(32).toString("base64url");
  const settings = describeSettings({ playgroundPort, flamencoPort, afanasyPort, forwardSecret });

  const farms = await openFarms({ flamencoPort, afanasyPort });
  closers.push(() => farms.close());
  const playground = await startPlayground({
    port: playgroundPort,
    worker,
    behind,
    edge,
    farms,
    botToken,
    forwardSecret,
    watch: true,
    log: console.log,
  });
  closers.push(() => playground.close());
  supervise(
    "npm run build",
    spawn(process.execPath, [join(import.meta.dirname, "build.ts"), "--watch", "--pseudo"], {
      stdio: ["ignore", "inherit", "inherit"],
    }),
  );
  const onOwnHost = { ...settings.both, ...settings.farms(true), KITSU_TOKEN: botToken };
  supervise("The worker", await startWorker({ port: innerPort, folder: stateDir, settings: onOwnHost }));
  const onKitsuHost = { ...settings.both, ...settings.farms(false), BASE_PATH: "/edge" };
  supervise(
    "The worker at /edge",
    await startWorker({ port: edgePort, folder: join(stateDir, "edge"), settings: onKitsuHost }),
  );
  const { signal } = stopping;
  await Promise.all([
    waitForWorker("The worker", `${behind}/ping`, signal),
    waitForWorker("The worker at /edge", `${edge}/edge/ping`, signal),
  ]);
  isRunning = true;
  console.log(`
  Kitsu Actions is running.

    ${playground.url}   the playground: select tasks, choose a custom action, run it
    ${worker}   the worker's home page: the userscript and the list of actions
    ${worker}/runs   the log of all runs
    ${farms.flamenco.url}   Flamenco, a render farm of the playground
    ${farms.afanasy.url}   Afanasy, the other one

  The log is stored in ${stateDir}/. Press Ctrl-C to stop everything.
`);
}

/** Stops everything if this program ends. */
function supervise(name: string, child: ChildProcess): void {
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve();
      fail(new CliError(`${name} ended unexpectedly (${signal ?? `exit code ${code}`}). See its output above.`));
    });
    child.once("error", (error) => {
      resolve();
      fail(new CliError(`${name} can't be started: ${error.message}`));
    });
  });
  closers.push(async () => {
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(5_000)]);
    // workerd would outlive a Wrangler that is killed alone.
    killGroup(child);
  });
  // stop() has already run, and does not wait for a program that was started meanwhile.
  if (stopping.signal.aborted) killGroup(child);
}

/** Prints the error, and stops. */
function fail(error: unknown): void {
  if (stopping.signal.aborted) return;
  const outcome = isRunning ? "Kitsu Actions has stopped" : "Kitsu Actions did not start";
  console.error(error instanceof CliError ? `\n  ${outcome}. ${error.message}\n` : error);
  void stop(1);
}

async function stop(code: number): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await Promise.allSettled(closers.map((close) => close()));
  process.exit(code);
}
