// Flamenco as a farm: how its jobs stand, in our words, and what it allows in which state.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import type { Flamenco } from "../services/flamenco.ts";
import type { AskedStatus, FlamencoJob, JobStatus } from "../services/flamenco-objects.ts";
import type { Farm, JobControl, JobStanding, JobState } from "./farm.ts";
import { parseFrames } from "./frames.ts";

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
/** Up to so many are asked for one by one, more by the list of all jobs. */
const SINGLE_MAX = 3;
/** Jobs whose tasks are counted in one look: managers before 3.8 do not tell how far a job is. */
const COUNTED_MAX = 12;
/** Jobs whose log is read in one look, for why they failed. */
const EXPLAINED_MAX = 3;

const STATES: Readonly<Record<JobStatus, JobState>> = {
  "under-construction": "waiting",
  queued: "waiting",
  requeueing: "waiting",
  active: "running",
  "pause-requested": "running",
  "cancel-requested": "running",
  paused: "paused",
  canceled: "canceled",
  completed: "done",
  failed: "failed",
};

type Change = { ask: AskedStatus; from: readonly JobStatus[]; already: readonly JobStatus[]; words: string; note: string };
const CHANGES: Readonly<Record<JobControl, Change>> = {
  cancel: {
    ask: "cancel-requested",
    from: ["queued", "active", "paused", "pause-requested", "failed"],
    already: ["cancel-requested", "canceled"],
    words: "canceled",
    note: "Canceled in Kitsu",
  },
  pause: {
    ask: "pause-requested",
    from: ["queued", "active"],
    already: ["pause-requested", "paused"],
    words: "paused",
    note: "Paused in Kitsu",
  },
  resume: {
    ask: "requeueing",
    from: ["paused"],
    already: ["queued", "active", "requeueing"],
    words: "resumed",
    note: "Resumed in Kitsu",
  },
  restart: {
    ask: "requeueing",
    // Flamenco keeps the tasks that are done, but of a job that is completed it would render all.
    from: ["canceled", "failed", "paused"],
    already: ["queued", "active", "requeueing", "completed"],
    words: "restarted",
    note: "Restarted in Kitsu",
  },
};

export type FlamencoSite = { page: string; atOnce: number; minor: number; standstillMs: number };

export function makeFlamencoFarm(flamenco: Flamenco, { page, atOnce, minor, standstillMs }: FlamencoSite): Farm<FlamencoOrder> {
  const stand = (job: FlamencoJob, [done, total]: readonly [number, number], cause?: string): JobStanding => ({
    state: STATES[job.status],
    ...(job.status === "pause-requested" && { isPausing: true }),
    done,
    total,
    reason: [explain(job), cause].filter(Boolean).join(". ") || undefined,
    url: `${page}/app/jobs/${job.id}`,
  });
  return {
    title: "Flamenco",
    atOnce,
    standstillMs,
    canPause: minor >= 6,
    submit: async (order, mark) => {
      const { id } = await flamenco.submit({ ...order, metadata: { ...order.metadata, [MARK]: mark } });
      return { id };
    },
    find: async (marks) => {
      const wanted = new Set(marks);
      const jobs = await flamenco.jobs();
      return new Map(
        jobs.flatMap(({ id, metadata: { [MARK]: mark } }) => (mark !== undefined && wanted.has(mark) ? [[mark, { id }]] : [])),
      );
    },
    look: async (wanted) => {
      const marks = new Map(wanted.map(({ job: { id }, mark }) => [id, mark]));
      const all =
        wanted.length <= SINGLE_MAX ? await Promise.all(wanted.map(({ job: { id } }) => flamenco.job(id))) : await flamenco.jobs();
      const jobs = all
        .filter((job) => job !== undefined && marks.get(job.id) === job.metadata[MARK])
        .filter((job) => job !== undefined);
      const counts = await countTasks(jobs.filter(needsCount).slice(0, COUNTED_MAX), flamenco, atOnce);
      const causes = await findCauses(jobs.filter(({ status }) => status === "failed").slice(0, EXPLAINED_MAX), flamenco);
      const found = new Map(
        jobs.map((job) => [job.id, stand(job, counts.get(job.id) ?? countSteps(job), causes.get(job.id))] as const),
      );
      return new Map(wanted.map(({ job: { id } }) => [id, found.get(id) ?? "gone"]));
    },
    control: async ({ id }, mark, what) => {
      const job = await flamenco.job(id);
      if (job === undefined || job.metadata[MARK] !== mark)
        throw new Failure("farm-refused", { text: "It was deleted on the farm." });
      const { ask, from, already, words, note } = CHANGES[what];
      if (already.includes(job.status)) return undefined;
      // Until the tasks that were under way have ended.
      if (job.status === "pause-requested" && what === "resume") return "later";
      if (!from.includes(job.status)) {
        throw new Failure("farm-refused", {
          text: `Flamenco does not allow it to be ${words}: it is ${job.status}.`,
          retry: job.status === "under-construction",
        });
      }
      await flamenco.setStatus(id, ask, note);
      return undefined;
    },
    picture: ({ id }) => flamenco.lastRendered(id),
  };
}

