/** Which page a path is in Kitsu. */
import type { EntityKind } from "../data-entities.ts";
import { episodesOf, findProject, type Project } from "../data-projects.ts";

/** Kitsu's lists, by the end of their paths. */
export const LISTS = {
  assets: "Asset",
  shots: "Shot",
  sequences: "Sequence",
  edits: "Edit",
  episodes: "Episode",
  concepts: "Concept",
} as const satisfies Record<string, EntityKind>;

export type List = keyof typeof LISTS;

export type Route = {
  path: string;
  page: List | "playlists" | "task" | "my-tasks" | "elsewhere";
  project: Project | undefined;
  /**
   * on a TV show's pages: an episode's id, "all", or "main" for assets of no episode; undefined for
   * the whole show
   */
  episode: string | undefined;
  playlistId: string | undefined;
  taskId: string | undefined;
};

export function readRoute(path: string): Route {
  const [, area, projectId = "", ...rest] = path.split("/");
  const project = area === "productions" ? findProject(projectId) : undefined;
  const isShow = project?.production_type === "tvshow";
  const isBelowEpisode = rest[0] === "episodes" && rest.length > 1;
  const [section = "", id, ...more] = isBelowEpisode ? rest.slice(2) : rest;
  const episode = isBelowEpisode ? rest[1] : isShow && !isOfShow(section) ? "all" : undefined;
  const at = { path, project, episode, playlistId: undefined, taskId: undefined };
  if (area === "my-tasks") return { ...at, page: "my-tasks" };
  if (project && id === "tasks" && more.length === 1) return { ...at, page: "task", taskId: more[0] };
  // The task of an episode itself is directly below it.
  if (project && isBelowEpisode && section === "tasks" && more.length === 0) return { ...at, page: "task", taskId: id };
  if (!project || more.length > 0) return { ...at, page: "elsewhere" };
  if (section === "playlists") return { ...at, page: "playlists", playlistId: id };
  // Kitsu has no such page.
  const isMisplaced = isBelowEpisode && isOfShow(section);
  return { ...at, page: id === undefined && isList(section) && !isMisplaced ? section : "elsewhere" };
}

export const isList = (section: string): section is List => Object.hasOwn(LISTS, section);

/** Episodes and concepts belong to the whole show. */
const isOfShow = (section: string) => section === "episodes" || section === "concepts";

/** The other pages of a TV show belong to an episode, by default the first. */
export function pathOf(project: Project, section: string, episode?: string): string {
  const [first] = isOfShow(section) ? [] : episodesOf(project);
  return first
    ? `/productions/${project.id}/episodes/${episode ?? first.id}/${section}`
    : `/productions/${project.id}/${section}`;
}

/**
 * The `entitytype` that Kitsu sends. It guesses it from the path alone, and sends "episode" for
 * every path it doesn't recognize, including My Tasks and the page of a single shot.
 */
export function guessEntityType(path: string): string {
  const isSingle = (kind: string): boolean => new RegExp(`/${kind}/[0-9a-f-]{36}`).test(path);
  if (path.includes("asset") && !isSingle("shots")) return "asset";
  if (path.includes("shot") && !isSingle("shots")) return "shot";
  const isEdit = path.includes("edit") && !isSingle("edits");
  if (path.includes("sequences") && !isEdit) return "sequence";
  return isEdit ? "edit" : "episode";
}
