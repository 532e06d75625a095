// A render run as data: its shots, and what is known of the whole. It went through storage, and so is parsed when it comes back.
import * as v from "valibot";
import { Outcome } from "../../../contract.ts";
import type { Pace } from "./render-progress.ts";
import { type Shot, ShotOf } from "./shot.ts";

export type RenderRun<Order> = {
  shots: Shot<Order>[];
  /** tasks that were never to be sent, and why */
  aside: Outcome[];
  /** nothing more is sent until it is resumed */
  isPaused?: boolean | undefined;
  pace?: Pace | undefined;
  /** the newest picture on the farm, and when it was asked for, in epoch milliseconds */
  picture?: { address?: string | undefined; at: number } | undefined;
  /** how long was waited before this look */
  waitMs?: number | undefined;
  /** since when nothing but telling Kitsu is left and can't be done, in epoch milliseconds */
  untoldSince?: number | undefined;
};

/**
 * What the engine is given to begin with. `print` is all that makes it the same order when it is made again. `root` is the first of the runs that this
 * one tries again with the same answers: a job of that run, of the same order, is restarted where the farm has it still.
 */
export type Ordered<Order> = {
  task: string;
  label: string;
  order: Order;
  size: number;
  print?: string;
  root?: string | undefined;
};

/** A shot that another run renders, which is shown as one of this run: `joined` is that run. */
export type Joined = { task: string; label: string; size: number; joined: string };

/**
 * @param runId so that every mark is unique for the run and the task
 */
export const makeRun = <Order>(
  runId: string,
  ordered: readonly Ordered<Order>[],
  aside: readonly Outcome[],
  others: readonly Joined[] = [],
): RenderRun<Order> => ({
  shots: [
    ...ordered.map(
      ({ print, root, ...one }): Shot<Order> => ({
        ...one,
        mark: markOf(root ?? runId, one.task, print),
        state: "waiting",
        again: root !== undefined,
      }),
    ),
    // Whose run it is tells Kitsu how it ended.
    ...others.map(
      ({ task, label, size, joined }): Shot<Order> => ({
        ...{ task, label, size, joined },
        mark: markOf(joined, task),
        state: "sent",
        told: true,
      }),
    ),
  ],
  aside: [...aside],
});

const markOf = (runId: string, task: string, print?: string) =>
  [runId, task, ...(print === undefined ? [] : [digest(print)])].join("/");

/** FNV-1a: short, and other for another text. Nobody gains by making two alike. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

const runOf = <Order>(order: v.GenericSchema<unknown, Order>): v.GenericSchema<unknown, RenderRun<Order>> =>
  v.object({
    shots: v.array(ShotOf(order)),
    aside: v.array(Outcome),
    isPaused: v.optional(v.boolean()),
    // One of an older version is forgotten: it is a guess.
    pace: v.fallback(
      v.optional(v.object({ at: v.number(), done: v.number(), moved: v.number(), now: v.number() })),
      undefined,
    ),
    picture: v.optional(v.object({ address: v.optional(v.string()), at: v.number() })),
    waitMs: v.optional(v.number()),
    untoldSince: v.optional(v.number()),
  });

/** A copy of its own, which may be changed. */
export const readRun = <Order>(order: v.GenericSchema<unknown, Order>, data: unknown): RenderRun<Order> =>
  v.parse(runOf(order), data);
