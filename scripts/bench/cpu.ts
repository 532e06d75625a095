// How long a server computed, whoever else was using its core meanwhile: on a shared machine that says more than requests a second.
import { readdirSync, readFileSync } from "node:fs";

/** Linux counts in these for programs, whatever the kernel does itself. */
const TICKS_PER_SECOND = 100;

/** What the processes of this group have computed so far, in seconds. Only Linux tells without further tools. */
export function readCpuSeconds(group: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const ticks = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readTicks(pid, group));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

function readTicks(pid: string, group: number): number {
  try {
    // The name before the bracket may hold anything; after it come state, parent, group, and as 12th and 13th the time in user and kernel.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return Number(fields[2]) === group ? Number(fields[11]) + Number(fields[12]) : 0;
  } catch {
    return 0; // it ended meanwhile
  }
}
