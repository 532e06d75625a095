/** Shots, assets, sequences and episodes: one table in Zou. */
import { ENTITIES, type Entity, SEQUENCES } from "../data-entities.ts";
import { HAMID } from "../data-people.ts";
import { EPISODES } from "../data-projects.ts";
import { NEVER } from "./never.ts";
import { entityTypeId } from "./table-rows.ts";

const common = { code: null, shotgun_id: null, nb_entities_out: 0, is_casting_standby: false, is_shared: false, status: "running" };
const none = { parent_id: null, source_id: null, nb_frames: null, canceled: false, preview_file_id: null, ready_for: null };

function entityRow(entity: Entity) {
  const isShot = entity.kind === "Shot";
  return {
    ...common,
    ...none,
    id: entity.id,
    name: entity.name,
    description: null,
    canceled: entity.canceled,
    nb_frames: entity.frames,
    project_id: entity.projectId,
    entity_type_id: isShot ? entityTypeId("Shot") : entity.groupId,
    parent_id: isShot ? entity.groupId : null,
    source_id: isShot ? null : (entity.episode?.id ?? null),
    data: entity.data,
    created_by: HAMID.id,
    ...NEVER,
    type: entity.kind,
  };
}

type Part = { id: string; name: string; projectId: string };

const partRow = (type: "Sequence" | "Episode", { id, name, projectId }: Part, parent_id: string | null) => ({
  ...common,
  ...none,
  id,
  name,
  description: "",
  project_id: projectId,
  entity_type_id: entityTypeId(type),
  parent_id,
  data: {},
  created_by: HAMID.id,
  ...NEVER,
  type,
});

export const ENTITY_ROWS = [
  ...ENTITIES.map(entityRow),
  ...SEQUENCES.map((sequence) => partRow("Sequence", sequence, sequence.episode?.id ?? null)),
  ...EPISODES.map((episode) => partRow("Episode", episode, null)),
];
