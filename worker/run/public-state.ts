// What anyone who has a run's id may read about it: only our own words, because other texts may
// contain personal data.
import type { Reply } from "../../contract.ts";
import { listActions } from "../actions/index.ts";
import { Failure } from "../failure.ts";
import { countOutcomes } from "../format/labels.ts";
import { formatSince } from "../format/since.ts";
import type { Settings } from "../settings/settings.ts";
import type { RunPhase } from "../storage/run-phase.ts";

export const nameAction = (id: string, settings: Settings) =>
  listActions(settings).find((action) => action.id === id)?.title ?? id;

/** The reply without anything that may be personal data. */
export function redactReply(reply: Reply, action: string, settings: Settings): Reply {
  const title = nameAction(action, settings);
  const text = "outcomes" in reply && reply.outcomes ? countOutcomes(reply.outcomes, reply.kind === "done") : undefined;
  switch (reply.kind) {
    case "done":
      return { kind: "done", severity: reply.severity, title, text: text ?? "It has run." };
    case "failed":
      return { kind: "failed", code: reply.code, retry: reply.retry, title, text: text ?? "It failed." };
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
        text: `Running since ${formatSince(phase.since)}.`,
      };
    case "interrupted":
      return runInterrupted(nameAction(phase.action, settings));
    case "void":
      return new Failure("never-ran", {
        text: "The call never reached the action server. If it still arrives, it is refused.",
        advice: "Run the action again.",
      });
    default:
      return undefined;
  }
}

export const runInterrupted = (title: string) =>
  new Failure("run-interrupted", {
    text: `${title} was interrupted. Part of it may be done.`,
    advice: "Check what was done before you run it again.",
  });
