// What was handed to a program has arrived there, or it could not be started: the log says so from then on.
import type { Done, Outcome } from "../../contract.ts";
import { Failure } from "../failure.ts";
import type { Env, Settings } from "../settings/settings.ts";
import { readRunRecord, recordRun } from "./run-log.ts";
import type { TicketReport } from "./ticket-report.ts";

/** @param report what the workstation says of it, if it says anything. False where the log can't be read or written yet. A run that is in no log any more has nothing to be confirmed. */
export async function confirmRun(
  env: Env,
  settings: Settings,
  { id, at }: { id: string; at: number },
  report?: TicketReport,
): Promise<boolean> {
  try {
    const record = await readRunRecord(env, settings, id, at);
    const { reply } = record;
    if (reply.kind !== "done" || reply.outcomes === undefined) return true;
    return await recordRun(env, settings, { ...record, reply: confirm(reply, reply.outcomes, report) });
  } catch (thrown) {
    return thrown instanceof Failure && thrown.code === "unknown-run";
  }
}

function confirm(
  reply: Done,
  outcomes: readonly Outcome[],
  { state = "started", text = "" }: Partial<TicketReport> = {},
): Done {
  const now = { started: "done", failed: "failed", unknown: "waiting" } as const;
  const told = outcomes.map((one): Outcome => {
    if (one.state !== "waiting") return one;
    const reason = [one.reason, text].filter(Boolean).join(". ");
    return { ...one, state: now[state], ...(reason !== "" && { reason }) };
  });
  return { ...reply, ...(state === "failed" && { severity: "warning" }), outcomes: told };
}
