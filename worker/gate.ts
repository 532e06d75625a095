// May this person run this action on these tasks? Asked when the action runs, of what Zou says now: never of what the page claims, and never
// of a copy.
import type { Outcome } from "../contract.ts";
import type { Action, EntityType } from "./action.ts";
import { Failure } from "./failure.ts";
import type { Person } from "./person.ts";
import type { Kitsu, SelectedTask, Selection } from "./services/kitsu.ts";
import { readRole } from "./services/team.ts";
import type { Role } from "./services/zou-objects.ts";
import type { ActionLimits, Settings } from "./settings.ts";
import { isAtLeast, type Trust } from "./trust.ts";

/** The trust that the deployment or the action asks for and the person does not have. */
export function findLackingTrust(person: Person, action: Action, settings: Settings): Trust | undefined {
  const least: Trust[] = [settings.trust, action.trust ?? "unchecked", action.needsKitsu ? "claimed" : "unchecked"];
  return least.find((trust) => !isAtLeast(person.trust, trust));
}

/** Throws unless the person is known as surely as the deployment and the action ask. */
export function checkTrust(person: Person, action: Action, settings: Settings): void {
  const missing = findLackingTrust(person, action, settings);
  if (missing === undefined) return;
  throw new Failure("person-not-accepted", {
    text: `${action.title} needs to know surely who runs it.`,
    advice: `Log in to Kitsu and run it from there. Your TD finds in docs/trust.md what "${missing}" needs.`,
    cause: `"${missing}" is asked for, the call is "${person.trust}"`,
  });
}

/** Throws how many tasks the action takes, if they are too many. */
export function checkCount(action: Action, count: number): void {
  if (action.tasksMost === undefined || count <= action.tasksMost) return;
  throw new Failure("not-allowed", {
    title: "Too many tasks",
    text: `${action.title} takes ${action.tasksMost === 1 ? "one task" : `at most ${action.tasksMost} tasks`} at once, and ${count} are selected.`,
    advice: "Select fewer tasks.",
    field: "selection",
  });
}

/** Throws why not, and for which tasks, unless the person may run the action on all of them. */
export async function checkGates(person: Person, action: Action, kitsu: Kitsu, roleIn: RoleIn, settings: Settings): Promise<void> {
  const selection = await kitsu.readSelection();
  const limits = settings.limits.get(action.id) ?? {};
  if (selection.tasks.length === 0) throw nothingVisible(selection);
  const roles = new Map(await Promise.all(selection.projectIds.map(async (id) => [id, await roleIn(id)] as const)));
  const outcomes = selection.tasks.flatMap((one): Outcome[] => {
    const reason = refuse(one, person, roles.get(one.task.project_id), action, limits);
    return reason === undefined ? [] : [{ id: one.task.id, label: one.label, state: "failed", reason }];
  });
  const [first] = outcomes;
  if (first === undefined) return;
  const others = new Set(outcomes.map(({ reason }) => reason)).size - 1;
  throw new Failure("not-allowed", {
    text: `${first.reason}${others > 0 ? `, and ${others} more ${others === 1 ? "reason" : "reasons"}` : ""}: ${outcomes.length} of ${selection.tasks.length} tasks.`,
    advice: "Nothing was done. Take these tasks out of the selection, or ask your production manager.",
    outcomes,
  });
}

function refuse(
  { task, entity }: SelectedTask,
  person: Person,
  role: Role | undefined,
  action: Action,
  limits: ActionLimits,
): string | undefined {
  if (role === undefined) return "You are not in the team of this project";
  if (limits.projects !== undefined && !limits.projects.includes(task.project_id))
    return `${action.title} is not used in this project`;
  const allowed = [action.roles, limits.roles].filter((roles) => roles !== undefined);
  if (!allowed.every((roles) => roles.includes(role))) return `${action.title} is for ${sayRoles(allowed.flat())}`;
  if (role === "vendor" && !task.assignees.includes(person.id ?? "")) return "Vendors work on tasks assigned to them";
  const type = entity?.type.toLowerCase();
  if (action.entityTypes !== undefined && !action.entityTypes.some((one: EntityType) => one === type)) {
    return `${action.title} is for ${action.entityTypes.map((one) => `${one}s`).join(" and ")}, this is ${entity === undefined ? "a deleted one" : `one of type ${entity.type}`}`;
  }
  return undefined;
}

/** Throws if the studio keeps the action to other departments than the person's. */
export function checkDepartments(person: Person, action: Action, settings: Settings): void {
  const departments = settings.limits.get(action.id)?.departments;
  if (departments === undefined || departments.some((id) => person.departments.includes(id))) return;
  throw new Failure("not-allowed", {
    text: `${action.title} is for other departments than yours.`,
    advice: "Ask your production manager.",
  });
}

/** The person's role in a project; undefined where they are not of its team. */
export type RoleIn = (projectId: string) => Promise<Role | undefined>;

/** Asks once per project and call. */
export function knowRoles(person: Person, kitsu: Kitsu | undefined): RoleIn {
  const known = new Map<string, Promise<Role | undefined>>();
  return (projectId) => {
    const role =
      known.get(projectId) ?? (kitsu === undefined ? Promise.resolve(undefined) : readRole(kitsu.zou, person, projectId));
    known.set(projectId, role);
    return role;
  };
}

const sayRoles = (roles: readonly Role[]) =>
  [...new Set(roles)].map((role) => (role === "user" ? "artists" : `${role}s`)).join(", ");

function nothingVisible({ missing }: Selection): Failure {
  return new Failure("kitsu-unknown", {
    title: "None of these tasks is there",
    text: `Kitsu shows none of the ${missing.length} selected tasks: they were deleted, or are not for you to see.`,
    advice: "Reload Kitsu and select the tasks again.",
    outcomes: missing.slice(0, 100).map((id) => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" })),
  });
}
