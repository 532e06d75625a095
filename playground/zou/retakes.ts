/** The limit of retakes: the entity's own column wins over the production's setting. */
import { badArgument, broken } from "./answer.ts";
import type { State } from "./state.ts";
import type { StatusRow } from "./table-rows.ts";
import type { TaskRow } from "./task-rows.ts";

/** @throws a Refusal. Zou breaks if the column is not a whole number. */
export function checkRetakes({ projects, entities }: State, task: TaskRow, status: StatusRow): void {
  const limit = projects.get(task.project_id)?.max_retakes ?? 0;
  if (!status.is_retake || limit <= 0) return;
  const own = entities.get(task.entity_id)?.data?.max_retakes || limit;
  if (!/^\s*[+-]?\d+\s*$/.test(String(own))) throw broken();
  if (Number(own) > 0 && task.retake_count >= Number(own)) throw badArgument("No more retakes allowed on this task");
}
