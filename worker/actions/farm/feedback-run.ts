// Tells Kitsu how the shots of a run ended, after the farm was looked at: a run is over only when that is done, or can't be.
import type { RunStatus, WatchContext } from "../../action/action.ts";
import { chooseStatus, type FeedbackSettings } from "../../settings/feedback-settings.ts";
import type { Farm } from "./farm.ts";
import { type FeedbackResult, isSettled, postFeedback } from "./post-feedback.ts";
import type { RenderRun } from "./render-run.ts";
import { reportGoing, reportRun, sayShots } from "./render-summary.ts";
import { isOver, type Shot } from "./shot.ts";

/** What the look before took at the most, so that there is time left in the watch, and how long telling takes then. */
const LOOK_MAX_MS = 8_000;
const TELL_MAX_MS = 12_000;
/** When no new comment or picture is begun. */
const BEGIN_MAX_MS = 4_000;
/** How long a run that is over waits for a Kitsu that can't be reached. */
const PATIENCE_MS = 600_000;
const AGAIN_MS = 15_000;

type Watching = Pick<WatchContext, "save" | "signal" | "run" | "person" | "kitsu">;

/**
 * Looks, and tells what is over since. No two of these may be at work for one run.
 * @param look carries the run on
 * @param tell the farm's setting; nothing is told without
 */
export async function pollWithFeedback<Order>(
  watch: Watching,
  run: RenderRun<Order>,
  farm: Farm<Order>,
  tell: FeedbackSettings | undefined,
  look: () => Promise<RunStatus>,
): Promise<RunStatus> {
  const began = Date.now();
  const standing = await look();
  const isEnded = run.shots.every(isOver);
  if (tell === undefined || listUntold(run, tell).length === 0 || (tell.when === "end" && !isEnded)) return standing;
  // The look has used up much of the watch's requests, and another watch follows at once.
  if (standing.nextCheckMs === 0) return awaitFeedback(run, farm, tell, standing);
  let isForward = false;
  if (Date.now() - began < LOOK_MAX_MS) {
    watch.signal.throwIfAborted();
    // How they ended is known from here on, whatever becomes of the farm's jobs.
    await watch.save(run);
    isForward = await tellSome(watch, run, farm, tell);
  }
  if (isEnded && !isForward) giveUpInTime(run, tell);
  const told = { ...standing, data: run, ...(isEnded && { reply: reportRun(run, farm.title, Date.now()) }) };
  return awaitFeedback(run, farm, tell, told, isForward ? 0 : AGAIN_MS);
}

/** A run is not over before Kitsu was told: for whoever may not tell it, as a control that comes while somebody looks. */
export function awaitFeedback<Order>(
  run: RenderRun<Order>,
  farm: Farm<Order>,
  tell: FeedbackSettings | undefined,
  standing: RunStatus,
  againMs = 0,
): RunStatus {
  const rest = tell === undefined || !run.shots.every(isOver) ? 0 : listUntold(run, tell).length;
  if (rest === 0) return standing;
  const text = `Rendering is finished. Updating Kitsu: ${sayShots(rest)} to go.`;
  const reply = { ...reportGoing(run, farm.title, Date.now()), title: `Rendered with ${farm.title}`, text };
  return { reply, data: run, controls: [], nextCheckMs: againMs };
}

const listUntold = <Order>({ shots }: RenderRun<Order>, tell: FeedbackSettings) =>
  shots.filter(({ end, told }) => end !== undefined && !told && chooseStatus(tell, end) !== undefined);

/** Whether any shot need not be told any more. */
async function tellSome<Order>(
  watch: Watching,
  run: RenderRun<Order>,
  farm: Farm<Order>,
  tell: FeedbackSettings,
): Promise<boolean> {
  const overtime = AbortSignal.timeout(TELL_MAX_MS);
  const kitsu = watch.kitsu(AbortSignal.any([watch.signal, overtime]));
  const shots = listUntold(run, tell);
  if (kitsu === undefined) {
    for (const shot of shots) settle(shot, { state: "refused", reason: "this action server has no account there" });
    return true;
  }
  const teller = {
    kitsu,
    person: watch.person,
    run: watch.run,
    farm: farm.title,
    tell,
    until: Date.now() + BEGIN_MAX_MS,
  };
  const endings = shots.map((shot) => ({
    task: shot.task,
    state: shot.end ?? ("canceled" as const),
    reason: shot.reason,
    url: shot.standing?.url,
    isStalled: shot.isStalled,
    picture: async () => shot.job && (await farm.fetchPicture?.(shot.job)),
  }));
  const told = await postFeedback(teller, endings).catch((thrown: unknown) => {
    // What was cut off may have been done: the next time finds out.
    if (watch.signal.aborted || !overtime.aborted) throw thrown;
    return new Map<string, FeedbackResult>();
  });
  watch.signal.throwIfAborted();
  for (const shot of shots) settle(shot, told.get(shot.task));
  return shots.some((shot) => shot.told);
}

function settle<Order>(shot: Shot<Order>, told: FeedbackResult | undefined): void {
  if (!isSettled(told)) return;
  shot.told = true;
  if (told?.reason === undefined) return;
  const note = told.state === "told" ? told.reason : `Kitsu was not told: ${told.reason}`;
  shot.reason = shot.reason === undefined ? note : `${shot.reason.replace(/\.$/, "")}. ${note}`;
}

function giveUpInTime<Order>(run: RenderRun<Order>, tell: FeedbackSettings): void {
  run.untoldSince ??= Date.now();
  if (Date.now() - run.untoldSince < PATIENCE_MS) return;
  for (const shot of listUntold(run, tell))
    settle(shot, { state: "refused", reason: "it could not be reached for ten minutes" });
}
