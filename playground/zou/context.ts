/** What Kitsu loads when it starts: everything a person works with, in one answer. */
import { type Answer, forbidden, ok } from "./answer.ts";
import { briefPerson, clientsPerson, fullPerson, type Person } from "./person-rows.ts";
import { openProjectRow } from "./productions.ts";
import type { ZouRequest } from "./request.ts";
import { isAdmin, isClient, isManager, projectsOf, sharesProject } from "./rights.ts";
import type { State } from "./state.ts";

/** It contains all custom actions, even for vendors and clients. */
export function readContext({ state, caller: { person } }: ZouRequest): Answer {
  if (person.is_bot) throw forbidden();
  const { tables, teams } = state;
  const projects = projectsOf(state, person);
  const roles = projects.map(({ id }) => {
    const member = teams.get(id)?.find((one) => one.person.id === person.id);
    return [id, member?.project_role] as const;
  });
  return ok({
    asset_types: tables.assetTypes,
    custom_actions: [...state.customActions.values()],
    status_automations: [],
    departments: tables.departments,
    studios: [],
    notification_count: 0,
    persons: listPersons(state, person),
    project_status: tables.projectStatuses,
    project_roles: Object.fromEntries(roles.filter(([, role]) => role)),
    projects: projects.map((project) => openProjectRow(state, person, project)),
    task_types: tables.taskTypes,
    task_status: tables.statuses,
    search_filters: {},
    search_filter_groups: {},
    preview_background_files: [],
    plugins: [],
    ...(isAdmin(person) && { user_limit: 100 }),
  });
}

function listPersons(state: State, person: Person) {
  const people = state.persons.filter(({ is_bot }) => !is_bot);
  if (isClient(person)) return people.filter((one) => sharesProject(state, person, one)).map(clientsPerson);
  return people.map(isManager(person) ? fullPerson : briefPerson);
}