/** What is said before the words: the status is known. */
const CHANGED = /^Changed to status "[\w-]+": /;

/** Its own words, where something is wrong or about to change. */
function explain({ status, activity }: FlamencoJob): string | undefined {
  if (status === "cancel-requested") return "Being canceled";
  if (status === "pause-requested") return "Being paused";
  return (status === "failed" || status === "canceled") && activity !== ""
    ? activity.replace(CHANGED, "").slice(0, 500)
    : undefined;
}

/** The preview movie is a step of its own, and no frame. */
function countSteps({ settings, steps_completed: done, steps_total: total }: FlamencoJob): readonly [done: number, total: number] {
  const frames = parseFrames(settings.frames, total);
  return typeof frames !== "string" && frames.count === total - 1 ? [Math.min(done, frames.count), frames.count] : [done, total];
}

const needsCount = ({ status, steps_total }: FlamencoJob) =>
  steps_total === 0 && ["active", "paused", "pause-requested", "cancel-requested", "failed"].includes(status);

/** A job whose tasks can't be had, as they may be many, goes on uncounted: how it stands is known. */
async function countTasks(
  jobs: readonly FlamencoJob[],
  flamenco: Flamenco,
  atOnce: number,
): Promise<ReadonlyMap<string, readonly [done: number, total: number]>> {
  const counts = new Map<string, readonly [number, number]>();
  for (let start = 0; start < jobs.length; start += atOnce) {
    const some = jobs.slice(start, start + atOnce);
    const found = await Promise.allSettled(some.map(({ id }) => flamenco.tasks(id)));
    for (const [index, one] of found.entries()) {
      if (one.status === "rejected") continue;
      const done = one.value.filter(({ status }) => status === "completed").length;
      counts.set(some[index]?.id ?? "", [done, one.value.length]);
    }
    // Those after it would use up the time of the watch.
    if (found.some(({ status }) => status === "rejected")) break;
  }
  return counts;
}

/** What a program that failed says of it; after that come the words of whoever ran it. */
const COMPLAINT = /error|exception|cannot|no such/i;

/** Of each job the complaint of the first task that failed. That there is none, or none can be had, is no trouble. */
async function findCauses(jobs: readonly FlamencoJob[], flamenco: Flamenco): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.allSettled(
    jobs.map(async ({ id }): Promise<[id: string, cause: string]> => {
      const failed = (await flamenco.tasks(id)).find(({ status }) => status === "failed");
      const lines = failed === undefined ? [] : (await flamenco.log(failed.id)).split("\n");
      return [
        id,
        lines
          .findLast((line) => COMPLAINT.test(line))
          ?.trim()
          .slice(0, 300) ?? "",
      ];
    }),
  );
  return new Map(found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
}
