// Runs the batches: a few comments within the call, or one batch per check of a long run, until all
// are written, Kitsu refuses, or someone cancels.
import * as v from "valibot";
import type { ActionContext, Control, RunStatus, WatchContext } from "../../action/action.ts";
import type { ActionRules } from "../../action/authorize.ts";
import { Failure } from "../../format/failure.ts";
import { message } from "../../format/message.ts";
import { rememberPace } from "../../services/comment-pace.ts";
import { type BatchContext, type Known, writeNextBatch } from "./comment-batch.ts";
import { reportComments } from "./comment-report.ts";
import { abandonRun, CommentRun, estimateLeftS, isOver, listWaiting, skipRest } from "./comment-run.ts";

/**
 * Up to these limits the comments are written before the call is answered; anything larger becomes
 * a long run that shows its progress. Cloudflare's free plan allows 50 subrequests for the whole
 * call.
 */
const CALL_MAX_MS = 8_000;
const CALL_TASKS_MAX = 30;
const CALL_BATCHES_MAX = 3;
/** Reserved at the end of the action's time limit, to build and send the answer. */
const ANSWER_RESERVE_MS = 5_000;
/** How long to retry while Kitsu can't be reached. */
const UNREACHABLE_MAX_MS = 600_000;
const RECHECK_MS = 5_000;

/**
 * Writes what fits into the call. The rest continues as a long run.
 * @param known what this call has read from Kitsu
 * @param began when the action began, in epoch milliseconds
 */
export async function startComments(
  context: ActionContext,
  rules: ActionRules,
  run: CommentRun,
  known: Known,
  began: number,
) {
  const { person, settings } = context;
  const until = began + Math.min(CALL_MAX_MS, settings.actionTimeLimitMs - ANSWER_RESERVE_MS);
  const batch: BatchContext = {
    kitsu: context.kitsu(),
    person,
    settings,
    rules,
    known,
    save: async () => undefined,
    now: Date.now,
  };
  const isFew = listWaiting(run).length <= CALL_TASKS_MAX;
  try {
    for (let count = 0; isFew && count < CALL_BATCHES_MAX && !isOver(run); count += 1) {
      const isInTime = Date.now() + estimateLeftS(run) * 1_000 <= until;
      if (!isInTime || (await writeNextBatch(batch, run)) === "unsettled") break;
    }
  } catch (thrown) {
    // A Kitsu that is too old for this fails the call, not each task.
    if (!(thrown instanceof Failure) || context.signal.aborted || thrown.code === "kitsu-version") throw thrown;
    if (!isTemporary(thrown)) abandonRun(run, thrown);
  }
  if (isOver(run)) recordPace(settings.kitsuApi, run);
  else context.continueWith(run, { asPerson: true });
  return reportComments(run, settings.kitsuUrls[0] ?? "");
}

/** One check of a long run: writes the next batch. */
export async function continueComments(
  watch: WatchContext,
  rules: ActionRules,
  data: unknown,
  now: () => number = Date.now,
): Promise<RunStatus> {
  const run = v.parse(CommentRun, data);
  const { settings, signal, person } = watch;
  const kitsu = watch.kitsu();
  // Never save after a timeout: another check may already have started from the last saved state.
  const save = async () => {
    signal.throwIfAborted();
    await watch.save(run);
  };
  try {
    if (kitsu === undefined) throw missingAccount();
    const next = await writeNextBatch({ kitsu, person, settings, rules, save, now }, run);
    signal.throwIfAborted();
    run.unreachableSince = undefined;
    if (next === "over") recordPace(settings.kitsuApi, run);
    return makeStatus(watch, run, next === "unsettled" ? Math.max(RECHECK_MS, 3 * run.paceMs) : 0);
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    run.unreachableSince ??= now();
    if (isTemporary(thrown) && now() - run.unreachableSince < UNREACHABLE_MAX_MS) {
      await save();
      throw new Failure(thrown.code, { ...thrown.reply, retry: true, cause: thrown });
    }
    abandonRun(run, thrown);
    return makeStatus(watch, run, 0);
  }
}

/** Worth another try. The next check also has a subrequest limit of its own. */
const isTemporary = ({ code, reply }: Failure) => reply.retry === true || code === "platform-limit";

/** The outcome of a request in flight is checked first, so the run may end a little later. */
export async function cancelComments(watch: WatchContext, data: unknown, what: Control): Promise<RunStatus> {
  const run = v.parse(CommentRun, data);
  if (what !== "cancel")
    throw new Failure("run-over", { title: message("longRun.notOffered"), text: message("comment.onlyCancel") });
  run.isCanceled = true;
  if (run.sending === undefined) skipRest(run, message("comment.canceled"));
  return makeStatus(watch, run, 0);
}

const makeStatus = ({ settings }: WatchContext, run: CommentRun, nextCheckMs: number): RunStatus => ({
  reply: reportComments(run, settings.kitsuUrls[0] ?? ""),
  data: run,
  controls: run.isCanceled ? [] : ["cancel"],
  nextCheckMs,
});

function recordPace(api: string, { isMeasured, paceMs }: CommentRun): void {
  if (isMeasured) rememberPace(api, paceMs);
}

const missingAccount = () =>
  new Failure("not-configured", {
    text: message("comment.noAccount"),
    advice: message("comment.setToken"),
  });
