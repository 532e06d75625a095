// What anybody who knows a run's id is told of it: in our own words alone, for what others wrote may name somebody.
import type { Reply } from "../../contract.ts";
import { listActions } from "../actions/index.ts";
import { Failure } from "../failure.ts";
import { countOutcomes } from "../format/labels.ts";
import { formatSince } from "../format/since.ts";
import type { Settings } from "../settings/settings.ts";
import type { RunPhase } from "../storage/run-phase.ts";

export const nameAction = (id: string, settings: Settings) =>
  listActions(settings).find((action) => action.id === id)?.title ?? id;

/** A reply without a word that may be personal. */
export function withoutNames(reply: Reply, action: string, settings: Settings): Reply {
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

/** A run that has not ended, or never will; nothing where it has, or nobody knows it. */
export function describePhase(known: RunPhase, settings: Settings): Reply | Failure | undefined {
  switch (known.state) {
    case "running":
      return {
        kind: "started",
        title: nameAction(known.action, settings),
        text: `Running since ${formatSince(known.since)}.`,
      };
    case "interrupted":
      return interrupted(nameAction(known.action, settings));
    case "void":
      return new Failure("never-ran", {
        text: "The call never reached the action server. Should it still arrive, it is refused.",
        advice: "Run the action again.",
      });
    default:
      return undefined;
  }
}

export const interrupted = (title: string) =>
  new Failure("run-interrupted", {
    text: `${title} was interrupted before it ended. Part of it may be done.`,
    advice: "Look what was done before you run it again.",
  });
