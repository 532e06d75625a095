// May this person run this action on these tasks? Asked when the action runs, of what Zou says now: never of what the page claims, and never
// of a copy.

import type { Person } from "../access/person.ts";
import { Failure } from "../failure.ts";
import { formatList } from "../format/list.ts";
import type { Kitsu } from "../services/kitsu.ts";
import type { SelectedTask, Selection } from "../services/selection.ts";
import { readRole } from "../services/team.ts";
import { ROLES, type Role } from "../services/zou-objects.ts";
import type { ActionLimits, Settings } from "../settings/settings.ts";
import { isAtLeast, type Trust } from "../settings/trust.ts";
import type { Action, ActionContext, EntityType } from "./action.ts";

/** The trust that the deployment or the action asks for and the person does not have. */
export function findMissingTrust(person: Person, action: Action, settings: Settings): Trust | undefined {
  const isLimited = settings.limits.has(action.id) || action.roles !== undefined || action.entityTypes !== undefined;
  // A limit can't be held against somebody who is not known, nor against tasks that Kitsu can't be asked for.
  const least: Trust[] = [
    settings.trust,
    action.trust ?? "unchecked",
    action.needsKitsu || isLimited ? "claimed" : "unchecked",
  ];
  return least.find((trust) => !isAtLeast(person.trust, trust));
}

/** Throws unless the person is known as surely as the deployment and the action ask. */
export function checkTrust(person: Person, action: Action, settings: Settings): void {
  const missing = findMissingTrust(person, action, settings);
  if (missing === undefined) return;
  if (person.sessionProblem !== undefined) throw sessionMissing(person.sessionProblem, missing);
  throw new Failure("person-not-accepted", {
    text: `${action.title} needs a verified user.`,
    advice:
      "Log in to Kitsu and run it from there. Should that not help, tell your TD: docs/trust.md says what is needed.",
    cause: `"${missing}" is asked for, the call is "${person.trust}"`,
  });
}

/** The person can do something about it, which is more than "we can't tell who you are". */
function sessionMissing(how: "over" | "none", missing: Trust): Failure {
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
  if (action.maxTasks === undefined || count <= action.maxTasks) return;
  throw new Failure("not-allowed", {
    title: "Too many tasks",
    text: `${action.title} takes ${action.maxTasks === 1 ? "one task" : `at most ${action.maxTasks} tasks`} at once, and ${count} are selected.`,
    advice: "Select fewer tasks.",
    field: "selection",
  });
}

/** Throws why not, and for which tasks, unless the person may run the action on all of them. */
export async function authorizeSelection(
  person: Person,
  action: Action,
  kitsu: Kitsu,
  roleIn: RoleLookup,
  settings: Settings,
): Promise<void> {
  const selection = await kitsu.readSelection();
  const limits = settings.limits.get(action.id) ?? {};
  if (selection.tasks.length === 0) throw noVisibleTasks(selection);
  const roles = new Map(await Promise.all(selection.projectIds.map(async (id) => [id, await roleIn(id)] as const)));
  const refusals = selection.tasks.flatMap((one): TaskDenial[] => {
    const refusal = findDenial(one, person, roles.get(one.task.project_id), action, limits);
    return refusal === undefined ? [] : [{ ...refusal, selected: one }];
  });
  if (refusals.length > 0) throw tasksNotAllowed(refusals, selection.tasks.length);
}

/** `remedy` is what the person can do about it, behind "Nothing was done. " and before a full stop; `isTasks`: another selection would do. */
type Denial = { reason: string; advice: string; isAboutTask: boolean };
type TaskDenial = Denial & { selected: SelectedTask };

/** How many different reasons are said before the rest is counted. */
const REASONS_MAX = 3;

function tasksNotAllowed(refusals: readonly TaskDenial[], count: number): Failure {
  const byReason = [...Map.groupBy(refusals, ({ reason }) => reason)];
  const isAll = refusals.length === count;
  const isRole = refusals.every(({ isAboutTask: isTasks }) => !isTasks);
  const reasons = byReason.slice(0, REASONS_MAX).map(([reason, { length }]) =>
    // Where it is the role alone, the tasks have nothing to do with it.
    isAll && byReason.length === 1 && (isRole || count === 1)
      ? `${reason}.`
      : `${reason}: ${length} of ${count} tasks.`,
  );
  const rest = byReason.length - reasons.length;
  const remedies = [...new Set(refusals.map(({ advice: remedy }) => remedy))].slice(0, REASONS_MAX);
  const leaveOut = isAll ? [] : ["take these tasks out of the selection"];
  return new Failure("not-allowed", {
    ...(isRole && { title: "Your role may not run this action" }),
    text: [...reasons, rest > 0 && `There ${rest === 1 ? "is 1 more reason" : `are ${rest} more reasons`}.`]
      .filter(Boolean)
      .join(" "),
    advice: `Nothing was done. ${capitalise(formatList([...leaveOut, ...remedies], "or"))}.`,
    outcomes: refusals.map(({ reason, selected: one }) => ({
      id: one.task.id,
      label: one.label,
      state: "skipped",
      reason,
    })),
  });
}

