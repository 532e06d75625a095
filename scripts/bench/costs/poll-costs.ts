// What a long run costs while nothing changes: with many live runs, this is most of the work.
import { readCpuSeconds } from "../../cpu-time.ts";
import { withCounter } from "../counts/count.ts";
import { FLOWS } from "../counts/flow.ts";

/**
 * - `jobs`: how many jobs the run has on the farm
 * - `polls`: how often it polls them in an hour in which nothing changes
 * - `ms`: the CPU time of one poll
 */
export type PollCost = { action: string; jobs: number; polls: number; ms: number };

export function measurePolls(): Promise<PollCost[]> {
  const flows = FLOWS.filter(({ polls }) => polls !== undefined);
  return withCounter("bot", [], async (counter, { group }) => {
    const costs: PollCost[] = [];
    for (const flow of flows) {
      process.stderr.write(`${flow.action}: an hour with ${flow.tasks} jobs\n`);
      const run = await counter.warmUp(flow);
      const before = readCpuSeconds(group) ?? Number.NaN;
      const polls = await counter.passHour(run);
      const cpuS = (readCpuSeconds(group) ?? Number.NaN) - before;
      costs.push({ action: flow.action, jobs: flow.tasks, polls, ms: (cpuS * 1_000) / polls });
    }
    return costs;
  });
}
