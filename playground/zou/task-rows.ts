/** Tasks and their newest previews, around today. */
import { TASKS, type Task } from "../data.ts";
import { ADA } from "../data-people.ts";
import { type Preview, type Schedule, scheduleOf } from "../data-schedule.ts";
import { MOVIE, PICTURE } from "../media.ts";

export type PlannedTask = { task: Task; row: ReturnType<typeof taskRow>; preview: ReturnType<typeof previewRow> | undefined };

/** @param today midnight, UTC */
export function planTasks(today: number): PlannedTask[] {
  return TASKS.map((task) => {
    const schedule = scheduleOf(task, today);
    return { task, row: taskRow(task, schedule), preview: schedule.preview && previewRow(task, schedule.preview) };
  });
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

const previewRow = (task: Task, preview: Preview) => ({
  name: preview.id.slice(0, 13),
  original_name: `${task.entity.name} ${task.type.name}`.slice(0, 80),
  revision: preview.revision,
  position: 1,
  extension: preview.isMovie ? "mp4" : "png",
  description: null,
  path: null,
  source: "webgui",
  file_size: (preview.isMovie ? MOVIE : PICTURE).length,
  status: "ready",
  validation_status: "neutral",
  annotations: null,
  width: 1920,
  height: 1080,
  duration: preview.isMovie ? (task.entity.frames ?? 24) / 24 : 0,
  data: null,
  token_in: null,
  token_out: null,
  task_id: task.id,
  person_id: task.assignees[0]?.id ?? ADA.id,
  source_file_id: null,
  shotgun_id: null,
  is_movie: false,
  url: null,
  uploaded_movie_url: null,
  uploaded_movie_name: null,
  id: preview.id,
  created_at: preview.at,
  updated_at: preview.at,
  type: "PreviewFile",
});
