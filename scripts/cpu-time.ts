// The CPU time of a server. On a shared machine it says more than requests per second.
import { readdirSync, readFileSync } from "node:fs";

/** The unit of /proc/<pid>/stat, whatever the kernel uses itself. */
const TICKS_PER_SECOND = 100;

/**
 * The CPU time that a process group has used so far.
 * @returns seconds, or undefined on systems other than Linux, which have no /proc
 */
export function readCpuSeconds(group: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const ticks = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readTicks(pid, group));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

function readTicks(pid: string, group: number): number {
  try {
    // "pid (name) state parent group …". The name may contain anything, also ") ". The 12th and
    // 13th field after it are the user and the system time.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return Number(fields[2]) === group ? Number(fields[11]) + Number(fields[12]) : 0;
  } catch {
    return 0; // The process has ended meanwhile.
  }
}
