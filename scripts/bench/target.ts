// What is measured: a server that can be started on a port of its own, asked once whether it answers rightly, and put under load.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export type Target = {
  name: string;
  /** the ratio to hello we want to reach or, for a peer, none */
  goal?: number;
  /** the bytes of one request */
  request: string;
  /** The command that serves on this port and may write into this directory. */
  prepare: (port: number, directory: string) => Promise<Command>;
  /** Throws unless the server at this address does what is measured. */
  check: (address: string) => Promise<void>;
};

export type Command = { file: string; args: string[]; options?: SpawnOptions };

/** Server and load each have a core of their own where the system lets us say so, or they would take turns on both. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
export const canPin = process.platform === "linux" && spawnSync("taskset", ["-c", "0,1", "true"]).status === 0;

const START_MAX_MS = 15_000;

const alive = new Set<ChildProcess>();
const directories = new Set<string>();

// On every way out, Ctrl-C included: nothing of ours goes on running or lies about.
process.on("exit", () => {
  for (const child of alive) kill(child);
  for (const directory of directories) remove(directory);
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)
  process.on(signal, () => process.exit(code));

/** Runs the work while the target serves at a port, in a process group. What it wrote is deleted after. */
export async function whileServing<T>(target: Target, work: (port: number, group: number) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "kitsu-actions-bench-"));
  directories.add(directory);
  const port = await findPort();
  let child: ChildProcess | undefined;
  try {
    child = launch(await target.prepare(port, directory), SERVER_CORE);
    await settle(target, child, `http://127.0.0.1:${port}`);
    return await work(port, child.pid ?? 0);
  } finally {
    if (child !== undefined) await stop(child);
    remove(directory);
  }
}

/** Starts a command on one core, as the leader of a process group, so that its own children end with it. */
export function launch({ file, args, options }: Command, core: number): ChildProcess {
  const [program, words] = canPin ? ["taskset", ["-c", String(core), file, ...args]] : [file, args];
  const child = spawn(program, words, {
    stdio: ["ignore", "ignore", "inherit"],
    ...options,
    detached: process.platform !== "win32",
  });
  alive.add(child);
  child.on("exit", () => alive.delete(child));
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (!alive.has(child)) return;
  const gone = new Promise((resolve) => child.on("exit", resolve));
  kill(child);
  await gone;
}

function kill(child: ChildProcess): void {
  try {
    if (process.platform === "win32" || child.pid === undefined) child.kill();
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended a moment ago, by itself.
  }
}

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}

async function settle(target: Target, child: ChildProcess, address: string): Promise<void> {
  for (const deadline = Date.now() + START_MAX_MS; ; await wait(50)) {
    try {
      return await target.check(address);
    } catch (cause) {
      if (alive.has(child) && Date.now() < deadline) continue;
      throw new Error(`${target.name} does not answer as it should.`, { cause });
    }
  }
}

/** One that nobody listens at. */
export function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("No port is free.")),
      );
    });
  });
}
