/** Who may see and do what, as the real Zou decides it: by the team, the role in the production, and the assignments of vendors. */
import { TASKS, type Task } from "../data.ts";
import type { Person, Role } from "../data-people.ts";
import { findProject, PROJECTS, type Project } from "../data-projects.ts";
import { forbidden, notFound } from "./answer.ts";

export const isAdmin = ({ role }: Person): boolean => role === "admin";
/** By their role in the studio: in lists that are of no production, Zou asks for no other. */
export const isClient = ({ role }: Person): boolean => role === "client";
export const isManager = ({ role }: Person): boolean => role === "admin" || role === "manager";

/** The role that counts in a production; undefined for whoever is not of its team. */
export function roleIn(person: Person, project: Project): Role | undefined {
  if (isAdmin(person)) return "admin";
  return project.team.includes(person.id) ? (project.roles[person.id] ?? person.role) : undefined;
}

export function projectsOf(person: Person): Project[] {
  return PROJECTS.filter((project) => roleIn(person, project) !== undefined);
}

/** Clients know the people of their productions alone. */
export const meets = (client: Person, { id }: Person): boolean =>
  projectsOf(client).some(({ team }) => team.includes(id));

/** The production that a path names. Not in the team is refused, unknown and malformed are not found. */
export function openProject(person: Person, id: string): Project {
  const project = findProject(id);
  if (!project) throw notFound();
  if (roleIn(person, project) === undefined) throw forbidden();
  return project;
}

export function seesTask(person: Person, task: Task): boolean {
  const role = roleOn(person, task);
  if (role === undefined) return false;
  return role !== "vendor" || task.assignees.includes(person);
}

export function roleOn(person: Person, task: Task): Role | undefined {
  const project = findProject(task.entity.projectId);
  return project && roleIn(person, project);
}

/** Who may comment on a task and set its status: managers and clients of the production, its assignees, the supervisors of its department. */
export function actsOn(person: Person, task: Task): boolean {
  const role = roleOn(person, task);
  if (role === undefined) return false;
  if (role === "admin" || role === "manager" || role === "client" || task.assignees.includes(person)) return true;
  const { departmentId } = task.type;
  const isTheirs =
    person.departments.length === 0 || (departmentId !== null && person.departments.includes(departmentId));
  return role === "supervisor" && isTheirs;
}

/** A vendor with a task in a production gets all its entities: Zou joins the tasks by the production. */
export function seesEntitiesOf(person: Person, projectId: string): boolean {
  const project = findProject(projectId);
  const role = project && roleIn(person, project);
  if (role !== "vendor") return role !== undefined;
  return TASKS.some(({ entity, assignees }) => entity.projectId === projectId && assignees.includes(person));
}

export function needsAdmin(person: Person): void {
  if (!isAdmin(person)) throw forbidden();
}

/** Supervisor and above, by the role in the production. */
export function needsSupervisor(person: Person, project: Project): void {
  const role = roleIn(person, project);
  if (role !== "admin" && role !== "manager" && role !== "supervisor") throw forbidden();
}
