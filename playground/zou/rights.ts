/** Who may see and do what, as the real Zou decides it: by the team, the role in the production, and the assignments of vendors. */
import { TASKS, type Task } from "../data.ts";
import type { Person, Role } from "../data-people.ts";
import { findProject, PROJECTS, type Project } from "../data-projects.ts";
import { forbidden, notFound } from "./answer.ts";

export const isAdmin = ({ role }: Person): boolean => role === "admin";
export const isManager = ({ role }: Person): boolean => role === "admin" || role === "manager";

/** The role that counts in a production; undefined for whoever is not of its team. */
export function roleIn(person: Person, project: Project): Role | undefined {
  if (isAdmin(person)) return "admin";
  return project.team.includes(person.id) ? (project.roles[person.id] ?? person.role) : undefined;
}

export function projectsOf(person: Person): Project[] {
  return PROJECTS.filter((project) => roleIn(person, project) !== undefined);
}

/** The production that a path names. Not in the team is refused, unknown and malformed are not found. */
export function openProject(person: Person, id: string): Project {
  const project = findProject(id);
  if (!project) throw notFound();
  if (roleIn(person, project) === undefined) throw forbidden();
  return project;
}

export function seesTask(person: Person, task: Task): boolean {
  const project = findProject(task.entity.projectId);
  const role = project && roleIn(person, project);
  if (role === undefined) return false;
  return role !== "vendor" || task.assignees.includes(person);
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
