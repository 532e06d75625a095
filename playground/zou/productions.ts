/** The routes about productions and what is in them. */
import { type Answer, checkId, forbidden, notFound, ok } from "./answer.ts";
import { ENTITY_ROWS } from "./entity-rows.ts";
import { listRows } from "./list.ts";
import { openProjectRow, projectRow } from "./project-rows.ts";
import type { ZouRequest } from "./request.ts";
import { isClient, openProject, projectsOf, roleOn, seesEntitiesOf, seesTask } from "./rights.ts";
import { blankTask } from "./task-rows.ts";

export function listOpenProjects({ caller: { person }, query }: ZouRequest): Answer {
  const rows = projectsOf(person).map((project) => openProjectRow(person, project));
  return ok(listRows(rows, ["name", "id"], query));
}

export function readProject({ caller: { person }, ids: [id = ""] }: ZouRequest): Answer {
  checkId(id);
  return ok(projectRow(person, openProject(person, id)));
}

export function listTasks({ state, caller: { person }, query }: ZouRequest): Answer {
  const seen = state.tasks.filter(({ task }) => seesTask(person, task)).map(({ row }) => row);
  const rows = isClient(person) ? seen.map(blankTask) : seen;
  return ok(listRows(rows, Object.keys(state.tasks[0]?.row ?? {}), query, ["assignees"]));
}

export function readTask({ state, caller: { person }, ids: [id = ""] }: ZouRequest): Answer {
  checkId(id);
  const found = state.tasks.find(({ task }) => task.id === id);
  if (!found) throw notFound();
  if (!seesTask(person, found.task)) throw forbidden();
  return ok(roleOn(person, found.task) === "client" ? blankTask(found.row) : found.row);
}

export function listEntities({ caller: { person }, query }: ZouRequest): Answer {
  const visible = new Map<string, boolean>();
  const sees = (projectId: string): boolean => {
    const known = visible.get(projectId) ?? seesEntitiesOf(person, projectId);
    visible.set(projectId, known);
    return known;
  };
  const rows = ENTITY_ROWS.filter((row) => sees(row.project_id));
  return ok(listRows(rows, Object.keys(ENTITY_ROWS[0] ?? {}), query));
}

export function listPreviews({ state, caller: { person }, query }: ZouRequest): Answer {
  const previews = [...state.previews.values()];
  const rows = previews.filter(({ task }) => seesTask(person, task)).map(({ row }) => row);
  return ok(listRows(rows, Object.keys(previews[0]?.row ?? {}), query));
}
