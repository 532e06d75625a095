// What a person asked for: to cancel, to pause, to go on. It is written down as a wish of each shot first, so that it holds even where the farm can't
// be told at once.
import { Failure } from "../../failure.ts";
import type { Farm } from "./farm.ts";
import type { RenderRun } from "./render-run.ts";
import { type Command, isOver, type Shot, setOver } from "./shot.ts";

/** So many are told in one watch, each by three requests: Cloudflare's free plan has fifty for all that a watch does. */
const TOLD_MOST = 8;

/** Which wishes can be had now. */
export function listControls({ shots, isPaused }: RenderRun<unknown>, { canPause = false }: Farm<never>): Command[] {
  const open = shots.filter((shot) => !isOver(shot) && shot.wish !== "cancel" && !shot.isCanceling);
  if (open.length === 0) return [];
  const own = open.filter(({ joined }) => joined === undefined);
  const isHalted = ({ standing, wish }: Shot<unknown>) => wish === "pause" || standing?.state === "paused";
  const hasPaused = own.length > 0 && (isPaused === true || own.some(isHalted));
  const hasRunning = own.some((shot) => (shot.state === "sent" ? !isHalted(shot) : !isPaused));
  return [
    "cancel",
    ...(canPause && hasRunning && !isPaused ? (["pause"] as const) : []),
    ...(canPause && hasPaused ? (["resume"] as const) : []),
  ];
}

/** Writes the wish down. What was not sent needs no farm. */
export function requestCommand<Order>(run: RenderRun<Order>, what: Command): void {
  if (what !== "cancel") run.isPaused = what === "pause";
  for (const shot of run.shots) {
    if (isOver(shot) || shot.wish === "cancel" || shot.isCanceling) continue;
    if (shot.joined !== undefined) {
      if (what === "cancel") setOver(shot, "left", "No longer followed: another run renders it");
      continue;
    }
    shot.reason = undefined;
    if (shot.state === "waiting" && what === "cancel") setOver(shot, "canceled", "Canceled before it was sent");
    // Also of those that look as if they were so already: a wish before may have reached the farm without our knowing.
    // A restart that is still to be told is no longer wanted by who cancels alone.
    else if (what === "cancel" || (shot.state === "sent" && shot.wish !== "restart")) shot.wish = what;
  }
}

/** Tells the farm, and says whether there was anything to tell. What it refuses is said at the shot; what can't be told now, or not in time, is told later. */
export async function carryOutWishes<Order>(
  run: RenderRun<Order>,
  farm: Farm<Order>,
  now: () => number,
  until: number,
): Promise<boolean> {
  const wanted = run.shots.filter(hasWish(run)).slice(0, TOLD_MOST);
  for (let start = 0; start < wanted.length && now() <= until; start += farm.atOnce) {
    const results = await Promise.allSettled(
      wanted.slice(start, start + farm.atOnce).map((shot) => carryOut(shot, farm, now())),
    );
    const lost = results.find((result) => result.status === "rejected");
    if (lost !== undefined) throw lost.reason;
  }
  return wanted.length > 0;
}

/** What is to be told now: nothing is restarted while the run is paused, and nothing goes on before the farm has paused it. */
export const hasWish =
  ({ isPaused }: RenderRun<unknown>) =>
  ({ state, wish: what, standing }: Shot<unknown>) =>
    state === "sent" &&
    what !== undefined &&
    !(isPaused && what === "restart") &&
    !(standing?.isPausing && what === "resume");

async function carryOut<Order>(shot: Shot<Order>, farm: Farm<Order>, now: number): Promise<void> {
  const { job, mark, wish: what } = shot;
  if (job === undefined || what === undefined) return;
  try {
    if ((await farm.control(job, mark, what)) === "later") {
      // Until a look says otherwise.
      if (shot.standing !== undefined) shot.standing.isPausing = true;
      return;
    }
    if (what === "cancel") shot.isCanceling = true;
    if (what === "restart") Object.assign(shot, { restarted: now, still: undefined });
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reply.retry === true) throw thrown;
    shot.reason = thrown.reply.text ?? thrown.reply.title;
  }
  shot.wish = undefined;
}
