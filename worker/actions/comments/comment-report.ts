// The reply of a run that comments on tasks: its progress, then its outcome.

import type { Outcome, Reply, Started } from "../../../contract.ts";
import { plural } from "../../format/plural.ts";
import { type CommentRun, estimateLeftS, type Item, isOver, KEEP } from "./comment-run.ts";

/** @param kitsuUrl the studio's Kitsu, for links to the tasks */
export const reportComments = (run: CommentRun, kitsuUrl: string): Reply =>
  isOver(run) ? reportEnd(run, kitsuUrl) : reportProgress(run, kitsuUrl);

/** Waiting tasks are counted rather than listed: there can be thousands. */
function reportProgress(run: CommentRun, kitsuUrl: string): Started {
  const { items, isCanceled, sending } = run;
  const done = items.filter(({ state }) => state === "done").length;
  const total = items.filter(({ state }) => state !== "skipped").length;
  const failed = items.filter(({ state }) => state === "failed").length;
  const notes = [
    sending !== undefined && "Kitsu's answer was lost. Checking which comments were written.",
    failed > 0 && `${failed} failed.`,
  ];
  return {
    kind: "started",
    title: `${isCanceled ? "Canceling:" : formatActivity(run)} ${plural(total, "task")}`,
    text: notes.filter(Boolean).join(" ") || undefined,
    progress: { done: done + failed, total, text: `${done} of ${plural(total, "task")}`, left: estimateLeftS(run) },
    outcomes: items.filter(({ state }) => state === "failed" || state === "skipped").map(toOutcome(kitsuUrl)),
  };
}

const formatActivity = ({ text }: CommentRun) => (text === "" ? "Setting the status of" : "Commenting on");

function reportEnd(run: CommentRun, kitsuUrl: string): Reply {
  const { text, statusName, isCanceled } = run;
  const outcomes = run.items.map(toOutcome(kitsuUrl));
  const done = outcomes.filter(({ state }) => state === "done").length;
  if (done === 0 && !isCanceled) {
    const failed = outcomes.find(({ state, retry }) => state === "failed" || retry);
    const retry = outcomes.some((outcome) => outcome.retry) || undefined;
    return {
      kind: "failed",
      code: "kitsu-refused",
      title: "No comment was written",
      text: failed?.reason,
      retry,
      outcomes,
    };
  }
  const changed =
    run.status === KEEP || text === "" || done === 0 ? "" : `${done === 1 ? "It is" : "They are"} now ${statusName}.`;
  const canceled = isCanceled && done < outcomes.length ? "It was canceled." : "";
  return {
    kind: "done",
    severity: done === outcomes.length ? "success" : "warning",
    title:
      done === 0
        ? "No comment was written"
        : text === ""
          ? `Set ${plural(done, "task")} to ${statusName}`
          : `Commented on ${plural(done, "task")}`,
    text: [canceled, changed].filter(Boolean).join(" ") || undefined,
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
    ...(path !== undefined && { link: { label: "Open in Kitsu", url: kitsuUrl + path } }),
  });
