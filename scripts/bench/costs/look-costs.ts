// What one look of a long run costs: with many live runs, these are most of the work.
import { lookAt, withCounter } from "../counts/count.ts";
import { FLOWS } from "../counts/flow.ts";
import { OBJECTS } from "../counts/isolates.ts";
import { measureCpuMs } from "./serve-worker.ts";

/** `ms` is the CPU time of a look at as many jobs as shots were selected. */
export type LookCost = { action: string; jobs: number; ms: number };

export function measureLooks(seconds: number): Promise<LookCost[]> {
  const flows = FLOWS.filter(({ looks }) => looks !== undefined);
  return withCounter("bot", [], async (counter, isolates) => {
    const costs: LookCost[] = [];
    for (const flow of flows) {
      process.stderr.write(`${flow.action}: looks at ${flow.tasks} jobs\n`);
      const run = await counter.warmUp(flow);
      const ms = await measureCpuMs(isolates.group, seconds, () => isolates.send(OBJECTS, lookAt(run)));
      costs.push({ action: flow.action, jobs: flow.tasks, ms });
    }
    return costs;
  });
}
