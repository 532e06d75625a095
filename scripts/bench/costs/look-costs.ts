// What a long run costs while nothing changes: with many live runs, this is most of the work.
import { readCpuSeconds } from "../../cpu-time.ts";
import { withCounter } from "../counts/count.ts";
import { FLOWS } from "../counts/flow.ts";

/**
 * - `jobs`: how many jobs the run has on the farm
 * - `looks`: how often it looks at them in an hour in which nothing changes
 * - `ms`: the CPU time of one look
 */
export type LookCost = { action: string; jobs: number; looks: number; ms: number };

export function measureLooks(): Promise<LookCost[]> {
  const flows = FLOWS.filter(({ looks }) => looks !== undefined);
  return withCounter("bot", [], async (counter, { group }) => {
    const costs: LookCost[] = [];
    for (const flow of flows) {
      process.stderr.write(`${flow.action}: an hour with ${flow.tasks} jobs\n`);
      const run = await counter.warmUp(flow);
      const before = readCpuSeconds(group) ?? Number.NaN;
      const looks = await counter.passHour(run);
      const cpuS = (readCpuSeconds(group) ?? Number.NaN) - before;
      costs.push({ action: flow.action, jobs: flow.tasks, looks, ms: (cpuS * 1_000) / looks });
    }
    return costs;
  });
}
