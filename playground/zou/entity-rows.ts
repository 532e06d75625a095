/** Shots, assets and all else that has tasks: one table in Zou. */
import { ENTITIES, type Entity } from "../data-entities.ts";
import { HAMID } from "../data-people.ts";
import { NEVER } from "./never.ts";
import { entityTypeId } from "./table-rows.ts";

const common = {
  code: null,
  shotgun_id: null,
  nb_entities_out: 0,
  is_casting_standby: false,
  is_shared: false,
  status: "running",
};
const none = {
  parent_id: null,
  source_id: null,
  nb_frames: null,
  canceled: false,
  preview_file_id: null,
  ready_for: null,
};

/** A shot is below its sequence; sequences and edits of a show are below their episode. */
function parentOf({ kind, groupId, episode }: Entity): string | null {
  if (kind === "Shot") return groupId;
  return kind === "Sequence" || kind === "Edit" ? (episode?.id ?? null) : null;
}

export const ENTITY_ROWS = ENTITIES.map((entity) => ({
  ...common,
  ...none,
  id: entity.id,
  name: entity.name,
  description: entity.kind === "Shot" || entity.kind === "Asset" ? null : "",
  canceled: entity.canceled,
  nb_frames: entity.frames,
  project_id: entity.projectId,
  entity_type_id: entity.kind === "Asset" ? entity.groupId : entityTypeId(entity.kind),
  parent_id: parentOf(entity),
  source_id: entity.kind === "Asset" ? (entity.episode?.id ?? null) : null,
  data: entity.data,
  created_by: HAMID.id,
  ...NEVER,
  type: entity.kind,
}));
