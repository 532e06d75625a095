// Which of a studio's own reports count: none twice, none that is older than what is known.
import * as v from "valibot";
import type { Reply } from "../../contract.ts";

/** Ids of the last ones, and when the newest was made, in epoch seconds. */
export const Reported = v.object({ reports: v.array(v.string()), reportedAt: v.number() });
export type Reported = v.InferOutput<typeof Reported>;

/**
 * What became of a report.
 * - `early`: the run does not go on yet: its server was faster than we are
 * - `stale`: it was reported before, or is older than what is known
 * - `over`: the run has ended
 */
export type ReportState = "taken" | "early" | "stale" | "over";

const REPORTS_MAX = 200;

/**
 * What is known once it was noted; undefined where it does not count.
 * @param at when it was made, in epoch seconds
 */
export function noteReport(
  known: Reported & { reply: Reply },
  id: string,
  at: number,
  reply: Reply,
): Reported | undefined {
  if (known.reports.includes(id) || at < known.reportedAt) return undefined;
  // Of two that were made in the same second, nothing but this tells which is the older one.
  if (at === known.reportedAt && isBehind(reply, known.reply)) return undefined;
  return {
    reports: [id, ...known.reports].slice(0, REPORTS_MAX),
    // A clock that is ahead, and is put right, must not have its server's reports refused until ours is there.
    reportedAt: Math.min(at, Math.floor(Date.now() / 1_000)),
  };
}

function isBehind(reply: Reply, before: Reply): boolean {
  if (reply.kind !== "started" || before.kind !== "started") return false;
  return reply.progress !== undefined && before.progress !== undefined && reply.progress.done < before.progress.done;
}
