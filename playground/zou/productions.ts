/** The routes about productions and what is in them. */

import { type Answer, checkId, forbidden, ok } from "./answer.ts";
import { ENTITY_COLUMNS } from "./entity-rows.ts";
import { listRows } from "./list.ts";
import type { Person } from "./person-rows.ts";
import { PREVIEW_COLUMNS } from "./preview-rows.ts";
import type { ProjectRow } from "./project-rows.ts";
import type { ZouRequest } from "./request.ts";
import { isClient, openProject, projectsOf, roleIn, seesEntitiesOf, seesTask } from "./rights.ts";
import { findTask, type State } from "./state.ts";
import { blankTask, TASK_COLUMNS } from "./task-rows.ts";

const BOARD = {
  priority: null,
  roles_for_board: ["user", "admin", "supervisor", "manager", "vendor"],
  is_client_allowed: null,
};
const TYPE_LINK = {
  priority: null,
  hd_bitrate_compression: null,
  ld_bitrate_compression: null,
  is_client_visible: true,
};

export function listOpenProjects({ state, caller: { person }, query }: ZouRequest): Answer {
  const rows = projectsOf(state, person).map((project) => openProjectRow(state, person, project));
  return ok(listRows(rows, ["name", "id"], query));
}

export function readProject({ state, caller: { person }, ids: [id = ""] }: ZouRequest): Answer {
  checkId(id);
  const row = openProjectRow(state, person, openProject(state, person, id));
  return ok({ ...row, project_status_name: "Open" });
}

/** As in `/data/projects/open`, with team, the studio's columns, and a TV show's first episode. */
export function openProjectRow(state: State, person: Person, project: ProjectRow) {
  const { taskTypes, statuses } = state.tables;
  const team = state.teams.get(project.id) ?? [];
  const [first] = [...state.entities.values()].filter(
    ({ type, project_id }) => type === "Episode" && project_id === project.id,
  );
  return {
    task_type_links: Object.fromEntries(taskTypes.map(({ id }) => [id, TYPE_LINK])),
    task_types_priority: Object.fromEntries(taskTypes.map(({ id }) => [id, null])),
    task_statuses_link: Object.fromEntries(statuses.map(({ id }) => [id, BOARD])),
    ...project,
    team: team.map((member) => member.person.id),
    descriptors: columnsFor(state, person, project).map((column) => ({
      task_type_id: null,
      position: null,
      ...column,
    })),
    ...(first && { first_episode_id: first.id }),
  };
}

/** Clients see the columns for clients, vendors those of their departments and of none. */
function columnsFor(state: State, person: Person, { id, descriptors }: ProjectRow) {
  const role = roleIn(state, person, id);
  if (role === "client") return descriptors.filter(({ for_client }) => for_client);
  if (role !== "vendor") return descriptors;
  return descriptors.filter(
    ({ departments }) => departments.length === 0 || departments.some((one) => person.departments.includes(one)),
  );
}

export function listTasks({ state, caller: { person }, query }: ZouRequest): Answer {
  const seen = [...state.tasks.values()].filter((task) => seesTask(state, person, task));
  return ok(listRows(isClient(person) ? seen.map(blankTask) : seen, TASK_COLUMNS, query, ["assignees"]));
}

export function readTask({ state, caller: { person }, ids: [id = ""] }: ZouRequest): Answer {
  checkId(id);
  const task = findTask(state, id);
  if (!seesTask(state, person, task)) throw forbidden();
  return ok(roleIn(state, person, task.project_id) === "client" ? blankTask(task) : task);
}

export function listEntities({ state, caller: { person }, query }: ZouRequest): Answer {
  const visible = new Set(
    projectsOf(state, person).flatMap(({ id }) => (seesEntitiesOf(state, person, id) ? [id] : [])),
  );
  const rows = [...state.entities.values()].filter(({ project_id }) => visible.has(project_id));
  return ok(listRows(rows, ENTITY_COLUMNS, query));
}

export function listPreviews({ state, caller: { person }, query }: ZouRequest): Answer {
  const rows = [...state.previews.values()].filter(({ task_id }) => {
    const task = state.tasks.get(task_id);
    return task && seesTask(state, person, task);
  });
  return ok(listRows(rows, PREVIEW_COLUMNS, query, ["comments"]));
}
