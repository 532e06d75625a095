// npm start: the worker with its log on disk, the playground that imitates Kitsu, and the userscript in it; rebuilt on change. A second worker is
// a path of the playground's own origin, as a route on Kitsu's host would make it: there Kitsu's session comes along.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { openFarms } from "../playground/farms/farms.ts";
import { afanasySettings, flamencoSettings } from "../playground/farms/settings.ts";
import { forwardTargets } from "../playground/forward-targets.ts";
import { KABARET, LAUNCHERS } from "../playground/launchers.ts";
import { startPlayground } from "../playground/serve.ts";

const workerPort = Number(process.env.WORKER_PORT ?? 8787);
const playgroundPort = Number(process.env.PLAYGROUND_PORT ?? 8788);
const stateDir = process.env.STATE_DIR ?? ".state";
/** The playground stands in front of the worker, at the worker's address, and can break what goes by. */
const innerPort = await findFreePort([workerPort, playgroundPort]);
const edgePort = await findFreePort([workerPort, playgroundPort, innerPort]);
const flamencoPort = await findFreePort([workerPort, playgroundPort, innerPort, edgePort]);
const afanasyPort = await findFreePort([workerPort, playgroundPort, innerPort, edgePort, flamencoPort]);

const worker = `http://localhost:${workerPort}`;
/** Shared by the workers and the playground's servers for as long as they run. */
const forwardSecret = process.env.FORWARD_SECRET ?? `whsec_${randomBytes(32).toString("base64")}`;
const botToken = randomBytes(32).toString("base64url");

/** A studio's own receiver may stand in for one of the playground's. */
const targets = {
  ...Object.fromEntries(
    forwardTargets(`http://127.0.0.1:${playgroundPort}`).map(({ id, title, url }) => [id, { url, title, timeLimit: 10 }]),
  ),
  ...JSON.parse(process.env.FORWARD_TARGETS ?? "{}"),
};

/** The settings a studio writes into wrangler.toml, for the playground instead of Kitsu. */
const variables = {
  KITSU_URL: `http://localhost:${playgroundPort}`,
  KITSU_API: `http://127.0.0.1:${playgroundPort}/api`,
  LOCAL: "1",
  FORWARD_TARGETS: JSON.stringify(targets),
  FORWARD_SECRET: forwardSecret,
  LAUNCHERS: JSON.stringify(LAUNCHERS),
  KABARET: JSON.stringify(KABARET),
};
const farmVariables = (hasAccount: boolean) => ({
  FLAMENCO: JSON.stringify(flamencoSettings(`http://127.0.0.1:${flamencoPort}`, hasAccount)),
  AFANASY: JSON.stringify(afanasySettings(`http://127.0.0.1:${afanasyPort}`, hasAccount)),
});

const quiet = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  X_LOCAL_EXPLORER: "false",
};
const run = (command: string, ...args: string[]) =>
  spawn(command, args, { stdio: "inherit", env: { ...quiet, ...process.env }, shell: process.platform === "win32" });

const runWorker = (port: number, state: string, settings: Record<string, string>) =>
  run(
    "wrangler",
    ...["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--persist-to", state],
    ...["--log-level", "warn", "--show-interactive-dev-session=false"],
    ...Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  );

await checkPort("WORKER_PORT", workerPort);
await checkPort("PLAYGROUND_PORT", playgroundPort);
const edge = `http://127.0.0.1:${edgePort}`;
const farms = await openFarms({ flamencoPort, afanasyPort });
const playground = await startPlayground({
  port: playgroundPort,
  worker,
  behind: `http://127.0.0.1:${innerPort}`,
  edge,
  farms,
  botToken,
  forwardSecret,
  watch: true,
  log: console.log,
});
const children = [
  run(process.execPath, "scripts/build.ts", "--watch"),
  runWorker(innerPort, stateDir, { ...variables, ...farmVariables(true), KITSU_TOKEN: botToken }),
  runWorker(edgePort, `${stateDir}/edge`, { ...variables, ...farmVariables(false), BASE_PATH: "/edge" }),
];

let isStopping = false;
function stop(code: number): void {
  if (isStopping) return;
  isStopping = true;
  for (const child of children) child.kill("SIGTERM");
  void Promise.all([playground.close(), farms.close()]).then(() => process.exit(code));
}
for (const child of children) child.on("exit", (code) => stop(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(0));

/** Until a worker answers, there is nothing to open. */
async function untilReady(address: string): Promise<void> {
  while (!isStopping) {
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Says what to do about a port that is taken, before anything is started. */
async function checkPort(name: string, port: number): Promise<void> {
  if ((await tryPort(port)) !== undefined) return;
  console.error(`Port ${port} is taken: is it running already? Another one is chosen with ${name}=${port + 10} npm start.`);
  process.exit(1);
}

async function findFreePort(taken: readonly number[]): Promise<number> {
  const port = await tryPort(0);
  if (port === undefined) throw new Error("This computer gives no port.");
  return taken.includes(port) ? findFreePort(taken) : port;
}

/** The port, if it can be listened on; any free one for 0. */
async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  const address = server.address();
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening && address !== null && typeof address === "object" ? address.port : undefined;
}

await Promise.all([untilReady(`http://127.0.0.1:${workerPort}/ping`), untilReady(`${edge}/edge/ping`)]);
if (!isStopping) {
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
