/** What a path means in Kitsu. */
import { episodesOf, findProject, type Project } from "../data-projects.ts";

export type Route = {
  path: string;
  page: "shots" | "assets" | "playlists" | "task" | "my-tasks" | "elsewhere";
  project: Project | undefined;
  /** of a TV show's page: an episode's id, "all", or "main" for what belongs to none */
  episode: string | undefined;
  playlistId: string | undefined;
  taskId: string | undefined;
};

export function readRoute(path: string): Route {
  const [, area, projectId = "", ...rest] = path.split("/");
  const project = area === "productions" ? findProject(projectId) : undefined;
  const isShow = project?.production_type === "tvshow";
  const [episode, section, id, ...more] = rest[0] === "episodes" ? rest.slice(1) : [isShow ? "all" : undefined, ...rest];
  const at = { path, project, episode, playlistId: undefined, taskId: undefined };
  if (area === "my-tasks") return { ...at, page: "my-tasks" };
  if (project && id === "tasks" && more.length === 1) return { ...at, page: "task", taskId: more[0] };
  if (!project || more.length > 0) return { ...at, page: "elsewhere" };
  if (section === "playlists") return { ...at, page: "playlists", playlistId: id };
  if (id === undefined && (section === "shots" || section === "assets")) return { ...at, page: section };
  return { ...at, page: "elsewhere" };
}

/** The pages of a TV show are each of an episode: the first, unless told. */
export function pathOf(project: Project, section: string, episode?: string): string {
  const [first] = episodesOf(project);
  return first ? `/productions/${project.id}/episodes/${episode ?? first.id}/${section}` : `/productions/${project.id}/${section}`;
}

/**
 * The `entitytype` that Kitsu sends: a guess from the path and nothing else, with "episode" for whatever it does not know,
 * My Tasks and the page of a single shot included.
 */
export function guessEntityType(path: string): string {
  const isSingle = (kind: string): boolean => new RegExp(`/${kind}/[0-9a-f-]{36}`).test(path);
  if (path.includes("asset") && !isSingle("shots")) return "asset";
  if (path.includes("shot") && !isSingle("shots")) return "shot";
  const isEdit = path.includes("edit") && !isSingle("edits");
  if (path.includes("sequences") && !isEdit) return "sequence";
  return isEdit ? "edit" : "episode";
}
