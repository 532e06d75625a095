// A render farm in memory with a clock of its own, both controlled by a seed: every call may fail
// before, during or after its work. The same seed makes the same faults.

import {
  ANSWER_MAX_MS,
  type Farm,
  type JobRef,
  type JobState,
  type JobStatus,
} from "../../../worker/actions/farm/farm.ts";
import { Failure } from "../../../worker/format/failure.ts";

/** Ends a pass from outside, like a deploy or a lost machine. */
export class Crash extends Error {}

export type Job = JobRef & { jobKey: string; state: JobState; done: number; total: number; deleted: boolean };

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
  /** submissions that arrive after everybody stopped waiting */
  late: { at: number; jobKey: string }[];
  clock: { now: number };
  random(): number;
  /** how likely a fault is */
  faults: number;
  /** these submissions are refused */
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
      concurrency: 1 + Math.floor(random() * 4),
      canPause: true,
      pollLimit: random() < 0.5 ? undefined : 1 + Math.floor(random() * 6),
      standstillLimitMs: Number.POSITIVE_INFINITY,
      submit,
      find: async (jobKeys) => {
        mayFail("find");
        const found = world.jobs.filter(({ jobKey, deleted }) => jobKeys.includes(jobKey) && !deleted);
        return new Map(found.map(({ jobKey, id }) => [jobKey, { id }]));
      },
      poll: async (wanted) => {
        mayFail("look");
        for (const job of world.jobs) move(job);
        const shown = wanted.map(({ job: { id }, jobKey }): [string, JobStatus | "gone"] => {
          const job = world.jobs.find((one) => one.id === id && one.jobKey === jobKey && !one.deleted);
          return [id, job === undefined ? "gone" : { state: job.state, done: job.done, total: job.total }];
        });
        return new Map(shown);
      },
      control: async ({ id }, _mark, what) => {
        mayFail("control");
        const job = world.jobs.find((one) => one.id === id && !one.deleted);
        if (job === undefined) throw refusal("There is no such job.");
        if (["done", "failed"].includes(job.state)) throw refusal(`It is ${job.state}.`);
        if (job.state !== "canceled")
          job.state = what === "cancel" ? "canceled" : what === "pause" ? "paused" : "waiting";
        mayFail("control");
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
      for (const { jobKey } of arrived) accept(jobKey);
    },
  };
  return world;

  /** A point where things go wrong: a crash, a lost answer, or time that passes. */
  function mayFail(_where: string): void {
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

  async function submit(submission: string, jobKey: string): Promise<JobRef> {
    mayFail("before");
    if (world.refused.has(submission)) throw refusal(`It refused ${submission}.`);
    if (random() < world.faults) {
      // It is delayed on the way, and arrives after everybody stopped waiting.
      world.late.push({ at: clock.now + random() * 40_000, jobKey });
      if (random() < 0.5) world.hasCrashed = true;
      else world.advance(ANSWER_MAX_MS);
      throw world.hasCrashed ? new Crash() : lost();
    }
    const job = accept(jobKey);
    mayFail("after");
    return { id: job.id };
  }

  function accept(jobKey: string): Job {
    const job: Job = {
      id: `job-${world.jobs.length + 1}`,
      jobKey,
      state: "waiting",
      done: 0,
      total: 10,
      deleted: false,
    };
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
