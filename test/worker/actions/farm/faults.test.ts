// Nothing is submitted twice and nothing is lost, whatever goes wrong: a thousand runs, each with
// its own faults. To repeat a failed run alone, set FAULT_SEED in the environment.
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Reply } from "../../../../contract.ts";
import type { Control } from "../../../../worker/action/action.ts";
import { controlRender, pollRender } from "../../../../worker/actions/farm/render.ts";
import { makeRun, readRun } from "../../../../worker/actions/farm/render-run.ts";
import { Failure } from "../../../../worker/format/failure.ts";
import { statusInEnglish } from "../../../support/worker/english.ts";
import { Crash, makeRandom, makeWorld, type World } from "../../../support/worker/faulty-farm.ts";
import { makePassContext } from "../../../support/worker/pass-context.ts";

const RUNS = 1_000;
/** Seeds that failed once: a submission arrived after it had been sent again. */
const FAILED_SEEDS = [747_208_694];
const STEPS_MAX = 400;
/** After this many steps there are no more faults, so that every run ends. */
const FAULTY_STEPS = 40;
const CONTROLS: readonly Control[] = ["cancel", "pause", "resume"];

const wanted = v.parse(
  v.fallback(v.pipe(v.string(), v.nonEmpty(), v.transform(Number), v.integer()), -1),
  Reflect.get(env, "FAULT_SEED"),
);

type Ended = { world: World; jobKeys: string[]; reply: Reply; steps: number; known: ReadonlySet<string> };

/** Does what the Durable Object does: keeps what was saved, and calls again. */
async function live(seed: number): Promise<Ended> {
  const random = makeRandom(seed);
  const world = makeWorld(random);
  world.faults = random() * 0.35;
  const shots = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, index) => `shot-${index}`);
  for (const shot of shots) if (random() < 0.08) world.refused.add(shot);
  const run = makeRun(
    `run-${seed}`,
    shots.map((shot) => ({ task: shot, label: shot, submission: shot, size: 10 })),
    [],
  );
  const jobKeys = run.shots.map(({ jobKey }) => jobKey);
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
      // The crash happens before or after the write.
      if (!dies || random() < 0.5) stored = JSON.stringify(data);
      if (dies) {
        world.hasCrashed = true;
        throw new Crash();
      }
    };
    const context = makePassContext({ save });
    const now = () => world.clock.now;
    const data = readRun(v.string(), JSON.parse(stored));
    const control = isControlled && isFaulty && random() < 0.15 ? CONTROLS[Math.floor(random() * 3)] : undefined;
    // Nobody leaves a run paused forever: somebody resumes it.
    const command = !isFaulty && (step === FAULTY_STEPS || shown.includes("resume")) ? "resume" : control;
    try {
      const status = await (command === undefined
        ? pollRender(context, data, world.farm, undefined, now)
        : controlRender(context, data, world.farm, undefined, command, now));
      shown = status.controls ?? [];
      // The alarm may repeat with the same data: except for what was saved, this pass is forgotten
      // then.
      if (isFaulty && random() < world.faults) continue;
      stored = JSON.stringify(status.data);
      for (const { job } of data.shots) if (job !== undefined) known.add(job.id);
      if (status.reply.kind !== "started")
        return { world, jobKeys, reply: statusInEnglish(status).reply, steps: step + 1, known };
      world.advance(status.nextCheckMs ?? 5_000);
    } catch (thrown) {
      if (!(thrown instanceof Crash) && !(thrown instanceof Failure && thrown.reply.retry)) throw thrown;
      world.advance(5_000 + random() * 30_000);
    }
  }
  throw new Error("It never ended");
}

function check({ world, jobKeys, reply, known }: Ended): void {
  world.advance(3_600_000);
  // A job that somebody deleted before we knew that it arrived was never there, as far as anyone
  // can know.
  const jobs = world.jobs.filter(({ deleted, id }) => !deleted || known.has(id));
  for (const jobKey of jobKeys)
    expect(jobs.filter((job) => job.jobKey === jobKey).length, `jobs of ${jobKey}`).toBeLessThanOrEqual(1);
  if (reply.kind !== "done" && reply.kind !== "failed") throw new Error(`It ended ${reply.kind}`);
  const outcomes = reply.outcomes ?? [];
  expect(outcomes.map(({ id }) => id)).toEqual(jobKeys.map((jobKey) => jobKey.split("/").at(-1)));
  for (const { id, state, reason = "" } of outcomes) {
    const job = world.jobs.findLast(({ jobKey }) => jobKey.endsWith(`/${id}`));
    expect(["done", "failed", "skipped"]).toContain(state);
    if (state === "done") expect(job?.state).toBe("done");
    else if (job !== undefined && !job.deleted) expect(job.state).toBe(state === "failed" ? "failed" : "canceled");
    // Without a job it was refused, canceled before it was sent, or it never arrived.
    else if (job === undefined) expect(reason).toMatch(/It refused|before it was sent|did not receive it/);
  }
}

describe("a render run with random faults", () => {
  it("has at most one job and exactly one outcome for each shot, and loses nothing", async () => {
    const first = wanted >= 0 ? wanted : Math.floor(Math.random() * 1_000_000_000);
    const count = wanted >= 0 ? 1 : RUNS;
    const seeds = [...FAILED_SEEDS, ...Array.from({ length: count }, (_, index) => first + index)];
    const began = performance.now();
    const tally = { jobs: 0, steps: 0, done: 0, failed: 0, skipped: 0 };
    for (const seed of seeds) {
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
