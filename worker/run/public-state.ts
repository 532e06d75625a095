// What anyone who has a run's id may read about it: only our own words, because other texts may
// contain personal data.
import { listActions } from "../actions/index.ts";
import { Failure } from "../format/failure.ts";
import { countOutcomes } from "../format/labels.ts";
import { message, type Text } from "../format/message.ts";
import type { Reply } from "../format/reply.ts";
import type { Settings } from "../settings/settings.ts";
import type { RunPhase } from "../storage/run-phase.ts";

export const nameAction = (id: string, settings: Settings): Text =>
  listActions(settings).find((action) => action.id === id)?.title ?? id;

/** The reply without anything that may be personal data. */
export function redactReply(reply: Reply, action: string, settings: Settings): Reply {
  const title = nameAction(action, settings);
  const text = "outcomes" in reply && reply.outcomes ? countOutcomes(reply.outcomes, reply.kind === "done") : undefined;
  switch (reply.kind) {
    case "done":
      return { kind: "done", severity: reply.severity, title, text: text ?? message("run.hasRun") };
    case "failed":
      return { kind: "failed", code: reply.code, retry: reply.retry, title, text: text ?? message("run.hasFailed") };
    case "ask":
      return { kind: "ask", title, fields: [], submit: reply.submit };
    case "started":
      return {
        kind: "started",
        title,
        progress: reply.progress && { done: reply.progress.done, total: reply.progress.total },
      };
  }
}

/** The reply for a run that is running, was interrupted or is void; undefined for any other. */
export function replyForPhase(phase: RunPhase, settings: Settings): Reply | Failure | undefined {
  switch (phase.state) {
    case "running":
      return {
        kind: "started",
        title: nameAction(phase.action, settings),
        text: message("run.runningSince", { since: phase.since }),
      };
    case "interrupted":
      return runInterrupted(nameAction(phase.action, settings));
    case "void":
      return new Failure("never-ran", {
        text: message("run.neverArrived"),
        advice: message("run.runAgain"),
      });
    default:
      return undefined;
  }
}

export const runInterrupted = (title: Text) =>
  new Failure("run-interrupted", {
    text: message("run.interrupted", { title }),
    advice: message("run.checkFirst"),
  });
