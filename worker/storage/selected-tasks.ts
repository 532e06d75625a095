// The names of the selected tasks, for questions and for the log, so that nobody looks up ids.

import type { Reply } from "../format/reply.ts";
import type { Call } from "../request/call.ts";
import { taskPath } from "../services/kitsu-pages.ts";
import type { Selection } from "../services/selection.ts";
import type { RunRecord } from "./run-record.ts";

/** How many tasks a record names. The call has the ids of all of them. */
const RECORDED_MAX = 200;
/** How many tasks a question names before it counts the rest. */
const NAMED_MAX = 3;

export function summarizeSelection({ tasks }: Selection): NonNullable<RunRecord["selected"]> {
  return {
    projects: [...new Set(tasks.flatMap(({ project }) => project?.name ?? []))],
    tasks: tasks.slice(0, RECORDED_MAX).map((one) => ({ id: one.task.id, label: one.label, path: taskPath(one) })),
  };
}

/** Adds the tasks that a question is about. */
export function nameTasks(reply: Reply, call: Call | undefined, selected: RunRecord["selected"]): Reply {
  const count = call?.selection.length ?? 0;
  if (reply.kind !== "ask" || count === 0) return reply;
  const names = (selected?.tasks ?? []).slice(0, NAMED_MAX).map(({ label }) => label);
  return { ...reply, tasks: { count, names } };
}
