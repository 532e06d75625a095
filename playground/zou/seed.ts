/** The first state of the playground's Zou, from the productions in playground/data.ts. */

import { TASKS, type Task } from "../data.ts";
import { ASSET_TYPES, ENTITIES, type Entity } from "../data-entities.ts";
import { OUTPUT_FILES, WORKING_FILES } from "../data-files.ts";
import { ADA, BOT, DEPARTMENTS, HAMID, PERSONS } from "../data-people.ts";
import { descriptorsOf, PROJECTS, type Project } from "../data-projects.ts";
import { type Preview, scheduleOf } from "../data-schedule.ts";
import { STATUSES, TASK_TYPES } from "../data-tables.ts";
import { idOf } from "../ids.ts";
import { MOVIE, PICTURE } from "../media.ts";
import { customActionRow } from "./custom-action-rows.ts";
import type { OfferedAction } from "./custom-actions.ts";
import { entityRow } from "./entity-rows.ts";
import type { Picture } from "./picture.ts";
import { previewRow } from "./preview-rows.ts";
import { projectRow } from "./project-rows.ts";
import { emptyState, type State, type Tables } from "./state.ts";
import {
  assetTypeRow,
  departmentRow,
  entityTypeRow,
  organisationRow,
  projectStatusRow,
  statusRow,
  taskTypeRow,
} from "./table-rows.ts";
import { taskRow } from "./task-rows.ts";
import { openTokens } from "./tokens.ts";

const KINDS = ["Episode", "Concept", "Sequence", "Shot", "Edit", "Scene"].map((name) => ({
  id: idOf(`entity-type/${name}`),
  name,
}));
const PROJECT_STATUSES = ["Open", "Closed"].map((name) => ({ id: idOf(`project-status/${name}`), name }));

/**
 * @param today any time of the day that the productions are shown at
 * @param botToken of the bot that the worker uses
 */
export function seedState(today: Date, actions: readonly OfferedAction[], botToken: string): State {
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate());
  const planned = TASKS.map((task) => ({ task, schedule: scheduleOf(task, midnight) }));
  const previews = planned.flatMap(({ task, schedule: { preview } }) => (preview ? [seedPreview(task, preview)] : []));
  const picture: Picture = { bytes: PICTURE, type: "image/png" };
  return emptyState({
    sessions: openTokens(PERSONS, BOT, botToken),
    persons: PERSONS,
    tables: seedTables(),
    projects: byId(PROJECTS.map(seedProject)),
    teams: new Map(PROJECTS.map((project) => [project.id, seedTeam(project)])),
    entities: byId(ENTITIES.map(seedEntity)),
    tasks: byId(planned.map(({ task, schedule }) => seedTask(task, schedule))),
    previews: byId(previews),
    pictures: new Map(previews.map(({ id }) => [id, picture])),
    movie: MOVIE,
    outputFiles: [...OUTPUT_FILES],
    workingFiles: [...WORKING_FILES],
    customActions: byId(actions.map((action) => customActionRow(action))),
  });
}

const byId = <Row extends { id: string }>(rows: readonly Row[]) => new Map(rows.map((row) => [row.id, row]));

const seedTables = (): Tables => ({
  taskTypes: TASK_TYPES.map(({ id, name, color, forEntity, departmentId }, index) =>
    taskTypeRow({ id, name, color, priority: index + 1, for_entity: forEntity, department_id: departmentId }),
  ),
  statuses: STATUSES.map(({ id, name, shortName, color, forArtists, forClients, forConcepts, archived }) =>
    statusRow({
      ...{ id, name, color, archived },
      short_name: shortName,
      is_artist_allowed: forArtists,
      is_client_allowed: forClients,
      for_concept: forConcepts,
    }),
  ),
  departments: DEPARTMENTS.map(departmentRow),
  entityTypes: [...KINDS, ...ASSET_TYPES].map(entityTypeRow),
  assetTypes: ASSET_TYPES.map(assetTypeRow),
  projectStatuses: PROJECT_STATUSES.map(projectStatusRow),
  organisation: organisationRow({ id: idOf("organisation"), name: "Studio Example" }),
});

const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

const seedProject = (project: Project) =>
  projectRow({
    id: project.id,
    name: project.name,
    fps: project.fps,
    production_type: project.production_type,
    max_retakes: project.maxRetakes,
    descriptors: descriptorsOf(project),
    project_status_id: PROJECT_STATUSES[0]?.id ?? "",
    asset_types: idsOf(ASSET_TYPES),
    task_statuses: idsOf(STATUSES),
    task_types: idsOf(TASK_TYPES),
  });

const seedTeam = ({ team, roles }: Project) =>
  PERSONS.filter(({ id }) => team.includes(id)).map((person) => ({ person, project_role: roles[person.id] ?? null }));

const seedEntity = (entity: Entity) =>
  entityRow({
    id: entity.id,
    name: entity.name,
    type: entity.kind,
    description: entity.kind === "Shot" || entity.kind === "Asset" ? null : "",
    canceled: entity.canceled,
    nb_frames: entity.frames,
    project_id: entity.projectId,
    entity_type_id: entity.kind === "Asset" ? entity.groupId : idOf(`entity-type/${entity.kind}`),
    parent_id: parentOf(entity),
    source_id: entity.kind === "Asset" ? (entity.episode?.id ?? null) : null,
    data: entity.data,
    created_by: HAMID.id,
  });

/** A shot is below its sequence; sequences and edits of a show are below their episode. */
function parentOf({ kind, groupId, episode }: Entity): string | null {
  if (kind === "Shot") return groupId;
  return kind === "Sequence" || kind === "Edit" ? (episode?.id ?? null) : null;
}

const seedTask = (task: Task, schedule: ReturnType<typeof scheduleOf>) =>
  taskRow({
    id: task.id,
    project_id: task.entity.projectId,
    entity_id: task.entity.id,
    task_type_id: task.type.id,
    task_status_id: task.status.id,
    assigner_id: ADA.id,
    assignees: task.assignees.map(({ id }) => id),
    priority: schedule.priority,
    difficulty: schedule.difficulty,
    duration: schedule.duration,
    estimation: schedule.estimation,
    retake_count: schedule.retakes,
    start_date: schedule.start,
    due_date: schedule.due,
    real_start_date: schedule.realStart,
    end_date: schedule.end,
    done_date: schedule.done,
    last_comment_date: schedule.commented,
    last_preview_file_id: schedule.preview?.id ?? null,
    created_at: schedule.createdAt,
    updated_at: schedule.commented ?? schedule.createdAt,
  });

const seedPreview = (task: Task, { id, revision, isMovie, at }: Preview) =>
  previewRow({
    id,
    revision,
    task_id: task.id,
    person_id: (task.assignees[0] ?? ADA).id,
    original_name: `${task.entity.name} ${task.type.name}`.slice(0, 80),
    extension: isMovie ? "mp4" : "png",
    file_size: (isMovie ? MOVIE : PICTURE).length,
    status: "ready",
    width: 1920,
    height: 1080,
    duration: isMovie ? (task.entity.frames ?? 24) / 24 : 0,
    created_at: at,
  });
