/** What Kitsu asks for when it starts: everything a person works with, in one answer. */
import { PERSONS, type Person } from "../data-people.ts";
import { type Answer, forbidden, ok } from "./answer.ts";
import { briefPerson, clientsPerson, fullPerson } from "./person-rows.ts";
import { openProjectRow } from "./project-rows.ts";
import type { ZouRequest } from "./request.ts";
import { isAdmin, isClient, isManager, meets, projectsOf } from "./rights.ts";
import { ASSET_TYPE_ROWS, DEPARTMENT_ROWS, PROJECT_STATUS_ROWS, STATUS_ROWS, TASK_TYPE_ROWS } from "./table-rows.ts";

/** All custom actions are in it, for vendors and clients too. */
export function readContext({ state, caller: { person } }: ZouRequest): Answer {
  if (person.is_bot) throw forbidden();
  const projects = projectsOf(person);
  return ok({
    asset_types: ASSET_TYPE_ROWS,
    custom_actions: [...state.customActions.values()],
    status_automations: [],
    departments: DEPARTMENT_ROWS,
    studios: [],
    notification_count: 0,
    persons: listPersons(person),
    project_status: PROJECT_STATUS_ROWS,
    project_roles: Object.fromEntries(
      projects.flatMap(({ id, roles }) => (roles[person.id] ? [[id, roles[person.id]]] : [])),
    ),
    projects: projects.map((project) => openProjectRow(person, project)),
    task_types: TASK_TYPE_ROWS,
    task_status: STATUS_ROWS,
    search_filters: {},
    search_filter_groups: {},
    preview_background_files: [],
    plugins: [],
    ...(isAdmin(person) && { user_limit: 100 }),
  });
}

function listPersons(person: Person) {
  const people = PERSONS.filter(({ is_bot }) => !is_bot);
  if (isClient(person)) return people.filter((one) => meets(person, one)).map(clientsPerson);
  return people.map(isManager(person) ? fullPerson : briefPerson);
}
