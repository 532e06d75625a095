// Many comments, each with the status it sets, and what became of every one.
//
// Zou takes them in one request, across projects, writes one after the other, and ends at the first it refuses: what was before that stays
// written, and the answer is the refusal alone. So after a refusal the tasks are asked who was commented on, and it goes on behind the one that
// was refused.
import * as v from "valibot";
import { Failure, type FailureCode, toFailure } from "../failure.ts";
import { idsQuery, type Zou } from "./zou.ts";
import { Task } from "./zou-objects.ts";

export type NewComment = {
  taskId: string;
  statusId: string;
  text: string;
  /** who says it; the account itself, where nobody is named */
  personId?: string | undefined;
  /** when the task was commented on last, as Zou says it */
  lastCommentDate: string | undefined;
};

/** By task: nothing where the comment was written, else why not. */
export type Written = ReadonlyMap<string, string | undefined>;

/** By task: the same, and whether it was tried at all. */
export type Fates = ReadonlyMap<string, Fate>;
export type Fate = { state: "written" } | { state: "refused" | "untried"; reason: string };

/** In one request. Zou takes some 60 ms for each, more where many are subscribed; a task's id must fit into a request line, too. */
const AT_ONCE = 40;
/** What refuses this often in a row, with nothing written between, refuses all. */
const REFUSALS_MAX = 5;

const Answer = v.array(v.object({ object_id: v.string() }));

/** For whoever need not know what was tried. */
export async function writeComments(zou: Zou, comments: readonly NewComment[], until: number): Promise<Written> {
  const fates = await tryComments(zou, comments, until).catch((thrown: unknown): Fates => {
    if (!isWithoutRoute(thrown)) throw thrown;
    return new Map(comments.map(({ taskId }) => [taskId, { state: "refused", reason: thrown.message }]));
  });
  return new Map([...fates].map(([taskId, fate]) => [taskId, fate.state === "written" ? undefined : fate.reason]));
}

/**
 * Throws where this Kitsu has no way to write them.
 * @param until when there is no time left for another request, in epoch milliseconds; one is sent in any case
 */
export async function tryComments(zou: Zou, comments: readonly NewComment[], until: number): Promise<Fates> {
  const fates = new Map<string, Fate>();
  let [slowestMs, refusals] = [0, 0];
  for (let rest = comments; rest.length > 0; rest = comments.slice(fates.size)) {
    const begun = Date.now();
    if (fates.size > 0 && begun + 2 * slowestMs >= until) {
      leaveAll(rest, fates, "Not tried: there was no time left");
      break;
    }
    const { known, refused, isFinal } = await writeSome(zou, rest.slice(0, AT_ONCE));
    slowestMs = Math.max(slowestMs, Date.now() - begun);
    for (const [taskId, reason] of known) {
      fates.set(taskId, reason === undefined ? { state: "written" } : { state: "refused", reason });
    }
    refusals = refused === undefined || known.size > 1 ? 0 : refusals + 1;
    if (refused !== undefined && (isFinal || refusals === REFUSALS_MAX)) {
      leaveAll(rest.slice(known.size), fates, `Not tried, after this: ${refused}`);
      break;
    }
  }
  return fates;
}

function leaveAll(rest: readonly NewComment[], fates: Map<string, Fate>, reason: string): void {
  for (const { taskId } of rest) fates.set(taskId, { state: "untried", reason });
}

/** `known`: the first of them, up to the one that was refused, if one was. `isFinal`: the others would fare no better. */
type Some = { known: Written; refused?: string; isFinal?: boolean };

async function writeSome(zou: Zou, comments: readonly NewComment[]): Promise<Some> {
  const body = comments.map(({ taskId, statusId, text, personId }) => ({
    task_id: taskId,
    task_status_id: statusId,
    text: hideHashtags(text),
    person_id: personId ?? null,
  }));
  try {
    const answered = await zou.write("POST", "/actions/tasks/batch-comment", { comments: body }, Answer);
    const taken = new Set(answered.map(({ object_id }) => object_id));
    return { known: new Map(comments.map(({ taskId }) => [taskId, taken.has(taskId) ? undefined : "Kitsu did not take it"])) };
  } catch (thrown) {
    if (isWithoutRoute(thrown)) throw thrown;
    const { code, reply } = toFailure(thrown);
    const count = await countWritten(zou, comments);
    const isFinal = count === undefined || !ANSWERED.includes(code);
    const isUnknown = isFinal && !NOTHING_DONE.includes(code);
    const reason = `${reply.text ?? reply.title}${isUnknown ? " Look in Kitsu whether the comment is there." : ""}`;
    const known = new Map<string, string | undefined>(comments.slice(0, count ?? 0).map(({ taskId }) => [taskId, undefined]));
    const culprit = comments[known.size];
    if (culprit === undefined) return { known };
    return { known: known.set(culprit.taskId, reason), refused: reason, isFinal };
  }
}

const isWithoutRoute = (thrown: unknown): thrown is Failure => thrown instanceof Failure && thrown.code === "kitsu-version";

/** After these Zou is done with the request. After any other nobody knows, and what is sent again could be written twice. */
const ANSWERED: readonly FailureCode[] = ["kitsu-refused", "kitsu-forbidden", "kitsu-unknown", "kitsu-broken"];

/** The request was refused as a whole, before any of it was read; the next one would be, too. */
const NOTHING_DONE: readonly FailureCode[] = ["kitsu-busy", "kitsu-second-factor", "kitsu-token-refused"];

/** A task whose last comment is another one was reached, and so was every one before it. Undefined where Zou does not say. */
async function countWritten(zou: Zou, comments: readonly NewComment[]): Promise<number | undefined> {
  try {
    const rows = await zou.read(`/data/tasks?${idsQuery(comments.map(({ taskId }) => taskId))}`, v.array(Task));
    const now = new Map(rows.map((row) => [row.id, row]));
    return (
      comments.findLastIndex(({ taskId, statusId, lastCommentDate }) => {
        const row = now.get(taskId);
        return row?.task_status_id === statusId && row.last_comment_date !== lastCommentDate;
      }) + 1
    );
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}

const maybe = v.fallback(v.optional(v.string()), undefined);

/** As a task's list has it. A preview without a name is one of which no file arrived yet. */
const TaskComment = v.object({
  id: v.string(),
  text: v.fallback(v.string(), ""),
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
