// All figures of one run of the bench. docs/performance.json has those of docs/performance.md.
import { cpus } from "node:os";
import * as v from "valibot";
import { measureLog } from "./costs/log-costs.ts";
import { measurePolls } from "./costs/poll-costs.ts";
import { measureSelections } from "./costs/selection-costs.ts";
import { measureUse } from "./costs/use-costs.ts";
import { countAll } from "./counts/count.ts";
import { WAYS } from "./counts/studio.ts";
import { toFigures } from "./counts/summary.ts";
import { compareTargets } from "./rounds.ts";

/** How long each call is measured for its CPU time. */
const COST_S = 0.7;

/** JSON has no NaN, which is what CPU times are on systems other than Linux. */
const Measure = v.fallback(v.number(), Number.NaN);

export const Figures = v.object({
  /** "2026-11-29" */
  day: v.string(),
  machine: v.string(),
  counts: v.array(
    v.object({
      action: v.string(),
      step: v.string(),
      way: v.picklist(WAYS),
      isolate: v.picklist(["cold", "warm"]),
      before: v.number(),
      rounds: v.number(),
      toKitsu: v.number(),
      toOthers: v.number(),
      objectCalls: v.number(),
      byObjects: v.number(),
      kv: v.number(),
    }),
  ),
  comparison: v.object({
    rows: v.array(
      v.object({
        name: v.string(),
        toHello: Measure,
        toLimit: v.exactOptional(Measure),
        toLimitByCpu: v.exactOptional(Measure),
        perSecond: Measure,
        p50Ms: Measure,
        cpuUs: Measure,
      }),
    ),
    /** the peers that are not installed */
    missing: v.array(v.string()),
  }),
  selections: v.array(v.object({ action: v.string(), asksKitsu: v.boolean(), ms: v.array(Measure) })),
  log: v.array(v.object({ page: v.string(), ms: v.array(Measure), lists: v.array(v.number()) })),
  use: v.array(v.object({ actions: v.number(), runs: v.number(), ms: Measure, uncountedMs: Measure })),
  polls: v.array(v.object({ action: v.string(), jobs: v.number(), polls: v.number(), ms: Measure })),
});
export type Figures = v.InferOutput<typeof Figures>;

/** `problems`: what a reader of the figures has to know; `isRight`: whether all answers were. */
export type Measured = { figures: Figures; problems: string[]; isRight: boolean };

export async function measureAll(rounds: number, seconds: number): Promise<Measured> {
  process.stderr.write("counts\n");
  const counts = toFigures(await countAll());
  const { problems, isRight, ...comparison } = await compareTargets(rounds, seconds);
  const figures = {
    day: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown CPU"}, ${process.platform}`,
    counts,
    comparison,
    selections: await measureSelections(COST_S),
    log: await measureLog(COST_S),
    use: await measureUse(COST_S),
    polls: await measurePolls(),
  };
  return { figures, problems, isRight };
}
