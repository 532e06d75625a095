// What is asked of a job on Afanasy. It is asked anew each time whose the job is: between two looks a person may have deleted it, and its id be another's.
import * as v from "valibot";
import { Failure } from "../../failure.ts";
import { BIT, type FarmJob } from "../../services/afanasy-answers.ts";
import type { Afanasy } from "../../services/afanasy-client.ts";
import { CANCELED, readState } from "./afanasy-status.ts";
import type { AfanasyOrder } from "./afanasy-submission.ts";
import type { JobControl, JobRef } from "./farm.ts";

/** What is written into a job, for us and for scripts of the studio's. */
const CustomData = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ kitsu_mark: v.string(), kitsu_user: v.fallback(v.optional(v.string()), undefined) }),
);

/** What stands in `custom_data`. Its user is there to be compared: a job's name and ids may be anybody's. */
export const writeCustomData = ({ job, kitsu }: AfanasyOrder, mark: string) =>
  JSON.stringify({ kitsu_mark: mark, kitsu_user: job.user_name, ...kitsu });

const readCustomData = ({ custom_data }: FarmJob) => {
  const parsed = v.safeParse(CustomData, custom_data);
  return parsed.success ? parsed.output : undefined;
};
export const readMark = (job: FarmJob) => readCustomData(job)?.kitsu_mark;

export const isSame = (one: FarmJob, job: JobRef) => String(one.id) === job.id && one.serial === job.serial;
export const isMarked = (one: FarmJob, mark: string) => one.custom_data === undefined || readMark(one) === mark;

export async function controlJob(afanasy: Afanasy, ref: JobRef, mark: string, what: JobControl): Promise<undefined> {
  const answered = await afanasy.readWhole([Number(ref.id)]);
  const job = answered.find((one) => isSame(one, ref));
  if (job === undefined) {
    if (what === "cancel") return;
    throw refuse("It was deleted on the farm");
  }
  const written = readCustomData(job);
  if (written?.kitsu_mark !== mark || written.kitsu_user !== job.user_name) {
    throw refuse("The job of that number is not the one that was sent, or another user's by now");
  }
  const state = readState(job);
  if (state === "done") throw refuse("It is done already");
  if (what === "cancel" && state !== "canceled") {
    // Before it is stopped, or a crash in between would leave a job that looks as if somebody paused it.
    await afanasy.annotate(job, CANCELED);
    await afanasy.operate(job, "stop");
  }
  if (what === "pause" && (job.st & BIT.paused) === 0) await afanasy.operate(job, "pause");
  if (what === "resume" && (job.st & BIT.paused) !== 0) await afanasy.operate(job, "start");
  if (what === "restart") await restart(afanasy, job, state === "canceled");
}

/**
 * Machines that had errors are avoided by its blocks until they are forgiven, whatever is restarted. Where nothing failed nothing is to be done: it
 * goes on by itself, and is followed again.
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

const refuse = (why: string) => new Failure("farm-refused", { text: `${why}.` });
