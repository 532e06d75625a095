// Stops workerd for a moment, as backup.sh does: nothing is open, written or read that was not
// before. Only one of them at a time may, because the first one that ends lets it go on.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "../../wait-until.ts";

/** What is written to the disk in this moment has to end first. */
const STOP_MAX_MS = 2_000;

const lockPath = (folder: string) => join(folder, "pause");

/** The lock of a service or of a backup that was killed. */
export const removePauseLock = (folder: string): void => rmSync(lockPath(folder), { recursive: true, force: true });

/** What is done while the process is paused. `isOpen` says whether it has a file open. */
export type PausedWork = (isOpen: (path: string) => boolean) => void;

/** Returns false if the process could not be paused: a backup is running, or it has ended. */
export async function pause(folder: string, pid: number, work: PausedWork): Promise<boolean> {
  try {
    mkdirSync(lockPath(folder));
  } catch {
    return false;
  }
  try {
    signal(pid, "SIGSTOP");
    if (!(await waitUntil(() => isStopped(pid), { limitMs: STOP_MAX_MS, everyMs: 1 }))) return false;
    const open = listOpenFiles(pid);
    work((path) => open.has(identify(path)));
    return true;
  } finally {
    signal(pid, "SIGCONT");
    removePauseLock(folder);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

/** A thread that waits for the disk stops later than the others. */
function isStopped(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) =>
      /\) [Tt] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8")),
    );
  } catch {
    // A thread or the process has just ended.
    return false;
  }
}

const listOpenFiles = (pid: number): Set<string> =>
  new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => identify(`/proc/${pid}/fd/${fd}`)));

/** Not by its path: a state folder may have several. */
function identify(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}
