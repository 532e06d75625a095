// Tells Kitsu how renders ended: a comment on each task with the status the studio chose, and the last picture. Nothing is written twice, however
// often it is told: each comment has the address of the run in it, and is looked for before it is written.
import { Failure } from "../../failure.ts";
import { explainBreak } from "../../services/comment-rights.ts";
import { readComments, type TaskComment, writeComments } from "../../services/comments.ts";
import { hasPreview, isUnanswered, publishPicture } from "../../services/previews.ts";
import type { SelectedTask } from "../../services/selection.ts";
import type { Zou } from "../../services/zou.ts";
import { chooseStatus, runLine } from "../../settings/feedback-settings.ts";
import { draftComments, type FeedbackContext, type ShotFeedback } from "./draft-feedback.ts";

/**
 * - `told`: nothing more is to be done; the reason says what of it could not be had, as the picture or the status
 * - `refused`: Kitsu does not take it, and would not later
 * - `later`: Kitsu can't be reached, or there was no time
 */
export type FeedbackResult = { state: "told" | "refused" | "later"; reason?: string | undefined };

/** In one call: with a picture each costs five requests, and Cloudflare's smallest plan has fifty for all a watch does. */
export const FEEDBACK_AT_ONCE = 5;
/** A picture that takes longer is left out. */
const PICTURE_MAX_MS = 8_000;

/**
 * May be called again for the same endings, after a crash or where it says `later`; those beyond the first few are left for a later call and are
 * absent from what it returns. Throws only what is a fault of ours, or when the watch is over.
 *
 * `tell-run.ts` calls it for the shots of a run: a farm's watch is `lookAndTell(watch, run, farm, tell, () => carryOn(watch, run, farm))`, its control
 * `awaitTelling(run, farm, tell, await controlRun(watch, run, farm, what))`.
 */
export async function postFeedback(
  teller: FeedbackContext,
  endings: readonly ShotFeedback[],
): Promise<ReadonlyMap<string, FeedbackResult>> {
  const [wanted, rest] = divide(endings, ({ state }) => chooseStatus(teller.tell, state) !== undefined);
  const told = new Map(rest.map(({ task }): [string, FeedbackResult] => [task, { state: "told" }]));
  const some = wanted.slice(0, FEEDBACK_AT_ONCE);
  if (some.length === 0) return told;
  const known = await attempt(() => tellSome(teller, some));
  for (const { task } of some) told.set(task, known instanceof Failure ? excuse(known) : (known.get(task) ?? GONE));
  return told;
}

/** Whether it need not be told any more. */
export const isSettled = (told: FeedbackResult | undefined) => told !== undefined && told.state !== "later";

const GONE: FeedbackResult = {
  state: "refused",
  reason: "Kitsu does not show the task to the worker's account, or it was deleted",
};

async function tellSome(
  teller: FeedbackContext,
  endings: readonly ShotFeedback[],
): Promise<ReadonlyMap<string, FeedbackResult>> {
  const { kitsu, run, until } = teller;
  const { tasks } = await kitsu.readTasks(endings.map(({ task }) => task));
  const found = await findOwn(kitsu.zou, tasks, run);
  const fresh = tasks.filter(({ task }) => found.has(task.id) && found.get(task.id) === undefined);
  const drafts = await draftComments(teller, fresh, endings);
  const written = await writeComments(
    kitsu.zou,
    drafts.map(({ comment }) => comment),
    until,
  );
  const notes = new Map(drafts.map(({ comment, note }) => [comment.taskId, note]));
  const told = new Map<string, FeedbackResult>();
  for (const one of tasks) {
    const ending = endings.find(({ task }) => task === one.task.id);
    if (ending === undefined) continue;
    const [before, reason, note] = [found.get(ending.task), written.get(ending.task), notes.get(ending.task)];
    if (before instanceof Failure) told.set(ending.task, excuse(before));
    else if (reason !== undefined) told.set(ending.task, await settle(teller, one, ending, reason));
    else told.set(ending.task, join(note, await attach(teller, ending, before)));
  }
  return told;
}

const join = (note: string | undefined, { state, reason }: FeedbackResult): FeedbackResult => ({
  state,
  reason: [note, reason].filter(Boolean).join(" ") || undefined,
});

/** This run's comment on each of these tasks; nothing where there is none, a Failure where nobody knows. */
async function findOwn(zou: Zou, tasks: readonly SelectedTask[], run: FeedbackContext["run"]) {
  const find = ({ task: { id } }: SelectedTask) => attempt(() => findComment(zou, id, run));
  return new Map(await Promise.all(tasks.map(async (one) => [one.task.id, await find(one)] as const)));
}

async function findComment(zou: Zou, taskId: string, run: FeedbackContext["run"]): Promise<TaskComment | undefined> {
  const mark = runLine(run);
  return (await readComments(zou, taskId)).find(({ text }) => text.split("\n").includes(mark));
}

/** What was reported as not written may have been: Zou's answer can be lost. */
async function settle(
  teller: FeedbackContext,
  one: SelectedTask,
  ending: ShotFeedback,
  reason: string,
): Promise<FeedbackResult> {
  const own = await attempt(() => findComment(teller.kitsu.zou, ending.task, teller.run));
  if (own instanceof Failure) return excuse(own);
  if (own === undefined) return { state: "refused", reason: [reason, explainBreak(one)].filter(Boolean).join(" ") };
  return attach(teller, ending, own);
}

/** @param own the comment, where it is known */
async function attach(
  { kitsu: { zou }, run, tell, until }: FeedbackContext,
  ending: ShotFeedback,
  own?: TaskComment,
): Promise<FeedbackResult> {
  const { task, picture: getPicture } = ending;
  if (!tell.preview || getPicture === undefined || (own !== undefined && hasPreview(own))) return { state: "told" };
  if (Date.now() > until) return { state: "later" };
  const late = scheduler.wait(PICTURE_MAX_MS).then(() => "late" as const);
  const publish = async () => {
    const picture = await getPicture().catch(() => undefined);
    const comment = own ?? (picture && (await findComment(zou, task, run)));
    if (picture !== undefined && comment !== undefined) await publishPicture(zou, task, comment, picture);
  };
  const failed = await attempt(() => Promise.race([publish(), late]));
  if (failed === "late") return { state: "told", reason: "Its picture took too long." };
  if (!(failed instanceof Failure)) return { state: "told" };
  if (isUnanswered(failed)) return { state: "later", reason: failed.reply.text };
  return { state: "told", reason: `It has no picture. ${failed.reply.text ?? failed.reply.title}` };
}

function excuse({ reply: { retry, text, title } }: Failure): FeedbackResult {
  return { state: retry === true ? "later" : "refused", reason: text ?? title };
}

/** What fails by itself, as a value: one task's trouble is not another's. */
async function attempt<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}

function divide<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
