// A render farm in memory and the time it lives in, both at the mercy of a seed: every call may fail before, while or after it does its work. The
// same seed makes the same faults.

import {
  ANSWER_MAX_MS,
  type Farm,
  type JobRef,
  type JobStanding,
  type JobState,
} from "../../../worker/actions/farm/farm.ts";
import { Failure } from "../../../worker/failure.ts";

/** What ends a watch from outside: a deploy, a lost machine. */
export class Crash extends Error {}

export type Job = JobRef & { mark: string; state: JobState; done: number; total: number; deleted: boolean };

/** mulberry32 */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type World = {
  farm: Farm<string>;
  jobs: Job[];
  /** submissions on their way that arrive later than anybody waits for them */
  late: { at: number; mark: string }[];
  clock: { now: number };
  random(): number;
  /** how likely a fault is */
  faults: number;
  /** what is said of each order */
  refused: Set<string>;
  hasCrashed: boolean;
  advance(ms: number): void;
};

const lost = () => new Failure("farm-unreachable", { text: "The farm did not answer.", retry: true });
const refusal = (text: string) => new Failure("farm-refused", { text });

export function makeWorld(random: () => number): World {
  const clock = { now: 1_000_000 };
  const world: World = {
    farm: {
      title: "Farm",
      atOnce: 1 + Math.floor(random() * 4),
      canPause: true,
      looksMost: random() < 0.5 ? undefined : 1 + Math.floor(random() * 6),
      standstillMs: Number.POSITIVE_INFINITY,
      submit,
      find: async (marks) => {
        meet("find");
        const found = world.jobs.filter(({ mark, deleted }) => marks.includes(mark) && !deleted);
        return new Map(found.map(({ mark, id }) => [mark, { id }]));
      },
      look: async (wanted) => {
        meet("look");
        for (const job of world.jobs) move(job);
        const shown = wanted.map(({ job: { id }, mark }): [string, JobStanding | "gone"] => {
          const job = world.jobs.find((one) => one.id === id && one.mark === mark && !one.deleted);
          return [id, job === undefined ? "gone" : { state: job.state, done: job.done, total: job.total }];
        });
        return new Map(shown);
      },
      control: async ({ id }, _mark, what) => {
        meet("control");
        const job = world.jobs.find((one) => one.id === id && !one.deleted);
        if (job === undefined) throw refusal("There is no such job.");
        if (["done", "failed"].includes(job.state)) throw refusal(`It is ${job.state}.`);
        if (job.state !== "canceled")
          job.state = what === "cancel" ? "canceled" : what === "pause" ? "paused" : "waiting";
        meet("control");
      },
    },
    jobs: [],
    late: [],
    clock,
    random,
    faults: 0,
    refused: new Set(),
    hasCrashed: false,
    advance: (ms) => {
      clock.now += ms;
      const arrived = world.late.filter(({ at }) => at <= clock.now);
      world.late = world.late.filter(({ at }) => at > clock.now);
      for (const { mark } of arrived) accept(mark);
    },
  };
  return world;

  /** A point where things go wrong: a crash, an answer that does not come, time that goes by. */
  function meet(_where: string): void {
    if (world.hasCrashed) throw new Crash();
    world.advance(random() * 300);
    if (random() >= world.faults) return;
    if (random() < 0.4) {
      world.hasCrashed = true;
      throw new Crash();
    }
    world.advance(ANSWER_MAX_MS);
    throw lost();
  }

  async function submit(order: string, mark: string): Promise<JobRef> {
    meet("before");
    if (world.refused.has(order)) throw refusal(`It refused ${order}.`);
    if (random() < world.faults) {
      // It takes its time on the way, and arrives after everybody stopped to wait.
      world.late.push({ at: clock.now + random() * 40_000, mark });
      if (random() < 0.5) world.hasCrashed = true;
      else world.advance(ANSWER_MAX_MS);
      throw world.hasCrashed ? new Crash() : lost();
    }
    const job = accept(mark);
    meet("after");
    return { id: job.id };
  }

  function accept(mark: string): Job {
    const job: Job = { id: `job-${world.jobs.length + 1}`, mark, state: "waiting", done: 0, total: 10, deleted: false };
    world.jobs.push(job);
    return job;
  }

  function move(job: Job): void {
    if (job.deleted || !["waiting", "running"].includes(job.state) || random() < 0.3) return;
    const [accident, size] = [random(), world.faults / 10];
    if (accident < size / 2) job.deleted = true;
    else if (accident < size) job.state = "failed";
    else if (accident < size * 2) Object.assign(job, { state: "waiting", done: 0 });
    else {
      job.done = Math.min(job.total, job.done + Math.ceil(random() * 5));
      job.state = job.done === job.total ? "done" : "running";
    }
  }
}
