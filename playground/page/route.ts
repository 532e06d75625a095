/** What a path means in Kitsu. */
import { findProject, type Project } from "../data.ts";

export type Route = { path: string; page: "shots" | "assets" | "my-tasks" | "elsewhere"; project: Project | undefined };

export function readRoute(path: string): Route {
  const [, area, projectId = "", section] = path.split("/");
  if (area === "my-tasks") return { path, page: "my-tasks", project: undefined };
  const project = area === "productions" ? findProject(projectId) : undefined;
  const isList = project && path.split("/").length === 4;
  if (isList && (section === "shots" || section === "assets")) return { path, page: section, project };
  return { path, page: "elsewhere", project };
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
