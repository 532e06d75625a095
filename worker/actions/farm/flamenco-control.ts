// What Flamenco is asked to do with a job. It does nearly whatever it is asked, in any state: of a job that is completed it makes a canceled one, or
// renders all of it again. So the state is read before, and again after.
import { Failure } from "../../failure.ts";
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { AskedStatus, FlamencoJob, FlamencoTask, JobStatus } from "../../services/flamenco-objects.ts";
import type { JobControl } from "./farm.ts";

type Change = {
  ask: AskedStatus;
  from: readonly JobStatus[];
  already: readonly JobStatus[];
  words: string;
  note: string;
};
const CHANGES: Readonly<Record<JobControl, Change>> = {
  cancel: {
    ask: "cancel-requested",
    from: ["queued", "active", "paused", "pause-requested"],
    // How it failed is told, whether it was to be canceled or not.
    already: ["cancel-requested", "canceled", "failed"],
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
    already: ["requeueing"],
    words: "resumed",
    note: "Resumed in Kitsu",
  },
  restart: {
    ask: "requeueing",
    // Flamenco keeps the tasks that are done, but of a job that is completed it would render all.
    from: ["canceled", "failed", "paused"],
    already: ["requeueing", "completed"],
    words: "restarted",
    note: "Restarted in Kitsu",
  },
};
/** What of its tasks is to be queued again, in a job that is under way. */
const HALTED: Partial<Record<JobControl, readonly FlamencoTask["status"][]>> = {
  resume: ["paused"],
  restart: ["failed", "paused", "canceled"],
};

/** @param isOurs whether it is the job that was sent */
export async function controlJob(
  id: string,
  what: JobControl,
  flamenco: Flamenco,
  isOurs: (job: FlamencoJob) => boolean,
): Promise<"later" | undefined> {
  const job = await flamenco.job(id);
  // The next look says what became of it.
  if ((job === undefined || !isOurs(job)) && what === "cancel") return undefined;
  if (job === undefined || !isOurs(job)) throw new Failure("farm-refused", { text: "It was deleted on the farm." });
  const { ask, from, already, words, note } = CHANGES[what];
  if (already.includes(job.status)) return undefined;
  const isUnderWay = ["queued", "active", "pause-requested"].includes(job.status);
  const halted = isUnderWay ? HALTED[what] : undefined;
  if (halted !== undefined) {
    const tasks = await flamenco.tasks(id);
    const isAtWork = tasks.some(({ status }) => status === "active");
    // Until the tasks that were under way have ended.
    if (job.status === "pause-requested" && isAtWork) return "later";
    if (job.status !== "pause-requested" && !tasks.some(({ status }) => halted.includes(status))) return undefined;
  } else if (!from.includes(job.status)) {
    throw new Failure("farm-refused", {
      text: `Flamenco does not allow it to be ${words}: it is ${job.status}.`,
      retry: job.status === "under-construction",
    });
  }
  await flamenco.setStatus(id, ask, note);
  const after = await flamenco.job(id);
  if (after === undefined || after.status !== job.status || after.updated !== job.updated) return undefined;
  throw new Failure("farm-broken", { text: `Flamenco did not do it: the job is still ${after.status}.`, retry: true });
}
