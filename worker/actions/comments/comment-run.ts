// What is commented on, and what became of each task so far.
import * as v from "valibot";
import type { Failure } from "../../failure.ts";
import { LOOK, NewComment } from "../../services/comments.ts";

/** In place of a status. */
export const KEEP = "keep";

const optionalText = v.optional(v.string());

/** `reason`: what happens to its status, or why nothing does. `path`: its page in Kitsu. */
const Item = v.object({
  id: v.string(),
  label: v.string(),
  project: optionalText,
  path: optionalText,
  state: v.picklist(["waiting", "done", "skipped", "failed"]),
  reason: optionalText,
  retry: v.optional(v.boolean()),
});
export type Item = v.InferOutput<typeof Item>;

/**
 * - `status`: the id of the one to set, or `keep`; `statusName`: where one is set
 * - `paceMs`: what one comment takes; `isMeasured`: by this run
 * - `sending`: what was sent at that time and is not known to be written; `seen`: how many of them were, at the last look
 * - `refusals`: how many were refused in a row
 * - `lostSince`: since when Kitsu can't be reached
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

/** In one request: what it may cost to find out what became of them must fit beside it into the 50 requests of Cloudflare's smallest plan. */
const BATCH_MAX = 25;
/** As many as are written in this time, so that the run's progress moves and it can be canceled between; fewer while the pace is not known. */
const BATCH_MS = 6_000;
const FIRST_BATCH_MAX = 5;

export const listWaiting = ({ items }: CommentRun) => items.filter(({ state }) => state === "waiting");

export const isOver = (run: CommentRun) => run.sending === undefined && listWaiting(run).length === 0;

/** Those to write next: of one project, so that they cost the same few requests however many projects were selected. */
export function listNextBatch(run: CommentRun): Item[] {
  const waiting = listWaiting(run);
  const most = Math.max(
    1,
    Math.min(BATCH_MAX, Math.floor(BATCH_MS / run.paceMs), run.isMeasured ? BATCH_MAX : FIRST_BATCH_MAX),
  );
  return waiting.filter(({ project }) => project === waiting[0]?.project).slice(0, most);
}

/** How long the rest takes, in seconds. */
export const estimateLeftS = (run: CommentRun) => Math.ceil((listWaiting(run).length * run.paceMs) / 1_000);

export function settleItem(
  run: CommentRun,
  id: string,
  { state, reason, retry }: Pick<Item, "state" | "reason" | "retry">,
): void {
  const item = run.items.find((one) => one.id === id);
  if (item !== undefined) Object.assign(item, { state, reason, retry });
}

/** What was not tried can be tried later. */
export function skipRest(run: CommentRun, reason: string): void {
  for (const item of listWaiting(run)) Object.assign(item, { state: "skipped", reason, retry: true });
}

/** Nothing more is written. What was under way may be written. */
export function abandonRun(run: CommentRun, { reply: { text, title } }: Failure): void {
  const reason = text ?? title;
  for (const { taskId } of run.sending?.comments ?? [])
    settleItem(run, taskId, { state: "failed", reason: reason + LOOK });
  run.sending = undefined;
  skipRest(run, `Not tried, after this: ${reason}`);
}
