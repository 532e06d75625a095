/** Shots, assets and everything else that has tasks: one table in Zou. */
import { LONG_AGO } from "./time.ts";

export type EntityRow = {
  id: string;
  name: string;
  type: string;
  project_id: string;
  entity_type_id: string;
  /** the sequence of a shot; the episode of a sequence or an edit */
  parent_id: string | null;
  /** the episode of an asset */
  source_id: string | null;
  description: string | null;
  canceled: boolean;
  nb_frames: number | null;
  /** the studio's own columns, with whatever people typed */
  data: Readonly<Record<string, unknown>> | null;
  created_by: string | null;
  status: string;
  preview_file_id: string | null;
  code: null;
  shotgun_id: null;
  nb_entities_out: number;
  is_casting_standby: boolean;
  is_shared: boolean;
  ready_for: null;
  created_at: string;
  updated_at: string;
};

type Needed = "id" | "name" | "type" | "project_id" | "entity_type_id";

const DEFAULTS: Omit<EntityRow, Needed> = {
  code: null,
  shotgun_id: null,
  description: null,
  nb_entities_out: 0,
  is_casting_standby: false,
  is_shared: false,
  status: "running",
  parent_id: null,
  source_id: null,
  nb_frames: null,
  canceled: false,
  preview_file_id: null,
  ready_for: null,
  data: null,
  created_by: null,
  ...LONG_AGO,
};

export const entityRow = (row: Pick<EntityRow, Needed> & Partial<EntityRow>): EntityRow => ({ ...DEFAULTS, ...row });

export const ENTITY_COLUMNS: readonly string[] = [
  ...["id", "name", "type", "project_id", "entity_type_id"],
  ...Object.keys(DEFAULTS),
];
