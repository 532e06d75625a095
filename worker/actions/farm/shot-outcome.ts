// One shot of a render run as people are shown it.
import type { Outcome } from "../../../contract.ts";
import type { End } from "../../settings/feedback-settings.ts";
import { type Shot, shareDone } from "./shot.ts";
import { sayStandstill } from "./standstill.ts";

const ENDS: Readonly<Record<End, Outcome["state"]>> = {
  done: "done",
  failed: "failed",
  canceled: "skipped",
  left: "skipped",
};

export function describeShot(shot: Shot<unknown>, farm: string): Outcome {
  const { task: id, label, size, end, standing, wish, isCanceling, joined } = shot;
  const link = standing?.url === undefined ? {} : { link: { label: `Open in ${farm}`, url: standing.url } };
  const counted =
    standing && standing.total > 0
      ? { progress: { done: Math.floor(size * shareDone(shot) + 1e-6), total: size } }
      : {};
  if (end !== undefined)
    return { id, label, state: ENDS[end], reason: shot.reason, ...(end !== "done" && counted), ...link };
  const canceling = isCanceling || wish === "cancel" ? "Being canceled" : undefined;
  const paused = standing?.state === "paused" ? `Paused in ${farm}` : undefined;
  const resuming = wish === "resume" && standing?.isPausing ? "Pausing; it resumes afterwards" : undefined;
  const another = joined === undefined ? undefined : "Another run renders it";
  const words = resuming ?? shot.reason ?? standing?.reason;
  const reasons = [another ?? canceling ?? paused, sayUnsent(shot, farm), words, sayStandstill(shot)];
  const said = [...new Set(reasons.filter((words) => words !== undefined))];
  const reason = said.map((words, index) => (index < said.length - 1 ? words.replace(/\.$/, "") : words)).join(". ");
  const state = standing?.state === "running" ? "running" : "waiting";
  return { id, label, state, reason: reason || undefined, ...counted, ...link };
}

function sayUnsent({ state, tries = 0 }: Shot<unknown>, farm: string): string | undefined {
  if (state === "sending") return tries > 0 ? `Checking whether ${farm} received it` : undefined;
  return state === "waiting" ? "Not sent yet" : undefined;
}
