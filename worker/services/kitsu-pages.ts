// Where Kitsu shows things: the paths of its pages, to go behind its address.
import type { SelectedTask } from "./kitsu.ts";
import type { Entity, Project } from "./zou-objects.ts";

const LISTS: Readonly<Record<string, string>> = {
  Shot: "shots",
  Asset: "assets",
  Sequence: "sequences",
  Edit: "edits",
  Episode: "episodes",
};

type Place = Pick<SelectedTask, "project" | "episode">;

const isShow = (project: Project | undefined) => project?.production_type === "tvshow";

/** Pages of a TV show are below an episode, "all" where there is none. */
const production = (projectId: string, { project, episode }: Place) =>
  `/productions/${projectId}${isShow(project) ? `/episodes/${episode?.id ?? "all"}` : ""}`;

export const listPath = (project: Project, entity: Entity) => `/productions/${project.id}/${LISTS[entity.type] ?? "assets"}`;

export const entityPath = (entity: Entity, place: Place) =>
  `${production(entity.project_id, place)}/${LISTS[entity.type] ?? "assets"}/${entity.id}`;

/** What an episode's own tasks are below is that episode. */
export function taskPath({ task, entity, ...place }: Pick<SelectedTask, "task" | "entity"> & Place): string {
  if (entity?.type === "Episode") return `/productions/${task.project_id}/episodes/${entity.id}/tasks/${task.id}`;
  return `${production(task.project_id, place)}/${LISTS[entity?.type ?? ""] ?? "assets"}/tasks/${task.id}`;
}

export function playlistPath(
  { id, project_id, episode_id }: { id: string; project_id: string; episode_id?: string | undefined },
  project: Project | undefined,
): string {
  const episode = isShow(project) ? `/episodes/${episode_id ?? "all"}` : "";
  return `/productions/${project_id}${episode}/playlists/${id}`;
}
