// Labels for outcomes and progress, used by pages and by their script when they update.
import type { Outcome, Progress } from "../../contract.ts";
import { type Message, message, type Text } from "./message.ts";

export const STATES = ["done", "running", "waiting", "planned", "skipped", "failed"] as const;

/** @param isOver the run has ended, so nothing is waiting anymore: it may or may not have opened */
export const formatState = (state: Outcome["state"], isOver: boolean): Message =>
  isOver && state === "waiting" ? message("state.notConfirmed") : message(`state.${state}`);

/** "9 done, 1 skipped, 3 failed". */
export function countOutcomes(outcomes: readonly Pick<Outcome, "state">[], isOver = false): Message {
  const counts = STATES.flatMap((state) => {
    const count = outcomes.filter((one) => one.state === state).length;
    return count > 0 ? [countState(state, count, isOver)] : [];
  });
  return message("state.counts", { counts });
}

function countState(state: Outcome["state"], count: number, isOver: boolean): Message {
  switch (state) {
    case "done":
      return message("state.countDone", { count });
    case "running":
      return message("state.countRunning", { count });
    case "waiting":
      return isOver ? message("state.countNotConfirmed", { count }) : message("state.countWaiting", { count });
    case "planned":
      return message("state.countPlanned", { count });
    case "skipped":
      return message("state.countSkipped", { count });
    case "failed":
      return message("state.countFailed", { count });
  }
}

/** "12 of 48 frames · about 3 min left". */
export function formatProgress({
  done,
  total,
  text,
  left,
}: Omit<Progress, "text"> & { text?: Text | undefined }): Text {
  const progress = text ?? message("state.progress", { done, total });
  if (left === undefined) return progress;
  return left < MINUTES_MAX_S
    ? message("state.minutesLeft", { progress, count: Math.round(left / 60) || 1 })
    : message("state.hoursLeft", { progress, count: Math.round(left / 3_600) });
}

/** Longer times are shown in hours. */
const MINUTES_MAX_S = 5_400;
