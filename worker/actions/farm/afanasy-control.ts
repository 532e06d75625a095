// Commands for a job on Afanasy. Each time, the job's owner is checked again: somebody may have
// deleted the job since the last poll, and its id may belong to another job.
import * as v from "valibot";
import { Failure } from "../../format/failure.ts";
import { type Message, message } from "../../format/message.ts";
import { BIT, type FarmJob } from "../../services/afanasy-answers.ts";
import type { Afanasy } from "../../services/afanasy-client.ts";
import { CANCELED, readState } from "./afanasy-status.ts";
import type { AfanasySubmission } from "./afanasy-submission.ts";
import type { JobCommand, JobRef } from "./farm.ts";

/** What we store in a job, for us and for the studio's scripts. */
const CustomData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ kitsu_mark: v.string(), kitsu_user: v.fallback(v.optional(v.string()), undefined) }),
);

/** The user is stored for comparison: a job's name and ids may belong to anyone's job. */
export const writeCustomData = ({ job, kitsu }: AfanasySubmission, jobKey: string) =>
  JSON.stringify({ kitsu_mark: jobKey, kitsu_user: job.user_name, ...kitsu });

const readCustomData = ({ custom_data }: FarmJob) => {
  const parsed = v.safeParse(CustomData, custom_data);
  return parsed.success ? parsed.output : undefined;
};
export const readJobKey = (job: FarmJob) => readCustomData(job)?.kitsu_mark;

export const isSameJob = (one: FarmJob, job: JobRef) => String(one.id) === job.id && one.serial === job.serial;
export const hasJobKey = (one: FarmJob, jobKey: string) => one.custom_data === undefined || readJobKey(one) === jobKey;

export async function controlJob(
  afanasy: Afanasy,
  ref: JobRef,
  jobKey: string,
  command: JobCommand,
): Promise<undefined> {
  const jobs = await afanasy.readWhole([Number(ref.id)]);
  const job = jobs.find((one) => isSameJob(one, ref));
  if (job === undefined) {
    if (command === "cancel") return;
    throw refuse(message("afanasy.deleted"));
  }
  const stored = readCustomData(job);
  if (stored?.kitsu_mark !== jobKey || stored.kitsu_user !== job.user_name) {
    throw refuse(message("afanasy.foreignJob"));
  }
  const state = readState(job);
  if (state === "done") throw refuse(message("afanasy.alreadyDone"));
  if (command === "cancel" && state !== "canceled") {
    // Annotated first: after a crash in between, a stopped job would look paused.
    await afanasy.annotate(job, CANCELED);
    await afanasy.operate(job, "stop");
  }
  if (command === "pause" && (job.st & BIT.paused) === 0) await afanasy.operate(job, "pause");
  if (command === "resume" && (job.st & BIT.paused) !== 0) await afanasy.operate(job, "start");
  if (command === "restart") await restart(afanasy, job, state === "canceled");
}

/**
 * Its blocks avoid machines that had errors until these are forgiven, even after a restart. If
 * nothing failed there is nothing to do: the job continues by itself.
 */
async function restart(afanasy: Afanasy, job: FarmJob, isCanceled: boolean): Promise<void> {
  if ((job.st & BIT.error) !== 0) await afanasy.operate(job, "restart_errors");
  if (job.blocks.some(({ p_error_hosts, p_avoid_hosts }) => p_error_hosts + p_avoid_hosts > 0)) {
    await afanasy.operate(job, "reset_error_hosts");
  }
  if (!isCanceled) return;
  await afanasy.annotate(job, "");
  await afanasy.operate(job, "start");
}

const refuse = (text: Message) => new Failure("farm-refused", { text });
