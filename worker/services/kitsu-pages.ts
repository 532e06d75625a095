// Where Kitsu shows things: the paths of its pages, to go behind its address. test/worker/services/kitsu-pages.test.ts holds them to Kitsu's routes.
import type { SelectedTask } from "./selection.ts";
import { type Entity, isShow, type Project } from "./zou-objects.ts";

/** Concepts have a list, and no pages of their own. */
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

/** Pages of a TV show are below an episode, "all" where there is none; but not its episodes, nor its concepts, which are of the whole show. */
function production(projectId: string, type: string | undefined, { project, episode }: Place): string {
  const isOfShow = type === "Episode" || type === "Concept" || !isShow(project);
  return `/productions/${projectId}${isOfShow ? "" : `/episodes/${episode?.id ?? "all"}`}`;
}

export const listPath = (project: Project, entity: Entity) =>
  `${production(project.id, entity.type, { project, episode: undefined })}/${listOf(entity.type)}`;

/** The entity's own page; of what has none, the list it is in. */
export function entityPath(entity: Entity, place: Place): string {
  const list = `${production(entity.project_id, entity.type, place)}/${listOf(entity.type)}`;
  return entity.type === "Concept" ? list : `${list}/${entity.id}`;
}

/** What an episode's own tasks are below is that episode. What a task was for may be deleted: its type still says what kind it was. */
export function taskPath({
  task,
  entity,
  taskType,
  ...place
}: Pick<SelectedTask, "task" | "entity" | "taskType"> & Place): string {
  const type = entity?.type ?? taskType?.for_entity;
  if (type === "Episode") return `/productions/${task.project_id}/episodes/${task.entity_id}/tasks/${task.id}`;
  return `${production(task.project_id, type, place)}/${listOf(type)}/tasks/${task.id}`;
}

export function playlistPath(
  { id, project_id, episode_id }: { id: string; project_id: string; episode_id?: string | undefined },
  project: Project | undefined,
): string {
  const episode = isShow(project) ? `/episodes/${episode_id ?? "all"}` : "";
  return `/productions/${project_id}${episode}/playlists/${id}`;
}
