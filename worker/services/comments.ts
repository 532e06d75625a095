// Many comments, each with the status it sets, and what became of every one.
//
// Zou takes them in one request, across projects, writes one after the other, and ends at the first it refuses: what was before that stays
// written, and the answer is the refusal alone. It also goes on where nobody waits for its answer any more. So whoever does not get the answer
// to all of them asks the tasks who was commented on.
import * as v from "valibot";
import { Failure, toFailure } from "../failure.ts";
import { idsQuery, type Zou } from "./zou.ts";
import { Task } from "./zou-objects.ts";

const optionalText = v.optional(v.string());

/**
 * - `personId`: who says it; the account itself, where nobody is named
 * - `lastCommentDate`: when the task was commented on last, as Zou says it
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
 * What is known after one request.
 * - `answered`: Zou is done with it, and these were written
 * - `refused`: Zou is done with it; it wrote those before the one it refused, and none behind
 * - `untouched`: none was written, and none will be
 * - `unknown`: any of them may be written, now or in a moment
 */
export type Sent =
  | { state: "answered"; written: ReadonlySet<string> }
  | { state: "refused"; failure: Failure }
  | { state: "untouched"; failure: Failure }
  | { state: "unknown"; failure: Failure };

const Answer = v.array(v.object({ object_id: v.string() }));

/** One request. */
export async function sendComments(zou: Zou, comments: readonly NewComment[]): Promise<Sent> {
  const body = comments.map(({ taskId, statusId, text, personId }) => ({
    task_id: taskId,
    task_status_id: statusId,
    text: hideHashtags(text),
    person_id: personId ?? null,
  }));
  try {
    const answered = await zou.write("POST", "/actions/tasks/batch-comment", { comments: body }, Answer);
    return { state: "answered", written: new Set(answered.map(({ object_id }) => object_id)) };
  } catch (thrown) {
    const failure = toFailure(thrown);
    if (failure.code === "internal-error") throw thrown;
    if (UNTOUCHED.includes(failure.code)) return { state: "untouched", failure };
    return { state: failure.isAnswered ? "refused" : "unknown", failure };
  }
}

/** The request was refused as a whole, before any of it was read, or was never sent. */
const UNTOUCHED: readonly Failure["code"][] = [
  "kitsu-busy",
  "kitsu-second-factor",
  "kitsu-token-refused",
  "kitsu-version",
  "platform-limit",
];

/** By how much Kitsu's clock may differ from ours. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * How many were written by now: the first of them, for Zou keeps their order.
 * @param sentAt when they were sent, in epoch milliseconds
 */
export async function countWritten(zou: Zou, comments: readonly NewComment[], sentAt: number): Promise<number> {
  const rows = await zou.read(`/data/tasks?${idsQuery(comments.map(({ taskId }) => taskId))}`, v.array(Task));
  const dates = new Map(rows.map((row) => [row.id, row.last_comment_date]));
  const unreached = comments.findIndex(({ taskId, lastCommentDate: last }) => {
    // Zou's dates are whole seconds: a comment that comes in the same second as the one before it leaves the date as it was.
    const mayBeOfThatSecond = last !== undefined && Date.parse(`${last}Z`) > sentAt - CLOCKS_DIFFER_MS;
    return dates.get(taskId) === last && !mayBeOfThatSecond;
  });
  // Somebody else may have commented on a task meanwhile, so the newest that looks written must be found there.
  let count = unreached < 0 ? comments.length : unreached;
  while (count > 0 && !(await isWritten(zou, comments[count - 1]))) count -= 1;
  return count;
}

async function isWritten(zou: Zou, comment: NewComment | undefined): Promise<boolean> {
  if (comment === undefined) return false;
  const { taskId, statusId, lastCommentDate = "" } = comment;
  const text = hideHashtags(comment.text);
  try {
    const since = (await readComments(zou, taskId)).filter(({ created_at = "" }) => created_at >= lastCommentDate);
    // The oldest of that second was there before; any other of it came later, as ours may have.
    const before = since.findLast(({ created_at = "" }) => created_at === lastCommentDate);
    return since.some((one) => one !== before && one.text === text && one.task_status_id === statusId);
  } catch (thrown) {
    // Whoever may not see the comments, or where the task is gone, knows no more than that something was written there.
    if (thrown instanceof Failure && thrown.code === "kitsu-forbidden") return true;
    if (thrown instanceof Failure && thrown.code === "kitsu-unknown") return false;
    throw thrown;
  }
}

/** By task: nothing where the comment was written, else why not. */
export type Written = ReadonlyMap<string, string | undefined>;

/**
 * A few comments, which fit into one request. What is refused is left out, and the others are sent again.
 * @param until when no further request is sent, in epoch milliseconds; one is sent in any case
 */
export async function writeComments(zou: Zou, comments: readonly NewComment[], until: number): Promise<Written> {
  const written = new Map<string, string | undefined>();
  for (let rest = comments; rest.length > 0; rest = comments.slice(written.size)) {
    const sentAt = Date.now();
    const sent = await sendComments(zou, rest);
    if (sent.state === "answered") {
      for (const { taskId } of rest) written.set(taskId, sent.written.has(taskId) ? undefined : NOT_TAKEN);
      break;
    }
    const count = sent.state === "untouched" ? 0 : await countWritten(zou, rest, sentAt).catch(unlessFault);
    for (const { taskId } of rest.slice(0, count)) written.set(taskId, undefined);
    const { text, title } = sent.failure.reply;
    const reason = `${text ?? title}${count === undefined || sent.state === "unknown" ? LOOK : ""}`;
    const [culprit, ...others] = rest.slice(count);
    if (culprit !== undefined) written.set(culprit.taskId, reason);
    if (sent.state === "refused" && count !== undefined && Date.now() < until) continue;
    for (const { taskId } of others) written.set(taskId, `Not tried, after this: ${reason}`);
  }
  return written;
}

export const NOT_TAKEN = "Kitsu did not take it";
/** Of what may be written. */
export const LOOK = " Look in Kitsu whether the comment is there.";

function unlessFault(thrown: unknown): undefined {
  if (!(thrown instanceof Failure)) throw thrown;
}

const maybe = v.fallback(v.optional(v.string()), undefined);

/** As a task's list has it. A preview without a name is one of which no file arrived yet. */
const TaskComment = v.object({
  id: v.string(),
  text: v.fallback(v.string(), ""),
  created_at: maybe,
  task_status_id: maybe,
  previews: v.fallback(v.array(v.object({ id: v.string(), original_name: maybe })), []),
});
export type TaskComment = v.InferOutput<typeof TaskComment>;

/** The newest first, but for pinned ones. */
export const readComments = (zou: Zou, taskId: string): Promise<TaskComment[]> =>
  zou.read(`/data/tasks/${encodeURIComponent(taskId)}/comments`, v.array(TaskComment));

/**
 * In Zou "#All" and "#Lighting" bring a comment to the entity's other tasks. Whoever chose their tasks does not mean that, so a character that
 * is not seen comes between the sign and the word.
 */
const hideHashtags = (text: string) => text.replace(/#(?=\p{L})/gu, "#\u2060");
