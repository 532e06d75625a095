// The reply of a run that comments on tasks: its progress, then its outcome.
import { joinSentences, type Message, message } from "../../format/message.ts";
import type { Outcome, Reply, Started } from "../../format/reply.ts";
import { type CommentRun, estimateLeftS, type Item, isOver, KEEP } from "./comment-run.ts";

/** @param kitsuUrl the studio's Kitsu, for links to the tasks */
export const reportComments = (run: CommentRun, kitsuUrl: string): Reply =>
  isOver(run) ? reportEnd(run, kitsuUrl) : reportProgress(run, kitsuUrl);

/** Waiting tasks are counted rather than listed: there can be thousands. */
function reportProgress(run: CommentRun, kitsuUrl: string): Started {
  const { items, sending } = run;
  const done = items.filter(({ state }) => state === "done").length;
  const total = items.filter(({ state }) => state !== "skipped").length;
  const failed = items.filter(({ state }) => state === "failed").length;
  const finished = done + failed;
  return {
    kind: "started",
    title: nameActivity(run, total),
    text: joinSentences([
      sending !== undefined && message("comment.answerLost"),
      failed > 0 && message("comment.failedCount", { count: failed }),
    ]),
    progress: { done: finished, total, text: message("comment.progress", { done, total }), left: estimateLeftS(run) },
    outcomes: items.filter(({ state }) => state === "failed" || state === "skipped").map(toOutcome(kitsuUrl)),
  };
}

function nameActivity({ text, isCanceled }: CommentRun, count: number): Message {
  if (isCanceled) return message("comment.canceling", { count });
  return text === "" ? message("comment.settingStatus", { count }) : message("comment.commenting", { count });
}

function reportEnd(run: CommentRun, kitsuUrl: string): Reply {
  const { text, statusName = "", isCanceled } = run;
  const outcomes = run.items.map(toOutcome(kitsuUrl));
  const done = outcomes.filter(({ state }) => state === "done").length;
  if (done === 0 && !isCanceled) {
    const failed = outcomes.find(({ state, retry }) => state === "failed" || retry);
    const retry = outcomes.some((outcome) => outcome.retry) || undefined;
    return {
      kind: "failed",
      code: "kitsu-refused",
      title: message("comment.noneWritten"),
      text: failed?.reason,
      retry,
      outcomes,
    };
  }
  const hasBoth = run.status !== KEEP && text !== "" && done > 0;
  return {
    kind: "done",
    severity: done === outcomes.length ? "success" : "warning",
    title:
      done === 0
        ? message("comment.noneWritten")
        : text === ""
          ? message("comment.statusSet", { count: done, status: statusName })
          : message("comment.commented", { count: done }),
    text: joinSentences([
      isCanceled && done < outcomes.length && message("comment.wasCanceled"),
      hasBoth && message("comment.nowStatus", { count: done, status: statusName }),
    ]),
    outcomes,
  };
}

const toOutcome =
  (kitsuUrl: string) =>
  ({ id, label, state, reason, retry, path }: Item): Outcome => ({
    id,
    label,
    state,
    ...(reason !== undefined && { reason }),
    ...(retry !== undefined && { retry }),
    ...(path !== undefined && { link: { label: message("comment.openInKitsu"), url: kitsuUrl + path } }),
  });
