// An action's access to Kitsu: the selected tasks, and tables that rarely change, cached for minutes.
import * as v from "valibot";
import { type Found, findTasks, readProject } from "./find-tasks.ts";
import type { SelectedTask, Selection } from "./selection.ts";
import { labelTasks } from "./task-label.ts";
import { IDS_MAX, idsQuery, type Zou } from "./zou.ts";
import { Named, Organisation, PreviewFile, Project, TaskStatus, TaskType, ZouPerson } from "./zou-objects.ts";

/** A person's rights are never cached. */
const TABLE_LIFE_S = 300;

type Tables = {
  taskTypes(): Promise<ReadonlyMap<string, TaskType>>;
  taskStatuses(): Promise<ReadonlyMap<string, TaskStatus>>;
  projects(): Promise<ReadonlyMap<string, Project>>;
  persons(): Promise<ReadonlyMap<string, ZouPerson>>;
  entityTypes(): Promise<ReadonlyMap<string, { id: string; name: string }>>;
  departments(): Promise<ReadonlyMap<string, { id: string; name: string }>>;
  hoursByDay(): Promise<number>;
};

export type Kitsu = {
  zou: Zou;
  tables: Tables;
  /** the selected tasks; read only once */
  readSelection(): Promise<Selection>;
  /** the current state of these tasks */
  readTasks(ids: readonly string[]): Promise<Selection>;
  /** the newest previews of these tasks; none if there are more than fit in one request */
  readPreviews(tasks: readonly SelectedTask[]): Promise<ReadonlyMap<string, PreviewFile>>;
  /** all tasks of a project */
  readProject(projectId: string): Promise<SelectedTask[]>;
};

/**
 * @param view identifies the Kitsu and the account. Each has its own cached tables, because Zou shows each
 *   account its own projects.
 * @param ids of the selected tasks
 */
export function openKitsu(zou: Zou, view: string, ids: readonly string[]): Kitsu {
  const tables = openTables(zou, view);
  let selection: Promise<Selection> | undefined;
  return {
    zou,
    tables,
    readSelection: () => {
      selection ??= readSelection(zou, tables, ids);
      return selection;
    },
    readTasks: (ids) => readSelection(zou, tables, ids),
    readPreviews: async (tasks) => {
      const ids = unique(tasks.flatMap(({ task }) => task.last_preview_file_id ?? []));
      if (ids.length === 0 || ids.length > IDS_MAX) return new Map();
      return byId(await zou.read(`/data/preview-files?${idsQuery(ids)}`, v.array(PreviewFile)));
    },
    readProject: (projectId) => readProject(zou, projectId).then((found) => describeTasks(found, tables)),
  };
}

async function readSelection(zou: Zou, tables: Tables, ids: readonly string[]): Promise<Selection> {
  const described = new Map((await describeTasks(await findTasks(zou, ids), tables)).map((one) => [one.task.id, one]));
  const tasks = ids.flatMap((id) => described.get(id) ?? []);
  return {
    tasks,
    missing: ids.filter((id) => !described.has(id)),
    projectIds: [...new Set(tasks.map(({ task }) => task.project_id))],
  };
}

async function describeTasks({ tasks, entities }: Found, tables: Tables): Promise<SelectedTask[]> {
  if (tasks.size === 0) return [];
  const hasAssets = [...tasks.values()].some(({ entity_id }) => entities.get(entity_id)?.type === "Asset");
  const [projects, taskTypes, taskStatuses, entityTypes] = await Promise.all([
    tables.projects(),
    tables.taskTypes(),
    tables.taskStatuses(),
    hasAssets ? tables.entityTypes() : undefined,
  ]);
  const described = [...tasks.values()].map((task) => {
    const entity = entities.get(task.entity_id);
    const parent = entities.get(entity?.parent_id ?? "");
    const episode = [entity, parent, entities.get(parent?.parent_id ?? ""), entities.get(entity?.source_id ?? "")].find(
      (one) => one?.type === "Episode",
    );
    return {
      task,
      entity,
      parent,
      episode,
      assetType: entity?.type === "Asset" ? entityTypes?.get(entity.entity_type_id)?.name : undefined,
      project: projects.get(task.project_id),
      taskType: taskTypes.get(task.task_type_id),
      taskStatus: taskStatuses.get(task.task_status_id),
    };
  });
  return labelTasks(described);
}

function openTables(zou: Zou, view: string): Tables {
  const table =
    <S extends v.GenericSchema<unknown, { id: string }>>(path: string, entry: S) =>
    () =>
      readTable(zou, view, path, v.array(entry)).then((rows) => byId(rows));
  return {
    taskTypes: table("/data/task-types", TaskType),
    taskStatuses: table("/data/task-status", TaskStatus),
    projects: table("/data/projects/open", Project),
    persons: table("/data/persons", ZouPerson),
    entityTypes: table("/data/entity-types", Named),
    departments: table("/data/departments", Named),
    hoursByDay: async () =>
      (await readTable(zou, view, "/data/organisations", v.array(Organisation)))[0]?.hours_by_day ?? 8,
  };
}

/** A whole table, cached for minutes in this data center. Without a working cache, it is read each time. */
async function readTable<S extends v.GenericSchema>(
  zou: Zou,
  view: string,
  path: string,
  schema: S,
): Promise<v.InferOutput<S>> {
  const key = `https://tables.invalid/${encodeURIComponent(view)}${path}`;
  const cached = await caches.default.match(key).catch(() => undefined);
  const parsed = v.safeParse(schema, cached && (await cached.json().catch(() => undefined)));
  if (parsed.success) return parsed.output;
  const rows = await zou.read(path, schema);
  const fresh = new Response(JSON.stringify(rows), {
    headers: { "content-type": "application/json", "cache-control": `max-age=${TABLE_LIFE_S}` },
  });
  await caches.default.put(key, fresh).catch(() => undefined);
  return rows;
}

const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
const unique = (ids: readonly string[]) => [...new Set(ids)];
