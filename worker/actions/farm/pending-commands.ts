// What a person asked for: cancel, pause or resume. A command is first saved with each shot, so
// that it takes effect even if the farm can't be reached at the moment.
import pMap from "p-map";
import type { Control } from "../../action/action.ts";
import { Failure } from "../../format/failure.ts";
import { message } from "../../format/message.ts";
import type { Farm } from "./farm.ts";
import type { RenderPass } from "./render-pass.ts";
import type { RenderRun } from "./render-run.ts";
import { endShot, hasEnded, type Shot } from "./shot.ts";

/** Per pass; each takes three requests. Cloudflare's free plan allows fifty for a whole pass. */
const COMMANDS_MAX = 8;
/** No command is sent this long after the pass started: the next pass sends it. */
const COMMANDS_PERIOD_MS = 5_000;

/** The commands a person can use now. */
export function listControls({ shots, isPaused }: RenderRun<unknown>, { canPause = false }: Farm<never>): Control[] {
  const open = shots.filter((shot) => !hasEnded(shot) && shot.pendingCommand !== "cancel" && !shot.isCanceling);
  if (open.length === 0) return [];
  const own = open.filter(({ followedRun }) => followedRun === undefined);
  const isHalted = ({ status, pendingCommand }: Shot<unknown>) =>
    pendingCommand === "pause" || status?.state === "paused";
  const hasPaused = own.length > 0 && (isPaused === true || own.some(isHalted));
  const hasRunning = own.some((shot) => (shot.state === "sent" ? !isHalted(shot) : !isPaused));
  return [
    "cancel",
    ...(canPause && hasRunning && !isPaused ? (["pause"] as const) : []),
    ...(canPause && hasPaused ? (["resume"] as const) : []),
  ];
}

/** Records the command with each shot. Shots that were not sent don't need the farm. */
export function requestCommand<Submission>(run: RenderRun<Submission>, command: Control): void {
  if (command !== "cancel") run.isPaused = command === "pause";
  for (const shot of run.shots) {
    if (hasEnded(shot) || shot.pendingCommand === "cancel" || shot.isCanceling) continue;
    if (shot.followedRun !== undefined) {
      if (command === "cancel") endShot(shot, "unfollowed", message("render.unfollowed"));
      continue;
    }
    shot.reason = undefined;
    if (shot.state === "waiting" && command === "cancel") endShot(shot, "canceled", message("render.canceledUnsent"));
    // Also for shots that seem to be in the wanted state: an earlier command may have reached the
    // farm unnoticed. Only cancel replaces a pending restart.
    else if (command === "cancel" || (shot.state === "sent" && shot.pendingCommand !== "restart"))
      shot.pendingCommand = command;
  }
}

/**
 * Sends the due commands. A refusal is shown at its shot. A command that can't be sent now, or not
 * in time, is sent later. Returns whether any command was due.
 */
export async function sendPendingCommands<Submission>(pass: RenderPass<Submission>): Promise<boolean> {
  const { run, farm, now, startedAt } = pass;
  const until = startedAt + COMMANDS_PERIOD_MS;
  const due = run.shots.filter(isCommandDue(run)).slice(0, COMMANDS_MAX);
  const failures: unknown[] = [];
  const send = async (shot: Shot<Submission>) => {
    if (failures.length === 0 && now() <= until) await sendCommand(shot, farm, now());
  };
  // Those under way are waited for, because they change their shots.
  await pMap(due, (shot) => send(shot).catch((thrown: unknown) => failures.push(thrown)), {
    concurrency: farm.concurrency,
  });
  if (failures.length > 0) throw failures[0];
  return due.length > 0;
}

/** No shot is restarted while the run is paused, or resumed before the farm has paused it. */
export const isCommandDue =
  ({ isPaused }: RenderRun<unknown>) =>
  ({ state, pendingCommand, status }: Shot<unknown>) =>
    state === "sent" &&
    pendingCommand !== undefined &&
    !(isPaused && pendingCommand === "restart") &&
    !(status?.isPausing && pendingCommand === "resume");

async function sendCommand<Submission>(shot: Shot<Submission>, farm: Farm<Submission>, now: number): Promise<void> {
  const { job, jobKey, pendingCommand: command } = shot;
  if (job === undefined || command === undefined) return;
  try {
    if ((await farm.control(job, jobKey, command)) === "later") {
      // Until a poll shows otherwise.
      if (shot.status !== undefined) shot.status.isPausing = true;
      return;
    }
    if (command === "cancel") shot.isCanceling = true;
    if (command === "restart") Object.assign(shot, { restartedAt: now, standstill: undefined });
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reply.retry === true) throw thrown;
    shot.reason = thrown.reply.text ?? thrown.reply.title;
  }
  shot.pendingCommand = undefined;
}
