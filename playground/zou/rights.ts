/** Who may see and do what in Zou: by team, role in the production, and vendors' assignments. */
import { forbidden, notFound } from "./answer.ts";
import type { Person, Role } from "./person-rows.ts";
import type { ProjectRow } from "./project-rows.ts";
import type { State } from "./state.ts";
import type { TaskRow } from "./task-rows.ts";

export const isAdmin = ({ role }: Person): boolean => role === "admin";
/** By the role in the studio: lists that belong to no production go by that one. */
export const isClient = ({ role }: Person): boolean => role === "client";
export const isManager = ({ role }: Person): boolean => role === "admin" || role === "manager";

/** The role that counts in a production; undefined outside its team. */
export function roleIn({ projects, teams }: State, person: Person, projectId: string): Role | undefined {
  if (!projects.has(projectId)) return undefined;
  if (isAdmin(person)) return "admin";
  const member = teams.get(projectId)?.find((one) => one.person.id === person.id);
  return member && (member.project_role ?? person.role);
}

export function projectsOf(state: State, person: Person): ProjectRow[] {
  return [...state.projects.values()].filter(({ id }) => roleIn(state, person, id) !== undefined);
}

/** Clients see only the people of their own productions. */
export const sharesProject = (state: State, client: Person, { id }: Person): boolean =>
  projectsOf(state, client).some((project) => state.teams.get(project.id)?.some(({ person }) => person.id === id));

/** The production that a path names: 403 outside its team, 404 if it is unknown or malformed. */
export function openProject(state: State, person: Person, id: string): ProjectRow {
  const project = state.projects.get(id);
  if (!project) throw notFound();
  if (roleIn(state, person, id) === undefined) throw forbidden();
  return project;
}

export function seesTask(state: State, person: Person, { project_id, assignees }: TaskRow): boolean {
  const role = roleIn(state, person, project_id);
  return role !== undefined && (role !== "vendor" || assignees.includes(person.id));
}

/**
 * Who may comment on a task and set its status: managers and clients of the production, the task's
 * assignees, whoever created its entity, and the supervisors of its department.
 */
export function actsOn(state: State, person: Person, task: TaskRow): boolean {
  const role = roleIn(state, person, task.project_id);
  if (role === undefined) return false;
  if (role === "admin" || role === "manager" || role === "client") return true;
  if (task.assignees.includes(person.id)) return true;
  if (state.entities.get(task.entity_id)?.created_by === person.id) return true;
  const { department_id = null } = state.tables.taskTypes.find(({ id }) => id === task.task_type_id) ?? {};
  const isTheirs =
    person.departments.length === 0 || (department_id !== null && person.departments.includes(department_id));
  return role === "supervisor" && isTheirs;
}

/** A vendor with a task in a production sees all its entities: Zou joins tasks by production. */
export function seesEntitiesOf(state: State, person: Person, projectId: string): boolean {
  const role = roleIn(state, person, projectId);
  if (role !== "vendor") return role !== undefined;
  return [...state.tasks.values()].some((task) => task.project_id === projectId && task.assignees.includes(person.id));
}

export function needsAdmin(person: Person): void {
  if (!isAdmin(person)) throw forbidden();
}

/** Supervisors and above, by the role in the production. */
export function needsSupervisor(state: State, person: Person, projectId: string): void {
  const role = roleIn(state, person, projectId);
  if (role !== "admin" && role !== "manager" && role !== "supervisor") throw forbidden();
}
