// Kitsu's tables, such as task types and statuses. They rarely change, so this isolate remembers
// them for minutes.
import * as v from "valibot";
import { createMemory, type WaitUntil } from "./isolate-memory.ts";
import type { Zou } from "./zou.ts";
import { Named, Organisation, Project, TaskStatus, TaskType, ZouPerson } from "./zou-objects.ts";

type NamedRow = v.InferOutput<typeof Named>;
type Rows<R> = ReadonlyMap<string, R>;

/**
 * - `ids`: of rows that will be used. A remembered table that lacks one of them is read again.
 * - `isCurrent`: the rows decide what a person may do, so they must have been read in this call
 */
type Wanted = { ids?: readonly string[]; isCurrent?: boolean };
type ReadTable<R> = (wanted?: Wanted) => Promise<Rows<R>>;

/** The tables of one call, which reads each of them once. */
export type Tables = {
  taskTypes: ReadTable<TaskType>;
  taskStatuses: ReadTable<TaskStatus>;
  projects: ReadTable<Project>;
  persons: ReadTable<ZouPerson>;
  entityTypes: ReadTable<NamedRow>;
  departments: ReadTable<NamedRow>;
  hoursByDay(): Promise<number>;
};

const MEMORY = { freshMs: 120_000, keepMs: 300_000, maxEntries: 30 };
/** A table that lacks a row is not read again within this time: the row may not exist. */
const READ_AGAIN_MS = 5_000;

const taskTypes = defineTable("/data/task-types", TaskType);
const taskStatuses = defineTable("/data/task-status", TaskStatus);
const projects = defineTable("/data/projects/open", Project);
const persons = defineTable("/data/persons", ZouPerson);
const entityTypes = defineTable("/data/entity-types", Named);
const departments = defineTable("/data/departments", Named);
const hours = createMemory<number>(MEMORY);

/**
 * @param view identifies the Kitsu and the account. Each has its own tables, because Zou shows each
 *   account its own projects.
 */
export function openTables(zou: Zou, view: string, waitUntil: WaitUntil): Tables {
  const readHours = async () =>
    (await zou.read("/data/organisations", v.array(Organisation)))[0]?.hours_by_day ?? HOURS_BY_DAY;
  return {
    taskTypes: taskTypes(zou, view, waitUntil),
    taskStatuses: taskStatuses(zou, view, waitUntil),
    projects: projects(zou, view, waitUntil),
    persons: persons(zou, view, waitUntil),
    entityTypes: entityTypes(zou, view, waitUntil),
    departments: departments(zou, view, waitUntil),
    hoursByDay: () => hours.get(view, readHours, waitUntil),
  };
}

const HOURS_BY_DAY = 8;

function defineTable<R extends { id: string }>(path: string, row: v.GenericSchema<unknown, R>) {
  const memory = createMemory<Rows<R>>(MEMORY);
  return (zou: Zou, view: string, waitUntil: WaitUntil): ReadTable<R> => {
    let own: Promise<Rows<R>> | undefined;
    const read = async () => {
      const rows = new Map((await zou.read(path, v.array(row))).map((one) => [one.id, one]));
      memory.put(view, rows);
      return rows;
    };
    return async ({ ids = [], isCurrent = false } = {}) => {
      const known = own === undefined && !isCurrent ? memory.find(view) : undefined;
      const isEnough = known !== undefined && (known.ageMs < READ_AGAIN_MS || ids.every((id) => known.value.has(id)));
      if (!isEnough) {
        own ??= read();
        return own;
      }
      memory.refresh(view, read, waitUntil);
      return known.value;
    };
  };
}
