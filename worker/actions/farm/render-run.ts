// A render run as data: its shots, and what concerns the whole run. It is parsed when it comes back
// from storage.
import * as v from "valibot";
import { type Outcome, StoredOutcome } from "../../format/reply.ts";
import { upgradeRenderRun } from "./earlier-render-run.ts";
import type { Pace } from "./render-progress.ts";
import { type Shot, shotSchemaOf } from "./shot.ts";

export type RenderRun<Submission> = {
  shots: Shot<Submission>[];
  /** the selected tasks that are not rendered, and why */
  skipped: Outcome[];
  /** nothing more is submitted until the run is resumed */
  isPaused?: boolean | undefined;
  pace?: Pace | undefined;
  /** the newest picture on the farm, and when it was read, in epoch milliseconds */
  picture?: { address?: string | undefined; at: number } | undefined;
  /** since when only feedback is left and can't be posted, in epoch milliseconds */
  unreportedSince?: number | undefined;
};

export type NewShot<Submission> = {
  task: string;
  label: string;
  submission: Submission;
  size: number;
  /** everything that makes two submissions the same */
  fingerprint?: string;
  /**
   * for a retry with the same answers, the first of these runs: if the farm still has a job of that
   * run with the same fingerprint, the job is restarted
   */
  firstRunId?: string | undefined;
};

/**
 * A shot that another run renders, shown as part of this run. `followedRun` is the id of that run.
 */
export type FollowedShot = { task: string; label: string; size: number; followedRun: string };

/** @param runId makes every job key unique, together with the task */
export const makeRun = <Submission>(
  runId: string,
  newShots: readonly NewShot<Submission>[],
  skipped: readonly Outcome[],
  followedShots: readonly FollowedShot[] = [],
): RenderRun<Submission> => ({
  shots: [
    ...newShots.map(
      ({ fingerprint, firstRunId, ...rest }): Shot<Submission> => ({
        ...rest,
        jobKey: jobKeyOf(firstRunId ?? runId, rest.task, fingerprint),
        state: "waiting",
        restartIfFound: firstRunId !== undefined,
      }),
    ),
    // The followed run posts its own feedback.
    ...followedShots.map(
      ({ task, label, size, followedRun }): Shot<Submission> => ({
        ...{ task, label, size, followedRun },
        jobKey: jobKeyOf(followedRun, task),
        state: "sent",
        reported: true,
      }),
    ),
  ],
  skipped: [...skipped],
});

const jobKeyOf = (runId: string, task: string, fingerprint?: string) =>
  [runId, task, ...(fingerprint === undefined ? [] : [hash(fingerprint)])].join("/");

/** FNV-1a: short, and enough here, because nobody gains from a collision. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return (value >>> 0).toString(16);
}

export const runSchemaOf = <Submission>(
  submission: v.GenericSchema<unknown, Submission>,
): v.GenericSchema<unknown, RenderRun<Submission>> =>
  v.object({
    shots: v.array(shotSchemaOf(submission)),
    skipped: v.array(StoredOutcome),
    isPaused: v.optional(v.boolean()),
    // A pace in an older format is dropped: it is only an estimate.
    pace: v.fallback(
      v.optional(v.object({ at: v.number(), done: v.number(), moved: v.number(), now: v.number() })),
      undefined,
    ),
    picture: v.optional(v.object({ address: v.optional(v.string()), at: v.number() })),
    unreportedSince: v.optional(v.number()),
  });

/** Returns a copy, which the caller may change. */
export const readRun = <Submission>(
  submission: v.GenericSchema<unknown, Submission>,
  data: unknown,
): RenderRun<Submission> => v.parse(runSchemaOf(submission), upgradeRenderRun(data));
