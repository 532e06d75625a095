// The render engine: what an action's `watch` and `control` do. Each call may start from the run
// that was saved last, however the previous call ended. The caller must make sure that two calls
// for one run never overlap, and that the next poll sees what `control` changed.
import type { Control, RunStatus } from "../../action/action.ts";
import { Failure } from "../../failure.ts";
import { joinSentences, message } from "../../format/message.ts";
import type { FeedbackSettings } from "../../settings/feedback-settings.ts";
import type { Farm } from "./farm.ts";
import { holdForFeedback, postDueFeedback } from "./feedback-run.ts";
import { isCommandDue, listControls, requestCommand, sendPendingCommands } from "./pending-commands.ts";
import { pollFollowedRuns, pollJobs, pollPicture } from "./poll-jobs.ts";
import { asRetryable, type PassContext, type RenderPass, startPass } from "./render-pass.ts";
import { updatePace } from "./render-progress.ts";
import type { RenderRun } from "./render-run.ts";
import { summarizeRun } from "./render-summary.ts";
import { hasEnded } from "./shot.ts";
import { submitWaiting } from "./submit-jobs.ts";

/** Between two polls: short while there is progress, longer while there is none. */
const WAIT_MIN_MS = 2_000;
const WAIT_MAX_MS = 15_000;
const WAIT_GROWTH = 1.5;
/**
 * If one poll can't cover all jobs, each job is polled within this time, and polls are this far
 * apart.
 */
const ROUND_MAX_MS = 30_000;
const ROUND_WAIT_MS = 6_000;

/**
 * Advances a render run, and returns its status.
 * @param feedback the farm's setting `tell`; nothing is posted to Kitsu without it
 * @param now epoch milliseconds, for tests
 */
export async function pollRender<Submission>(
  context: PassContext,
  run: RenderRun<Submission>,
  farm: Farm<Submission>,
  feedback: FeedbackSettings | undefined,
  now: () => number = Date.now,
): Promise<RunStatus> {
  const pass = startPass(context, run, farm, now);
  const before = JSON.stringify(summarizeRun(run, farm.title, 0));
  await pollFollowedRuns(pass);
  const submitted = await asRetryable(() => submitWaiting(pass));
  const hasSentCommands = submitted !== "many" && (await syncWithFarm(pass));
  const hasProgress = JSON.stringify(summarizeRun(run, farm.title, 0)) !== before;
  run.waitMs = nextWait(run, farm, hasProgress);
  // What is due after the farm was sent anything needs a pass of its own, which follows at once:
  // the number of requests in one pass is limited. A few new jobs were polled in this pass.
  const hasSubmitted = submitted === "many" || (submitted === "few" && run.shots.some(hasEnded));
  const isQuiet = !hasSubmitted && !hasSentCommands && !run.shots.some(isCommandDue(run));
  return postDueFeedback(pass, feedback, makeRunStatus(pass, isQuiet ? run.waitMs : 0));
}

/** Does what a person asked for as far as possible. The rest follows with the next polls. */
export async function controlRender<Submission>(
  context: PassContext,
  run: RenderRun<Submission>,
  farm: Farm<Submission>,
  feedback: FeedbackSettings | undefined,
  command: Control,
  now: () => number = Date.now,
): Promise<RunStatus> {
  requestCommand(run, command);
  run.waitMs = undefined;
  const pass = startPass(context, run, farm, now);
  await pass.save();
  const problem = await syncWithFarm(pass).then(
    () => undefined,
    (thrown: unknown) => {
      if (thrown instanceof Failure) return thrown;
      throw thrown;
    },
  );
  const status = makeRunStatus(pass, 0);
  return holdForFeedback(run, farm, feedback, problem === undefined ? status : addProblem(status, problem));
}

/** Sends pending commands, then polls the jobs. Returns whether there were commands to send. */
async function syncWithFarm<Submission>(pass: RenderPass<Submission>): Promise<boolean> {
  const hasSentCommands = await asRetryable(() => sendPendingCommands(pass));
  await pollJobs(pass);
  pass.run.pace = updatePace(pass.run.pace, pass.run.shots, pass.now());
  await pollPicture(pass);
  return hasSentCommands;
}

const makeRunStatus = <Submission>({ run, farm, now }: RenderPass<Submission>, nextCheckMs: number): RunStatus => ({
  reply: summarizeRun(run, farm.title, now()),
  data: run,
  controls: listControls(run, farm),
  nextCheckMs,
});

function addProblem(status: RunStatus, problem: Failure): RunStatus {
  if (status.reply.kind !== "started") return status;
  const what = problem.reply.text ?? message("render.farmUnreachable");
  return {
    ...status,
    reply: { ...status.reply, text: joinSentences([what, message("render.commandLater")]) },
  };
}

/** How long to wait before the next poll, in milliseconds. */
function nextWait(
  { shots, waitMs }: RenderRun<unknown>,
  { pollLimit = Number.POSITIVE_INFINITY }: Farm<never>,
  hasProgress: boolean,
): number {
  const rounds = Math.max(1, Math.ceil(shots.filter((shot) => !hasEnded(shot)).length / pollLimit));
  const share = Math.max(WAIT_MIN_MS, Math.round(ROUND_MAX_MS / rounds));
  const least = rounds === 1 ? WAIT_MIN_MS : Math.min(ROUND_WAIT_MS, share);
  if (hasProgress) return least;
  return Math.min(WAIT_MAX_MS, share, Math.max(least, Math.round((waitMs ?? least) * WAIT_GROWTH)));
}
