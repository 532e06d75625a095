// The reply of a render run.
import type { Outcome, Reply, Started } from "../../../contract.ts";
import { Failure } from "../../failure.ts";
import { plural } from "../../format/plural.ts";
import type { EndState } from "../../settings/feedback-settings.ts";
import { describeProgress } from "./render-progress.ts";
import type { RenderRun } from "./render-run.ts";
import { hasEnded, type Shot } from "./shot.ts";
import { describeShot } from "./shot-outcome.ts";
import { formatStandstill } from "./standstill.ts";

type Shots = readonly Shot<unknown>[];

export function summarizeRun(run: RenderRun<unknown>, farm: string, now: number): Reply {
  return run.shots.every(hasEnded) ? summarizeEnd(run, farm) : summarizeRunning(run, farm, now);
}

export function summarizeRunning(run: RenderRun<unknown>, farm: string, now: number): Started {
  const { shots, isPaused, pace } = run;
  const unsent = shots.filter(({ state }) => state === "waiting" || state === "sending").length;
  const ended = shots.filter(hasEnded);
  const failed = ended.filter(({ end }) => end === "failed").length;
  const notes = [
    unsent > 0 && `${formatShots(unsent)} ${isPaused ? "will be sent when the run resumes" : "not sent yet"}.`,
    ended.length > 0 && `${ended.length} of ${formatShots(shots.length)} finished.`,
    failed > 0 && `${failed} failed.`,
    formatSharedStandstill(shots),
  ];
  return {
    kind: "started",
    title: `${formatActivity(run)}: ${formatShotNames(shots)} with ${farm}`,
    text: notes.filter(Boolean).join(" ") || undefined,
    progress: describeProgress(shots, isPaused ? undefined : pace, now),
    outcomes: listOutcomes(run, farm),
  };
}

function formatActivity({ shots, isPaused }: RenderRun<unknown>): string {
  const isEvery = (test: (shot: Shot<unknown>) => unknown) => shots.every((shot) => hasEnded(shot) || test(shot));
  if (isEvery(({ isCanceling, pendingCommand }) => isCanceling || pendingCommand === "cancel")) return "Canceling";
  if (isPaused || isEvery(({ status }) => status?.state === "paused")) return "Paused";
  return isEvery((shot) => formatStandstill(shot) !== undefined) ? "Waiting" : "Rendering";
}

/** Why nothing moves at all, if the reason is the same for every shot. */
function formatSharedStandstill(shots: Shots): string | undefined {
  const [reason, ...others] = new Set(shots.filter((shot) => !hasEnded(shot)).map(formatStandstill));
  return reason === undefined || others.length > 0 ? undefined : `${reason}.`;
}

function summarizeEnd(run: RenderRun<unknown>, farm: string): Reply {
  const { shots } = run;
  const withEnd = (wanted: EndState) => shots.filter(({ end }) => end === wanted);
  const [done, failed, canceled] = [withEnd("done"), withEnd("failed"), withEnd("canceled")];
  const unfollowed = withEnd("unfollowed");
  const outcomes = listOutcomes(run, farm);
  if (done.length === 0 && failed.length > 0) {
    return new Failure("render-failed", {
      title:
        shots.length === 1
          ? `${shots[0]?.label} was not rendered`
          : `None of the ${formatShots(shots.length)} was rendered`,
      text: failed[0]?.reason,
      advice: `${formatLogHint(failed)}Fix the cause, then retry.`,
      outcomes,
      retry: true,
    }).reply;
  }
  const warned = done.filter(({ status }) => status?.warning !== undefined);
  const others = [
    formatEnded(failed, "failed"),
    formatEnded(canceled, "canceled"),
    formatEnded(unfollowed, "no longer followed"),
  ].filter(Boolean);
  const isMixed = others.length > (done.length > 0 ? 0 : 1);
  const isSuccess = done.length === shots.length && warned.length === 0;
  return {
    kind: "done",
    severity: isSuccess ? "success" : done.length === 0 ? "info" : "warning",
    title: formatEndTitle({ done, canceled, unfollowed }, farm),
    text:
      [isMixed && `Of ${shots.length}, ${others.join(", ")}.`, formatWarnings(warned)].filter(Boolean).join(" ") ||
      undefined,
    outcomes,
  };
}

function formatEndTitle(
  { done, canceled, unfollowed }: Record<"done" | "canceled" | "unfollowed", Shots>,
  farm: string,
): string {
  if (done.length > 0) return `Rendered ${formatShotNames(done)} with ${farm}`;
  return canceled.length > 0
    ? `Canceled: ${formatShotNames(canceled)}`
    : `No longer followed: ${formatShotNames(unfollowed)}`;
}

/** Shots with all their frames, of which something else is missing. */
function formatWarnings(warned: Shots): string | undefined {
  const [warning, ...others] = new Set(warned.map(({ status }) => status?.warning));
  if (warning === undefined) return undefined;
  if (others.length > 0)
    return `All frames are there, but ${formatShots(warned.length)} have other problems: see each.`;
  return `${warning.replace(/\.$/, "")}.`;
}

const formatEnded = ({ length }: Shots, how: string) => (length > 0 ? `${length} ${how}` : undefined);

/** Where the programs' output is, if the farm has a page. */
const formatLogHint = (failed: Shots): string =>
  failed.some(({ status }) => status?.url !== undefined) ? "The log is on the farm's page. " : "";

const listOutcomes = ({ shots, skipped }: RenderRun<unknown>, farm: string): Outcome[] => [
  ...shots.map((shot) => describeShot(shot, farm)),
  ...skipped,
];

/** A single shot by its name, which tells many runs of one shot apart. */
const formatShotNames = (shots: Shots) => (shots.length === 1 && shots[0] ? shots[0].label : formatShots(shots.length));

export const formatShots = (count: number) => plural(count, "shot");
