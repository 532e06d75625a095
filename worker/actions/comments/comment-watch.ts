// Carries a run of comments on: a few at once within the call, for a long run one batch at each look, until all are written, Kitsu refuses, or
// somebody cancels it.
import * as v from "valibot";
import type { ActionContext, Control, RunStatus, WatchContext } from "../../action/action.ts";
import type { ActionRules } from "../../action/authorize.ts";
import { Failure } from "../../failure.ts";
import { rememberPace } from "../../services/comment-pace.ts";
import { type Desk, writeNext } from "./comment-batch.ts";
import { reportComments } from "./comment-report.ts";
import { CommentRun, giveUp, guessLeft, isOver, leaveRest, listWaiting } from "./comment-run.ts";

/**
 * What is over in this time, and in so few requests that Cloudflare's smallest plan allows them beside those of the call, is answered at once. Anything
 * more goes on by itself from the beginning, and shows its progress.
 */
const CALL_MS = 8_000;
const CALL_TASKS_MAX = 30;
const CALL_BATCHES_MAX = 3;
/** Of the action's time, for the answer. */
const REST_MS = 5_000;
/** How long a Kitsu that can't be reached is waited for. */
const PATIENCE_MS = 600_000;
const LOOK_AGAIN_MS = 5_000;

/**
 * Writes what can be written within the call. What is left then goes on.
 * @param began when the action began, in epoch milliseconds
 */
export async function beginComments(context: ActionContext, rules: ActionRules, run: CommentRun, began: number) {
  const { person, settings } = context;
  const until = began + Math.min(CALL_MS, settings.actionTimeLimitMs - REST_MS);
  const desk: Desk = { kitsu: context.kitsu(), person, settings, rules, save: async () => undefined, now: Date.now };
  const isFew = listWaiting(run).length <= CALL_TASKS_MAX;
  try {
    for (let batch = 0; isFew && batch < CALL_BATCHES_MAX && !isOver(run); batch += 1) {
      const isInTime = Date.now() + guessLeft(run) * 1_000 <= until;
      if (!isInTime || (await writeNext(desk, run)) === "unsettled") break;
    }
  } catch (thrown) {
    // A Kitsu that has no way to write comments fails the call: no task is at fault.
    if (!(thrown instanceof Failure) || context.signal.aborted || thrown.code === "kitsu-version") throw thrown;
    if (!isPassing(thrown)) giveUp(run, thrown);
  }
  if (isOver(run)) await remember(settings.kitsuApi, run);
  else context.continueWith(run, { asPerson: true });
  return reportComments(run, settings.kitsuUrls[0] ?? "");
}

/** One look of a long run. */
export async function carryOnComments(
  watch: WatchContext,
  rules: ActionRules,
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
    if (kitsu === undefined) throw noAccount();
    const next = await writeNext({ kitsu, person, settings, rules, save, now }, run);
    signal.throwIfAborted();
    run.lostSince = undefined;
    if (next === "over") await remember(settings.kitsuApi, run);
    return stand(watch, run, next === "unsettled" ? Math.max(LOOK_AGAIN_MS, 3 * run.paceMs) : 0);
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    run.lostSince ??= now();
    if (isPassing(thrown) && now() - run.lostSince < PATIENCE_MS) {
      await save();
      throw new Failure(thrown.code, { ...thrown.reply, retry: true, cause: thrown });
    }
    giveUp(run, thrown);
    return stand(watch, run, 0);
  }
}

/** It may be otherwise in a moment; or in the next look, which has its own share of requests. */
const isPassing = ({ code, reply }: Failure) => reply.retry === true || code === "platform-limit";

/** What is under way is not known to be written, or not, before it was looked for. */
export async function cancelComments(watch: WatchContext, data: unknown, what: Control): Promise<RunStatus> {
  const run = v.parse(CommentRun, data);
  if (what !== "cancel") throw new Failure("run-over", { text: "It can only be canceled." });
  run.isCanceled = true;
  if (run.sending === undefined) leaveRest(run, "Canceled");
  return stand(watch, run, 0);
}

const stand = ({ settings }: WatchContext, run: CommentRun, againMs: number): RunStatus => ({
  reply: reportComments(run, settings.kitsuUrls[0] ?? ""),
  data: run,
  controls: run.isCanceled ? [] : ["cancel"],
  nextCheckMs: againMs,
});

async function remember(api: string, { isMeasured, paceMs }: CommentRun): Promise<void> {
  if (isMeasured) await rememberPace(api, paceMs);
}

const noAccount = () =>
  new Failure("not-configured", {
    text: "The action server has no account in Kitsu any more.",
    advice: "Your TD sets KITSU_TOKEN.",
  });
