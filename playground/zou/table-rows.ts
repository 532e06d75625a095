/** The tables that hardly ever change: task types, statuses and their like. */
import { LONG_AGO } from "./time.ts";

export type TaskTypeRow = ReturnType<typeof taskTypeRow>;
export type StatusRow = ReturnType<typeof statusRow>;
export type DepartmentRow = ReturnType<typeof departmentRow>;
export type OrganisationRow = ReturnType<typeof organisationRow>;

type Named = { id: string; name: string };

export const taskTypeRow = (
  row: Named & { color: string; priority: number; for_entity: string; department_id: string | null },
) => ({
  short_name: "",
  description: null,
  allow_timelog: true,
  archived: false,
  shotgun_id: null,
  ...row,
  ...LONG_AGO,
  type: "TaskType",
});

type StatusFlags = {
  archived?: boolean;
  is_artist_allowed?: boolean;
  is_client_allowed?: boolean;
  for_concept?: boolean;
};

/** What a status means follows from its short name: "done", "retake", "wfa", "todo", "wip". */
export const statusRow = (row: Named & { short_name: string; color: string } & StatusFlags) => ({
  description: null,
  priority: 1,
  archived: false,
  is_done: row.short_name === "done",
  is_artist_allowed: true,
  is_client_allowed: true,
  is_retake: row.short_name === "retake",
  is_feedback_request: row.short_name === "wfa",
  is_default: row.short_name === "todo",
  is_wip: row.short_name === "wip",
  shotgun_id: null,
  for_concept: false,
  ...row,
  ...LONG_AGO,
  type: "TaskStatus",
});

export const departmentRow = ({ id, name, color }: Named & { color: string }) => ({
  name,
  color,
  archived: false,
  id,
  ...LONG_AGO,
  type: "Department",
});

const typeRow = ({ id, name }: Named) => ({
  name,
  short_name: null,
  description: null,
  archived: false,
  id,
  ...LONG_AGO,
});

export const entityTypeRow = (row: Named) => ({ ...typeRow(row), type: "EntityType" });
export const assetTypeRow = (row: Named) => ({ ...typeRow(row), task_types: [], type: "AssetType" });

export const projectStatusRow = ({ id, name }: Named) => ({
  name,
  color: "#000000",
  id,
  ...LONG_AGO,
  type: "ProjectStatus",
});

export const organisationRow = ({ id, name }: Named) => ({
  name,
  hours_by_day: 8,
  has_avatar: false,
  use_original_file_name: false,
  timesheets_locked: false,
  format_duration_in_hours: false,
  hd_by_default: false,
  dark_theme_by_default: false,
  id,
  ...LONG_AGO,
  type: "Organisation",
});
