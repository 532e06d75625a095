// The reply of a render run.
import { Failure } from "../../format/failure.ts";
import { joinSentences, type Message, message, type Text } from "../../format/message.ts";
import type { Outcome, Reply, Started } from "../../format/reply.ts";
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
    unsent > 0 && message(isPaused ? "render.sentOnResume" : "render.shotsNotSent", { count: unsent }),
    ended.length > 0 && message("render.shotsFinished", { finished: ended.length, total: shots.length }),
    failed > 0 && message("render.shotsFailed", { count: failed }),
    findSharedStandstill(shots),
  ];
  return {
    kind: "started",
    title: message(readActivity(run), { shots: formatShotNames(shots), farm }),
    text: formatParagraph(notes),
    progress: describeProgress(shots, isPaused ? undefined : pace, now),
    outcomes: listOutcomes(run, farm),
  };
}

function readActivity({ shots, isPaused }: RenderRun<unknown>) {
  const isEvery = (test: (shot: Shot<unknown>) => unknown) => shots.every((shot) => hasEnded(shot) || test(shot));
  if (isEvery(({ isCanceling, pendingCommand }) => isCanceling || pendingCommand === "cancel"))
    return "render.cancelingShots";
  if (isPaused || isEvery(({ status }) => status?.state === "paused")) return "render.pausedShots";
  return isEvery((shot) => formatStandstill(shot) !== undefined) ? "render.waitingShots" : "render.renderingShots";
}

/** Why nothing moves at all, if the reason is the same for every shot. */
const findSharedStandstill = (shots: Shots): Text | undefined =>
  findShared(shots.filter((shot) => !hasEnded(shot)).map(formatStandstill));

/** Undefined if they differ. */
function findShared(texts: readonly (Text | undefined)[]): Text | undefined {
  const [first, ...others] = texts;
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : undefined;
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
          ? message("render.notRendered", { name: shots[0]?.label ?? "" })
          : message("render.noneRendered", { count: shots.length }),
      text: failed[0]?.reason,
      advice: joinSentences([hasPage(failed) && message("render.logOnPage"), message("render.fixAndRetry")]),
      outcomes,
      retry: true,
    }).reply;
  }
  const warned = done.filter(({ status }) => status?.warning !== undefined);
  const others = [
    failed.length > 0 && message("render.endedFailed", { count: failed.length }),
    canceled.length > 0 && message("render.endedCanceled", { count: canceled.length }),
    unfollowed.length > 0 && message("render.endedUnfollowed", { count: unfollowed.length }),
  ].filter((ending) => ending !== false);
  const isMixed = others.length > (done.length > 0 ? 0 : 1);
  const isSuccess = done.length === shots.length && warned.length === 0;
  return {
    kind: "done",
    severity: isSuccess ? "success" : done.length === 0 ? "info" : "warning",
    title: formatEndTitle({ done, canceled, unfollowed }, farm),
    text: formatParagraph([
      isMixed && message("render.endings", { total: shots.length, endings: others }),
      formatWarnings(warned),
    ]),
    outcomes,
  };
}

function formatEndTitle(
  { done, canceled, unfollowed }: Record<"done" | "canceled" | "unfollowed", Shots>,
  farm: string,
): Text {
  const [first] = done;
  if (first !== undefined) {
    return done.length === 1
      ? message("render.renderedName", { name: first.label, farm })
      : message("render.renderedShots", { count: done.length, farm });
  }
  return canceled.length > 0
    ? message("render.canceledShots", { shots: formatShotNames(canceled) })
    : message("render.unfollowedShots", { shots: formatShotNames(unfollowed) });
}

/** Shots with all their frames, of which something else is missing. */
function formatWarnings(warned: Shots): Text | undefined {
  if (warned.length === 0) return undefined;
  const shared = findShared(warned.map(({ status }) => status?.warning));
  return shared ?? message("render.otherProblems", { count: warned.length });
}

/** Is the programs' output on the farm's page? */
const hasPage = (failed: Shots) => failed.some(({ status }) => status?.url !== undefined);

const listOutcomes = ({ shots, skipped }: RenderRun<unknown>, farm: string): Outcome[] => [
  ...shots.map((shot) => describeShot(shot, farm)),
  ...skipped,
];

/** A single shot by its name, which tells many runs of one shot apart. */
const formatShotNames = (shots: Shots): Text =>
  shots.length === 1 && shots[0] ? shots[0].label : formatShots(shots.length);

export const formatShots = (count: number): Message => message("render.shots", { count });

/**
 * Sentences as a paragraph. The last one gets a period, too, if it lacks one. Undefined if all are
 * absent.
 */
export function formatParagraph(texts: readonly (Text | false | undefined)[]): Text | undefined {
  const sentences = texts.filter((text): text is Text => text !== undefined && text !== false && text !== "");
  return sentences.length === 0 ? undefined : message("render.paragraph", { sentences });
}
