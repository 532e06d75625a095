// Submits the waiting shots, each once, whatever the network does. A submission is saved before it
// is sent. A shot that the farm might already have is searched for by its key first.
import { Failure } from "../../format/failure.ts";
import { joinSentences, message } from "../../format/message.ts";
import type { Farm, JobRef } from "./farm.ts";
import type { RenderPass } from "./render-pass.ts";
import { DOUBT_MS, endShot, type Shot, setSent } from "./shot.ts";

/** A shot is given up after this many attempts that did not arrive. The other shots continue. */
const ATTEMPTS_MAX = 5;
/**
 * No submission starts later than this: with one more answer it stays within the time of a pass.
 */
const SUBMIT_BUDGET_MS = 12_000;
/**
 * The most submissions in one pass: Cloudflare's free plan allows fifty requests for a whole pass.
 * After more than a few, the pass does nothing else. The next pass follows at once.
 */
const SUBMISSIONS_MAX = 32;
const FEW_SUBMISSIONS = 8;

/** `few` leaves time and requests for the rest of the pass, `many` does not. */
export type Submitted = "none" | "few" | "many";

export async function submitWaiting<Submission>(pass: RenderPass<Submission>): Promise<Submitted> {
  const { context, run, farm, save, now, startedAt } = pass;
  const unsent = run.shots.filter(({ state }) => state === "waiting" || state === "sending");
  if (unsent.length === 0) return "none";
  await findSubmitted(unsent, farm, now());
  if (run.isPaused) {
    for (const shot of unsent) if (shot.state === "sent" && farm.canPause) shot.pendingCommand ??= "pause";
    return "none";
  }
  const waiting = unsent.filter(({ state }) => state === "waiting");
  let sent = 0;
  while (waiting.length > 0) {
    if (now() - startedAt > SUBMIT_BUDGET_MS || sent + farm.concurrency > Math.max(SUBMISSIONS_MAX, farm.concurrency)) {
      await save();
      return "many";
    }
    const batch = waiting.splice(0, farm.concurrency);
    sent += batch.length;
    for (const shot of batch)
      Object.assign(shot, { state: "sending", since: now(), attempts: (shot.attempts ?? 0) + 1 });
    await save();
    context.signal.throwIfAborted();
    const unconfirmed = await submitBatch(batch, farm);
    context.signal.throwIfAborted();
    if (unconfirmed.length === batch.length && unconfirmed[0] !== undefined) {
      await save();
      throw unconfirmed[0];
    }
  }
  await save();
  if (sent === 0) return "none";
  return sent > FEW_SUBMISSIONS || now() - startedAt > SUBMIT_BUDGET_MS ? "many" : "few";
}

/** Searches the farm for shots that may have arrived, and updates these. */
async function findSubmitted<Submission>(
  unsent: readonly Shot<Submission>[],
  farm: Farm<Submission>,
  now: number,
): Promise<void> {
  // A shot that was never sent can't be there, and a search may read every job the farm ever had.
  const doubtful = unsent.filter(
    ({ state, attempts, restartIfFound }) => state === "sending" || attempts !== undefined || restartIfFound,
  );
  const found = doubtful.length === 0 ? NO_JOBS : await farm.find(doubtful.map(({ jobKey }) => jobKey));
  for (const shot of unsent) resolveUnsent(shot, found.get(shot.jobKey), now, farm.title);
}

const NO_JOBS: ReadonlyMap<string, JobRef> = new Map();

/** @param job the shot's job, if the farm has it */
function resolveUnsent<Submission>(shot: Shot<Submission>, job: JobRef | undefined, now: number, farm: string): void {
  const { state, pendingCommand, reason, since = 0, attempts = 0 } = shot;
  if (job !== undefined) {
    if (shot.restartIfFound) shot.pendingCommand ??= "restart";
    setSent(shot, job);
  } else if (state === "sending" && now - since < DOUBT_MS) return;
  else if (pendingCommand === "cancel") endShot(shot, "canceled", message("render.canceledUnsent"));
  else if (state === "sending" && attempts >= ATTEMPTS_MAX) {
    endShot(shot, "failed", joinSentences([message("render.notReceived", { farm, attempts }), reason]));
  } else shot.state = "waiting";
}

/** Returns the failures of submissions that may or may not have arrived. */
async function submitBatch<Submission>(batch: readonly Shot<Submission>[], farm: Farm<Submission>): Promise<Failure[]> {
  const results = await Promise.allSettled(batch.map((shot) => submit(shot, farm)));
  const unconfirmed: Failure[] = [];
  for (const [index, result] of results.entries()) {
    const shot = batch[index];
    if (shot === undefined) continue;
    if (result.status === "fulfilled") setSent(shot, result.value);
    else if (!(result.reason instanceof Failure)) throw result.reason;
    else if (result.reason.reply.retry === true) {
      // Shown if the shot is given up.
      shot.reason = result.reason.reply.text;
      unconfirmed.push(result.reason);
    } else endShot(shot, "failed", result.reason.reply.text ?? result.reason.reply.title);
  }
  return unconfirmed;
}

async function submit<Submission>({ submission, jobKey }: Shot<Submission>, farm: Farm<Submission>): Promise<JobRef> {
  if (submission === undefined) throw new Error(`The submission of ${jobKey} was lost before it was sent`);
  return farm.submit(submission, jobKey);
}
