// A task of the selection as names, values and types: everything Kitsu shows of it, for people to read.

import { entityPath, listPath, taskPath } from "./kitsu-pages.ts";
import type { SelectedTask } from "./selection.ts";
import { viewEntityAsClient, viewPreviewAsClient, viewTaskAsClient } from "./visible-data.ts";
import type { PreviewFile, Task, ZouPerson } from "./zou-objects.ts";

/** A field's name, its value as text, its type. */
export type TaskDetail = [name: string, value: string, type: string];

export type Readers = {
  kitsuUrl: string;
  persons: ReadonlyMap<string, ZouPerson>;
  previews: ReadonlyMap<string, PreviewFile>;
  /** a client, who sees less of a task */
  isForClient: boolean;
  now: number;
};

/** The one is listed by its members, the others are what the table is about. */
const SAID_ELSEWHERE = new Set(["data", "type", "project_id", "entity_id"]);
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/;

/** The entity, and what is above it. */
export function entityFacts(selected: SelectedTask, readers: Readers): TaskDetail[] {
  const { entity, parent, episode, project } = selected;
  if (entity === undefined) return [["entity", "deleted", "nothing"]];
  const facts: TaskDetail[] = [["page in Kitsu", readers.kitsuUrl + entityPath(entity, selected), "address"]];
  facts.push(...objectFacts("entity", readers.isForClient ? viewEntityAsClient(entity) : entity, readers));
  if (parent !== undefined) facts.push(["parent", `${parent.name} (${parent.type})`, "name"]);
  if (episode !== undefined && episode !== parent) facts.push(["episode", episode.name, "name"]);
  if (project !== undefined)
    facts.push(
      ["project", project.name, "name"],
      ["project's page", readers.kitsuUrl + listPath(project, entity), "address"],
    );
  const own = project?.descriptors.filter(({ entity_type }) => entity_type === entity.type);
  const columns = new Map(own?.map(({ field_name, name }) => [field_name, name]));
  for (const [key, value] of Object.entries(entity.data)) {
    const column = columns.get(key);
    facts.push([`entity.data.${key}${column === undefined ? "" : ` ("${column}")`}`, ...describeValue(value, readers)]);
  }
  return facts;
}

/** One of its tasks. */
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

/** Every member that has a value; those that have none are named together. */
function objectFacts(prefix: string, object: Readonly<Record<string, unknown>>, readers: Readers): TaskDetail[] {
  const absent: string[] = [];
  const facts = Object.entries(object).flatMap(([key, value]): TaskDetail[] => {
    if (SAID_ELSEWHERE.has(key)) return [];
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
      absent.push(key);
      return [];
    }
    return [[prefix === "" ? key : `${prefix}.${key}`, ...describeValue(value, readers, key)]];
  });
  return absent.length === 0 ? facts : [...facts, [`${prefix} without a value`.trim(), absent.join(", "), "nothing"]];
}

function describeValue(value: unknown, { now }: Readers, key = ""): [value: string, type: string] {
  if (value === null || value === undefined) return ["", "nothing"];
  if (typeof value !== "string") return [JSON.stringify(value), Array.isArray(value) ? "list" : typeof value];
  // Zou's datetimes are UTC without saying so.
  if (DATETIME.test(value))
    return [`${value.replace("T", " ")} UTC, ${describeDistance(Date.parse(`${value}Z`) - now)}`, "datetime"];
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

function describeDistance(ms: number): string {
  const [size, unit] = UNITS.find(([least]) => Math.abs(ms) >= least) ?? [1_000, "second"];
  return relative.format(Math.round(ms / (size || 1_000)), unit);
}
