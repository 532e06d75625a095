// What people are told of a render run.
import type { Outcome, Reply, Started } from "../../contract.ts";
import { Failure } from "../failure.ts";
import { describeProgress } from "./progress.ts";
import type { RenderRun } from "./run.ts";
import { describeShot, isOver, type Shot } from "./shot.ts";

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
  ];
  const isCanceled = shots.every((shot) => isOver(shot) || shot.isCanceling || shot.wish === "cancel");
  const doing = isCanceled ? "Canceling" : isPaused ? "Paused" : "Rendering";
  return {
    kind: "started",
    title: `${doing}: ${nameShots(shots)} with ${farm}`,
    text: notes.filter(Boolean).join(" ") || undefined,
    progress: describeProgress(shots, isPaused ? undefined : pace, now),
    outcomes: listOutcomes(run, farm),
  };
}

function reportEnd(run: RenderRun<unknown>, farm: string): Reply {
  const { shots } = run;
  const count = (wanted: string) => shots.filter(({ end }) => end === wanted).length;
  const [done, failed, canceled] = [count("done"), count("failed"), count("canceled")];
  const outcomes = listOutcomes(run, farm);
  if (done === 0 && failed > 0) {
    const { reason } = shots.find(({ end }) => end === "failed") ?? {};
    return new Failure("render-failed", {
      title: shots.length === 1 ? `${shots[0]?.label} was not rendered` : `None of ${sayShots(shots.length)} was rendered`,
      text: reason,
      advice: `The farm's page of each has its log. What can be put right can be tried again.`,
      outcomes,
      retry: true,
    }).reply;
  }
  const rest = [failed > 0 && `${failed} failed`, canceled > 0 && `${canceled} canceled`].filter(Boolean).join(", ");
  return {
    kind: "done",
    severity: done === shots.length ? "success" : done === 0 ? "info" : "warning",
    title:
      done === 0
        ? `Canceled: ${nameShots(shots)}`
        : `Rendered ${nameShots(shots.filter(({ end }) => end === "done"))} with ${farm}`,
    text: rest === "" || done === 0 ? undefined : `Of ${shots.length}, ${rest}.`,
    outcomes,
  };
}

const listOutcomes = ({ shots, aside }: RenderRun<unknown>, farm: string): Outcome[] => [
  ...shots.map((shot) => describeShot(shot, farm)),
  ...aside,
];

/** One by its name, for many runs of one shot each are told apart by that. */
const nameShots = (shots: readonly Shot<unknown>[]) => (shots.length === 1 && shots[0] ? shots[0].label : sayShots(shots.length));

export const sayShots = (count: number) => (count === 1 ? "1 shot" : `${count.toLocaleString("en")} shots`);
