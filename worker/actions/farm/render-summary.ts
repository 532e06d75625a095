// What people are told of a render run.
import type { Outcome, Reply, Started } from "../../../contract.ts";
import { Failure } from "../../failure.ts";
import type { End } from "../../settings/feedback-settings.ts";
import { describeProgress } from "./render-progress.ts";
import type { RenderRun } from "./render-run.ts";
import { isOver, type Shot } from "./shot.ts";
import { describeShot } from "./shot-outcome.ts";
import { sayStandstill } from "./standstill.ts";

/** As it stands. */
export function reportRun(run: RenderRun<unknown>, farm: string, now: number): Reply {
  return run.shots.every(isOver) ? reportEnd(run, farm) : reportGoing(run, farm, now);
}

export function reportGoing(run: RenderRun<unknown>, farm: string, now: number): Started {
  const { shots, isPaused, pace } = run;
  const unsent = shots.filter(({ state }) => state === "waiting" || state === "sending").length;
  const over = shots.filter(isOver);
  const failed = over.filter(({ end }) => end === "failed").length;
  const notes = [
    unsent > 0 && (isPaused ? `${sayShots(unsent)} will be sent when it goes on.` : `${sayShots(unsent)} to be sent.`),
    over.length > 0 && `${over.length} of ${sayShots(shots.length)} ${over.length === 1 ? "is" : "are"} over.`,
    failed > 0 && `${failed} failed.`,
    sayStill(shots),
  ];
  const isCanceled = shots.every((shot) => isOver(shot) || shot.isCanceling || shot.wish === "cancel");
  const isHalted = shots.every((shot) => isOver(shot) || shot.standing?.state === "paused");
  const isWaiting = shots.every((shot) => isOver(shot) || sayStandstill(shot) !== undefined);
  const doing = isCanceled ? "Canceling" : isPaused || isHalted ? "Paused" : isWaiting ? "Waiting" : "Rendering";
  return {
    kind: "started",
    title: `${doing}: ${nameShots(shots)} with ${farm}`,
    text: notes.filter(Boolean).join(" ") || undefined,
    progress: describeProgress(shots, isPaused ? undefined : pace, now),
    outcomes: listOutcomes(run, farm),
  };
}

/** Why nothing at all moves, where it is one reason for all. */
function sayStill(shots: readonly Shot<unknown>[]): string | undefined {
  const [said, ...others] = new Set(shots.filter((shot) => !isOver(shot)).map(sayStandstill));
  return said === undefined || others.length > 0 ? undefined : `${said}.`;
}

function reportEnd(run: RenderRun<unknown>, farm: string): Reply {
  const { shots } = run;
  const ended = (wanted: End) => shots.filter(({ end }) => end === wanted);
  const [done, failed, canceled, left] = [ended("done"), ended("failed"), ended("canceled"), ended("left")];
  const outcomes = listOutcomes(run, farm);
  if (done.length === 0 && failed.length > 0) {
    return new Failure("render-failed", {
      title:
        shots.length === 1
          ? `${shots[0]?.label} was not rendered`
          : `None of the ${sayShots(shots.length)} was rendered`,
      text: failed[0]?.reason,
      advice: `${sayLogs(failed)}Fix the cause, then retry.`,
      outcomes,
      retry: true,
    }).reply;
  }
  const flawed = done.filter(({ standing }) => standing?.flaw !== undefined);
  const rest = [
    sayEnded(failed, "failed"),
    sayEnded(canceled, "canceled"),
    sayEnded(left, "no longer followed"),
  ].filter(Boolean);
  const isMixed = rest.length > (done.length > 0 ? 0 : 1);
  return {
    kind: "done",
    severity: done.length === shots.length && flawed.length === 0 ? "success" : done.length === 0 ? "info" : "warning",
    title: nameEnd({ done, canceled, left }, farm),
    text:
      [isMixed && `Of ${shots.length}, ${rest.join(", ")}.`, sayFlaws(flawed)].filter(Boolean).join(" ") || undefined,
    outcomes,
  };
}

type Shots = readonly Shot<unknown>[];

function nameEnd({ done, canceled, left }: Record<"done" | "canceled" | "left", Shots>, farm: string): string {
  if (done.length > 0) return `Rendered ${nameShots(done)} with ${farm}`;
  return canceled.length > 0 ? `Canceled: ${nameShots(canceled)}` : `No longer followed: ${nameShots(left)}`;
}

/** Frames that are all there, and something beside them that is not. */
function sayFlaws(flawed: Shots): string | undefined {
  const [flaw, ...others] = new Set(flawed.map(({ standing }) => standing?.flaw));
  if (flaw === undefined) return undefined;
  if (others.length > 0) return `All frames are there; of ${sayShots(flawed.length)} something else is not: see each.`;
  return `${flaw.replace(/\.$/, "")}.`;
}

const sayEnded = ({ length }: Shots, how: string) => (length > 0 ? `${length} ${how}` : undefined);

/** Where the words of the programs are, if the farm has a page. */
const sayLogs = (failed: Shots): string =>
  failed.some(({ standing }) => standing?.url !== undefined) ? "The farm's page has its log. " : "";

const listOutcomes = ({ shots, aside }: RenderRun<unknown>, farm: string): Outcome[] => [
  ...shots.map((shot) => describeShot(shot, farm)),
  ...aside,
];

/** One by its name, for many runs of one shot each are told apart by that. */
const nameShots = (shots: readonly Shot<unknown>[]) =>
  shots.length === 1 && shots[0] ? shots[0].label : sayShots(shots.length);

export const sayShots = (count: number) => (count === 1 ? "1 shot" : `${count.toLocaleString("en")} shots`);
