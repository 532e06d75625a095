// The state of a run that comments on tasks: what to write, and the outcome of each task so far.
import * as v from "valibot";
import type { Failure } from "../../format/failure.ts";
import { joinSentences, message, type Text } from "../../format/message.ts";
import { StoredText } from "../../format/reply.ts";
import { CHECK_IN_KITSU, NewComment } from "../../services/comments.ts";

/** The choice that keeps each task's status. */
export const KEEP = "keep";

const optionalText = v.optional(v.string());

/** `reason`: how the status changes, or why it doesn't. `path`: the task's page in Kitsu. */
const Item = v.object({
  id: v.string(),
  label: v.string(),
  project: optionalText,
  path: optionalText,
  state: v.picklist(["waiting", "done", "skipped", "failed"]),
  reason: v.optional(StoredText),
  retry: v.optional(v.boolean()),
});
export type Item = v.InferOutput<typeof Item>;

/**
 * - `status`: the id of the status to set, or `keep`; `statusName`: absent if it is kept
 * - `paceMs`: time for one comment; `isMeasured`: whether this run measured it
 * - `sending`: comments sent at that time whose outcome is unknown; `writtenCount`: how many of
 *   them were found at the last check
 * - `refusals`: how many were refused in a row
 * - `unreachableSince`: when Kitsu stopped responding, in epoch milliseconds
 */
export const CommentRun = v.object({
  status: v.string(),
  statusName: optionalText,
  text: v.string(),
  items: v.array(Item),
  paceMs: v.number(),
  isMeasured: v.boolean(),
  sending: v.optional(
    v.object({ at: v.number(), comments: v.array(NewComment), writtenCount: v.optional(v.number()) }),
  ),
  refusals: v.number(),
  isCanceled: v.boolean(),
  unreachableSince: v.optional(v.number()),
});
export type CommentRun = v.InferOutput<typeof CommentRun>;

/**
 * In one request. If its answer is lost, checking each of these comments must also fit into the 50
 * subrequests of Cloudflare's free plan.
 */
const BATCH_MAX = 25;
/** Target time for one batch: short enough to show progress and to react to a cancellation. */
const BATCH_MS = 6_000;
/** Size of the first batch, before this run has measured Kitsu's pace. */
const FIRST_BATCH_MAX = 5;

export const listWaiting = ({ items }: CommentRun) => items.filter(({ state }) => state === "waiting");

export const isOver = (run: CommentRun) => run.sending === undefined && listWaiting(run).length === 0;

/**
 * The next items, all of one project, so that a batch needs the same few requests no matter how
 * many projects are selected.
 */
export function listNextBatch(run: CommentRun): Item[] {
  const waiting = listWaiting(run);
  const limit = run.isMeasured ? BATCH_MAX : FIRST_BATCH_MAX;
  const size = Math.max(1, Math.min(limit, Math.floor(BATCH_MS / run.paceMs)));
  return waiting.filter(({ project }) => project === waiting[0]?.project).slice(0, size);
}

export const estimateLeftS = (run: CommentRun) => Math.ceil((listWaiting(run).length * run.paceMs) / 1_000);

export function settleItem(
  run: CommentRun,
  id: string,
  { state, reason, retry }: Pick<Item, "state" | "reason" | "retry">,
): void {
  const item = run.items.find((one) => one.id === id);
  if (item !== undefined) Object.assign(item, { state, reason, retry });
}

/** Skips the waiting items; they can be retried. */
export function skipRest(run: CommentRun, reason: Text): void {
  for (const item of listWaiting(run)) Object.assign(item, { state: "skipped", reason, retry: true });
}

/** Stops the run. Comments in flight may have been written: they fail, with a hint to check. */
export function abandonRun(run: CommentRun, { reply: { text, title } }: Failure): void {
  const reason = text ?? title;
  for (const { taskId } of run.sending?.comments ?? [])
    settleItem(run, taskId, { state: "failed", reason: joinSentences([reason, CHECK_IN_KITSU]) });
  run.sending = undefined;
  skipRest(run, notTriedAfter(reason));
}

/** Why an item was not tried. */
export const notTriedAfter = (reason: Text) => message("comment.notTriedAfter", { reason });
