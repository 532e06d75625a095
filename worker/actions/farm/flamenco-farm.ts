// Flamenco as a farm.
import * as v from "valibot";
import { toEnglish } from "../../format/localize.ts";
import type { Text } from "../../format/message.ts";
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob } from "../../services/flamenco-objects.ts";
import type { Farm } from "./farm.ts";
import { controlJob } from "./flamenco-control.ts";
import { pollFlamencoJobs } from "./flamenco-poll.ts";
import type { ManagerInfo } from "./flamenco-polled-job.ts";

/** What is sent for one shot, except for the job key. */
export const FlamencoSubmission = v.object({
  name: v.string(),
  type: v.string(),
  type_etag: v.optional(v.string()),
  priority: v.number(),
  submitter_platform: v.string(),
  settings: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  metadata: v.record(v.string(), v.string()),
  worker_tag: v.optional(v.string()),
});
export type FlamencoSubmission = v.InferOutput<typeof FlamencoSubmission>;

/** The metadata that identifies a job. Flamenco requires its values to be strings. */
const JOB_KEY = "kitsu.mark";
const POLL_LIMIT = 12;
/** Before 3.8 each job takes one more request, for its tasks. */
const POLL_LIMIT_WITH_TASKS = 8;

export type FlamencoFarmOptions = Omit<ManagerInfo, "now"> & {
  standstillLimitMs: number;
  now?: () => number;
  /** for the notes that Flamenco shows to people; English if absent */
  localize?: (text: Text) => string;
};

export function makeFlamencoFarm(
  flamenco: Flamenco,
  { page, concurrency, minor, workerTag, standstillLimitMs, now = Date.now, localize = toEnglish }: FlamencoFarmOptions,
): Farm<FlamencoSubmission> {
  const isOurs = (job: FlamencoJob, jobKey: string) => job.metadata[JOB_KEY] === jobKey;
  return {
    title: "Flamenco",
    concurrency,
    standstillLimitMs,
    canPause: minor >= 6,
    pollLimit: minor >= 8 ? POLL_LIMIT : POLL_LIMIT_WITH_TASKS,
    submit: async (submission, jobKey) => {
      const { id } = await flamenco.submit({ ...submission, metadata: { ...submission.metadata, [JOB_KEY]: jobKey } });
      return { id };
    },
    find: async (jobKeys) => {
      const wanted = new Set(jobKeys);
      const jobs = await flamenco.jobs();
      return new Map(
        jobs.flatMap(({ id, metadata: { [JOB_KEY]: jobKey } }) =>
          jobKey !== undefined && wanted.has(jobKey) ? [[jobKey, { id }]] : [],
        ),
      );
    },
    poll: (queries) => pollFlamencoJobs(queries, flamenco, { page, concurrency, minor, workerTag, now }, isOurs),
    control: ({ id }, jobKey, command) => controlJob(id, command, flamenco, (job) => isOurs(job, jobKey), localize),
    findPictureUrl: ({ id }) => flamenco.lastRendered(id),
  };
}
