// What clients see of a task. Zou blanks the studio's own side for them (who works on it, for how long, until when, how often it came back); a bot's
// account is shown all of it, so we hide the same. A list of what is shown, for what a later Zou adds is not theirs until somebody says so.
import type { Task } from "./zou-objects.ts";

/** Members of Zou's Task that are not in its CLIENT_BLANK_TASK_VALUES (zou/app/services/entities_service.py, 1.0.97). */
const SHOWN: ReadonlySet<string> = new Set([
  ...["id", "type", "name", "description", "data", "created_at", "updated_at"],
  ...["project_id", "entity_id", "task_type_id", "task_status_id", "last_preview_file_id"],
]);

export const viewAsClient = (task: Task): Record<string, unknown> =>
  Object.fromEntries(Object.entries(task).filter(([name]) => SHOWN.has(name)));
