// npm start: the worker with its log on disk, the playground that imitates Kitsu, and the userscript in it; rebuilt on change.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { forwardTargets } from "../playground/forward-targets.ts";
import { startPlayground } from "../playground/serve.ts";

const workerPort = Number(process.env.WORKER_PORT ?? 8787);
const playgroundPort = Number(process.env.PLAYGROUND_PORT ?? 8788);
const stateDir = process.env.STATE_DIR ?? ".state";

const worker = `http://localhost:${workerPort}`;
/** Shared by the worker and the playground's server for as long as both run. */
const forwardSecret = `whsec_${randomBytes(32).toString("base64")}`;

const targets = Object.fromEntries(
  forwardTargets(`http://127.0.0.1:${playgroundPort}`).map(({ id, title, url }) => [id, { url, title, timeLimit: 10 }]),
);

/** The settings a studio writes into wrangler.toml, for the playground instead of Kitsu. */
const variables = {
  KITSU_URL: `http://localhost:${playgroundPort}`,
  LOCAL: "1",
  FORWARD_TARGETS: JSON.stringify(targets),
  FORWARD_SECRET: forwardSecret,
};

const quiet = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  X_LOCAL_EXPLORER: "false",
};
const run = (command: string, ...args: string[]) =>
  spawn(command, args, { stdio: "inherit", env: { ...quiet, ...process.env }, shell: process.platform === "win32" });

const playground = await startPlayground({ port: playgroundPort, worker, forwardSecret, watch: true, log: console.log });
const children = [
  run(process.execPath, "scripts/build.ts", "--watch"),
  run(
    "wrangler",
    ...["dev", "--ip", "127.0.0.1", "--port", String(workerPort), "--persist-to", stateDir],
    ...["--log-level", "warn", "--show-interactive-dev-session=false"],
    ...Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ),
];

let isStopping = false;
function stop(code: number): void {
  if (isStopping) return;
  isStopping = true;
  for (const child of children) child.kill("SIGTERM");
  void playground.close().then(() => process.exit(code));
}
for (const child of children) child.on("exit", (code) => stop(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(0));

/** Until the worker answers, there is nothing to open. */
async function untilReady(): Promise<void> {
  while (!isStopping) {
    const response = await fetch(`http://127.0.0.1:${workerPort}/ping`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

await untilReady();
if (!isStopping) {
  console.log(`
  Kitsu Actions is running.

    ${playground.url}   the playground: select tasks, choose a custom action, run it
    ${worker}   the worker's home: the userscript, and the actions there are
    ${worker}/runs   the log of all runs

  The log is kept in ${stateDir}/. Ctrl-C stops everything.
`);
}
