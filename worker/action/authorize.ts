// Takes the person, the action and the selection, and throws unless the person may run the action
// on these tasks. Every run asks Zou: never trust the page's claims or a cached copy.
import type { Person } from "../access/person.ts";
import { Failure } from "../format/failure.ts";
import { joinSentences, type Message, message, type Text } from "../format/message.ts";
import type { Kitsu } from "../services/kitsu.ts";
import { skipMissing } from "../services/missing-tasks.ts";
import type { SelectedTask, Selection } from "../services/selection.ts";
import { findRole } from "../services/team.ts";
import { ROLES, type Role } from "../services/zou-objects.ts";
import { type ActionLimits, limitsOf, type Settings } from "../settings/settings.ts";
import { isAtLeast, type Trust } from "../settings/trust.ts";
import type { Action, ActionContext } from "./action.ts";
import { nameKind, nameRole, nameRoles } from "./role-names.ts";

/** The trust level that the deployment or the action requires and the person lacks. */
export function findMissingTrust(person: Person, action: Action, settings: Settings): Trust | undefined {
  const isLimited =
    Object.keys(limitsOf(settings, action.id)).length > 0 ||
    action.roles !== undefined ||
    action.entityTypes !== undefined;
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
    text: message("authorize.needsVerifiedUser", { title: action.title }),
    // Where no session arrives, logging in does not help.
    advice: message(missing === "session" ? "authorize.noSessionHere" : "authorize.logInAndRunThere"),
    cause: `"${missing}" is required, the call is "${person.trust}"`,
  });
}

/** More useful than "we can't tell who you are": the person can log in again. */
function sessionMissing(problem: "expired" | "missing", missing: Trust): Failure {
  return new Failure("person-not-accepted", {
    title: message(problem === "expired" ? "authorize.sessionEnded" : "authorize.notLoggedIn"),
    text: message(problem === "expired" ? "authorize.sessionRejected" : "authorize.sessionMissing"),
    advice: message("authorize.logInAgain"),
    cause: `"${missing}" is required, and Kitsu's session is ${problem}`,
  });
}

