// Runs commands as a person at a terminal would: with the system's Node and npm, and without what
// this process was started with.
import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, startGroup, stopGroup } from "../../scripts/process-group.ts";

const STOP_LIMIT_MS = 30_000;

/** npm runs our scripts with the Node that it installed for us. The system's may be older. */
const node = dirname(process.env.npm_node_execpath ?? process.execPath);

const ENVIRONMENT = {
  PATH: [node, "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
  HOME: process.env.HOME ?? "",
  // A studio on the same machine finds the packages that we have downloaded.
  npm_config_cache: process.env.npm_config_cache ?? "",
  npm_config_prefer_offline: "true",
  npm_config_update_notifier: "false",
  WRANGLER_SEND_METRICS: "false",
  CI: "1",
  NO_COLOR: "1",
};

export type Finished = { code: number | null; output: string };

const environment = (changes: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries({ ...ENVIRONMENT, ...changes }).filter(([, value]) => value !== ""));

/** Runs a command to its end. `output` is what it printed, to both streams. */
export async function run(
  command: string,
  folder: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn("/bin/sh", ["-c", command], { cwd: folder, env: environment(changes) });
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output: output() };
}

/** Starts a command that runs until it is stopped. */
export function start(command: string, folder: string, changes: Readonly<Record<string, string>> = {}) {
  const child = startGroup("/bin/sh", ["-c", command], { cwd: folder, env: environment(changes) });
  return { child, output: collect(child) };
}

/** As Ctrl-C at the terminal. Programs of it may lead groups of their own, which it has to stop. */
export async function interrupt(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const ended = new Promise<boolean>((resolve) => child.once("exit", () => resolve(true)));
  if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
  await Promise.race([ended, sleep(STOP_LIMIT_MS)]);
  await stopGroup(child);
}

function collect(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (output += part.toString()));
  return () => output;
}
