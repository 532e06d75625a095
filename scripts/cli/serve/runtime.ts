// workerd as a child process. Its configuration, with the secrets in it, goes through a pipe: every
// account can read the arguments of a process.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as v from "valibot";
import { CliError } from "../../cli-error.ts";
import { waitUntil } from "../../wait-until.ts";
import { removeEmptyObjects } from "./empty-objects.ts";
import { type PausedWork, pause, removePauseLock } from "./pause.ts";
import { SOCKETS } from "./sockets.ts";
import { removeSocket } from "./state-folder.ts";
import type { WriteLine } from "./write-line.ts";

/** Miniflare brings the version that fits Wrangler. */
const require = createRequire(import.meta.url);
const program: string = createRequire(require.resolve("miniflare"))("workerd").default;

const START_MAX_MS = 60_000;

export class Runtime {
  /** Fulfilled when the process has ended, with a reason. */
  readonly ended: Promise<string>;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    });
  }

  /** Starts it, and waits until it listens. Throws a CliError if it does not. */
  static async start(folder: string, config: Uint8Array, write: WriteLine): Promise<Runtime> {
    await endOrphan(folder);
    removePauseLock(folder);
    removeEmptyObjects(join(folder, "objects"));
    for (const name of Object.values(SOCKETS)) removeSocket(join(folder, name));
    const child = spawn(program, ["serve", "--binary", "--control-fd=3", "-"], {
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      env: keepForRuntime(process.env),
      // A signal to the process group, such as Ctrl-C, is ours to handle: requests may end first.
      detached: true,
    });
    const runtime = new Runtime(folder, child);
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) if (stream) forwardOutput(stream, write, output);
    child.stdin?.on("error", () => {});
    child.stdin?.end(config);
    writeFileSync(pidPath(folder), String(child.pid));
    const control = child.stdio[3];
    const listens = control instanceof Readable ? waitForSockets(control) : Promise.resolve(false);
    const timer = new Promise<false>((resolve) => setTimeout(resolve, START_MAX_MS, false).unref());
    if (await Promise.race([listens, runtime.ended.then(() => false), timer])) return runtime;
    runtime.kill();
    throw new CliError(`The worker does not start.\n${output.join("\n")}`);
  }

  /** Does this work while the process is stopped, if it can be. */
  pause(work: PausedWork): Promise<boolean> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return Promise.resolve(false);
    return pause(this.#folder, pid, work);
  }

  /** Lets it end what it does, for at most this long. */
  async stop(limitMs: number): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** Of our environment, workerd needs only what says where to find certificates. */
function keepForRuntime(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = { ...env };
  for (const name of Object.keys(env)) if (!/^(TMPDIR|SSL_CERT_(FILE|DIR))$/.test(name)) delete kept[name];
  return kept;
}

const pidPath = (folder: string) => join(folder, "worker.pid");

/**
 * If this program was killed alone, its workerd may still be there. We hold the folder's lock, so
 * nobody else uses it.
 */
async function endOrphan(folder: string): Promise<void> {
  const pid = readOrphan(folder);
  if (pid === undefined) return;
  process.kill(pid, "SIGKILL");
  if (!(await waitUntil(() => readOrphan(folder) === undefined, { limitMs: 10_000, everyMs: 20 })))
    throw new CliError(`workerd of an earlier service (process ${pid}) can't be ended. End it, and start again.`);
}

/** Not any process that has got the same number since. */
function readOrphan(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidPath(folder), "utf8"));
    const [file, state] = [readFileSync(`/proc/${pid}/cmdline`, "utf8"), readFileSync(`/proc/${pid}/stat`, "utf8")];
    const isDead = /^\d+ \(.*\) Z/.test(state);
    return pid > 0 && !isDead && file.split("\0")[0] === program ? pid : undefined;
  } catch {
    return undefined;
  }
}

const Message = v.pipe(v.string(), v.parseJson(), v.object({ event: v.literal("listen"), socket: v.string() }));

async function waitForSockets(control: Readable): Promise<boolean> {
  const missing = new Set<string>(Object.keys(SOCKETS));
  for await (const line of createInterface(control)) {
    const message = v.safeParse(Message, line);
    if (message.success) missing.delete(message.output.socket);
    if (missing.size === 0) return true;
  }
  return false;
}

const LogEntry = v.pipe(v.string(), v.parseJson(), v.object({ level: v.string(), message: v.string() }));

function forwardOutput(stream: Readable, write: WriteLine, output: string[]): void {
  createInterface(stream).on("line", (line) => {
    const entry = v.safeParse(LogEntry, line);
    const { level, message } = entry.success ? entry.output : { level: "error", message: line };
    if (output.length < 50) output.push(message);
    write({ event: "worker", level, message });
  });
}
