// What the worker knows about a call, in the words of the contract: who called, and the selected
// tasks as Kitsu shows them to this person. Whatever is here was verified in this very call.
import {
  FORWARDED_TASKS_MAX,
  type ForwardedCall,
  type ForwardedPerson,
  type ForwardedTask,
  TASKS_PAGE_MAX,
  WIRE_VERSION,
} from "../../../contract.ts";
import type { Person } from "../../access/person.ts";
import type { ActionContext } from "../../action/action.ts";
import { Failure } from "../../format/failure.ts";
import { message } from "../../format/message.ts";
import { type Reader, THEME_PARAMETER } from "../../format/reader.ts";
import type { Run } from "../../format/reply.ts";
import type { RequestSnapshot } from "../../request/request-snapshot.ts";
import type { SelectedTask } from "../../services/selection.ts";

/**
 * How much JSON the tasks of a call, of a page, and all tasks together may be, in characters.
 * 5,000 tasks usually have 3 million; names in Zou are up to 160 characters long.
 */
const CALL_MAX_CHARS = 250_000;
const PAGE_MAX_CHARS = 500_000;
const LIST_MAX_CHARS = 8_000_000;

type CommonMembers = Pick<ForwardedCall, "version" | "run" | "action" | "reader" | "person">;

/** The members that every request to a studio's server has. */
export const describeRequest = (
  { reader, request, person }: ActionContext,
  run: Run,
  action: string,
): CommonMembers => ({
  version: WIRE_VERSION,
  run: { id: run.id, url: run.url, progress: run.url.replace("?", "/progress?") },
  action,
  reader: describeReader(reader, request),
  person: describePerson(person),
});

/** Who reads the answer. Without a time zone of their own, there is none. */
const describeReader = ({ locale, timeZone, isOwnZone }: Reader, request: RequestSnapshot) => ({
  language: locale,
  ...(isOwnZone && { timeZone }),
  theme: readTheme(request),
});

/** Whether Kitsu is light or dark, if its page said so. */
function readTheme({ path }: RequestSnapshot): "light" | "dark" | undefined {
  const theme = new URL(path, "https://action.invalid").searchParams.get(THEME_PARAMETER);
  return theme === "light" || theme === "dark" ? theme : undefined;
}

function describePerson({ trust, id, name, email, emailInKitsu, role, locale, timeZone }: Person): ForwardedPerson {
  if (trust === "unchecked") return { id, email, trust };
  return { id, name, email: emailInKitsu, role, trust, locale, timezone: timeZone };
}

type VerifiedTasks = {
  /** ids of selected tasks that Kitsu does not show */
  missing: ReadonlySet<string>;
  members: Pick<ForwardedCall, "tasks" | "more_tasks">;
  projectRoles: ForwardedPerson["project_roles"];
};

/**
 * The selected tasks. Those that are too many for the call are stored at a temporary address, from
 * where the server fetches them. Without access to Kitsu the tasks are unknown.
 */
export async function describeTasks(
  { person, kitsu, roleIn, createLink }: ActionContext,
  action: string,
): Promise<VerifiedTasks> {
  if (person.trust === "unchecked") return { missing: new Set(), members: {}, projectRoles: undefined };
  const { tasks: selected, missing, projectIds } = await kitsu().readSelection();
  const roles = await Promise.all(projectIds.map(async (id) => [id, await roleIn(id)] as const));
  const { tasks, pages, count } = paginate(selected.map(describeTask));
  return {
    missing: new Set(missing),
    members: {
      tasks,
      ...(count > 0 && { more_tasks: { url: await createLink({ kind: "tasks", action, pages }), count } }),
    },
    projectRoles: Object.fromEntries(roles.flatMap(([id, role]) => (role === undefined ? [] : [[id, role]]))),
  };
}

function describeTask({ task, label, entity, parent, episode, ...rest }: SelectedTask): ForwardedTask {
  const { project, taskType, taskStatus } = rest;
  return {
    id: task.id,
    label,
    entity: { id: task.entity_id, name: entity?.name ?? "" },
    entity_type: entity?.type ?? "",
    task_type: { id: task.task_type_id, name: taskType?.name ?? "" },
    status: { id: task.task_status_id, name: taskStatus?.name ?? "", short_name: taskStatus?.short_name ?? "" },
    project: { id: task.project_id, name: project?.name ?? "" },
    ...(parent?.type === "Sequence" && { sequence: { id: parent.id, name: parent.name } }),
    ...(episode !== undefined && episode !== entity && { episode: { id: episode.id, name: episode.name } }),
  };
}

/** - `pages`: the tasks that are not in `tasks`, as JSON lists. `count`: how many these are */
type PaginatedTasks = { tasks: ForwardedTask[]; pages: string[]; count: number };

/** Throws before anything is sent if the tasks are too much to store. */
export function paginate(all: readonly ForwardedTask[]): PaginatedTasks {
  const texts = all.map((task) => JSON.stringify(task));
  const chars = texts.reduce((sum, { length }) => sum + length, 0);
  if (chars > LIST_MAX_CHARS || texts.some(({ length }) => length > CALL_MAX_CHARS)) {
    throw new Failure("invalid-call", {
      text: message("forward.tooMuchToSend"),
      advice: message("storage.selectFewer"),
      field: "selection",
    });
  }
  const first = countFitting(texts, 0, FORWARDED_TASKS_MAX, CALL_MAX_CHARS);
  const pages: string[] = [];
  for (let at = first; at < texts.length; ) {
    const size = countFitting(texts, at, TASKS_PAGE_MAX, PAGE_MAX_CHARS);
    pages.push(`[${texts.slice(at, at + size).join(",")}]`);
    at += size;
  }
  return { tasks: all.slice(0, first), pages, count: all.length - first };
}

/** How many of the texts from `start` on fit on one page. */
function countFitting(texts: readonly string[], start: number, most: number, maxChars: number): number {
  let chars = 0;
  for (let count = 0; count < most; count += 1) {
    const text = texts[start + count];
    if (text === undefined) return count;
    chars += text.length + 1;
    if (chars > maxChars) return count;
  }
  return most;
}
