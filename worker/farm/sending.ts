// Submits what is waiting, each shot once, whatever the network does. What is about to be sent is written down before, and nothing is sent of
// which the farm might have a job: it is asked by the mark first.
import { Failure } from "../failure.ts";
import type { Farm, JobRef } from "./farm.ts";
import type { RenderRun } from "./run.ts";
import { type Shot, setOver, setSent } from "./shot.ts";

/**
 * How long after it was sent a shot may still turn up on the farm: the wait for the answer, and what proxies and queues between here and there
 * add to it. Until then it is neither sent again nor given up.
 */
export const DOUBT_MS = 60_000;
/** After so many times of which none arrived, a shot is given up: the others go on. */
const TRIES_MAX = 5;
/** Nothing more is begun after this: with one more answer it stays within a watch's time. */
export const BUDGET_MS = 12_000;
/** So many are sent in one watch: Cloudflare's free plan has fifty requests for all that a watch does. The next watch follows at once. */
export const SENT_MOST = 32;

export type Sending<Order> = {
  run: RenderRun<Order>;
  farm: Farm<Order>;
  signal: AbortSignal;
  save(): Promise<void>;
  now(): number;
  /** when this watch began */
  began: number;
};

/** False where its time was over, or its share of requests used up, before all was sent. */
export async function sendWaiting<Order>(sending: Sending<Order>): Promise<boolean> {
  const { run, farm, signal, save, now, began } = sending;
  const unsent = run.shots.filter(({ state }) => state === "waiting" || state === "sending");
  if (unsent.length === 0) return true;
  const asked = now();
  const found = await farm.find(unsent.map(({ mark }) => mark));
  for (const shot of unsent) settle(shot, found.get(shot.mark), asked, farm.title);
  if (run.isPaused) {
    for (const shot of unsent) if (shot.state === "sent" && farm.canPause) shot.wish ??= "pause";
    return true;
  }
  const waiting = unsent.filter(({ state }) => state === "waiting");
  for (let sent = 0; waiting.length > 0; ) {
    if (now() - began > BUDGET_MS || sent + farm.atOnce > Math.max(SENT_MOST, farm.atOnce)) {
      await save();
      return false;
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
  return true;
}

/** What is known of a shot that was perhaps sent before. */
function settle<Order>(shot: Shot<Order>, job: JobRef | undefined, asked: number, farm: string): void {
  const { state, wish, since = 0, tries = 0 } = shot;
  if (job !== undefined) setSent(shot, job);
  else if (state === "sending" && asked - since < DOUBT_MS) return;
  else if (wish === "cancel") setOver(shot, "canceled", "Canceled before it was sent");
  else if (state === "sending" && tries >= TRIES_MAX)
    setOver(shot, "failed", `${farm} did not answer, and does not have it: it was sent ${tries} times`);
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
    else if (result.reason.reply.retry === true) lost.push(result.reason);
    else setOver(shot, "failed", result.reason.reply.text ?? result.reason.reply.title);
  }
  return lost;
}

async function submit<Order>({ order, mark }: Shot<Order>, farm: Farm<Order>): Promise<JobRef> {
  if (order === undefined) throw new Error(`The order of ${mark} was lost before it was sent`);
  return farm.submit(order, mark);
}