/** Throws if more tasks are selected than the action takes. */
export function checkCount(action: Action, count: number): void {
  if (action.maxTasks === undefined || count <= action.maxTasks) return;
  throw new Failure("not-allowed", {
    title: message("authorize.tooManyTasks"),
    text: message("authorize.taskLimit", { title: action.title, limit: action.maxTasks, count }),
    advice: message("authorize.selectFewer"),
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
  const limits = limitsOf(settings, action.id);
  if (selection.tasks.length === 0) throw noVisibleTasks(selection);
  const roles = new Map(await Promise.all(selection.projectIds.map(async (id) => [id, await roleIn(id)] as const)));
  const denials = selection.tasks.flatMap((selected): TaskDenial[] => {
    const denial = findDenial(selected, person, roles.get(selected.task.project_id), action, limits);
    return denial === undefined ? [] : [{ ...denial, selected }];
  });
  if (denials.length > 0) throw tasksNotAllowed(denials, selection.tasks.length);
}

/**
 * - `reason`: why not, without a period
 * - `advise`: what the person can do about it. `leaveOut`: or they leave these tasks out
 * - `isAboutTask`: another selection would help
 */
type Denial = { reason: Text; advise: Advise; isAboutTask: boolean };
type Advise = (leaveOut: "yes" | "no") => Message;
type TaskDenial = Denial & { selected: SelectedTask };

/** How many different reasons are listed before the rest is counted. */
const REASONS_MAX = 3;

function tasksNotAllowed(denials: readonly TaskDenial[], count: number): Failure {
  const byReason = [...Map.groupBy(denials, ({ reason }) => JSON.stringify(reason)).values()];
  const isAll = denials.length === count;
  const isRole = denials.every(({ isAboutTask }) => !isAboutTask);
  const reasons = byReason.slice(0, REASONS_MAX).map(([{ reason = "" } = {}, ...others]) =>
    // If it is only the role, don't count tasks.
    isAll && byReason.length === 1 && (isRole || count === 1)
      ? message("authorize.reason", { reason })
      : message("authorize.reasonForSome", { reason, count: others.length + 1, total: count }),
  );
  const rest = byReason.length - reasons.length;
  return new Failure("not-allowed", {
    ...(isRole && { title: message("authorize.roleNotAllowed") }),
    text: joinSentences([...reasons, rest > 0 && message("authorize.moreReasons", { count: rest })]),
    advice: joinSentences([message("authorize.nothingDone"), ...listAdvice(denials, isAll)]),
    outcomes: denials.map(({ reason, selected: { task, label } }) => ({
      id: task.id,
      label,
      state: "skipped",
      reason,
    })),
  });
}

/** @param isAll without these tasks, none would remain */
function listAdvice(denials: readonly TaskDenial[], isAll: boolean): Text[] {
  const distinct = new Map(denials.map(({ advise }) => [JSON.stringify(advise("no")), advise]));
  const [first, ...others] = [...distinct.values()].slice(0, REASONS_MAX);
  if (first === undefined) return [];
  if (others.length === 0) return [first(isAll ? "no" : "yes")];
  const advice = [first, ...others].map((advise) => advise("no"));
  return isAll ? advice : [message("authorize.leaveOut"), ...advice];
}

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
  const denyTask = (reason: Text, advise: Advise): Denial => ({ reason, advise, isAboutTask: true });
  const { title } = action;
  const name = project?.name ?? task.project_id;
  if (role === undefined)
    return denyTask(message("authorize.notInTeam", { project: name }), (leaveOut) =>
      message("authorize.askForTeam", { leaveOut, project: name }),
    );
  if (limits.projects !== undefined && !limits.projects.includes(task.project_id))
    return denyTask(message("authorize.notInProject", { title, project: name }), (leaveOut) =>
      message("authorize.askForProject", { leaveOut, project: name }),
    );
  const roleDenial = findRoleDenial(role, action, limits);
  if (roleDenial !== undefined) return roleDenial;
  if (role === "vendor" && !task.assignees.includes(person.id ?? ""))
    return denyTask(message("authorize.notAssigned"), (leaveOut) =>
      message("authorize.askForAssignment", { leaveOut }),
    );
  const type = entity?.type.toLowerCase();
  if (action.entityTypes !== undefined && !action.entityTypes.some((one) => one === type)) {
    const kinds = action.entityTypes.map(nameKind);
    const reason =
      type === undefined
        ? message("authorize.entityDeleted", { title, kinds })
        : message("authorize.notForKind", { title, kinds, kind: nameKind(type) });
    return denyTask(reason, (leaveOut) => message("authorize.selectKinds", { leaveOut, kinds }));
  }
  return undefined;
}

/** The role must be allowed by the action and by the studio. */
function findRoleDenial(role: Role, { title, roles }: ActionRules, limits: ActionLimits): Denial | undefined {
  const rules = [roles, limits.roles].filter((rule) => rule !== undefined);
  if (rules.every((rule) => rule.includes(role))) return undefined;
  const allowed = ROLES.filter((one) => rules.every((rule) => rule.includes(one)));
  const names = allowed.map(nameRoles);
  if (names.length === 0) {
    const reason = explainNoRole(title, roles, limits.roles ?? []);
    return { reason, advise: (leaveOut) => message("authorize.correctLimits", { leaveOut }), isAboutTask: false };
  }
  return {
    reason: message("authorize.otherRoles", { title, roles: names, role: nameRole(role) }),
    advise: (leaveOut) => message("authorize.askRoles", { leaveOut, roles: names }),
    isAboutTask: false,
  };
}

/** @param roles those that the action is for; any if undefined */
function explainNoRole(title: Text, roles: readonly Role[] | undefined, limits: readonly Role[]): Message {
  if (roles === undefined) return message("authorize.noRole", { title });
  const names = roles.map(nameRoles);
  if (limits.length === 0) return message("authorize.noLimitRole", { title, roles: names });
  return message("authorize.noCommonRole", { title, roles: names, limits: limits.map(nameRoles) });
}

/** The person's role in a project; undefined if they are not in its team. */
export type RoleLookup = (projectId: string) => Promise<Role | undefined>;

/** Asks Zou once per project and call. */
export function createRoleLookup(person: Person, kitsu: Kitsu | undefined): RoleLookup {
  const roles = new Map<string, Promise<Role | undefined>>();
  return (projectId) => {
    const role =
      roles.get(projectId) ??
      (kitsu === undefined ? Promise.resolve(undefined) : findRole(person, projectId, kitsu.readTeam));
    roles.set(projectId, role);
    return role;
  };
}

type RunOwner = Pick<Person, "id" | "name">;

/** Is it this person's run? Without access to Kitsu, a caller may have an e-mail and no id. */
export const isOwner = (person: RunOwner, owner: RunOwner | undefined): boolean =>
  owner !== undefined &&
  person.id === owner.id &&
  (person.id !== undefined || (person.name !== "" && person.name === owner.name));

/** Does the person supervise all projects of these tasks? */
export async function supervises({ person, kitsu, roleIn }: ActionContext): Promise<boolean> {
  if (person.trust === "unchecked") return false;
  const { projectIds } = await kitsu().readSelection();
  const roles = await Promise.all(projectIds.map((id) => roleIn(id)));
  return roles.length > 0 && roles.every((role) => role !== undefined && SUPERVISING_ROLES.includes(role));
}

const SUPERVISING_ROLES: readonly Role[] = ["admin", "manager", "supervisor"];

function noVisibleTasks({ missing }: Selection): Failure {
  return new Failure("kitsu-unknown", {
    title: message("authorize.noneFound"),
    text: message("authorize.noneVisible", { count: missing.length }),
    advice: message("authorize.reloadAndSelect"),
    outcomes: missing.slice(0, 100).map(skipMissing),
  });
}
