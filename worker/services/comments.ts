// Writes many comments, each with the status that it sets, and finds out which of them were
// written.
//
// Zou takes them in one request, across projects. It writes them in order and stops at the first
// that it refuses: the earlier ones stay written, but the answer only has the refusal. Zou also
// continues after the client has disconnected. So without a complete answer, the tasks are checked
// for the comments.
import * as v from "valibot";
import { Failure, toFailure } from "../format/failure.ts";
import { joinSentences, message, type Text } from "../format/message.ts";
import { idsQuery, type Zou } from "./zou.ts";
import { Task } from "./zou-objects.ts";

const optionalText = v.optional(v.string());

/**
 * - `personId`: the author; the account itself if absent
 * - `lastCommentDate`: of the task, in Zou's format
 */
export const NewComment = v.object({
  taskId: v.string(),
  statusId: v.string(),
  text: v.string(),
  personId: optionalText,
  lastCommentDate: optionalText,
});
export type NewComment = v.InferOutput<typeof NewComment>;

/**
 * The result of one request.
 * - `answered`: Zou has finished, and wrote these
 * - `refused`: Zou has finished; it wrote the comments before the one that it refused, and none
 *   after it
 * - `untouched`: none was written, and none will be
 * - `unknown`: any of them may have been written, or may be written in a moment
 */
type SendResult =
  | { state: "answered"; written: ReadonlySet<string> }
  | { state: "refused"; failure: Failure }
  | { state: "untouched"; failure: Failure }
  | { state: "unknown"; failure: Failure };

const Answer = v.array(v.object({ object_id: v.string() }));

/** Sends the comments in one request. */
export async function sendComments(zou: Zou, comments: readonly NewComment[]): Promise<SendResult> {
  const body = comments.map(({ taskId, statusId, text, personId }) => ({
    task_id: taskId,
    task_status_id: statusId,
    text: defuseHashtags(text),
    person_id: personId ?? null,
  }));
  try {
    const answered = await zou.write("POST", "/actions/tasks/batch-comment", { comments: body }, Answer);
    return { state: "answered", written: new Set(answered.map(({ object_id }) => object_id)) };
  } catch (thrown) {
    const failure = toFailure(thrown);
    if (failure.code === "internal-error") throw thrown;
    if (NOTHING_WRITTEN.includes(failure.code)) return { state: "untouched", failure };
    return { state: failure.isAnswered ? "refused" : "unknown", failure };
  }
}

/** Failures of a request that was refused as a whole, or was never sent. */
const NOTHING_WRITTEN: readonly Failure["code"][] = [
  "kitsu-busy",
  "kitsu-second-factor",
  "kitsu-token-refused",
  "kitsu-version",
  "platform-limit",
];

/** How much Kitsu's clock may differ from ours. */
const CLOCK_SKEW_MAX_MS = 3_600_000;

/**
 * How many have been written so far. Zou keeps the order, so these are the first ones.
 * @param sentAt when they were sent, in epoch milliseconds
 */
export async function countWritten(zou: Zou, comments: readonly NewComment[], sentAt: number): Promise<number> {
  const rows = await zou.read(`/data/tasks?${idsQuery(comments.map(({ taskId }) => taskId))}`, v.array(Task));
  const dates = new Map(rows.map((row) => [row.id, row.last_comment_date]));
  const unreached = comments.findIndex(({ taskId, lastCommentDate: last }) => {
    // Zou's dates have whole seconds: a second comment within one second leaves the date unchanged.
    const mayShareSecond = last !== undefined && Date.parse(`${last}Z`) > sentAt - CLOCK_SKEW_MAX_MS;
    return dates.get(taskId) === last && !mayShareSecond;
  });
  // Someone else may have commented in the meantime, so look for the text of the last one that
  // seems written.
  let count = unreached < 0 ? comments.length : unreached;
  while (count > 0 && !(await isWritten(zou, comments[count - 1]))) count -= 1;
  return count;
}

