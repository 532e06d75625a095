// The last step of a pass: posts to Kitsu how shots ended. A run ends only once that is done, or
// can't be done.
import type { RunStatus } from "../../action/action.ts";
import { joinSentences, message } from "../../format/message.ts";
import { chooseStatus, type FeedbackSettings } from "../../settings/feedback-settings.ts";
import type { Farm } from "./farm.ts";
import { type FeedbackResult, isSettled, postFeedback } from "./post-feedback.ts";
import type { RenderPass } from "./render-pass.ts";
import type { RenderRun } from "./render-run.ts";
import { summarizeRun, summarizeRunning } from "./render-summary.ts";
import { hasEnded, type Shot } from "./shot.ts";

/** Nothing is posted if the steps before took longer: the pass would not have enough time left. */
const EARLIER_STEPS_MAX_MS = 8_000;
const POST_MAX_MS = 12_000;
/** No new comment or picture is started later than this. */
const START_MAX_MS = 4_000;
/** How long a finished run waits while Kitsu can't be reached. */
const KITSU_DOWN_MAX_MS = 600_000;
const RETRY_MS = 15_000;

/**
 * Posts what is due, and returns the status of the run. Two calls for one run must never overlap.
 * @param feedback the farm's setting `tell`; nothing is posted without it
 */
export async function postDueFeedback<Submission>(
  pass: RenderPass<Submission>,
  feedback: FeedbackSettings | undefined,
  status: RunStatus,
): Promise<RunStatus> {
  const { run, farm, now, startedAt, save } = pass;
  const isDone = run.shots.every(hasEnded);
  if (feedback === undefined || listUnreported(run, feedback).length === 0) return status;
  if (feedback.when === "end" && !isDone) return status;
  // The pass has used up many of its requests, and the next one follows at once.
  if (status.nextCheckMs === 0) return holdForFeedback(run, farm, feedback, status);
  let hasReported = false;
  if (now() - startedAt < EARLIER_STEPS_MAX_MS) {
    // From here on it is known how the shots ended, whatever happens to their jobs.
    await save();
    hasReported = await postToKitsu(pass, feedback);
  }
  if (isDone && !hasReported) giveUpOnKitsu(run, feedback);
  const updated = { ...status, data: run, ...(isDone && { reply: summarizeRun(run, farm.title, Date.now()) }) };
  return holdForFeedback(run, farm, feedback, updated, hasReported ? 0 : RETRY_MS);
}

/** Keeps a run that has ended `started` until its feedback is posted. */
export function holdForFeedback<Submission>(
  run: RenderRun<Submission>,
  farm: Farm<Submission>,
  feedback: FeedbackSettings | undefined,
  status: RunStatus,
  nextCheckMs = 0,
): RunStatus {
  const left = feedback === undefined || !run.shots.every(hasEnded) ? 0 : listUnreported(run, feedback).length;
  if (left === 0) return status;
  const reply = {
    ...summarizeRunning(run, farm.title, Date.now()),
    title: message("render.renderedWith", { farm: farm.title }),
    text: message("render.finished", { count: left }),
  };
  return { reply, data: run, controls: [], nextCheckMs };
}

const listUnreported = <Submission>({ shots }: RenderRun<Submission>, feedback: FeedbackSettings) =>
  shots.filter(({ end, reported }) => end !== undefined && !reported && chooseStatus(feedback, end) !== undefined);

/** Returns whether any shot was settled. */
async function postToKitsu<Submission>(
  { context, run, farm }: RenderPass<Submission>,
  feedback: FeedbackSettings,
): Promise<boolean> {
  const timeout = AbortSignal.timeout(POST_MAX_MS);
  const kitsu = context.kitsu(AbortSignal.any([context.signal, timeout]));
  const shots = listUnreported(run, feedback);
  if (kitsu === undefined) {
    for (const shot of shots) recordResult(shot, { state: "refused", reason: message("render.noAccount") });
    return true;
  }
  const { person, localize } = context;
  const until = Date.now() + START_MAX_MS;
  const results = await postFeedback(
    { kitsu, person, run: context.run, farm: farm.title, localize, feedback, until },
    shots.map((shot) => ({
      task: shot.task,
      state: shot.end ?? ("canceled" as const),
      reason: shot.reason,
      url: shot.status?.url,
      isStalled: shot.isStalled,
      picture: async () => shot.job && (await farm.fetchPicture?.(shot.job)),
    })),
  ).catch((thrown: unknown) => {
    // What was cut off may have been written: the next call finds out.
    if (context.signal.aborted || !timeout.aborted) throw thrown;
    return new Map<string, FeedbackResult>();
  });
  context.signal.throwIfAborted();
  for (const shot of shots) recordResult(shot, results.get(shot.task));
  return shots.some((shot) => shot.reported);
}

function recordResult<Submission>(shot: Shot<Submission>, result: FeedbackResult | undefined): void {
  if (!isSettled(result)) return;
  shot.reported = true;
  if (result?.reason === undefined) return;
  const { state, reason } = result;
  const note = state === "done" ? reason : message("render.kitsuNotUpdated", { reason });
  shot.reason = joinSentences([shot.reason, note]);
}

function giveUpOnKitsu<Submission>(run: RenderRun<Submission>, feedback: FeedbackSettings): void {
  run.unreportedSince ??= Date.now();
  if (Date.now() - run.unreportedSince < KITSU_DOWN_MAX_MS) return;
  for (const shot of listUnreported(run, feedback))
    recordResult(shot, { state: "refused", reason: message("render.kitsuUnreachable") });
}
