// May this person run this action on these tasks? Asked when the action runs, of what Zou says now: never of what the page claims, and never
// of a copy.
import type { Action, EntityType } from "./action.ts";
import { Failure } from "./failure.ts";
import { sayList } from "./listing.ts";
import type { Person } from "./person.ts";
import type { Kitsu, SelectedTask, Selection } from "./services/kitsu.ts";
import { readRole } from "./services/team.ts";
import { ROLES, type Role } from "./services/zou-objects.ts";
import type { ActionLimits, Settings } from "./settings.ts";
import { isAtLeast, type Trust } from "./trust.ts";

/** The trust that the deployment or the action asks for and the person does not have. */
export function findLackingTrust(person: Person, action: Action, settings: Settings): Trust | undefined {
  const isLimited = settings.limits.has(action.id) || action.roles !== undefined || action.entityTypes !== undefined;
  // A limit can't be held against somebody who is not known, nor against tasks that Kitsu can't be asked for.
  const least: Trust[] = [settings.trust, action.trust ?? "unchecked", action.needsKitsu || isLimited ? "claimed" : "unchecked"];
  return least.find((trust) => !isAtLeast(person.trust, trust));
}

/** Throws unless the person is known as surely as the deployment and the action ask. */
export function checkTrust(person: Person, action: Action, settings: Settings): void {
  const missing = findLackingTrust(person, action, settings);
  if (missing === undefined) return;
  if (person.lostSession !== undefined) throw sessionLost(person.lostSession, missing);
  throw new Failure("person-not-accepted", {
    text: `${action.title} needs to know surely who runs it.`,
    advice: `Log in to Kitsu and run it from there. Your TD finds in docs/trust.md what "${missing}" needs.`,
    cause: `"${missing}" is asked for, the call is "${person.trust}"`,
  });
}

/** The person can do something about it, which is more than "we can't tell who you are". */
function sessionLost(how: "over" | "none", missing: Trust): Failure {
  return new Failure("person-not-accepted", {
    title: how === "over" ? "Your session in Kitsu has ended" : "You are not logged in to Kitsu",
    text:
      how === "over"
        ? "Kitsu no longer accepts it."
        : "No session of Kitsu came with this call: it has ended, or you are logged out.",
    advice: "Log in to Kitsu again, then run the action once more.",
    cause: `"${missing}" is asked for, and Kitsu's session is ${how === "over" ? "over" : "missing"}`,
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
  const refusals = selection.tasks.flatMap((one): Refused[] => {
    const refusal = refuse(one, person, roles.get(one.task.project_id), action, limits);
    return refusal === undefined ? [] : [{ ...refusal, one }];
  });
  const [first] = refusals;
  if (first !== undefined) throw notAllowed(first, refusals, selection.tasks.length);
}

/** `of`: whether another selection, another role or another setting would help. */
type Refusal = { reason: string; of: "tasks" | "role" | "setting" };
type Refused = Refusal & { one: SelectedTask };

function notAllowed(first: Refused, refusals: readonly Refused[], count: number): Failure {
  const others = new Set(refusals.map(({ reason }) => reason)).size - 1;
  const isAll = refusals.length === count;
  const isOf = (what: Refusal["of"]) => refusals.every(({ of }) => of === what);
  const why = `${first.reason}${others > 0 ? `, and ${others} more ${others === 1 ? "reason" : "reasons"}` : ""}`;
  const help = isOf("setting") ? "your TD corrects ACTION_LIMITS" : "ask your production manager";
  return new Failure("not-allowed", {
    ...(isOf("role") && { title: "Your role may not run this action" }),
    // Where it is the role alone, the tasks have nothing to do with it.
    text: isAll && !isOf("tasks") ? `${why}.` : `${why}: ${refusals.length} of ${count} tasks.`,
    advice: isAll ? `Nothing was done: ${help}.` : `Nothing was done. Take these tasks out of the selection, or ${help}.`,
    outcomes: refusals.map(({ reason, one }) => ({ id: one.task.id, label: one.label, state: "skipped", reason })),
  });
}

function refuse(
  { task, entity }: SelectedTask,
  person: Person,
  role: Role | undefined,
  action: Action,
  limits: ActionLimits,
): Refusal | undefined {
  const ofTasks = (reason: string): Refusal => ({ reason, of: "tasks" });
  if (role === undefined) return ofTasks("You are not in the team of this project");
  if (limits.projects !== undefined && !limits.projects.includes(task.project_id))
    return ofTasks(`${action.title} is not used in this project`);
  const refused = refuseRole(role, action, limits);
  if (refused !== undefined) return refused;
  if (role === "vendor" && !task.assignees.includes(person.id ?? "")) return ofTasks("Vendors work on tasks assigned to them");
  const type = entity?.type.toLowerCase();
  if (action.entityTypes !== undefined && !action.entityTypes.some((one: EntityType) => one === type)) {
    const what = type === undefined ? "what this task was for is deleted" : `not for ${type}s`;
    return ofTasks(`${action.title} is for ${sayList(action.entityTypes.map((one) => `${one}s`))}, ${what}`);
  }
  return undefined;
}

/** A role must be among those of the action and among those of the studio. */
function refuseRole(role: Role, { title, roles }: Action, limits: ActionLimits): Refusal | undefined {
  const rules = [roles, limits.roles].filter((rule) => rule !== undefined);
  if (rules.every((rule) => rule.includes(role))) return undefined;
  const allowed = ROLES.filter((one) => rules.every((rule) => rule.includes(one)));
  if (allowed.length > 0)
    return { reason: `${title} is for ${sayRoles(allowed)}, and your role here is ${nameRole(role)}`, of: "role" };
  const own = roles === undefined ? "" : `the action is for ${sayRoles(roles)}, and `;
  return { reason: `No role may run ${title}: ${own}ACTION_LIMITS allows ${sayRoles(limits.roles ?? [])}`, of: "setting" };
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

const nameRole = (role: Role) => (role === "user" ? "artist" : role);
const sayRoles = (roles: readonly Role[]) => (roles.length === 0 ? "none" : sayList(roles.map((role) => `${nameRole(role)}s`)));

function nothingVisible({ missing }: Selection): Failure {
  return new Failure("kitsu-unknown", {
    title: "None of these tasks is there",
    text: `Kitsu shows none of the ${missing.length} selected tasks: they were deleted, or are not for you to see.`,
    advice: "Reload Kitsu and select the tasks again.",
    outcomes: missing.slice(0, 100).map((id) => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" })),
  });
}
