// Posts how renders ended: a comment on each task with the status the studio chose, and the last
// picture. Each comment contains the address of the run, and is searched for before it is written,
// so that repeated calls write nothing twice.
import { Failure } from "../../failure.ts";
import { explainBreak } from "../../services/comment-rights.ts";
import { readComments, type TaskComment, writeComments } from "../../services/comments.ts";
import { hasPreview, isUnanswered, publishPicture } from "../../services/previews.ts";
import type { SelectedTask } from "../../services/selection.ts";
import type { Zou } from "../../services/zou.ts";
import { chooseStatus, formatRunLine } from "../../settings/feedback-settings.ts";
import { draftComments, type FeedbackContext, type ShotFeedback } from "./draft-feedback.ts";

/**
 * - `done`: there is nothing left to do; the reason says what could not be had, as picture or
 *   status
 * - `refused`: Kitsu does not accept it, and would not accept it later
 * - `later`: Kitsu can't be reached, or there was no time
 */
export type FeedbackResult = { state: "done" | "refused" | "later"; reason?: string | undefined };

/**
 * Shots per call: with a picture each takes five requests, and Cloudflare's smallest plan allows
 * fifty per pass.
 */
export const FEEDBACK_BATCH = 5;
/** A picture that takes longer is left out. */
const PICTURE_MAX_MS = 8_000;

/**
 * Posts the first few shots, and returns what became of these by task. May be called again for the
 * same shots: after a crash, for those that were `later`, and for those absent from the result.
 * Throws only on a bug of ours, or when the pass is aborted.
 */
export async function postFeedback(
  context: FeedbackContext,
  shots: readonly ShotFeedback[],
): Promise<ReadonlyMap<string, FeedbackResult>> {
  const [wanted, others] = partition(shots, ({ state }) => chooseStatus(context.feedback, state) !== undefined);
  const results = new Map(others.map(({ task }): [string, FeedbackResult] => [task, { state: "done" }]));
  const batch = wanted.slice(0, FEEDBACK_BATCH);
  if (batch.length === 0) return results;
  const posted = await attempt(() => postToTasks(context, batch));
  for (const { task } of batch)
    results.set(task, posted instanceof Failure ? describeFailure(posted) : (posted.get(task) ?? GONE));
  return results;
}

/** Whether there is nothing left to post. */
export const isSettled = (result: FeedbackResult | undefined) => result !== undefined && result.state !== "later";

const GONE: FeedbackResult = {
  state: "refused",
  reason: "the task was deleted, or the worker's account can't see it",
};

async function postToTasks(
  context: FeedbackContext,
  shots: readonly ShotFeedback[],
): Promise<ReadonlyMap<string, FeedbackResult>> {
  const { kitsu, run, until } = context;
  const { tasks } = await kitsu.readTasks(shots.map(({ task }) => task));
  const posted = await findPosted(kitsu.zou, tasks, run);
  const unposted = tasks.filter(({ task }) => posted.has(task.id) && posted.get(task.id) === undefined);
  const drafts = await draftComments(context, unposted, shots);
  const refusals = await writeComments(
    kitsu.zou,
    drafts.map(({ comment }) => comment),
    until,
  );
  const notes = new Map(drafts.map(({ comment, note }) => [comment.taskId, note]));
  const results = new Map<string, FeedbackResult>();
  for (const one of tasks) {
    const shot = shots.find(({ task }) => task === one.task.id);
    if (shot === undefined) continue;
    const [before, refusal, note] = [posted.get(shot.task), refusals.get(shot.task), notes.get(shot.task)];
    if (before instanceof Failure) results.set(shot.task, describeFailure(before));
    else if (refusal !== undefined) results.set(shot.task, await resolveUnconfirmed(context, one, shot, refusal));
    else results.set(shot.task, addNote(note, await attachPicture(context, shot, before)));
  }
  return results;
}

const addNote = (note: string | undefined, { state, reason }: FeedbackResult): FeedbackResult => ({
  state,
  reason: [note, reason].filter(Boolean).join(" ") || undefined,
});

/**
 * This run's comment on each task: undefined if there is none, a Failure if it could not be read.
 */
async function findPosted(zou: Zou, tasks: readonly SelectedTask[], run: FeedbackContext["run"]) {
  const find = ({ task: { id } }: SelectedTask) => attempt(() => findComment(zou, id, run));
  return new Map(await Promise.all(tasks.map(async (one) => [one.task.id, await find(one)] as const)));
}

async function findComment(zou: Zou, taskId: string, run: FeedbackContext["run"]): Promise<TaskComment | undefined> {
  const runLine = formatRunLine(run);
  return (await readComments(zou, taskId)).find(({ text }) => text.split("\n").includes(runLine));
}

/** A comment reported as not written may exist: Zou's answer can be lost. */
async function resolveUnconfirmed(
  context: FeedbackContext,
  one: SelectedTask,
  shot: ShotFeedback,
  reason: string,
): Promise<FeedbackResult> {
  const comment = await attempt(() => findComment(context.kitsu.zou, shot.task, context.run));
  if (comment instanceof Failure) return describeFailure(comment);
  if (comment === undefined) return { state: "refused", reason: [reason, explainBreak(one)].filter(Boolean).join(" ") };
  return attachPicture(context, shot, comment);
}

/** @param known the comment, if it was read already */
async function attachPicture(
  { kitsu: { zou }, run, feedback, until }: FeedbackContext,
  shot: ShotFeedback,
  known?: TaskComment,
): Promise<FeedbackResult> {
  const { task, picture: fetchPicture } = shot;
  if (!feedback.preview || fetchPicture === undefined || (known !== undefined && hasPreview(known)))
    return { state: "done" };
  if (Date.now() > until) return { state: "later" };
  const timeout = scheduler.wait(PICTURE_MAX_MS).then(() => "timeout" as const);
  const publish = async () => {
    const picture = await fetchPicture().catch(() => undefined);
    const comment = known ?? (picture && (await findComment(zou, task, run)));
    if (picture !== undefined && comment !== undefined) await publishPicture(zou, task, comment, picture);
  };
  const result = await attempt(() => Promise.race([publish(), timeout]));
  if (result === "timeout") return { state: "done", reason: "The picture took too long." };
  if (!(result instanceof Failure)) return { state: "done" };
  if (isUnanswered(result)) return { state: "later", reason: result.reply.text };
  return { state: "done", reason: `The picture is missing. ${result.reply.text ?? result.reply.title}` };
}

function describeFailure({ reply: { retry, text, title } }: Failure): FeedbackResult {
  return { state: retry === true ? "later" : "refused", reason: text ?? title };
}

/** Returns a Failure as a value: one task's failure must not affect the others. */
async function attempt<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
