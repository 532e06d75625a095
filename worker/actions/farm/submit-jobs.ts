// Submits what is waiting, each shot once, whatever the network does. What is about to be sent is written down before, and nothing is sent of
// which the farm might have a job: it is asked by the mark first.
import { Failure } from "../../failure.ts";
import type { Farm, JobRef } from "./farm.ts";
import type { RenderRun } from "./render-run.ts";
import { DOUBT_MS, type Shot, setOver, setSent } from "./shot.ts";

/** After so many times of which none arrived, a shot is given up: the others go on. */
const TRIES_MAX = 5;
/** Nothing more is begun after this: with one more answer it stays within a watch's time. */
export const BUDGET_MS = 12_000;
/**
 * So many are sent in one watch, for Cloudflare's free plan has fifty requests for all that a watch does; and after more than a few nothing else is
 * done. The next watch follows at once.
 */
export const SENT_MOST = 32;
const SENT_FEW = 8;

export type Sending<Order> = {
  run: RenderRun<Order>;
  farm: Farm<Order>;
  signal: AbortSignal;
  save(): Promise<void>;
  now(): number;
  /** when this watch began */
  began: number;
};

/** What was done: `all` there was to send, so that the watch may go on, or as much as one watch may. */
export type SentSome = "nothing" | "all" | "much";

export async function sendWaiting<Order>(sending: Sending<Order>): Promise<SentSome> {
  const { run, farm, signal, save, now, began } = sending;
  const unsent = run.shots.filter(({ state }) => state === "waiting" || state === "sending");
  if (unsent.length === 0) return "nothing";
  const asked = now();
  // What was never sent can't be there, and to look for it may mean to read all the jobs the farm ever had.
  const doubtful = unsent.filter(({ state, tries, again }) => state === "sending" || tries !== undefined || again);
  const found = doubtful.length === 0 ? NOTHING : await farm.find(doubtful.map(({ mark }) => mark));
  for (const shot of unsent) settle(shot, found.get(shot.mark), asked, farm.title);
  if (run.isPaused) {
    for (const shot of unsent) if (shot.state === "sent" && farm.canPause) shot.wish ??= "pause";
    return "nothing";
  }
  const waiting = unsent.filter(({ state }) => state === "waiting");
  let sent = 0;
  while (waiting.length > 0) {
    if (now() - began > BUDGET_MS || sent + farm.atOnce > Math.max(SENT_MOST, farm.atOnce)) {
      await save();
      return "much";
    }
    const batch = waiting.splice(0, farm.atOnce);
    sent += batch.length;
    for (const shot of batch) Object.assign(shot, { state: "sending", since: now(), tries: (shot.tries ?? 0) + 1 });
    await save();
    signal.throwIfAborted();
    const lost = await submitAll(batch, farm);
    signal.throwIfAborted();
    if (lost.length === batch.length && lost[0] !== undefined) {
      await save();
      throw lost[0];
    }
  }
  await save();
  if (sent === 0) return "nothing";
  return sent > SENT_FEW || now() - began > BUDGET_MS ? "much" : "all";
}

const NOTHING: ReadonlyMap<string, JobRef> = new Map();

/** What is known of a shot that was perhaps sent before. */
function settle<Order>(shot: Shot<Order>, job: JobRef | undefined, asked: number, farm: string): void {
  const { state, wish, reason, since = 0, tries = 0 } = shot;
  if (job !== undefined) {
    if (shot.again) shot.wish ??= "restart";
    setSent(shot, job);
  } else if (state === "sending" && asked - since < DOUBT_MS) return;
  else if (wish === "cancel") setOver(shot, "canceled", "Canceled before it was sent");
  else if (state === "sending" && tries >= TRIES_MAX)
    setOver(
      shot,
      "failed",
      `${farm} does not have it: it was sent ${tries} times${reason === undefined ? "" : `. ${reason}`}`,
    );
  else shot.state = "waiting";
}

/** Those that may or may not have arrived. */
async function submitAll<Order>(batch: readonly Shot<Order>[], farm: Farm<Order>): Promise<Failure[]> {
  const results = await Promise.allSettled(batch.map((shot) => submit(shot, farm)));
  const lost: Failure[] = [];
  for (const [index, result] of results.entries()) {
    const shot = batch[index];
    if (shot === undefined) continue;
    if (result.status === "fulfilled") setSent(shot, result.value);
    else if (!(result.reason instanceof Failure)) throw result.reason;
    else if (result.reason.reply.retry === true) {
      // What the farm said last is what is known, should it be given up.
      shot.reason = result.reason.reply.text;
      lost.push(result.reason);
    } else setOver(shot, "failed", result.reason.reply.text ?? result.reason.reply.title);
  }
  return lost;
}

async function submit<Order>({ order, mark }: Shot<Order>, farm: Farm<Order>): Promise<JobRef> {
  if (order === undefined) throw new Error(`The order of ${mark} was lost before it was sent`);
  return farm.submit(order, mark);
}