const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What an action allows at all. */
export type ActionRules = Pick<Action, "id" | "title" | "roles" | "entityTypes">;

/** Why this person may not run it on this task, in the role they have in its project. */
export function findDenial(
  { task, entity, project }: SelectedTask,
  person: Pick<Person, "id">,
  role: Role | undefined,
  action: ActionRules,
  limits: ActionLimits,
): Denial | undefined {
  const ofTasks = (reason: string, remedy: string): Denial => ({ reason, advice: remedy, isAboutTask: true });
  const where = project?.name ?? "this project";
  if (role === undefined)
    return ofTasks(
      `You are not in the team of ${where}`,
      `ask the production manager of ${where} to add you to its team`,
    );
  if (limits.projects !== undefined && !limits.projects.includes(task.project_id))
    return ofTasks(`${action.title} is not used in ${where}`, `ask your TD to allow it in ${where}`);
  const refused = findRoleDenial(role, action, limits);
  if (refused !== undefined) return refused;
  if (role === "vendor" && !task.assignees.includes(person.id ?? ""))
    return ofTasks("Vendors work on tasks assigned to them", "ask your production manager to assign them to you");
  const type = entity?.type.toLowerCase();
  if (action.entityTypes !== undefined && !action.entityTypes.some((one: EntityType) => one === type)) {
    const kinds = formatList(action.entityTypes.map((one) => `${one}s`));
    const what = type === undefined ? "and what this task belonged to was deleted" : `not for ${type}s`;
    return ofTasks(`${action.title} is for ${kinds}, ${what}`, `select tasks of ${kinds}`);
  }
  return undefined;
}

/** A role must be among those of the action and among those of the studio. */
function findRoleDenial(role: Role, { title, roles }: ActionRules, limits: ActionLimits): Denial | undefined {
  const rules = [roles, limits.roles].filter((rule) => rule !== undefined);
  if (rules.every((rule) => rule.includes(role))) return undefined;
  const allowed = ROLES.filter((one) => rules.every((rule) => rule.includes(one)));
  if (allowed.length > 0) {
    return {
      reason: `${title} is for ${formatRoles(allowed)}, and your role here is ${formatRole(role)}`,
      advice: `ask one of the ${formatRoles(allowed)} to run it`,
      isAboutTask: false,
    };
  }
  const own = roles === undefined ? "" : `the action is for ${formatRoles(roles)}, and `;
  return {
    reason: `No role may run ${title}: ${own}ACTION_LIMITS allows ${formatRoles(limits.roles ?? [])}`,
    advice: "ask your TD to correct ACTION_LIMITS",
    isAboutTask: false,
  };
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
export type RoleLookup = (projectId: string) => Promise<Role | undefined>;

/** Asks once per project and call. */
export function createRoleLookup(person: Person, kitsu: Kitsu | undefined): RoleLookup {
  const known = new Map<string, Promise<Role | undefined>>();
  return (projectId) => {
    const role =
      known.get(projectId) ??
      (kitsu === undefined ? Promise.resolve(undefined) : readRole(kitsu.zou, person, projectId));
    known.set(projectId, role);
    return role;
  };
}

/** Is the person set over all projects of these tasks? */
export async function supervises({ needsKitsu }: Action, { kitsu, roleIn }: ActionContext): Promise<boolean> {
  if (!needsKitsu) return false;
  const { projectIds } = await kitsu().readSelection();
  const roles = await Promise.all(projectIds.map((id) => roleIn(id)));
  return roles.length > 0 && roles.every((role) => role !== undefined && SUPERVISING_ROLES.includes(role));
}

const SUPERVISING_ROLES: readonly Role[] = ["admin", "manager", "supervisor"];

const formatRole = (role: Role) => (role === "user" ? "artist" : role);
const formatRoles = (roles: readonly Role[]) =>
  roles.length === 0 ? "none" : formatList(roles.map((role) => `${formatRole(role)}s`));

function noVisibleTasks({ missing }: Selection): Failure {
  return new Failure("kitsu-unknown", {
    title: "None of these tasks is there",
    text: `Kitsu shows none of the ${missing.length} selected tasks: they were deleted, or are not for you to see.`,
    advice: "Reload Kitsu and select the tasks again.",
    outcomes: missing
      .slice(0, 100)
      .map((id) => ({ id, label: id, state: "skipped", reason: "Deleted or not visible" })),
  });
}
