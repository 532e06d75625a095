// Everything Kitsu has about a selected task, as names, values and types for people to read.

import { entityPath, listPath, taskPath } from "./kitsu-pages.ts";
import type { SelectedTask } from "./selection.ts";
import { viewEntityAsClient, viewPreviewAsClient, viewTaskAsClient } from "./visible-data.ts";
import type { PreviewFile, Task, ZouPerson } from "./zou-objects.ts";

export type TaskDetail = [name: string, value: string, type: string];

type Readers = {
  kitsuUrl: string;
  persons: ReadonlyMap<string, ZouPerson>;
  previews: ReadonlyMap<string, PreviewFile>;
  /** for a client, who sees less of a task */
  isForClient: boolean;
  now: number;
};

/** `data` is listed member by member. The table itself is about the others. */
const LISTED_ELSEWHERE = new Set(["data", "type", "project_id", "entity_id"]);
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/;

/** The entity, with its parent, episode and project. */
export function entityFacts(selected: SelectedTask, readers: Readers): TaskDetail[] {
  const { entity, parent, episode, project } = selected;
  if (entity === undefined) return [["entity", "deleted", "nothing"]];
  const details: TaskDetail[] = [["page in Kitsu", readers.kitsuUrl + entityPath(entity, selected), "address"]];
  details.push(...objectFacts("entity", readers.isForClient ? viewEntityAsClient(entity) : entity, readers));
  if (parent !== undefined) details.push(["parent", `${parent.name} (${parent.type})`, "name"]);
  if (episode !== undefined && episode !== parent) details.push(["episode", episode.name, "name"]);
  if (project !== undefined)
    details.push(
      ["project", project.name, "name"],
      ["project's page", readers.kitsuUrl + listPath(project, entity), "address"],
    );
  const own = project?.descriptors.filter(({ entity_type }) => entity_type === entity.type);
  const columns = new Map(own?.map(({ field_name, name }) => [field_name, name]));
  for (const [key, value] of Object.entries(entity.data)) {
    const column = columns.get(key);
    details.push([
      `entity.data.${key}${column === undefined ? "" : ` ("${column}")`}`,
      ...describeValue(value, readers),
    ]);
  }
  return details;
}

export function taskFacts(selected: SelectedTask, readers: Readers): TaskDetail[] {
  const { task, taskType, taskStatus } = selected;
  const preview = readers.previews.get(task.last_preview_file_id ?? "");
  return [
    ["page in Kitsu", readers.kitsuUrl + taskPath(selected), "address"],
    ["task type", taskType?.name ?? "unknown", "name"],
    ["status", taskStatus === undefined ? "unknown" : `${taskStatus.name} (${taskStatus.short_name})`, "name"],
    ...(readers.isForClient ? [] : assigneeFacts(task, readers)),
    ...objectFacts("", readers.isForClient ? viewTaskAsClient(task) : task, readers),
    ...Object.entries(task.data).map(([key, value]): TaskDetail => [`data.${key}`, ...describeValue(value, readers)]),
    ...(preview === undefined
      ? []
      : objectFacts("last preview", readers.isForClient ? viewPreviewAsClient(preview) : preview, readers)),
  ];
}

function assigneeFacts({ assignees }: Task, { kitsuUrl, persons }: Readers): TaskDetail[] {
  const names = assignees.map((id) => persons.get(id)?.full_name || id);
  return [
    ["assignees", names.join(", ") || "nobody", "names"],
    ...assignees.map((id): TaskDetail => ["assignee's page", `${kitsuUrl}/people/${id}`, "address"]),
  ];
}

/** A row for each member with a value, and one row that names all members without a value. */
function objectFacts(prefix: string, object: Readonly<Record<string, unknown>>, readers: Readers): TaskDetail[] {
  const absent: string[] = [];
  const details = Object.entries(object).flatMap(([key, value]): TaskDetail[] => {
    if (LISTED_ELSEWHERE.has(key)) return [];
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
      absent.push(key);
      return [];
    }
    return [[prefix === "" ? key : `${prefix}.${key}`, ...describeValue(value, readers, key)]];
  });
  return absent.length === 0
    ? details
    : [...details, [`${prefix} without a value`.trim(), absent.join(", "), "nothing"]];
}

function describeValue(value: unknown, { now }: Readers, key = ""): [value: string, type: string] {
  if (value === null || value === undefined) return ["", "nothing"];
  if (typeof value !== "string") return [JSON.stringify(value), Array.isArray(value) ? "list" : typeof value];
  // Zou's datetimes are in UTC, without a time zone.
  if (DATETIME.test(value))
    return [`${value.replace("T", " ")} UTC, ${formatDistance(Date.parse(`${value}Z`) - now)}`, "datetime"];
  if (key === "id" || key.endsWith("_id")) return [value, "id"];
  return [value.length > 500 ? `${value.slice(0, 500)}…` : value, "text"];
}

const UNITS: readonly [ms: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [0, "second"],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function formatDistance(ms: number): string {
  const [size, unit] = UNITS.find(([least]) => Math.abs(ms) >= least) ?? [1_000, "second"];
  return relative.format(Math.round(ms / (size || 1_000)), unit);
}
