// What this isolate remembers of a Flamenco, so that a person who answers a form and confirms it
// does not wait for the same answers again. Nothing here decides whether a job is rendered:
// Flamenco compiles every job once more when it is submitted.
import { Failure } from "../format/failure.ts";
import { sha256Hex } from "../format/hex.ts";
import type { Flamenco, FlamencoTarget } from "./flamenco-client.ts";
import type { Machine } from "./flamenco-objects.ts";
import { createMemory, type Memory } from "./isolate-memory.ts";

const life = (ms: number) => ({ freshMs: ms, keepMs: ms });
const MINUTE = { ...life(60_000), maxEntries: 20 };

const versions = createMemory<{ major: number; minor: number }>(MINUTE);
/** Flamencos that have been set up. */
const setUp = createMemory<true>(MINUTE);
const tags = createMemory<{ id: string; name: string }[]>(MINUTE);
const machines = createMemory<Machine[]>(MINUTE);
/** Jobs that compile, by their digest. */
const compiled = createMemory<true>({ ...life(600_000), maxEntries: 1_000 });

/**
 * - `nothing`: everything is asked now, so that the person learns whether Flamenco can be reached
 * - `setup`: its version, and that it has been set up
 * - `plan`: also the answers that the plan was made from which the person has confirmed
 */
export type Remembered = "nothing" | "setup" | "plan";

/**
 * The same Flamenco. Whatever it answers is remembered.
 * @param remembered what is not asked again
 */
export function addMemory(flamenco: Flamenco, { url, access }: FlamencoTarget, remembered: Remembered): Flamenco {
  const key = JSON.stringify([url, access?.id]);
  const knowsSetup = remembered !== "nothing";
  const knowsPlan = remembered === "plan";
  /** Flamenco may have been replaced or changed. */
  const forgetAfterTrouble = (thrown: unknown): never => {
    if (thrown instanceof Failure) for (const memory of [versions, setUp, tags, machines]) memory.forget(key);
    throw thrown;
  };
  const read = async <T>(memory: Memory<T>, isKnown: boolean, ask: () => Promise<T>): Promise<T> => {
    const known = isKnown ? memory.find(key) : undefined;
    if (known !== undefined) return known.value;
    const value = await ask().catch(forgetAfterTrouble);
    memory.put(key, value);
    return value;
  };
  return {
    ...flamenco,
    version: () => read(versions, knowsSetup, flamenco.version),
    isFirstRun: async () => {
      if (knowsSetup && setUp.find(key) !== undefined) return false;
      const isFirstRun = await flamenco.isFirstRun().catch(forgetAfterTrouble);
      if (!isFirstRun) setUp.put(key, true);
      return isFirstRun;
    },
    tags: () => read(tags, knowsPlan, flamenco.tags),
    machines: () => read(machines, knowsPlan, flamenco.machines),
    check: async (job) => {
      const digest = await sha256Hex(JSON.stringify([key, job]));
      if (knowsPlan && compiled.find(digest) !== undefined) return;
      await flamenco.check(job).catch(forgetAfterTrouble);
      compiled.put(digest, true);
    },
  };
}
