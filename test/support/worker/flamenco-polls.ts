// Flamenco as a farm, polled like by a run: again and again, each time with the last status.
import type { Farm, JobQuery, JobStatus } from "../../../worker/actions/farm/farm.ts";
import { type FlamencoSubmission, makeFlamencoFarm } from "../../../worker/actions/farm/flamenco-farm.ts";
import { localizeAll, toEnglish } from "../../../worker/format/localize.ts";
import type { Text } from "../../../worker/format/message.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { openFlamenco } from "../../../worker/services/flamenco-client.ts";
import { type FakeFlamenco, FLAMENCO } from "./flamenco.ts";

export const SUBMISSION: FlamencoSubmission = {
  name: "SQ01_SH010 Lighting",
  type: "simple-blender-render",
  priority: 50,
  submitter_platform: "linux",
  settings: {
    frames: "101-148",
    chunk_size: 5,
    blendfile: "/mnt/prod/sh010.blend",
    render_output_path: "/mnt/r/{timestamp}/######",
    format: "PNG",
    fps: 24,
  },
  metadata: { project: "Demo" },
};

/** A new one for each pass: its number of requests is limited. */
export function openFarm(
  fake: FakeFlamenco,
  minor = fake.manager.minor,
  localize: (text: Text) => string = toEnglish,
): Farm<FlamencoSubmission> {
  const service = openFlamenco({ url: FLAMENCO, access: undefined }, new AbortController().signal);
  return makeFlamencoFarm(service, {
    page: FLAMENCO,
    concurrency: 4,
    minor,
    standstillLimitMs: 3_600_000,
    now: fake.now,
    localize,
  });
}

/** A query for each submission. */
export async function submitAll(fake: FakeFlamenco, submissions: readonly FlamencoSubmission[]): Promise<JobQuery[]> {
  const farm = openFarm(fake);
  const queries: JobQuery[] = [];
  for (const [index, submission] of submissions.entries()) {
    const jobKey = `run/${index}`;
    queries.push({ job: await farm.submit(submission, jobKey), jobKey });
  }
  fake.requests.length = 0;
  return queries;
}

/**
 * Polls like the engine. Returns the statuses in English, in the order of the queries; undefined
 * for a job that was never polled.
 */
export function followJobs(fake: FakeFlamenco, queries: readonly JobQuery[]) {
  const known = new Map<string, JobStatus | "gone">();
  const polledAt = new Map<string, number>();
  const standstillMs = new Map<string, number>();
  const poll = async (): Promise<(JobStatus | "gone" | undefined)[]> => {
    const farm = openFarm(fake);
    const wanted = queries
      .filter(({ job }) => !["done", "failed", "canceled"].includes(stateOf(known.get(job.id)) ?? ""))
      .toSorted((a, b) => (polledAt.get(a.job.id) ?? 0) - (polledAt.get(b.job.id) ?? 0))
      .slice(0, farm.pollLimit)
      .map(
        (one): JobQuery => ({
          ...one,
          lastStatus: statusOf(known.get(one.job.id)),
          standstillMs: standstillMs.get(one.job.id),
        }),
      );
    // As it is stored between two polls.
    const found = new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(await farm.poll(wanted))))));
    for (const { job, lastStatus: status } of wanted) {
      const now = found.get(job.id) as JobStatus | "gone" | undefined;
      if (now === undefined) continue;
      const isStill = now !== "gone" && now.state === "waiting" && !now.isQueued && now.done <= (status?.done ?? 0);
      const seenMs = fake.now() - (polledAt.get(job.id) ?? fake.now());
      const before = standstillMs.get(job.id);
      if (isStill) standstillMs.set(job.id, before === undefined ? 0 : before + seenMs);
      else standstillMs.delete(job.id);
      known.set(job.id, now);
      polledAt.set(job.id, fake.now());
    }
    return queries.map(({ job }) => known.get(job.id));
  };
  const pollInEnglish = async () => localizeAll(await poll(), ENGLISH) as (JobStatus | "gone" | undefined)[];
  return {
    poll: pollInEnglish,
    /** Polls until the condition holds, or for this long. Returns how long it took. */
    wait: async (isSo: (all: (JobStatus | "gone" | undefined)[]) => boolean, mostMs = 60_000, everyMs = 3_000) => {
      const began = fake.now();
      let all = await pollInEnglish();
      while (!isSo(all) && fake.now() - began < mostMs) {
        fake.pass(everyMs);
        all = await pollInEnglish();
      }
      return { all, ms: fake.now() - began, isSo: isSo(all) };
    },
  };
}

const statusOf = (one: JobStatus | "gone" | undefined) => (one === "gone" ? undefined : one);
const stateOf = (one: JobStatus | "gone" | undefined) => statusOf(one)?.state;
export const isIn =
  (state: JobStatus["state"]) =>
  (all: readonly (JobStatus | "gone" | undefined)[]): boolean =>
    all.every((one) => stateOf(one) === state);
