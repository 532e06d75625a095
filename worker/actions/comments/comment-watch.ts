// Carries a run of comments on: a few at once within the call, for a long run one batch at each look, until all are written, Kitsu refuses, or
// somebody cancels it.
import * as v from "valibot";
import type { ActionContext, Control, RunStatus, WatchContext } from "../../action/action.ts";
import type { Rules } from "../../action/authorize.ts";
import { Failure } from "../../failure.ts";
import { rememberPace } from "../../services/comment-pace.ts";
import { type BatchContext, writeNextBatch } from "./comment-batch.ts";
import { reportComments } from "./comment-report.ts";
import { abandonRun, CommentRun, estimateLeftS, isOver, listWaiting, skipRest } from "./comment-run.ts";

/**
 * What is over in this time, and in so few requests that Cloudflare's smallest plan allows them beside those of the call, is answered at once. Anything
 * more goes on by itself from the beginning, and shows its progress.
 */
const CALL_MAX_MS = 8_000;
const CALL_TASKS_MAX = 30;
const CALL_BATCHES_MAX = 3;
/** Of the action's time, for the answer. */
const ANSWER_RESERVE_MS = 5_000;
/** How long a Kitsu that can't be reached is waited for. */
const UNREACHABLE_MAX_MS = 600_000;
const RECHECK_MS = 5_000;

/**
 * Writes what can be written within the call. What is left then goes on.
 * @param began when the action began, in epoch milliseconds
 */
export async function startComments(context: ActionContext, rules: Rules, run: CommentRun, began: number) {
  const { person, settings } = context;
  const until = began + Math.min(CALL_MAX_MS, settings.actionTimeLimitMs - ANSWER_RESERVE_MS);
  const desk: BatchContext = {
    kitsu: context.kitsu(),
    person,
    settings,
    rules,
    save: async () => undefined,
    now: Date.now,
  };
  const isFew = listWaiting(run).length <= CALL_TASKS_MAX;
  try {
    for (let batch = 0; isFew && batch < CALL_BATCHES_MAX && !isOver(run); batch += 1) {
      const isInTime = Date.now() + estimateLeftS(run) * 1_000 <= until;
      if (!isInTime || (await writeNextBatch(desk, run)) === "unsettled") break;
    }
  } catch (thrown) {
    // A Kitsu that has no way to write comments fails the call: no task is at fault.
    if (!(thrown instanceof Failure) || context.signal.aborted || thrown.code === "kitsu-version") throw thrown;
    if (!isTemporary(thrown)) abandonRun(run, thrown);
  }
  if (isOver(run)) await recordPace(settings.kitsuApi, run);
  else context.continueWith(run, { asPerson: true });
  return reportComments(run, settings.kitsuUrls[0] ?? "");
}

/** One look of a long run. */
export async function continueComments(
  watch: WatchContext,
  rules: Rules,
  data: unknown,
  now: () => number = Date.now,
): Promise<RunStatus> {
  const run = v.parse(CommentRun, data);
  const { settings, signal, person } = watch;
  const kitsu = watch.kitsu();
  // After its time was over nothing is saved any more: another look may have begun with what was saved last.
  const save = async () => {
    signal.throwIfAborted();
    await watch.save(run);
  };
  try {
    if (kitsu === undefined) throw missingAccount();
    const next = await writeNextBatch({ kitsu, person, settings, rules, save, now }, run);
    signal.throwIfAborted();
    run.unreachableSince = undefined;
    if (next === "over") await recordPace(settings.kitsuApi, run);
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

/** It may be otherwise in a moment; or in the next look, which has its own share of requests. */
const isTemporary = ({ code, reply }: Failure) => reply.retry === true || code === "platform-limit";

/** What is under way is not known to be written, or not, before it was looked for. */
export async function cancelComments(watch: WatchContext, data: unknown, what: Control): Promise<RunStatus> {
  const run = v.parse(CommentRun, data);
  if (what !== "cancel") throw new Failure("run-over", { text: "It can only be canceled." });
  run.isCanceled = true;
  if (run.sending === undefined) skipRest(run, "Canceled");
  return makeStatus(watch, run, 0);
}

const makeStatus = ({ settings }: WatchContext, run: CommentRun, againMs: number): RunStatus => ({
  reply: reportComments(run, settings.kitsuUrls[0] ?? ""),
  data: run,
  controls: run.isCanceled ? [] : ["cancel"],
  nextCheckMs: againMs,
});

async function recordPace(api: string, { isMeasured, paceMs }: CommentRun): Promise<void> {
  if (isMeasured) await rememberPace(api, paceMs);
}

const missingAccount = () =>
  new Failure("not-configured", {
    text: "The action server has no account in Kitsu any more.",
    advice: "Your TD sets KITSU_TOKEN.",
  });
