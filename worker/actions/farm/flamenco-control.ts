// Commands for a job on Flamenco, which accepts nearly any command in any state: it would make a
// completed job canceled, or render all of it again. So the state is read before and after.
import { Failure } from "../../format/failure.ts";
import { type Message, message } from "../../format/message.ts";
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { AskedStatus, FlamencoJob, FlamencoTask, JobStatus } from "../../services/flamenco-objects.ts";
import type { JobCommand } from "./farm.ts";

type Change = {
  request: AskedStatus;
  /** the states in which it is requested */
  from: readonly JobStatus[];
  /** the states in which there is nothing to do */
  already: readonly JobStatus[];
  /** why, in Flamenco */
  note: Message;
};
const CHANGES: Readonly<Record<JobCommand, Change>> = {
  cancel: {
    request: "cancel-requested",
    from: ["queued", "active", "paused", "pause-requested"],
    // A job that failed shows how it failed, even if it was to be canceled.
    already: ["cancel-requested", "canceled", "failed"],
    note: message("flamenco.noteOfCancel"),
  },
  pause: {
    request: "pause-requested",
    from: ["queued", "active"],
    already: ["pause-requested", "paused"],
    note: message("flamenco.noteOfPause"),
  },
  resume: {
    request: "requeueing",
    from: ["paused"],
    already: ["requeueing"],
    note: message("flamenco.noteOfResume"),
  },
  restart: {
    request: "requeueing",
    // Flamenco keeps the completed tasks, but of a completed job it would render everything again.
    from: ["canceled", "failed", "paused"],
    already: ["requeueing", "completed"],
    note: message("flamenco.noteOfRestart"),
  },
};
/** The tasks to requeue in a job that is in progress. */
const HALTED_TASKS: Partial<Record<JobCommand, readonly FlamencoTask["status"][]>> = {
  resume: ["paused"],
  restart: ["failed", "paused", "canceled"],
};

/**
 * @param isOurs whether it is the job that was submitted
 * @param localize puts the note for Flamenco into the language of the person
 */
export async function controlJob(
  id: string,
  command: JobCommand,
  flamenco: Flamenco,
  isOurs: (job: FlamencoJob) => boolean,
  localize: (text: Message) => string,
): Promise<"later" | undefined> {
  const job = await flamenco.job(id);
  // The next poll shows that it is gone.
  if ((job === undefined || !isOurs(job)) && command === "cancel") return undefined;
  if (job === undefined || !isOurs(job)) throw new Failure("farm-refused", { text: message("flamenco.deleted") });
  const { request, from, already, note } = CHANGES[command];
  if (already.includes(job.status)) return undefined;
  const isInProgress = ["queued", "active", "pause-requested"].includes(job.status);
  const halted = isInProgress ? HALTED_TASKS[command] : undefined;
  if (halted !== undefined) {
    const tasks = await flamenco.tasks(id);
    const hasActive = tasks.some(({ status }) => status === "active");
    // It is paused only once its active tasks have ended.
    if (job.status === "pause-requested" && hasActive) return "later";
    if (job.status !== "pause-requested" && !tasks.some(({ status }) => halted.includes(status))) return undefined;
  } else if (!from.includes(job.status)) {
    throw new Failure("farm-refused", {
      text: message("flamenco.cannotControl", { command, status: job.status }),
      retry: job.status === "under-construction",
    });
  }
  await flamenco.setStatus(id, request, localize(note));
  const after = await flamenco.job(id);
  if (after === undefined || after.status !== job.status || after.updated !== job.updated) return undefined;
  throw new Failure("farm-broken", {
    text: message("flamenco.didNotControl", { command, status: after.status }),
    retry: true,
  });
}
