// A program that takes over the terminal, such as Wrangler or Vitest.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";

const FORWARDED = ["SIGTERM", "SIGHUP"] as const;

/**
 * Runs a JavaScript program of npm under this Node, in the studio's folder, where it finds the
 * studio's own programs.
 * @returns its exit code
 */
export async function runProgram(program: string, args: readonly string[], folder: string): Promise<number> {
  const path = [join(folder, "node_modules/.bin"), dirname(process.execPath), process.env.PATH ?? ""];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  // Ctrl-C reaches the program, too: it decides when it ends.
  process.on("SIGINT", () => {});
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
