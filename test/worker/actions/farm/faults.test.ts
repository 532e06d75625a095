// Nothing is submitted twice and nothing is lost, whatever goes wrong and whenever: a thousand runs, each with faults of its own. A run that fails is
// run again alone with FAULT_SEED in the environment.
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Reply } from "../../../../contract.ts";
import type { Control } from "../../../../worker/action/action.ts";
import { carryOn, controlRun } from "../../../../worker/actions/farm/render.ts";
import { makeRun, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { Failure } from "../../../../worker/failure.ts";
import { Crash, makeRandom, makeWorld, type World } from "../../../support/worker/faulty-farm.ts";

const RUNS = 1_000;
const STEPS_MAX = 400;
/** After so many steps nothing goes wrong any more, so that every run ends. */
const FAULTY_STEPS = 40;
const CONTROLS: readonly Control[] = ["cancel", "pause", "resume"];

const wanted = v.parse(
  v.fallback(v.pipe(v.string(), v.nonEmpty(), v.transform(Number), v.integer()), -1),
  Reflect.get(env, "FAULT_SEED"),
);

type Ended = { world: World; marks: string[]; reply: Reply; steps: number; known: ReadonlySet<string> };

/** What the Durable Object does: it keeps what was saved, and calls again. */
async function live(seed: number): Promise<Ended> {
  const random = makeRandom(seed);
  const world = makeWorld(random);
  world.faults = random() * 0.35;
  const shots = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, index) => `shot-${index}`);
  for (const shot of shots) if (random() < 0.08) world.refused.add(shot);
  const run = makeRun(
    `run-${seed}`,
    shots.map((shot) => ({ task: shot, label: shot, order: shot, size: 10 })),
    [],
  );
  const marks = run.shots.map(({ mark }) => mark);
  let stored = JSON.stringify(run);
  const known = new Set<string>();
  let shown: readonly Control[] = [];
  const isControlled = random() < 0.4;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const isFaulty = step < FAULTY_STEPS;
    if (!isFaulty) world.faults = 0;
    world.hasCrashed = false;
    const save = async (data: unknown) => {
      if (world.hasCrashed) throw new Crash();
      const dies = random() < world.faults;
      // Before it was written, or after.
      if (!dies || random() < 0.5) stored = JSON.stringify(data);
      if (dies) {
        world.hasCrashed = true;
        throw new Crash();
      }
    };
    const watch = { save, signal: new AbortController().signal, readRunReply: async () => undefined };
    const now = () => world.clock.now;
    const data = readRun(v.string(), JSON.parse(stored));
    const control = isControlled && isFaulty && random() < 0.15 ? CONTROLS[Math.floor(random() * 3)] : undefined;
    // Nobody leaves a run paused for ever: whoever sees that it can be resumed does so.
    const what = !isFaulty && (step === FAULTY_STEPS || shown.includes("resume")) ? "resume" : control;
    try {
      const standing = await (what === undefined
        ? carryOn(watch, data, world.farm, now)
        : controlRun(watch, data, world.farm, what, now));
      shown = standing.controls ?? [];
      // The alarm may come again for the same data: what this watch did, but for what it saved, nobody knows then.
      if (isFaulty && random() < world.faults) continue;
      stored = JSON.stringify(standing.data);
      for (const { job } of data.shots) if (job !== undefined) known.add(job.id);
      if (standing.reply.kind !== "started") return { world, marks, reply: standing.reply, steps: step + 1, known };
      world.advance(standing.nextCheckMs ?? 0);
    } catch (thrown) {
      if (!(thrown instanceof Crash) && !(thrown instanceof Failure && thrown.reply.retry)) throw thrown;
      world.advance(5_000 + random() * 30_000);
    }
  }
  throw new Error("It never ended");
}

function check({ world, marks, reply, known }: Ended): void {
  world.advance(3_600_000);
  // What somebody deleted on the farm before we heard that it arrived was, for all anybody can know, never there.
  const jobs = world.jobs.filter(({ deleted, id }) => !deleted || known.has(id));
  for (const mark of marks)
    expect(jobs.filter((job) => job.mark === mark).length, `jobs of ${mark}`).toBeLessThanOrEqual(1);
  if (reply.kind !== "done" && reply.kind !== "failed") throw new Error(`It ended ${reply.kind}`);
  const outcomes = reply.outcomes ?? [];
  expect(outcomes.map(({ id }) => id)).toEqual(marks.map((mark) => mark.split("/").at(-1)));
  for (const { id, state, reason = "" } of outcomes) {
    const job = world.jobs.findLast(({ mark }) => mark.endsWith(`/${id}`));
    expect(["done", "failed", "skipped"]).toContain(state);
    if (state === "done") expect(job?.state).toBe("done");
    else if (job !== undefined && !job.deleted) expect(job.state).toBe(state === "failed" ? "failed" : "canceled");
    // Without a job it was refused, canceled before it was sent, or it never arrived.
    else if (job === undefined) expect(reason).toMatch(/It refused|before it was sent|does not have it/);
  }
}

describe("a render run, whatever happens to it,", () => {
  it("has one job at most for each shot, one outcome for each, and loses nothing", async () => {
    const first = wanted >= 0 ? wanted : Math.floor(Math.random() * 1_000_000_000);
    const count = wanted >= 0 ? 1 : RUNS;
    const began = performance.now();
    const tally = { jobs: 0, steps: 0, done: 0, failed: 0, skipped: 0 };
    for (let seed = first; seed < first + count; seed += 1) {
      try {
        const ended = await live(seed);
        check(ended);
        tally.jobs += ended.world.jobs.length;
        tally.steps += ended.steps;
        for (const { state } of ended.reply.kind === "done" || ended.reply.kind === "failed"
          ? (ended.reply.outcomes ?? [])
          : []) {
          if (state === "done" || state === "failed" || state === "skipped") tally[state] += 1;
        }
      } catch (cause) {
        throw new Error(`FAULT_SEED=${seed} fails: ${cause instanceof Error ? cause.message : cause}`, { cause });
      }
    }
    console.log(
      `${count} runs from seed ${first}, ${Math.round(performance.now() - began)} ms: ${JSON.stringify(tally)}`,
    );
    expect(tally.done).toBeGreaterThan(0);
  }, 60_000);
});
