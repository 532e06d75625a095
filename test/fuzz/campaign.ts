// Cases by the thousand, from a seed. Each world has so many, so that what it keeps on disk does not grow without end.
import fc from "fast-check";
import { type Case, cases, play } from "./case.ts";
import { Ledger } from "./ledger.ts";
import { Tally } from "./tally.ts";
import { inWorld, type Memory, type World } from "./world.ts";

const WORLD_CASES = 5_000;
/** Isolates are held to their heap; what is beside it, as the text of an answer, or what its parser needs, shows in the process alone. It takes 340 to 470. */
const PROCESS_MAX_MIB = 768;

export type Campaign = {
  cases: number;
  seed: number;
  /** of one case that failed before */
  path?: string | undefined;
  /** how often the log's namespace takes a write of one key */
  writeEveryMs: number;
  log?: (line: string) => void;
};

export type Result = { tally: Tally; memory: Memory; runs: number; failure: string | undefined };

export async function campaign({ cases: count, seed, path, writeEveryMs, log }: Campaign): Promise<Result> {
  const tally = new Tally();
  const memory: Memory = { now: 0, most: 0 };
  let runs = 0;
  for (let begin = 0; begin < count; begin += WORLD_CASES) {
    const own = {
      seed: seed + begin / WORLD_CASES,
      numRuns: Math.min(WORLD_CASES, count - begin),
      ...(path !== undefined && { path }),
    };
    const failure = await inWorld(writeEveryMs, async (world) => {
      const ledger = new Ledger();
      const failed = await check(own, async (one) => play(one, world, tally, ledger));
      if (failed !== undefined) return `${failed}\n\n${sayConsole(world)}`;
      const faults = path === undefined ? await ledger.compare(world.namespace) : [];
      const { now, most } = world.readMemory();
      Object.assign(memory, { now, most: Math.max(memory.most, most) });
      runs += ledger.size;
      log?.(
        `seed ${own.seed}: ${tally.cases.toLocaleString("en")} cases, ${tally.requests.toLocaleString("en")} requests, ${runs.toLocaleString("en")} runs; ${most.toFixed(0)} MiB at most, ${now.toFixed(0)} at the end`,
      );
      if (most > PROCESS_MAX_MIB) faults.push(`The workers' process took ${most.toFixed(0)} MiB`);
      return faults.length === 0
        ? undefined
        : `Seed ${own.seed}, after all of its cases:\n${faults.slice(0, 20).join("\n")}\n\n${sayConsole(world)}`;
    });
    if (failure !== undefined) return { tally, memory, runs, failure };
  }
  return { tally, memory, runs, failure: undefined };
}

const sayConsole = (world: World) => `The worker's console:\n${world.readConsole().slice(-3_000)}`;

type Own = { seed: number; numRuns: number; path?: string };

/** How long a smaller case is looked for. */
const SHRINK_MAX_MS = 60_000;

/** What is wrong, by the smallest case that shows it. */
async function check(own: Own, play: (one: Case) => Promise<void>): Promise<string | undefined> {
  let failedAt: number | undefined;
  const run = async (one: Case) => {
    // What passes ends the search.
    if (failedAt !== undefined && Date.now() - failedAt > SHRINK_MAX_MS) return;
    await play(one).catch((cause: unknown) => {
      failedAt ??= Date.now();
      throw cause;
    });
  };
  const details = await fc.check(fc.asyncProperty(cases(), run), {
    ...own,
    ...(own.path !== undefined && { endOnFailure: true }),
  });
  if (!details.failed) return undefined;
  const { errorInstance } = details;
  const error = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const [found] = details.counterexample ?? [];
  return `${error}\n\nThe case, shrunk ${details.numShrinks} times:\n${JSON.stringify(found).slice(0, 6_000)}\n\nOnce more: npm run fuzz -- --seed ${details.seed} --path ${details.counterexamplePath}`;
}
