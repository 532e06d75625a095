// Takes the person, the action and the selection, and throws unless the person may run the action
// on these tasks. Every run asks Zou: never trust the page's claims or a cached copy.
import type { Person } from "../access/person.ts";
import { Failure } from "../failure.ts";
import { formatList } from "../format/list.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { SelectedTask, Selection } from "../services/selection.ts";
import { readRole } from "../services/team.ts";
import { ROLES, type Role } from "../services/zou-objects.ts";
import type { ActionLimits, Settings } from "../settings/settings.ts";
import { isAtLeast, type Trust } from "../settings/trust.ts";
import type { Action, ActionContext, EntityType } from "./action.ts";

/** The trust level that the deployment or the action requires and the person lacks. */
export function findMissingTrust(person: Person, action: Action, settings: Settings): Trust | undefined {
  const isLimited = settings.limits.has(action.id) || action.roles !== undefined || action.entityTypes !== undefined;
  // A limit can't be applied to an unknown person, nor to tasks that can't be read from Kitsu.
  const least: Trust[] = [
    settings.trust,
    action.trust ?? "unchecked",
    action.needsKitsu || isLimited ? "claimed" : "unchecked",
  ];
  return least.find((trust) => !isAtLeast(person.trust, trust));
}

/** Throws unless the person has the trust level that the deployment and the action require. */
export function checkTrust(person: Person, action: Action, settings: Settings): void {
  const missing = findMissingTrust(person, action, settings);
  if (missing === undefined) return;
  if (person.sessionProblem !== undefined) throw sessionMissing(person.sessionProblem, missing);
  throw new Failure("person-not-accepted", {
    text: `${action.title} needs a verified user.`,
    advice: "Log in to Kitsu and run it from there. If that doesn't help, tell your TD (see docs/trust.md).",
    cause: `"${missing}" is required, the call is "${person.trust}"`,
  });
}

/** More useful than "we can't tell who you are": the person can log in again. */
function sessionMissing(problem: "expired" | "missing", missing: Trust): Failure {
  return new Failure("person-not-accepted", {
    title: problem === "expired" ? "Your session in Kitsu has ended" : "You are not logged in to Kitsu",
    text:
      problem === "expired"
        ? "Kitsu no longer accepts it."
        : "This call came without a session: it has ended, or you are logged out.",
    advice: "Log in to Kitsu again, then run the action again.",
    cause: `"${missing}" is required, and Kitsu's session is ${problem}`,
  });
}

/** Throws if more tasks are selected than the action takes. */
export function checkCount(action: Action, count: number): void {
  if (action.maxTasks === undefined || count <= action.maxTasks) return;
  throw new Failure("not-allowed", {
    title: "Too many tasks",
    text: `${action.title} takes ${action.maxTasks === 1 ? "one task" : `at most ${action.maxTasks} tasks`} at once; ${count} are selected.`,
    advice: "Select fewer tasks.",
    field: "selection",
  });
}

/** Throws unless the person may run the action on all tasks. The failure says why not, per task. */
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
  const denials = selection.tasks.flatMap((selected): TaskDenial[] => {
    const denial = findDenial(selected, person, roles.get(selected.task.project_id), action, limits);
    return denial === undefined ? [] : [{ ...denial, selected }];
  });
  if (denials.length > 0) throw tasksNotAllowed(denials, selection.tasks.length);
}

/**
 * Why not, and what the person can do about it, as a clause that starts in lower case and has no
 * period. `isAboutTask`: another selection would help.
 */
type Denial = { reason: string; advice: string; isAboutTask: boolean };
type TaskDenial = Denial & { selected: SelectedTask };

/** How many different reasons are listed before the rest is counted. */
const REASONS_MAX = 3;

