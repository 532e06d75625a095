// Posts how renders ended: a comment on each task with the status the studio chose, and the last
// picture. Each comment contains the address of the run, and is searched for before it is written,
// so that repeated calls write nothing twice.
import { Failure } from "../../format/failure.ts";
import { joinSentences, message, type Text } from "../../format/message.ts";
import { explainCrash } from "../../services/comment-rights.ts";
import { readComments, type TaskComment, writeComments } from "../../services/comments.ts";
import { hasUploadedPreview, isUnanswered, publishPicture } from "../../services/previews.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { chooseStatus, isFeedbackOf } from "../../settings/feedback-settings.ts";
import { draftComments, type FeedbackContext, type ShotFeedback } from "./draft-feedback.ts";

/**
 * - `done`: there is nothing left to do; the reason says what could not be had, as picture or
 *   status
 * - `refused`: Kitsu does not accept it, and would not accept it later
 * - `later`: Kitsu can't be reached, or there was no time
 */
export type FeedbackResult = { state: "done" | "refused" | "later"; reason?: Text | undefined };

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
  reason: message("render.taskGone"),
};

async function postToTasks(
  context: FeedbackContext,
  shots: readonly ShotFeedback[],
): Promise<ReadonlyMap<string, FeedbackResult>> {
  const { kitsu, until } = context;
  const { tasks } = await kitsu.readTasks(shots.map(({ task }) => task));
  const posted = await findPosted(context, tasks);
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

const addNote = (note: Text | undefined, { state, reason }: FeedbackResult): FeedbackResult => ({
  state,
  reason: joinSentences([note, reason]),
});

/**
 * This run's comment on each task: undefined if there is none, a Failure if it could not be read.
 */
async function findPosted(context: FeedbackContext, tasks: readonly SelectedTask[]) {
  const find = ({ task: { id } }: SelectedTask) => attempt(() => findComment(context, id));
  return new Map(await Promise.all(tasks.map(async (one) => [one.task.id, await find(one)] as const)));
}

async function findComment({ kitsu, run }: FeedbackContext, taskId: string): Promise<TaskComment | undefined> {
  return (await readComments(kitsu.zou, taskId)).find(({ text }) => isFeedbackOf(text, run));
}

/** A comment reported as not written may exist: Zou's answer can be lost. */
async function resolveUnconfirmed(
  context: FeedbackContext,
  one: SelectedTask,
  shot: ShotFeedback,
  reason: Text,
): Promise<FeedbackResult> {
  const comment = await attempt(() => findComment(context, shot.task));
  if (comment instanceof Failure) return describeFailure(comment);
  if (comment === undefined) return { state: "refused", reason: joinSentences([reason, explainCrash(one)]) };
  return attachPicture(context, shot, comment);
}

/** @param known the comment, if it was read already */
async function attachPicture(
  context: FeedbackContext,
  shot: ShotFeedback,
  known?: TaskComment,
): Promise<FeedbackResult> {
  const { kitsu, feedback, until } = context;
  const { task, picture: fetchPicture } = shot;
  if (!feedback.preview || fetchPicture === undefined || (known !== undefined && hasUploadedPreview(known)))
    return { state: "done" };
  if (Date.now() > until) return { state: "later" };
  const timeout = scheduler.wait(PICTURE_MAX_MS).then(() => "timeout" as const);
  const publish = async () => {
    const picture = await fetchPicture().catch(() => undefined);
    const comment = known ?? (picture && (await findComment(context, task)));
    if (picture !== undefined && comment !== undefined) await publishPicture(kitsu.zou, task, comment, picture);
  };
  const result = await attempt(() => Promise.race([publish(), timeout]));
  if (result === "timeout") return { state: "done", reason: message("render.pictureTooSlow") };
  if (!(result instanceof Failure)) return { state: "done" };
  if (isUnanswered(result)) return { state: "later", reason: result.reply.text };
  const why = result.reply.text ?? result.reply.title;
  return { state: "done", reason: joinSentences([message("render.pictureMissing"), why]) };
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
