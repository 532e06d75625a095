// The status of a run that a studio's server works on, from what it reports or answers.
import type { RunStatus } from "../action/action.ts";
import type { Reply } from "../format/reply.ts";
import { readMissing, reportMissing } from "../services/missing-tasks.ts";
import { type ServerOffers, toControls } from "../services/server-answer.ts";
import { isOver, type StoredLongRun } from "./long-run-state.ts";
import { addReport, type ReportLog, type ReportState } from "./progress-report.ts";

/** `reply`: absent if it stays as it is. */
export type ServerStatus = ServerOffers & { reply?: Reply | undefined };

/** `id`: of the webhook. `at`: when the report was made, in epoch seconds. */
export type Report = ServerOffers & { id: string; at: number; reply: Reply };

/**
 * What becomes of a report: it counts, with a new status and log, or not.
 * @param action the action whose server reports
 */
export function readReport(
  run: StoredLongRun | undefined,
  action: string,
  { id, at, ...reported }: Report,
): { status: RunStatus; log: ReportLog } | Exclude<ReportState, "taken"> {
  if (run === undefined || run.start.record.action !== action) return "early";
  if (isOver(run.state)) return run.state.reports.includes(id) ? "stale" : "over";
  const log = addReport(run.state, id, at, reported.reply);
  return log === undefined ? "stale" : { status: toRunStatus(run, reported), log };
}

export function toRunStatus({ state }: StoredLongRun, { reply, ...offers }: ServerStatus): RunStatus {
  const data: unknown = JSON.parse(state.data);
  const current = reply === undefined ? state.reply : reportMissing(reply, readMissing(data));
  return { reply: current, data, controls: current.kind === "started" ? toControls(state.controls, offers) : [] };
}
