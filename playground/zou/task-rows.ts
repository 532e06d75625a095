/** Tasks as Zou stores them. Durations and estimations are minutes. */
import { LONG_AGO } from "./time.ts";

export type TaskRow = {
  id: string;
  project_id: string;
  entity_id: string;
  task_type_id: string;
  task_status_id: string;
  assignees: string[];
  assigner_id: string | null;
  name: string;
  description: string | null;
  priority: number;
  difficulty: number;
  duration: number;
  estimation: number;
  completion_rate: number;
  retake_count: number;
  sort_order: number;
  start_date: string | null;
  due_date: string | null;
  real_start_date: string | null;
  end_date: string | null;
  done_date: string | null;
  last_comment_date: string | null;
  last_preview_file_id: string | null;
  nb_assets_ready: number;
  nb_drawings: number;
  data: object | null;
  shotgun_id: null;
  created_at: string;
  updated_at: string;
  type: "Task";
};

type Needed = "id" | "project_id" | "entity_id" | "task_type_id" | "task_status_id";

const DEFAULTS: Omit<TaskRow, Needed> = {
  name: "main",
  description: null,
  priority: 0,
  difficulty: 3,
  duration: 0,
  estimation: 0,
  completion_rate: 0,
  retake_count: 0,
  sort_order: 0,
  start_date: null,
  due_date: null,
  real_start_date: null,
  end_date: null,
  done_date: null,
  last_comment_date: null,
  nb_assets_ready: 0,
  data: null,
  nb_drawings: 0,
  shotgun_id: null,
  last_preview_file_id: null,
  assigner_id: null,
  assignees: [],
  ...LONG_AGO,
  type: "Task",
};

export const taskRow = (row: Pick<TaskRow, Needed> & Partial<TaskRow>): TaskRow => ({ ...DEFAULTS, ...row });

export const TASK_COLUMNS: readonly string[] = [
  ...["id", "project_id", "entity_id", "task_type_id", "task_status_id"],
  ...Object.keys(DEFAULTS),
];

/** What Zou hides from clients: everything about how the studio plans its work. */
const BLANK: Partial<Record<keyof TaskRow, unknown>> = {
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

export const blankTask = (row: TaskRow) => ({ ...row, ...BLANK });
