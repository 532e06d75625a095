/** The tables that hardly ever change, row by row as Zou has them. */
import { ASSET_TYPES } from "../data-entities.ts";
import { DEPARTMENTS, type Person } from "../data-people.ts";
import { STATUSES, TASK_TYPES } from "../data-tables.ts";
import { idOf } from "../ids.ts";
import { NEVER } from "./never.ts";
import { isAdmin } from "./rights.ts";

export const TASK_TYPE_ROWS = TASK_TYPES.map(({ id, name, color, forEntity, departmentId }, index) => ({
  name,
  short_name: "",
  description: null,
  color,
  priority: index + 1,
  for_entity: forEntity,
  allow_timelog: true,
  archived: false,
  shotgun_id: null,
  department_id: departmentId,
  id,
  ...NEVER,
  type: "TaskType",
}));

export const STATUS_ROWS = STATUSES.map(
  ({ id, name, shortName, color, forArtists, forClients, forConcepts, archived }) => ({
    name,
    archived,
    short_name: shortName,
    description: null,
    color,
    priority: 1,
    is_done: shortName === "done",
    is_artist_allowed: forArtists,
    is_client_allowed: forClients,
    is_retake: shortName === "retake",
    is_feedback_request: shortName === "wfa",
    is_default: shortName === "todo",
    is_wip: shortName === "wip",
    shotgun_id: null,
    for_concept: forConcepts,
    id,
    ...NEVER,
    type: "TaskStatus",
  }),
);

export type StatusRow = (typeof STATUS_ROWS)[number];

export const DEPARTMENT_ROWS = DEPARTMENTS.map(({ id, name, color }) => ({
  name,
  color,
  archived: false,
  id,
  ...NEVER,
  type: "Department",
}));

const typeRow = ({ id, name }: { id: string; name: string }) => ({
  name,
  short_name: null,
  description: null,
  archived: false,
  id,
  ...NEVER,
});

export const entityTypeId = (name: string): string => idOf(`entity-type/${name}`);
const KINDS = ["Episode", "Concept", "Sequence", "Shot", "Edit", "Scene"].map((name) => ({
  id: entityTypeId(name),
  name,
}));

export const ENTITY_TYPE_ROWS = [...KINDS, ...ASSET_TYPES].map((type) => ({ ...typeRow(type), type: "EntityType" }));
export const ASSET_TYPE_ROWS = ASSET_TYPES.map((type) => ({ ...typeRow(type), task_types: [], type: "AssetType" }));

export const OPEN_STATUS_ID = idOf("project-status/Open");
export const PROJECT_STATUS_ROWS = ["Open", "Closed"].map((name) => ({
  name,
  color: "#000000",
  id: idOf(`project-status/${name}`),
  ...NEVER,
  type: "ProjectStatus",
}));

export const ORGANISATION_ROW = {
  name: "Studio Example",
  hours_by_day: 8,
  has_avatar: false,
  use_original_file_name: false,
  timesheets_locked: false,
  format_duration_in_hours: false,
  hd_by_default: false,
  dark_theme_by_default: false,
  id: idOf("organisation"),
  ...NEVER,
  type: "Organisation",
};

/** Zou tells its tokens for the studio's chat to administrators. */
export const organisationFor = (person: Person) => ({
  ...ORGANISATION_ROW,
  ...(isAdmin(person) && { chat_token_slack: "", chat_webhook_mattermost: "", chat_token_discord: "" }),
});
