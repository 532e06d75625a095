// Flamenco as a farm.
import * as v from "valibot";
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob } from "../../services/flamenco-objects.ts";
import type { Farm } from "./farm.ts";
import type { Site } from "./flamenco-case.ts";
import { controlJob } from "./flamenco-control.ts";
import { lookAtJobs } from "./flamenco-poll.ts";

/** What is sent for one shot, but for the mark. */
export const FlamencoOrder = v.object({
  name: v.string(),
  type: v.string(),
  type_etag: v.optional(v.string()),
  priority: v.number(),
  submitter_platform: v.string(),
  settings: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  metadata: v.record(v.string(), v.string()),
  worker_tag: v.optional(v.string()),
});
export type FlamencoOrder = v.InferOutput<typeof FlamencoOrder>;

/** The metadata a job is found by. Its values must be texts. */
const MARK = "kitsu.mark";
/** Before 3.8 each takes a request more, for its tasks. */
const LOOKS_MOST = 12;
const LOOKS_MOST_COUNTED = 8;

export type FlamencoSite = Omit<Site, "now"> & { standstillMs: number; now?: () => number };

export function makeFlamencoFarm(
  flamenco: Flamenco,
  { page, atOnce, minor, workerTag, standstillMs, now = Date.now }: FlamencoSite,
): Farm<FlamencoOrder> {
  const isOurs = (job: FlamencoJob, mark: string) => job.metadata[MARK] === mark;
  return {
    title: "Flamenco",
    atOnce,
    standstillMs,
    canPause: minor >= 6,
    looksMost: minor >= 8 ? LOOKS_MOST : LOOKS_MOST_COUNTED,
    submit: async (order, mark) => {
      const { id } = await flamenco.submit({ ...order, metadata: { ...order.metadata, [MARK]: mark } });
      return { id };
    },
    find: async (marks) => {
      const wanted = new Set(marks);
      const jobs = await flamenco.jobs();
      return new Map(
        jobs.flatMap(({ id, metadata: { [MARK]: mark } }) =>
          mark !== undefined && wanted.has(mark) ? [[mark, { id }]] : [],
        ),
      );
    },
    look: (wanted) => lookAtJobs(wanted, flamenco, { page, atOnce, minor, workerTag, now }, isOurs),
    control: ({ id }, mark, what) => controlJob(id, what, flamenco, (job) => isOurs(job, mark)),
    picture: ({ id }) => flamenco.lastRendered(id),
  };
}
