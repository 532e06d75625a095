// How one shot of a render run is shown to people.
import type { Outcome } from "../../../contract.ts";
import type { EndState } from "../../settings/feedback-settings.ts";
import { getDoneShare, type Shot } from "./shot.ts";
import { formatStandstill } from "./standstill.ts";

const OUTCOME_STATES: Readonly<Record<EndState, Outcome["state"]>> = {
  done: "done",
  failed: "failed",
  canceled: "skipped",
  unfollowed: "skipped",
};

export function describeShot(shot: Shot<unknown>, farm: string): Outcome {
  const { task: id, label, size, end, status, pendingCommand, isCanceling, followedRun } = shot;
  const link = status?.url === undefined ? {} : { link: { label: `Open in ${farm}`, url: status.url } };
  const progress =
    status && status.total > 0 ? { progress: { done: Math.floor(size * getDoneShare(shot) + 1e-6), total: size } } : {};
  if (end !== undefined)
    return { id, label, state: OUTCOME_STATES[end], reason: shot.reason, ...(end !== "done" && progress), ...link };
  const followed = followedRun === undefined ? undefined : "Another run is rendering it";
  const canceling = isCanceling || pendingCommand === "cancel" ? "Canceling" : undefined;
  const paused = status?.state === "paused" ? `Paused in ${farm}` : undefined;
  const resuming = pendingCommand === "resume" && status?.isPausing ? "Pausing; it will resume afterwards" : undefined;
  const parts = [
    followed ?? canceling ?? paused,
    formatUnsent(shot, farm),
    resuming ?? shot.reason ?? status?.reason,
    formatStandstill(shot),
  ];
  const state = status?.state === "running" ? "running" : "waiting";
  return { id, label, state, reason: joinSentences(parts), ...progress, ...link };
}

function formatUnsent({ state, attempts = 0 }: Shot<unknown>, farm: string): string | undefined {
  if (state === "sending") return attempts > 0 ? `Checking whether ${farm} received it` : undefined;
  return state === "waiting" ? "Not sent yet" : undefined;
}

/** Each part once, without the full stops in between doubled. */
function joinSentences(parts: readonly (string | undefined)[]): string | undefined {
  const sentences = [...new Set(parts.filter((part) => part !== undefined))];
  const last = sentences.pop();
  return [...sentences.map((part) => part.replace(/\.$/, "")), last].join(". ") || undefined;
}
