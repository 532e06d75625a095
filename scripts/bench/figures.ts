// All figures of one run of the bench. docs/performance.json has those of docs/performance.md.
import { cpus } from "node:os";
import { type LogCost, measureLog } from "./costs/log-costs.ts";
import { type LookCost, measureLooks } from "./costs/look-costs.ts";
import { measureSelections, type SelectionCost } from "./costs/selection-costs.ts";
import { countAll } from "./counts/count.ts";
import { type StepFigures, toFigures } from "./counts/summary.ts";
import { type Comparison, compareTargets } from "./rounds.ts";

/** How long each call is measured for its CPU time. */
const COST_S = 0.7;

export type Figures = {
  /** "2026-11-29" */
  day: string;
  machine: string;
  counts: StepFigures[];
  comparison: Comparison;
  selections: SelectionCost[];
  log: LogCost[];
  looks: LookCost[];
};

export async function measureAll(rounds: number, seconds: number): Promise<Figures> {
  process.stderr.write("counts\n");
  return {
    day: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown CPU"}, ${process.platform}`,
    counts: toFigures(await countAll()),
    comparison: await compareTargets(rounds, seconds),
    selections: await measureSelections(COST_S),
    log: await measureLog(COST_S),
    looks: await measureLooks(COST_S),
  };
}
