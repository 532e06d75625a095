// What a run was about, in Kitsu's names: for the log, whose readers should not have to look ids up.
import type { Reply } from "../../contract.ts";
import type { Call } from "../request/call.ts";
import { taskPath } from "../services/kitsu-pages.ts";
import type { Selection } from "../services/selection.ts";
import type { RunRecord } from "./run-record.ts";

/** A record names no more tasks than these; the call has the ids of all. */
const TASKS_NAMED_MAX = 200;

export function describeSelected({ tasks }: Selection): NonNullable<RunRecord["selected"]> {
  return {
    projects: [...new Set(tasks.flatMap(({ project }) => project?.name ?? []))],
    tasks: tasks.slice(0, TASKS_NAMED_MAX).map((one) => ({ id: one.task.id, label: one.label, path: taskPath(one) })),
  };
}

/** As many as are read before the rest is counted. */
const TASKS_TOLD_MAX = 3;

/** A question says for which tasks it is. */
export function nameTasks(reply: Reply, call: Call | undefined, selected: RunRecord["selected"]): Reply {
  const count = call?.selection.length ?? 0;
  if (reply.kind !== "ask" || count === 0) return reply;
  return {
    ...reply,
    tasks: { count, names: (selected?.tasks ?? []).slice(0, TASKS_TOLD_MAX).map(({ label }) => label) },
  };
}
