// The CPU time of a server. On a shared machine it says more than requests per second.
import { readdirSync, readFileSync } from "node:fs";

/** The unit of /proc/<pid>/stat, whatever the kernel uses itself. */
const TICKS_PER_SECOND = 100;

type Process = { pid: number; parent: number; group: number; ticks: number };

/**
 * The CPU time that a process group and its descendants have used so far, also those that have
 * ended: their time counts for the parent that waited for them.
 * @returns seconds, or undefined on systems other than Linux, which have no /proc
 */
export function readCpuSeconds(group: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? readProcess(name) : []));
  // A service may start its worker in a group of its own.
  const counted = new Set(all.filter((one) => one.group === group).map(({ pid }) => pid));
  for (let before = -1; before < counted.size; ) {
    before = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent)) counted.add(pid);
  }
  const ticks = all.reduce((sum, one) => sum + (counted.has(one.pid) ? one.ticks : 0), 0);
  return ticks / TICKS_PER_SECOND;
}

function readProcess(pid: string): Process[] {
  try {
    // "pid (name) state parent group …". The name may contain anything, also ") ". The 12th to the
    // 15th field after it are the user and the system time, its own and that of ended children.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ").map(Number) ?? [];
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
    return [{ pid: Number(pid), parent: fields[1] ?? 0, group: fields[2] ?? 0, ticks }];
  } catch {
    return []; // The process has ended meanwhile.
  }
}
