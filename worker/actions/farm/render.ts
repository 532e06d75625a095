// Carries a render run on: sends what is waiting, tells the farm what was asked for, looks how far it is. It may be called again with what was saved
// last, at any time and however the call before ended. Two calls for one run must not be at work at the same time, and what `control` changed must
// reach the next `carryOn`: whoever calls sees to that.
import type { RunStatus, WatchContext } from "../../action/action.ts";
import { Failure } from "../../failure.ts";
import type { Farm, JobStanding, Look } from "./farm.ts";
import { carryOutWishes, hasWish, listControls, requestCommand } from "./pending-commands.ts";
import { keepPace } from "./render-progress.ts";
import type { RenderRun } from "./render-run.ts";
import { reportRun } from "./render-summary.ts";
import { type Command, isOver, type Shot, takeOther, takeStanding } from "./shot.ts";
import { giveUpStill, keepStill } from "./standstill.ts";
import { sendWaiting } from "./submit-jobs.ts";

/** Between two looks: short while something moves, longer while nothing does. */
const WAIT_LEAST_MS = 2_000;
const WAIT_MOST_MS = 15_000;
const WAIT_GROWS = 1.5;
/** Where not all are looked at in one go, each is within this, and a look is not sooner after the last than that. */
const ROUND_MOST_MS = 30_000;
const ROUND_WAIT_MS = 6_000;
const PICTURE_EVERY_MS = 10_000;
/** What waits for its turn is looked at more rarely, where each shot costs a request. */
const QUEUED_EVERY_MS = 20_000;
/** So long after it began, a watch tells the farm no more wishes, and asks it nothing more: what is left has its turn next time. */
const WISHES_MS = 5_000;
const LOOK_MS = 14_000;
/** How long a job may look failed after it was restarted: some farms answer before they do it. */
const RESTART_MS = 5_000;

type Watching = Pick<WatchContext, "save" | "signal" | "readRunReply">;

/** @param now the time in epoch milliseconds, for tests */
export async function carryOn<Order>(
  watch: Watching,
  run: RenderRun<Order>,
  farm: Farm<Order>,
  now: () => number = Date.now,
): Promise<RunStatus> {
  const began = now();
  const before = JSON.stringify(reportRun(run, farm.title, 0));
  await lookAtOthers(watch, run, began);
  const sent = await patiently(() => sendWaiting({ ...watch, run, farm, now, began, save: saver(watch, run) }));
  const hasWished = sent !== "much" && (await follow(watch, run, farm, now, began));
  const isMoving = JSON.stringify(reportRun(run, farm.title, 0)) !== before;
  const { least, most } = boundWait(run, farm);
  run.waitMs = isMoving ? least : Math.min(most, Math.max(least, Math.round((run.waitMs ?? least) * WAIT_GROWS)));
  // After it was told something there is news at once; and what else is to be done has a watch of its own, with its own share of requests.
  const isQuiet = sent === "nothing" && !hasWished && !run.shots.some(hasWish(run));
  return stand(run, farm, now(), isQuiet ? run.waitMs : 0);
}

function boundWait({ shots }: RenderRun<unknown>, { looksMost = Number.POSITIVE_INFINITY }: Farm<never>) {
  const rounds = Math.max(1, Math.ceil(shots.filter((shot) => !isOver(shot)).length / looksMost));
  const share = Math.max(WAIT_LEAST_MS, Math.round(ROUND_MOST_MS / rounds));
  return { least: rounds === 1 ? WAIT_LEAST_MS : Math.min(ROUND_WAIT_MS, share), most: Math.min(WAIT_MOST_MS, share) };
}

/** Does what a person asked for, as far as it can be done now; the rest follows when the run is carried on. */
export async function controlRun<Order>(
  watch: Watching,
  run: RenderRun<Order>,
  farm: Farm<Order>,
  what: Command,
  now: () => number = Date.now,
): Promise<RunStatus> {
  requestCommand(run, what);
  run.waitMs = undefined;
  await saver(watch, run)();
  try {
    await follow(watch, run, farm, now, now());
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    const standing = stand(run, farm, now(), 0);
    const { reply } = standing;
    const text = `${thrown.reply.text ?? "The farm can't be reached."} It will be told as soon as it can be reached.`;
    return reply.kind === "started" ? { ...standing, reply: { ...reply, text } } : standing;
  }
  return stand(run, farm, now(), 0);
}

