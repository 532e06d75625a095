// npm start: the worker with its log on disk, the playground that imitates Kitsu, and the userscript in it; rebuilt on change. A second worker is
// a path of the playground's own origin, as a route on Kitsu's host would make it: there Kitsu's session comes along.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFarms } from "../playground/farms/farms.ts";
import { startPlayground } from "../playground/serve.ts";
import { findFreePort, readPort } from "./start/port.ts";
import { describeSettings, readForwardSecret } from "./start/settings.ts";
import { Trouble } from "./start/trouble.ts";
import { startWorker, untilReady } from "./start/worker.ts";

const stopping = new AbortController();
let isRunning = false;
/** What was opened so far. */
const opened: (() => Promise<unknown>)[] = [];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
await start().catch(fail);

async function start(): Promise<void> {
  const stateDir = process.env.STATE_DIR || ".state";
  const workerPort = await readPort("WORKER_PORT", 8787);
  const playgroundPort = await readPort("PLAYGROUND_PORT", 8788);
  if (workerPort === playgroundPort)
    throw new Trouble("WORKER_PORT and PLAYGROUND_PORT are the same: the worker and the playground need one each.");
  const taken = [workerPort, playgroundPort];
  for (let count = 0; count < 4; count += 1) taken.push(await findFreePort(taken));
  // The playground stands in front of the worker, at the worker's address, and can break what goes by.
  const [, , innerPort = 0, edgePort = 0, flamencoPort = 0, afanasyPort = 0] = taken;
  const worker = `http://localhost:${workerPort}`;
  const behind = `http://127.0.0.1:${innerPort}`;
  const edge = `http://127.0.0.1:${edgePort}`;
  const forwardSecret = readForwardSecret();
  const botToken = randomBytes(32).toString("base64url");
  const settings = describeSettings({ playgroundPort, flamencoPort, afanasyPort, forwardSecret });

  const farms = await openFarms({ flamencoPort, afanasyPort });
  opened.push(() => farms.close());
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
  opened.push(() => playground.close());
  keep(
    "npm run build",
    spawn(process.execPath, [join(import.meta.dirname, "build.ts"), "--watch"], {
      stdio: ["ignore", "inherit", "inherit"],
    }),
  );
  const apart = { ...settings.both, ...settings.farms(true), KITSU_TOKEN: botToken };
  keep("The worker", await startWorker({ port: innerPort, folder: stateDir, settings: apart }));
  const within = { ...settings.both, ...settings.farms(false), BASE_PATH: "/edge" };
  keep("The worker at /edge", await startWorker({ port: edgePort, folder: join(stateDir, "edge"), settings: within }));
  const { signal } = stopping;
  await Promise.all([
    untilReady("The worker", `${behind}/ping`, signal),
    untilReady("The worker at /edge", `${edge}/edge/ping`, signal),
  ]);
  isRunning = true;
  console.log(`
  Kitsu Actions is running.

    ${playground.url}   the playground: select tasks, choose a custom action, run it
    ${worker}   the worker's home: the userscript, and the actions there are
    ${worker}/runs   the log of all runs
    ${farms.flamenco.url}   its render farms: Flamenco,
    ${farms.afanasy.url}   and Afanasy

  The log is kept in ${stateDir}/. Ctrl-C stops everything.
`);
}

/** A program that runs as long as we do: the end of one is the end of all. */
function keep(name: string, child: ChildProcess): void {
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve();
      fail(new Trouble(`${name} ended by itself (${signal ?? `exit code ${code}`}). What it said is above.`));
    });
    child.once("error", (error) => {
      resolve();
      fail(new Trouble(`${name} can't be run: ${error.message}`));
    });
  });
  opened.push(async () => {
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(5_000)]);
    endAll(child);
  });
  // Begun while the others were ended, for which nobody waits any more.
  if (stopping.signal.aborted) endAll(child);
}

/** The child and, where it is the first of a group, what it started: a worker's runtime outlives a wrangler that was killed. */
function endAll(child: ChildProcess): void {
  child.kill("SIGKILL");
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing was left, or there is no such group.
  }
}

/** Says why it does not go on, and ends. */
function fail(error: unknown): void {
  if (stopping.signal.aborted) return;
  const outcome = isRunning ? "Kitsu Actions has stopped" : "Kitsu Actions did not start";
  console.error(error instanceof Trouble ? `\n  ${outcome}. ${error.message}\n` : error);
  void stop(1);
}

async function stop(code: number): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await Promise.allSettled(opened.map((close) => close()));
  process.exit(code);
}
