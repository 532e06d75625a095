// An action's access to Kitsu: the selected tasks, teams, and tables that rarely change.
import * as v from "valibot";
import { type EntityMemory, openEntityMemory } from "./entity-memory.ts";
import { type FoundTasks, findTasks, type ReadEpisodes, readProject } from "./find-tasks.ts";
import type { WaitUntil } from "./isolate-memory.ts";
import { openTables, type Tables } from "./kitsu-tables.ts";
import type { SelectedTask, Selection } from "./selection.ts";
import { labelTasks } from "./task-label.ts";
import { openTeams, type ReadTeam } from "./team.ts";
import { IDS_MAX, idsQuery, type Zou } from "./zou.ts";
import { Entity, isShow, PreviewFile, type Task } from "./zou-objects.ts";

export type Kitsu = {
  zou: Zou;
  tables: Tables;
  /** the selected tasks; read only once */
  readSelection(): Promise<Selection>;
  /** the current state of these tasks */
  readTasks(ids: readonly string[]): Promise<Selection>;
  /** a project's team; read only once */
  readTeam: ReadTeam;
  /** the newest previews of these tasks; none if there are more than fit in one request */
  readPreviews(tasks: readonly SelectedTask[]): Promise<ReadonlyMap<string, PreviewFile>>;
  /** all tasks of a project */
  readProject(projectId: string): Promise<SelectedTask[]>;
};

/**
 * - `waitUntil`: for reading again what is remembered. Without it, that may end with the request.
 * - `mayGoOn`: resolves once we know who calls. Before that, only a few small answers are read.
 */
type Options = { waitUntil?: WaitUntil; mayGoOn?: Promise<unknown> };

/**
 * @param view identifies the Kitsu and the account: what is remembered between calls is only for
 *   them
 * @param ids of the selected tasks
 */
export function openKitsu(
  zou: Zou,
  view: string,
  ids: readonly string[],
  { waitUntil = () => undefined, mayGoOn = Promise.resolve() }: Options = {},
): Kitsu {
  const tables = openTables(zou, view, waitUntil);
  const memory = openEntityMemory(view, waitUntil);
  const readEpisodes = openEpisodes(zou, tables, memory);
  const readTasks = async (wanted: readonly string[]) => {
    const found = await findTasks({ zou, memory, mayGoOn, readEpisodes }, wanted);
    return toSelection(wanted, await describeTasks(found, tables));
  };
  let selection: Promise<Selection> | undefined;
  return {
    zou,
    tables,
    readSelection: () => {
      if (selection === undefined && ids.length > 0) startReading(tables);
      selection ??= readTasks(ids);
      return selection;
    },
    readTasks,
    readTeam: openTeams(zou),
    readPreviews: async (tasks) => {
      const ids = unique(tasks.flatMap(({ task }) => task.last_preview_file_id ?? []));
      if (ids.length === 0 || ids.length > IDS_MAX) return new Map();
      return byId(await zou.read(`/data/preview-files?${idsQuery(ids)}`, v.array(PreviewFile)));
    },
    readProject: (projectId) => readProject(zou, projectId).then((found) => describeTasks(found, tables)),
  };
}

/** Reads the tables that describe tasks, side by side with the tasks. */
function startReading({ projects, taskTypes, taskStatuses, entityTypes }: Tables): void {
  // Whoever uses a table gets its error.
  for (const reading of [projects(), taskTypes(), taskStatuses(), entityTypes()]) reading.catch(() => undefined);
}

/** Reads a show's episodes beside its shots, which saves a round after their sequences. */
const openEpisodes =
  (zou: Zou, tables: Tables, memory: EntityMemory): ReadEpisodes =>
  async (projectIds) => {
    const [projects, entityTypes] = await Promise.all([tables.projects(), tables.entityTypes()]);
    const type = [...entityTypes.values()].find(({ name }) => name === "Episode")?.id;
    const shows = projectIds.filter((id) => isShow(projects.get(id)) && !memory.knowsEpisodes(id));
    if (type === undefined) return;
    const readOne = async (id: string) =>
      memory.rememberEpisodes(
        id,
        await zou.read(`/data/entities?project_id=${id}&entity_type_id=${type}`, v.array(Entity)),
      );
    await Promise.all(shows.map(readOne));
  };

function toSelection(ids: readonly string[], described: readonly SelectedTask[]): Selection {
  const byTaskId = new Map(described.map((one) => [one.task.id, one]));
  const tasks = ids.flatMap((id) => byTaskId.get(id) ?? []);
  return {
    tasks,
    missing: ids.filter((id) => !byTaskId.has(id)),
    projectIds: unique(tasks.map(({ task }) => task.project_id)),
  };
}

async function describeTasks({ tasks, entities }: FoundTasks, tables: Tables): Promise<SelectedTask[]> {
  if (tasks.size === 0) return [];
  const listIds = (idOf: (task: Task) => string) => ({ ids: unique([...tasks.values()].map(idOf)) });
  const assets = [...entities.values()].filter(({ type }) => type === "Asset");
  const [projects, taskTypes, taskStatuses, entityTypes] = await Promise.all([
    tables.projects(listIds(({ project_id }) => project_id)),
    tables.taskTypes(listIds(({ task_type_id }) => task_type_id)),
    tables.taskStatuses(listIds(({ task_status_id }) => task_status_id)),
    tables.entityTypes({ ids: unique(assets.map(({ entity_type_id }) => entity_type_id)) }),
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
      assetType: entity?.type === "Asset" ? entityTypes.get(entity.entity_type_id)?.name : undefined,
      project: projects.get(task.project_id),
      taskType: taskTypes.get(task.task_type_id),
      taskStatus: taskStatuses.get(task.task_status_id),
    };
  });
  return labelTasks(described);
}

const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
const unique = (ids: readonly string[]) => [...new Set(ids)];
