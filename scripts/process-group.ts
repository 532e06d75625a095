// Child processes that lead a process group, so that what they start ends with them.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

export function startGroup(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  // On Windows, a detached child would get a console window of its own.
  const child = spawn(file, args, { ...options, detached: process.platform !== "win32" });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

export const isRunning = (child: ChildProcess) => running.has(child);

/** Kills the group and waits for its leader to exit. */
export async function stopGroup(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  killGroup(child);
  await exited;
}

export function killGroup(child: ChildProcess): void {
  child.kill("SIGKILL");
  try {
    if (process.platform !== "win32" && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has already ended, or the child leads none.
  }
}