function tasksNotAllowed(denials: readonly TaskDenial[], count: number): Failure {
  const byReason = [...Map.groupBy(denials, ({ reason }) => reason)];
  const isAll = denials.length === count;
  const isRole = denials.every(({ isAboutTask }) => !isAboutTask);
  const reasons = byReason.slice(0, REASONS_MAX).map(([reason, { length }]) =>
    // If it is only the role, don't count tasks.
    isAll && byReason.length === 1 && (isRole || count === 1)
      ? `${reason}.`
      : `${reason}: ${length} of ${count} tasks.`,
  );
  const rest = byReason.length - reasons.length;
  const advice = [
    ...(isAll ? [] : ["take these tasks out of the selection"]),
    ...[...new Set(denials.map((denial) => denial.advice))].slice(0, REASONS_MAX),
  ];
  return new Failure("not-allowed", {
    ...(isRole && { title: "Your role may not run this action" }),
    text: [...reasons, rest > 0 && `There ${rest === 1 ? "is 1 more reason" : `are ${rest} more reasons`}.`]
      .filter(Boolean)
      .join(" "),
    advice: `Nothing was done. ${capitalize(formatList(advice, "or"))}.`,
    outcomes: denials.map(({ reason, selected: { task, label } }) => ({
      id: task.id,
      label,
      state: "skipped",
      reason,
    })),
  });
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What an action itself requires. */
export type ActionRules = Pick<Action, "id" | "title" | "roles" | "entityTypes">;

/** Why this person may not run the action on this task, with their role in its project. */
export function findDenial(
  { task, entity, project }: SelectedTask,
  person: Pick<Person, "id">,
  role: Role | undefined,
  action: ActionRules,
  limits: ActionLimits,
): Denial | undefined {
  const denyTask = (reason: string, advice: string): Denial => ({ reason, advice, isAboutTask: true });
  const where = project?.name ?? "this project";
  if (role === undefined)
    return denyTask(
      `You are not in the team of ${where}`,
      `ask the production manager of ${where} to add you to its team`,
    );
  if (limits.projects !== undefined && !limits.projects.includes(task.project_id))
    return denyTask(`${action.title} is not allowed in ${where}`, `ask your TD to allow it in ${where}`);
  const roleDenial = findRoleDenial(role, action, limits);
  if (roleDenial !== undefined) return roleDenial;
  if (role === "vendor" && !task.assignees.includes(person.id ?? ""))
    return denyTask(
      "Vendors may run this only on tasks assigned to them",
      "ask your production manager to assign them to you",
    );
  const type = entity?.type.toLowerCase();
  if (action.entityTypes !== undefined && !action.entityTypes.some((one: EntityType) => one === type)) {
    const kinds = formatList(action.entityTypes.map((one) => `${one}s`));
    const what = type === undefined ? "and this task's entity was deleted" : `not for ${type}s`;
    return denyTask(`${action.title} is for ${kinds}, ${what}`, `select tasks of ${kinds}`);
  }
  return undefined;
}

/** The role must be allowed by the action and by the studio. */
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

/** Throws if the studio limits the action to departments that the person is not in. */
export function checkDepartments(person: Person, action: Action, settings: Settings): void {
  const departments = settings.limits.get(action.id)?.departments;
  if (departments === undefined || departments.some((id) => person.departments.includes(id))) return;
  throw new Failure("not-allowed", {
    text: `${action.title} is limited to other departments.`,
    advice: "Ask your production manager.",
  });
}

/** The person's role in a project; undefined if they are not in its team. */
export type RoleLookup = (projectId: string) => Promise<Role | undefined>;

/** Asks Zou once per project and call. */
export function createRoleLookup(person: Person, kitsu: Kitsu | undefined): RoleLookup {
  const roles = new Map<string, Promise<Role | undefined>>();
  return (projectId) => {
    const role =
      roles.get(projectId) ??
      (kitsu === undefined ? Promise.resolve(undefined) : readRole(kitsu.zou, person, projectId));
    roles.set(projectId, role);
    return role;
  };
}

/** Does the person supervise all projects of these tasks? */
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
    title: "None of these tasks was found",
    text: `Kitsu shows none of the ${missing.length} selected tasks: they were deleted, or are not visible to you.`,
    advice: "Reload Kitsu and select the tasks again.",
    outcomes: missing.slice(0, 100).map(skipMissing),
  });
}
