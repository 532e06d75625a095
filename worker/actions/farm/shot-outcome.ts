// How one shot of a render run is shown to people.
import { joinSentences, message, type Text } from "../../format/message.ts";
import type { Outcome } from "../../format/reply.ts";
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
  const link =
    status?.url === undefined ? {} : { link: { label: message("render.openIn", { farm }), url: status.url } };
  const progress =
    status && status.total > 0 ? { progress: { done: Math.floor(size * getDoneShare(shot) + 1e-6), total: size } } : {};
  if (end !== undefined)
    return { id, label, state: OUTCOME_STATES[end], reason: shot.reason, ...(end !== "done" && progress), ...link };
  const followed = followedRun === undefined ? undefined : message("render.renderedByOther");
  const canceling = isCanceling || pendingCommand === "cancel" ? message("render.canceling") : undefined;
  const paused = status?.state === "paused" ? message("render.pausedIn", { farm }) : undefined;
  const isResumed = pendingCommand === "resume" && status?.isPausing;
  const parts = [
    followed ?? canceling ?? paused,
    formatUnsent(shot, farm),
    isResumed ? message("render.resumesAfterPause") : (shot.reason ?? status?.reason),
    formatStandstill(shot),
  ];
  const state = status?.state === "running" ? "running" : "waiting";
  return { id, label, state, reason: joinSentences(dropRepeated(parts)), ...progress, ...link };
}

function formatUnsent({ state, attempts = 0 }: Shot<unknown>, farm: string): Text | undefined {
  if (state === "sending") return attempts > 0 ? message("render.checkingReceipt", { farm }) : undefined;
  return state === "waiting" ? message("render.notSent") : undefined;
}

const dropRepeated = (texts: readonly (Text | undefined)[]) => [
  ...new Map(texts.map((text) => [JSON.stringify(text), text])).values(),
];
