/** Productions as Zou shows them to their teams. */
import { ASSET_TYPES } from "../data-entities.ts";
import type { Person } from "../data-people.ts";
import { descriptorsOf, episodesOf, type Project } from "../data-projects.ts";
import { STATUSES, TASK_TYPES } from "../data-tables.ts";
import { NEVER } from "./never.ts";
import { roleIn } from "./rights.ts";
import { OPEN_STATUS_ID } from "./table-rows.ts";

const SETTINGS = {
  has_avatar: false,
  ratio: "16:9",
  resolution: "1920x1080",
  production_style: "2d3d",
  start_date: null,
  end_date: null,
  man_days: null,
  nb_episodes: 0,
  episode_span: 0,
  is_clients_isolated: false,
  is_client_stats_visible: true,
  is_client_task_list_visible: true,
  is_client_task_panel_visible: true,
  is_preview_download_allowed: false,
  is_set_preview_automated: false,
  homepage: "assets",
  is_publish_default_for_artists: false,
  is_bot_collaboration_enabled: false,
  is_single_preview_per_revision: false,
  is_frame_in_numbering: false,
  revision_padding: 0,
  hd_bitrate_compression: 28,
  ld_bitrate_compression: 6,
  project_status_id: OPEN_STATUS_ID,
  default_preview_background_file_id: null,
  from_schedule_version_id: null,
};

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

const baseRow = (project: Project) => ({
  name: project.name,
  code: null,
  description: null,
  shotgun_id: null,
  file_tree: null,
  data: null,
  fps: project.fps,
  production_type: project.production_type,
  ...SETTINGS,
  max_retakes: project.maxRetakes,
  team: project.team,
  asset_types: ids(ASSET_TYPES),
  task_statuses: ids(STATUSES),
  task_types: ids(TASK_TYPES),
  status_automations: [],
  preview_background_files: [],
  id: project.id,
  ...NEVER,
  type: "Project",
});

const BOARD = {
  priority: null,
  roles_for_board: ["user", "admin", "supervisor", "manager", "vendor"],
  is_client_allowed: null,
};
const TYPE_LINK = {
  priority: null,
  hd_bitrate_compression: null,
  ld_bitrate_compression: null,
  is_client_visible: true,
};

/** Those marked for clients to clients, those of their departments and of none to vendors. */
function columnsFor(person: Person, project: Project) {
  const role = roleIn(person, project);
  const columns = descriptorsOf(project);
  if (role === "client") return columns.filter(({ for_client }) => for_client);
  if (role !== "vendor") return columns;
  return columns.filter(
    ({ departments }) => departments.length === 0 || departments.some((id) => person.departments.includes(id)),
  );
}

/** As `/data/projects/open` has them: with the studio's columns and, of a TV show, the first episode. */
export function openProjectRow(person: Person, project: Project) {
  const [first] = episodesOf(project);
  return {
    ...baseRow(project),
    descriptors: columnsFor(person, project).map((column) => ({ ...column, task_type_id: null, position: null })),
    task_type_links: Object.fromEntries(TASK_TYPES.map(({ id }) => [id, TYPE_LINK])),
    task_types_priority: Object.fromEntries(TASK_TYPES.map(({ id }) => [id, null])),
    task_statuses_link: Object.fromEntries(STATUSES.map(({ id }) => [id, BOARD])),
    ...(first && { first_episode_id: first.id }),
  };
}

export const projectRow = (person: Person, project: Project) => ({
  ...openProjectRow(person, project),
  project_status_name: "Open",
});
