// A server that is measured: it is started on a port of its own, checked once for correct answers,
// and put under load.
import { type ChildProcess, type SpawnOptions, spawnSync } from "node:child_process";
import { exitOnSignals } from "../exit-on-signals.ts";
import { findFreePort } from "../listen.ts";
import { isRunning, startGroup, stopGroup } from "../process-group.ts";
import { createTempDirectory, removeTempDirectory } from "../temp-directory.ts";
import { waitUntil } from "../wait-until.ts";

export type Target = {
  name: string;
  /** the bytes of one request */
  request: string;
  /** Returns the command that serves on this port. It may write to this directory. */
  prepare: (port: number, directory: string) => Promise<Command>;
  /** Throws unless the server at this address answers correctly. */
  check: (address: string) => Promise<void>;
  /** ends what the server leaves when it is killed */
  cleanUp?: (directory: string) => void;
};

export type Command = { file: string; args: string[]; options?: SpawnOptions };

/** If the system allows it, server and load get a core each. Otherwise both share all cores. */
const SERVER_CORE = 0;
export const LOAD_CORE = 1;
export const canPin = process.platform === "linux" && spawnSync("taskset", ["-c", "0,1", "true"]).status === 0;

const START_MAX_MS = 15_000;

exitOnSignals();

/**
 * Runs `work` while the target serves, and removes its directory afterwards.
 * @param work gets the port and the ID of the server's process group
 */
export async function whileServing<T>(target: Target, work: (port: number, group: number) => Promise<T>): Promise<T> {
  const directory = createTempDirectory("bench");
  const port = await findFreePort();
  let child: ChildProcess | undefined;
  try {
    child = launch(await target.prepare(port, directory), SERVER_CORE);
    await waitForServer(target, child, `http://127.0.0.1:${port}`);
    return await work(port, child.pid ?? 0);
  } finally {
    target.cleanUp?.(directory);
    if (child !== undefined) await stopGroup(child);
    removeTempDirectory(directory);
  }
}

/** Starts a command on one core. */
export function launch({ file, args, options }: Command, core: number): ChildProcess {
  const [program, programArgs] = canPin ? ["taskset", ["-c", String(core), file, ...args]] : [file, args];
  return startGroup(program, programArgs, { stdio: ["ignore", "ignore", "inherit"], ...options });
}

async function waitForServer(target: Target, child: ChildProcess, address: string): Promise<void> {
  let cause: unknown;
  const check = async () => {
    if (!isRunning(child)) throw new Error(`${target.name} ended before it answered.`, { cause });
    try {
      await target.check(address);
      return true;
    } catch (thrown) {
      cause = thrown;
      return false;
    }
  };
  if (!(await waitUntil(check, { limitMs: START_MAX_MS, everyMs: 50 })))
    throw new Error(`${target.name} does not answer correctly.`, { cause });
}
