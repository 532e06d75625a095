// Runs thousands of cases from a seed. Each environment gets a part of them, so that its storage
// stays small.
import fc from "fast-check";
import { AnsweredRuns } from "./answered-runs.ts";
import { type Case, cases, runCase } from "./case.ts";
import { type Environment, type Memory, withEnvironment } from "./environment.ts";
import { ResponseCounts } from "./response-counts.ts";

const ENVIRONMENT_CASES = 5_000;
/**
 * The limit of an isolate is that of its heap. Memory outside it, such as the text of an answer or
 * what its parser needs, shows only in the process, which takes 340 to 470 MiB.
 */
const PROCESS_MAX_MIB = 768;

export type Options = {
  cases: number;
  seed: number;
  /** the path of one case that failed before */
  path?: string | undefined;
  /** the shortest time between two writes of one KV key */
  writeIntervalMs: number;
  log?: (line: string) => void;
};

export type Result = { counts: ResponseCounts; memory: Memory; runs: number; failure: string | undefined };

export async function runCases({ cases: count, seed, path, writeIntervalMs, log }: Options): Promise<Result> {
  const counts = new ResponseCounts();
  const memory: Memory = { current: 0, peak: 0 };
  let runs = 0;
  for (let start = 0; start < count; start += ENVIRONMENT_CASES) {
    const part = {
      seed: seed + start / ENVIRONMENT_CASES,
      numRuns: Math.min(ENVIRONMENT_CASES, count - start),
      ...(path !== undefined && { path }),
    };
    const failure = await withEnvironment(writeIntervalMs, async (environment) => {
      const answeredRuns = new AnsweredRuns();
      const failed = await findFailure(part, (one) => runCase(one, environment, counts, answeredRuns));
      if (failed !== undefined) return `${failed}\n\n${formatConsole(environment)}`;
      const faults = path === undefined ? await answeredRuns.compare(() => environment.kv.read()) : [];
      const { current, peak } = environment.readMemory();
      Object.assign(memory, { current, peak: Math.max(memory.peak, peak) });
      runs += answeredRuns.size;
      log?.(
        `seed ${part.seed}: ${counts.cases.toLocaleString("en")} cases, ${counts.requests.toLocaleString("en")} requests, ${runs.toLocaleString("en")} runs; memory ${current.toFixed(0)} MiB, at most ${peak.toFixed(0)}`,
      );
      if (peak > PROCESS_MAX_MIB) faults.push(`The workers' process took ${peak.toFixed(0)} MiB`);
      return faults.length === 0
        ? undefined
        : `Seed ${part.seed}, after all of its cases:\n${faults.slice(0, 20).join("\n")}\n\n${formatConsole(environment)}`;
    });
    if (failure !== undefined) return { counts, memory, runs, failure };
  }
  return { counts, memory, runs, failure: undefined };
}

const formatConsole = (environment: Environment) => `The worker's console:\n${environment.readConsole().slice(-3_000)}`;

type Part = { seed: number; numRuns: number; path?: string };

/** How long to look for a smaller case. */
const SHRINK_MAX_MS = 60_000;

/** Describes the smallest case that fails, if any. */
async function findFailure(part: Part, run: (one: Case) => Promise<void>): Promise<string | undefined> {
  let failedAt: number | undefined;
  const runUntilTimeout = async (one: Case) => {
    // A case that passes ends the search.
    if (failedAt !== undefined && Date.now() - failedAt > SHRINK_MAX_MS) return;
    await run(one).catch((cause: unknown) => {
      failedAt ??= Date.now();
      throw cause;
    });
  };
  const details = await fc.check(fc.asyncProperty(cases(), runUntilTimeout), {
    ...part,
    ...(part.path !== undefined && { endOnFailure: true }),
  });
  if (!details.failed) return undefined;
  const { errorInstance } = details;
  const error = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const [found] = details.counterexample ?? [];
  return `${error}\n\nThe case, shrunk ${details.numShrinks} times:\n${JSON.stringify(found).slice(0, 6_000)}\n\nTo repeat it: npm run fuzz -- --seed ${details.seed} --path ${details.counterexamplePath}`;
}
