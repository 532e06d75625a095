// Runs programs of this computer as child processes that end with this one.
import { execFile, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Another account for servers that refuse to run as root (PostgreSQL). */
export type Account = { uid: number; gid: number };

type Options = { cwd?: string; env?: Record<string, string>; as?: Account };

/** Runs a program to its end. If it fails, the error has its output. */
export async function run(file: string, args: readonly string[], options: Options = {}): Promise<string> {
  const { stdout } = await execute(file, args, { ...spawnOptions(options), maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

export type Program = { stop(): Promise<void>; hasEnded(): boolean };

/** Starts a server. Its output goes to `log`; `signal` shuts it down at once and cleanly. */
export function start(
  file: string,
  args: readonly string[],
  { log, signal, ...options }: Options & { log: string; signal: NodeJS.Signals },
): Program {
  const output = openSync(log, "a");
  const child = spawn(file, args, { ...spawnOptions(options), stdio: ["ignore", output, output] });
  closeSync(output);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    process.off("exit", end);
  });
  // When a test run is interrupted, only synchronous code still runs.
  const end = () => void child.kill(signal);
  process.once("exit", end);
  return {
    hasEnded: () => isOver,
    async stop() {
      end();
      const impatience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(impatience);
    },
  };
}

export type Server = { port: number; server: Program };

type Serving = { launch(port: number): Program; ask(port: number): Promise<unknown> };

/**
 * Starts a server on a free port, and tries another one if the port was taken.
 * @throws its output if it does not start
 */
export async function serve(name: string, log: string, { launch, ask }: Serving): Promise<Server> {
  for (let tries = 3; ; tries--) {
    const port = await findFreePort();
    const server = launch(port);
    if (await isReady(server, () => ask(port))) return { port, server };
    await server.stop();
    const output = await readFile(log, "utf8");
    if (tries > 1 && /address already in use|connection in use/i.test(output)) continue;
    throw new Error(`${name} does not start: ${output.slice(-4_000) || "it printed nothing"}`);
  }
}

/** Asks until `ask` succeeds. @returns false if the server ended or the time is over */
export async function isReady(program: Program, ask: () => Promise<unknown>, timeoutMs = 180_000): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end && !program.hasEnded(); ) {
    try {
      await ask();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return false;
}

/** A free port. Another program may take it before the server does. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("This computer has no free port.");
  return address.port;
}

function spawnOptions({ cwd, env, as }: Options) {
  return { ...(cwd && { cwd }), env: { ...process.env, ...env }, ...as };
}
