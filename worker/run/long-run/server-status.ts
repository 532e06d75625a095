// The status of a run that a studio's server works on, from what it reports or answers.
import type { RunStatus } from "../../action/action.ts";
import { message } from "../../format/message.ts";
import type { Reply } from "../../format/reply.ts";
import { readMissing, reportMissing } from "../../services/missing-tasks.ts";
import { type ServerOffers, toControls } from "../../services/server-answer.ts";
import { isOver, type LongRunState, type StoredLongRun } from "./long-run-state.ts";
import { addReport, type ReportLog, type ReportState } from "./progress-report.ts";

/**
 * What a server answered to a click.
 * - `reply`: absent if it stays as it is
 * - `sentAtS`: when it was asked, in epoch seconds
 */
export type ServerStatus = ServerOffers & { reply?: Reply | undefined; sentAtS: number };

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
  if (log === undefined) return "stale";
  // The report was made before somebody paused or resumed the run, and arrived after that.
  const isOutdated = at < (run.state.pausedAtS ?? 0);
  return { status: toRunStatus(run, isOutdated ? { ...reported, paused: undefined } : reported), log };
}

/** What is to be remembered of a click: who canceled the run, and when it was paused or resumed. */
export const noteClick = (
  { paused, sentAtS }: ServerStatus,
  canceledBy: string | undefined,
): Partial<LongRunState> => ({
  personAt: Date.now(),
  ...(canceledBy !== undefined && { canceledBy }),
  ...(paused !== undefined && { pausedAtS: sentAtS }),
});

export function toRunStatus(
  { state }: StoredLongRun,
  { reply, ...offers }: ServerOffers & { reply?: Reply | undefined },
): RunStatus {
  const data: unknown = JSON.parse(state.data);
  const current = reply === undefined ? state.reply : reportMissing(reply, readMissing(data));
  return { reply: current, data, controls: current.kind === "started" ? toControls(state.controls, offers) : [] };
}

/** How long a server may be silent until the person is told. */
const SILENT_AFTER_MS = 900_000;

/** When the server last reported or answered, in epoch milliseconds. */
const findLastSign = ({ reportedAt, personAt, startedAt }: LongRunState) =>
  Math.max(reportedAt * 1_000, personAt ?? startedAt);

/** When the person is told that the server is silent, unless it reports before. */
export const findSilence = (state: LongRunState): number => findLastSign(state) + SILENT_AFTER_MS;

/** The status between two reports. A server that was stopped can't say that its work has ended. */
export function waitForReport(run: StoredLongRun): RunStatus {
  const { state } = run;
  if (state.reply.kind !== "started" || Date.now() < findSilence(state)) return toRunStatus(run, {});
  const text = message("longRun.noReportSince", { since: findLastSign(state) });
  return toRunStatus({ ...run, state: { ...state, reply: { ...state.reply, text } } }, {});
}