const stand = <Order>(run: RenderRun<Order>, farm: Farm<Order>, now: number, againMs: number): RunStatus => ({
  reply: reportRun(run, farm.title, now),
  data: run,
  controls: listControls(run, farm),
  nextCheckMs: againMs,
});

/** After its time was over nothing is saved any more: another watch may have begun with what was saved last. */
const saver =
  <Order>({ save, signal }: Watching, run: RenderRun<Order>) =>
  async () => {
    signal.throwIfAborted();
    await save(run);
  };

/** Whether the farm was told anything. */
async function follow<Order>(
  watch: Watching,
  run: RenderRun<Order>,
  farm: Farm<Order>,
  now: () => number,
  began: number,
): Promise<boolean> {
  const hasWished = await patiently(() => carryOutWishes(run, farm, now, began + WISHES_MS));
  const sent = listSent(run, now(), farm).slice(0, farm.looksMost);
  if (sent.length > 0 && now() - began <= LOOK_MS) {
    const standings = await patiently(() => farm.look(sent.map(({ look }) => look)));
    watch.signal.throwIfAborted();
    for (const { shot, look } of sent) takeLook(shot, standings.get(look.job.id), now());
    giveUpStill(run.shots, farm);
  }
  run.pace = keepPace(run.pace, run.shots, now());
  if (now() - began <= LOOK_MS) await lookAtPicture(run, farm, now());
  return hasWished;
}

/** What can be looked at, what was not looked at for longest first. */
function listSent<Order>(
  { shots }: RenderRun<Order>,
  now: number,
  farm: Farm<Order>,
): { shot: Shot<Order>; look: Look }[] {
  const isLeft = ({ standing, lookedAt = 0 }: Shot<Order>) =>
    farm.looksMost !== undefined && standing?.isQueued === true && now - lookedAt < QUEUED_EVERY_MS;
  const isSettled = ({ state, wish: what, restarted = 0 }: Shot<Order>) =>
    state === "sent" && what !== "restart" && now - restarted >= RESTART_MS;
  return shots
    .flatMap((shot) => {
      const { job, mark, standing, still } = shot;
      return isSettled(shot) && !isLeft(shot) && job !== undefined
        ? [{ shot, look: { job, mark, standing, stillMs: still?.ms } }]
        : [];
    })
    .sort((a, b) => (a.shot.lookedAt ?? 0) - (b.shot.lookedAt ?? 0));
}

function takeLook<Order>(shot: Shot<Order>, standing: JobStanding | "gone" | undefined, now: number): void {
  if (standing === undefined) return;
  const before = shot.standing?.done ?? 0;
  takeStanding(shot, standing);
  keepStill(shot, before, now);
}

/** How it stands what other runs render. */
async function lookAtOthers<Order>(
  { readRunReply }: Watching,
  { shots }: RenderRun<Order>,
  now: number,
): Promise<void> {
  const open = shots.filter((shot) => !isOver(shot));
  const others = new Set(open.flatMap(({ joined }) => joined ?? []));
  for (const other of others) {
    const reply = await readRunReply(other);
    for (const shot of open) if (shot.joined === other) takeOther(shot, reply, now);
  }
}

/** Jobs go on when nobody can look at them: whatever a farm answers to a question, and however wrong, does not end the run. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reply.retry === true) throw thrown;
    throw new Failure(thrown.code, { ...thrown.reply, retry: true, cause: thrown });
  }
}

/** The picture of the shot that runs, of the first of many; that there is none is no trouble. */
async function lookAtPicture<Order>(run: RenderRun<Order>, farm: Farm<Order>, now: number): Promise<void> {
  const isRunning = (shot: Shot<Order>) =>
    !isOver(shot) && shot.standing?.state === "running" && shot.standing.done > 0;
  const { job } = run.shots.find(isRunning) ?? {};
  if (farm.picture === undefined || job === undefined || now - (run.picture?.at ?? 0) < PICTURE_EVERY_MS) return;
  const address = await farm.picture(job).catch(() => undefined);
  run.picture = { address: address ?? run.picture?.address, at: now };
}