async function isWritten(zou: Zou, comment: NewComment | undefined): Promise<boolean> {
  if (comment === undefined) return false;
  const { taskId, statusId, lastCommentDate = "" } = comment;
  const text = defuseHashtags(comment.text);
  try {
    const since = (await readComments(zou, taskId)).filter(({ created_at = "" }) => created_at >= lastCommentDate);
    // Of the comments of that second, the oldest already existed. The others are newer, and can be
    // ours.
    const before = since.findLast(({ created_at = "" }) => created_at === lastCommentDate);
    return since.some((one) => one !== before && one.text === text && one.task_status_id === statusId);
  } catch (thrown) {
    // Without access to the comments, the changed date has to be enough. A deleted task has none.
    if (thrown instanceof Failure && thrown.code === "kitsu-forbidden") return true;
    if (thrown instanceof Failure && thrown.code === "kitsu-unknown") return false;
    throw thrown;
  }
}

/** By task id: undefined if the comment was written, else the reason why not. */
type WriteResults = ReadonlyMap<string, Text | undefined>;

/**
 * Writes comments that fit in one request. After a refusal, the comments behind it are sent again.
 * @param until in epoch milliseconds; later, no further request is sent. The first one always is.
 */
export async function writeComments(zou: Zou, comments: readonly NewComment[], until: number): Promise<WriteResults> {
  const written = new Map<string, Text | undefined>();
  for (let rest = comments; rest.length > 0; rest = comments.slice(written.size)) {
    const sentAt = Date.now();
    const sent = await sendComments(zou, rest);
    if (sent.state === "answered") {
      for (const { taskId } of rest) written.set(taskId, sent.written.has(taskId) ? undefined : NOT_ACCEPTED);
      break;
    }
    const count = sent.state === "untouched" ? 0 : await countWritten(zou, rest, sentAt).catch(unlessFault);
    for (const { taskId } of rest.slice(0, count)) written.set(taskId, undefined);
    const { text, title } = sent.failure.reply;
    const isUnknown = count === undefined || sent.state === "unknown";
    const reason = joinSentences([text ?? title, isUnknown && CHECK_IN_KITSU]) ?? title;
    const [refused, ...others] = rest.slice(count);
    if (refused !== undefined) written.set(refused.taskId, reason);
    if (sent.state === "refused" && count !== undefined && Date.now() < until) continue;
    for (const { taskId } of others) written.set(taskId, notTriedAfter(reason));
  }
  return written;
}

export const NOT_ACCEPTED = message("kitsu.commentNotAccepted");
/** For a comment that may have been written: a sentence after the reason. */
export const CHECK_IN_KITSU = message("kitsu.checkForComment");
/** Why a comment was not tried. */
export const notTriedAfter = (reason: Text) => message("kitsu.notTriedAfter", { reason });

function unlessFault(thrown: unknown): undefined {
  if (!(thrown instanceof Failure)) throw thrown;
}

const lenientText = v.fallback(v.optional(v.string()), undefined);

/** From a task's list of comments. A preview without `original_name` has no file yet. */
const TaskComment = v.object({
  id: v.string(),
  text: v.fallback(v.string(), ""),
  created_at: lenientText,
  task_status_id: lenientText,
  previews: v.fallback(v.array(v.object({ id: v.string(), original_name: lenientText })), []),
});
export type TaskComment = v.InferOutput<typeof TaskComment>;

/** Newest first, but pinned comments come before the others. */
export const readComments = (zou: Zou, taskId: string): Promise<TaskComment[]> =>
  zou.read(`/data/tasks/${encodeURIComponent(taskId)}/comments`, v.array(TaskComment));

/**
 * Zou copies a comment with "#All" or "#Lighting" to the entity's other tasks. A person who
 * selected tasks does not want that, so an invisible character separates the sign from the word.
 */
const defuseHashtags = (text: string) => text.replace(/#(?=\p{L})/gu, "#\u2060");
