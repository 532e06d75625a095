/** Productions as Zou stores them. */
import type { Person, Role } from "./person-rows.ts";
import { LONG_AGO } from "./time.ts";

/** A column of the studio's own. */
export type DescriptorRow = {
  id: string;
  name: string;
  field_name: string;
  data_type: string;
  choices: readonly string[];
  for_client: boolean;
  entity_type: string;
  /** the departments whose vendors see it; all vendors if empty */
  departments: readonly string[];
};

export type ProjectRow = typeof SETTINGS & {
  id: string;
  name: string;
  code: string | null;
  production_type: string;
  fps: string;
  /** how often a task may be sent back; 0 for no limit */
  max_retakes: number;
  descriptors: readonly DescriptorRow[];
  project_status_id: string;
  asset_types: readonly string[];
  task_statuses: readonly string[];
  task_types: readonly string[];
};

/** `project_role` is the role in this production, if it differs from the person's own. */
export type Member = { person: Person; project_role: Role | null };

const SETTINGS = {
  description: null,
  shotgun_id: null,
  file_tree: null,
  data: null,
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
  default_preview_background_file_id: null,
  from_schedule_version_id: null,
  status_automations: [],
  preview_background_files: [],
  ...LONG_AGO,
  type: "Project",
};

const DEFAULTS = {
  ...SETTINGS,
  code: null,
  max_retakes: 0,
  descriptors: [],
  asset_types: [],
  task_statuses: [],
  task_types: [],
};

type Needed = "id" | "name" | "production_type" | "fps" | "project_status_id";

export const projectRow = (row: Pick<ProjectRow, Needed> & Partial<ProjectRow>): ProjectRow => ({
  ...DEFAULTS,
  ...row,
});

export const descriptorRow = (
  row: Pick<DescriptorRow, "id" | "name" | "field_name" | "entity_type"> & Partial<DescriptorRow>,
): DescriptorRow => ({ data_type: "string", choices: [], for_client: false, departments: [], ...row });
