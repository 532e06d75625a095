/** How often a task may be sent back: the shot's own column says it, else the production. */
import { findProject } from "../data-projects.ts";
import { badArgument, broken } from "./answer.ts";
import type { StatusRow } from "./table-rows.ts";
import type { PlannedTask } from "./task-rows.ts";

/** @throws a Refusal: the column of a shot may be any text, and Zou breaks over one that is no whole number */
export function refuseRetake({ task, row }: PlannedTask, status: StatusRow): void {
  const { maxRetakes = 0 } = findProject(task.entity.projectId) ?? {};
  if (!status.is_retake || maxRetakes <= 0) return;
  const own = task.entity.data?.max_retakes || maxRetakes;
  if (!/^\s*[+-]?\d+\s*$/.test(String(own))) throw broken();
  if (Number(own) > 0 && row.retake_count >= Number(own)) throw badArgument("No more retakes allowed on this task");
}
