// Paths of Kitsu's pages, relative to its address. test/worker/services/kitsu-pages.test.ts checks them
// against Kitsu's routes.
import type { SelectedTask } from "./selection.ts";
import { type Entity, isShow, type Project } from "./zou-objects.ts";

/** Concepts have a list, but no pages of their own. */
const LISTS: Readonly<Record<string, string>> = {
  Shot: "shots",
  Asset: "assets",
  Sequence: "sequences",
  Edit: "edits",
  Episode: "episodes",
  Concept: "concepts",
};

type Place = Pick<SelectedTask, "project" | "episode">;

const listOf = (type: string | undefined) => LISTS[type ?? ""] ?? "assets";

/**
 * Pages of a TV show are below an episode, or "all". Its episodes and concepts belong to the whole show and
 * are not.
 */
function productionPath(projectId: string, type: string | undefined, { project, episode }: Place): string {
  const isOfShow = type === "Episode" || type === "Concept" || !isShow(project);
  return `/productions/${projectId}${isOfShow ? "" : `/episodes/${episode?.id ?? "all"}`}`;
}

export const listPath = (project: Project, entity: Entity) =>
  `${productionPath(project.id, entity.type, { project, episode: undefined })}/${listOf(entity.type)}`;

/** The entity's own page, or its list if it has no page. */
export function entityPath(entity: Entity, place: Place): string {
  const list = `${productionPath(entity.project_id, entity.type, place)}/${listOf(entity.type)}`;
  return entity.type === "Concept" ? list : `${list}/${entity.id}`;
}

/**
 * Tasks of an episode are below that episode. If the entity was deleted, the task type still says what kind
 * of entity it was.
 */
export function taskPath({
  task,
  entity,
  taskType,
  ...place
}: Pick<SelectedTask, "task" | "entity" | "taskType"> & Place): string {
  const type = entity?.type ?? taskType?.for_entity;
  if (type === "Episode") return `/productions/${task.project_id}/episodes/${task.entity_id}/tasks/${task.id}`;
  return `${productionPath(task.project_id, type, place)}/${listOf(type)}/tasks/${task.id}`;
}

export function playlistPath(
  { id, project_id, episode_id }: { id: string; project_id: string; episode_id?: string | undefined },
  project: Project | undefined,
): string {
  const episode = isShow(project) ? `/episodes/${episode_id ?? "all"}` : "";
  return `/productions/${project_id}${episode}/playlists/${id}`;
}
