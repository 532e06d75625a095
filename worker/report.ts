// Which of a studio's own reports count: none twice, none that is older than what is known.
import type { Reply } from "../contract.ts";

/** Ids of the last ones, and when the newest was made, in epoch seconds. */
export type Reported = { reply: Reply; reports: string[]; reportedAt: number };

const REPORTS_MAX = 200;

/**
 * Takes note of it; false where it does not count.
 * @param at when it was made, in epoch seconds
 */
export function takeReport(known: Reported, id: string, at: number, reply: Reply): boolean {
  if (known.reports.includes(id) || at < known.reportedAt) return false;
  // Of two that were made in the same second, nothing but this tells which is the older one.
  if (at === known.reportedAt && isBehind(reply, known.reply)) return false;
  known.reports = [id, ...known.reports].slice(0, REPORTS_MAX);
  // A clock that is ahead, and is put right, must not have its server's reports refused until ours is there.
  known.reportedAt = Math.min(at, Math.floor(Date.now() / 1_000));
  return true;
}

function isBehind(reply: Reply, before: Reply): boolean {
  if (reply.kind !== "started" || before.kind !== "started") return false;
  return reply.progress !== undefined && before.progress !== undefined && reply.progress.done < before.progress.done;
}
