/** Tasks, around today, and what was shown of them last. */
import { TASKS, type Task } from "../data.ts";
import { ADA } from "../data-people.ts";
import { type Schedule, scheduleOf } from "../data-schedule.ts";
import { type StoredPreview, shownPreview } from "./preview-rows.ts";

export type PlannedTask = { task: Task; row: ReturnType<typeof taskRow> };

/** @param today midnight, UTC */
export function planTasks(today: number): { tasks: PlannedTask[]; previews: StoredPreview[] } {
  const planned = TASKS.map((task) => ({ task, schedule: scheduleOf(task, today) }));
  return {
    tasks: planned.map(({ task, schedule }) => ({ task, row: taskRow(task, schedule) })),
    previews: planned.flatMap(({ task, schedule: { preview } }) => (preview ? [shownPreview(task, preview)] : [])),
  };
}

const taskRow = (task: Task, schedule: Schedule) => ({
  name: "main",
  description: null,
  priority: schedule.priority,
  difficulty: schedule.difficulty,
  duration: schedule.duration,
  estimation: schedule.estimation,
  completion_rate: 0,
  retake_count: schedule.retakes,
  sort_order: 0,
  start_date: schedule.start,
  due_date: schedule.due,
  real_start_date: schedule.realStart,
  end_date: schedule.end,
  done_date: schedule.done,
  last_comment_date: schedule.commented,
  nb_assets_ready: 0,
  data: null,
  nb_drawings: 0,
  shotgun_id: null,
  last_preview_file_id: schedule.preview?.id ?? null,
  project_id: task.entity.projectId,
  task_type_id: task.type.id,
  task_status_id: task.status.id,
  entity_id: task.entity.id,
  assigner_id: ADA.id,
  assignees: task.assignees.map(({ id }) => id),
  id: task.id,
  created_at: schedule.createdAt,
  updated_at: schedule.commented ?? schedule.createdAt,
  type: "Task",
});

/** The studio's side of a task, as clients get it: blank. */
const BLANK = {
  assignees: [],
  assigner_id: null,
  completion_rate: 0,
  difficulty: null,
  done_date: null,
  due_date: null,
  duration: 0,
  end_date: null,
  estimation: 0,
  last_comment_date: null,
  nb_assets_ready: 0,
  nb_drawings: 0,
  priority: 0,
  real_start_date: null,
  retake_count: 0,
  start_date: null,
};

export const blankTask = (row: PlannedTask["row"]) => ({ ...row, ...BLANK });
