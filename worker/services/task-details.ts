// Everything Kitsu has about a selected task, as names, values and types for people to read. Fields
// and values of Zou stay as they are.
import { message, type Text } from "../format/message.ts";
import { entityPath, listPath, taskPath } from "./kitsu-pages.ts";
import type { SelectedTask } from "./selection.ts";
import { viewEntityAsClient, viewPreviewAsClient, viewTaskAsClient } from "./visible-data.ts";
import type { PreviewFile, Task, ZouPerson } from "./zou-objects.ts";

export type TaskDetail = [name: Text, value: Text, type: Text];

const typed = (type: string) => message("tasks.valueType", { type });
const [ADDRESS, NAME, NOTHING] = [typed("address"), typed("name"), typed("nothing")];

type DetailSources = {
  kitsuUrl: string;
  persons: ReadonlyMap<string, ZouPerson>;
  previews: ReadonlyMap<string, PreviewFile>;
  /** for a client, who sees less of a task */
  isForClient: boolean;
};

/** `data` is listed member by member. The table itself is about the others. */
const LISTED_ELSEWHERE = new Set(["data", "type", "project_id", "entity_id"]);
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/;

/** The entity, with its parent, episode and project. */
export function listEntityDetails(selected: SelectedTask, sources: DetailSources): TaskDetail[] {
  const { entity, parent, episode, project } = selected;
  if (entity === undefined) return [[message("tasks.entity"), message("tasks.deleted"), NOTHING]];
  const details: TaskDetail[] = [
    [message("tasks.pageInKitsu"), sources.kitsuUrl + entityPath(entity, selected), ADDRESS],
  ];
  details.push(...listMembers("entity", sources.isForClient ? viewEntityAsClient(entity) : entity));
  if (parent !== undefined) details.push([message("tasks.parent"), `${parent.name} (${parent.type})`, NAME]);
  if (episode !== undefined && episode !== parent) details.push([message("tasks.episode"), episode.name, NAME]);
  if (project !== undefined)
    details.push(
      [message("tasks.project"), project.name, NAME],
      [message("tasks.projectPage"), sources.kitsuUrl + listPath(project, entity), ADDRESS],
    );
  const own = project?.descriptors.filter(({ entity_type }) => entity_type === entity.type);
  const columns = new Map(own?.map(({ field_name, name }) => [field_name, name]));
  for (const [key, value] of Object.entries(entity.data)) {
    const column = columns.get(key);
    details.push([`entity.data.${key}${column === undefined ? "" : ` ("${column}")`}`, ...describeValue(value)]);
  }
  return details;
}

export function listTaskDetails(selected: SelectedTask, sources: DetailSources): TaskDetail[] {
  const { task, taskType, taskStatus } = selected;
  const preview = sources.previews.get(task.last_preview_file_id ?? "");
  return [
    [message("tasks.pageInKitsu"), sources.kitsuUrl + taskPath(selected), ADDRESS],
    [message("tasks.taskType"), taskType?.name ?? message("tasks.unknown"), NAME],
    [
      message("tasks.status"),
      taskStatus === undefined ? message("tasks.unknown") : `${taskStatus.name} (${taskStatus.short_name})`,
      NAME,
    ],
    ...(sources.isForClient ? [] : listAssignees(task, sources)),
    ...listMembers("task", sources.isForClient ? viewTaskAsClient(task) : task),
    ...Object.entries(task.data).map(([key, value]): TaskDetail => [`data.${key}`, ...describeValue(value)]),
    ...(preview === undefined
      ? []
      : listMembers("preview", sources.isForClient ? viewPreviewAsClient(preview) : preview)),
  ];
}

function listAssignees({ assignees }: Task, { kitsuUrl, persons }: DetailSources): TaskDetail[] {
  const names = assignees.map((id) => persons.get(id)?.full_name || id);
  return [
    [
      message("tasks.assignees"),
      names.length === 0 ? message("tasks.nobody") : message("shared.list", { names }),
      typed("names"),
    ],
    ...assignees.map((id): TaskDetail => [message("tasks.assigneePage"), `${kitsuUrl}/people/${id}`, ADDRESS]),
  ];
}

type Kind = "task" | "entity" | "preview";

/** A row for each member with a value, and one row that names all members without a value. */
function listMembers(kind: Kind, object: Readonly<Record<string, unknown>>): TaskDetail[] {
  const absent: string[] = [];
  const details = Object.entries(object).flatMap(([key, value]): TaskDetail[] => {
    if (LISTED_ELSEWHERE.has(key)) return [];
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
      absent.push(key);
      return [];
    }
    return [[nameMember(kind, key), ...describeValue(value, key)]];
  });
  return absent.length === 0
    ? details
    : [...details, [message("tasks.withoutValue", { kind }), absent.join(", "), NOTHING]];
}

function nameMember(kind: Kind, key: string): Text {
  if (kind === "preview") return message("tasks.fieldOfPreview", { field: key });
  return kind === "task" ? key : `${kind}.${key}`;
}

function describeValue(value: unknown, key = ""): [value: Text, type: Text] {
  if (value === null || value === undefined) return ["", NOTHING];
  if (typeof value !== "string") return [JSON.stringify(value), typed(Array.isArray(value) ? "list" : typeof value)];
  // Zou's datetimes are in UTC, without a time zone.
  if (DATETIME.test(value)) {
    const [time, at] = [value.replace("T", " "), Date.parse(`${value}Z`)];
    return [message("tasks.datetime", { time, at }), typed("datetime")];
  }
  if (key === "id" || key.endsWith("_id")) return [value, typed("id")];
  return [value.length > 500 ? `${value.slice(0, 500)}…` : value, typed("text")];
}
