// Decides which progress reports of a studio's server count: each once, and none out of date.
import * as v from "valibot";
import type { Reply } from "../../format/reply.ts";

/** The webhook ids of the last reports, and when the newest was made, in epoch seconds. */
export const ReportLog = v.object({ reports: v.array(v.string()), reportedAt: v.number() });
export type ReportLog = v.InferOutput<typeof ReportLog>;

/**
 * What became of a report.
 * - `early`: the run is not a long run yet, because its server was faster than the worker
 * - `stale`: it was received before, or a newer one was
 * - `over`: the run has ended
 */
export type ReportState = "taken" | "early" | "stale" | "over";

const REPORTS_MAX = 200;

/**
 * Returns the log with this report, or undefined if the report does not count.
 * @param at when the report was made, in epoch seconds
 */
export function addReport(
  log: ReportLog & { reply: Reply },
  id: string,
  at: number,
  reply: Reply,
): ReportLog | undefined {
  if (log.reports.includes(id) || at < log.reportedAt) return undefined;
  // For two reports of the same second, only their progress shows which is older.
  if (at === log.reportedAt && isBehind(reply, log.reply)) return undefined;
  return {
    reports: [id, ...log.reports].slice(0, REPORTS_MAX),
    // If a server's clock was ahead and is corrected, its next reports must not be refused.
    reportedAt: Math.min(at, Math.floor(Date.now() / 1_000)),
  };
}

function isBehind(reply: Reply, before: Reply): boolean {
  if (reply.kind !== "started" || before.kind !== "started") return false;
  return reply.progress !== undefined && before.progress !== undefined && reply.progress.done < before.progress.done;
}
