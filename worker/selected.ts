// What a run was about, in Kitsu's names: for the log, whose readers should not have to look ids up.
import type { Recorded } from "./record.ts";
import type { Selection } from "./services/kitsu.ts";
import { taskPath } from "./services/kitsu-pages.ts";

/** A record names no more tasks than these; the call has the ids of all. */
const TASKS_NAMED_MAX = 200;

export function describeSelected({ tasks }: Selection): NonNullable<Recorded["selected"]> {
  return {
    projects: [...new Set(tasks.flatMap(({ project }) => project?.name ?? []))],
    tasks: tasks.slice(0, TASKS_NAMED_MAX).map((one) => ({ id: one.task.id, label: one.label, path: taskPath(one) })),
  };
}
