// Updates the log entry of a launch when its ticket was taken or the outcome was reported.
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import type { Done, Outcome } from "../format/reply.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { readRunRecord, recordRun } from "./run-log.ts";
import type { TicketReport } from "./ticket-report.ts";

/**
 * Returns false if the log can't be read or written at the moment. A run that is no longer in the
 * log needs no update.
 * @param report from the workstation; without one, taking the ticket counts as started
 */
export async function confirmLaunch(
  env: Env,
  settings: Settings,
  { id, at }: { id: string; at: number },
  report?: TicketReport,
): Promise<boolean> {
  try {
    const record = await readRunRecord(env, settings, id, at);
    const { reply } = record;
    if (reply.kind !== "done" || reply.outcomes === undefined) return true;
    return await recordRun(env, settings, { ...record, reply: applyReport(reply, reply.outcomes, report) });
  } catch (thrown) {
    return thrown instanceof Failure && thrown.code === "unknown-run";
  }
}

const STATE_AFTER = { started: "done", failed: "failed", unknown: "waiting" } as const;

function applyReport(
  reply: Done,
  outcomes: readonly Outcome[],
  { state = "started", text = "" }: Partial<TicketReport> = {},
): Done {
  const updated = outcomes.map((outcome): Outcome => {
    if (outcome.state !== "waiting") return outcome;
    const reason = addReport(outcome.reason, text);
    return { ...outcome, state: STATE_AFTER[state], ...(reason !== undefined && { reason }) };
  });
  return { ...reply, ...(state === "failed" && { severity: "warning" }), outcomes: updated };
}

const addReport = (reason: Text | undefined, report: string): Text | undefined =>
  reason && report ? message("storage.reasonAndReport", { reason, report }) : reason || report || undefined;
