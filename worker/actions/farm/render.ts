// The render engine: what an action's `watch` and `control` do. Each call may start from the run
// that was saved last, however the previous call ended. The caller must make sure that two calls
// for one run never overlap, and that the next poll sees what `control` changed.
import type { Control, RunStatus } from "../../action/action.ts";
import { Failure } from "../../format/failure.ts";
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
import { hasEnded, type Shot } from "./shot.ts";
import { submitWaiting } from "./submit-jobs.ts";

/**
 * What a farm seems to say about a job is confirmed by another poll this soon, for this long.
 */
const CONFIRM_MS = 5_000;
const CONFIRM_MAX_MS = 30_000;

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
  await pollFollowedRuns(pass);
  const submitted = await asRetryable(() => submitWaiting(pass));
  const hasSentCommands = submitted !== "many" && (await syncWithFarm(pass));
  // What is due after the farm was sent anything needs a pass of its own, which follows at once:
  // the number of requests in one pass is limited. A few new jobs were polled in this pass.
  const hasSubmitted = submitted === "many" || (submitted === "few" && run.shots.some(hasEnded));
  const isQuiet = !hasSubmitted && !hasSentCommands && !run.shots.some(isCommandDue(run));
  return postDueFeedback(pass, feedback, makeRunStatus(pass, isQuiet ? nextConfirmation(pass) : 0));
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

const makeRunStatus = <Submission>(
  { run, farm, now }: RenderPass<Submission>,
  nextCheckMs: number | undefined,
): RunStatus => ({
  reply: summarizeRun(run, farm.title, now()),
  data: run,
  controls: listControls(run, farm),
  nextCheckMs,
  polls: countPolls(run, farm),
});

function addProblem(status: RunStatus, problem: Failure): RunStatus {
  if (status.reply.kind !== "started") return status;
  const what = problem.reply.text ?? message("render.farmUnreachable");
  return {
    ...status,
    reply: { ...status.reply, text: joinSentences([what, message("render.commandLater")]) },
  };
}

/** How many polls it takes to ask about each job once. */
const countPolls = ({ shots }: RenderRun<unknown>, { pollLimit }: Farm<never>): number =>
  pollLimit === undefined ? 1 : Math.ceil(shots.filter((shot) => !hasEnded(shot)).length / pollLimit);

/** Undefined if there is nothing to confirm. */
function nextConfirmation<Submission>({ run, now }: RenderPass<Submission>): number | undefined {
  const isUnconfirmed = ({ status }: Shot<unknown>) =>
    status?.checkedAt !== undefined && now() - status.checkedAt < CONFIRM_MAX_MS;
  return run.shots.some((shot) => !hasEnded(shot) && isUnconfirmed(shot)) ? CONFIRM_MS : undefined;
}
