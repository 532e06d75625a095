// An action's access to Kitsu: the selected tasks, teams, and tables that rarely change.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { type EntityMemory, openEntityMemory } from "./entity-memory.ts";
import { type FoundTasks, findTasks, type ReadParents, readProject } from "./find-tasks.ts";
import type { WaitUntil } from "./isolate-memory.ts";
import { openTables, type Tables } from "./kitsu-tables.ts";
import type { SelectedTask, Selection } from "./selection.ts";
import { labelTasks } from "./task-label.ts";
import { openTeams, type ReadTeam, readOwnAccount } from "./team.ts";
import { IDS_MAX, idsQuery, type Zou } from "./zou.ts";
import { Entity, PreviewFile, type Task, type ZouPerson } from "./zou-objects.ts";

export type Kitsu = {
  zou: Zou;
  tables: Tables;
  /** the selected tasks; read only once */
  readSelection(): Promise<Selection>;
  /** the current state of these tasks */
  readTasks(ids: readonly string[]): Promise<Selection>;
  /** a project's team; read only once */
  readTeam: ReadTeam;
  /** the account whose token it uses; read only once */
  readAccount(): Promise<ZouPerson>;
  /** the newest previews of these tasks; none if there are more than fit in one request */
  readPreviews(tasks: readonly SelectedTask[]): Promise<ReadonlyMap<string, PreviewFile>>;
  /** all tasks of a project */
  readProject(projectId: string): Promise<SelectedTask[]>;
};

/**
 * - `waitUntil`: for reading again what is remembered. Without it, that may end with the request.
 * - `mayContinue`: resolves once we know who calls. Before that, only a few small answers are read.
 * - `readsTeams`: the teams of the selected tasks will be needed, so they are read beside the tasks
 */
type Options = { waitUntil?: WaitUntil; mayContinue?: Promise<unknown>; readsTeams?: boolean };

/**
 * @param view identifies the Kitsu and the account: what is remembered between calls is only for
 *   them
 * @param ids of the selected tasks
 */
export function openKitsu(
  zou: Zou,
  view: string,
  ids: readonly string[],
  { waitUntil = () => undefined, mayContinue = Promise.resolve(), readsTeams = false }: Options = {},
): Kitsu {
  const tables = openTables(zou, view, waitUntil);
  const memory = openEntityMemory(view, waitUntil);
  const readParents = openParents(zou, tables, memory);
  const readTeam = openTeams(zou);
  const startTeams = (projectIds: readonly string[]) => {
    // Whoever asks for a team gets its error.
    for (const id of projectIds) readTeam(id).catch(() => undefined);
  };
  const readTasks = async (wanted: readonly string[], onProjects: typeof startTeams = () => undefined) => {
    const found = await findTasks({ zou, memory, mayContinue, readParents, onProjects }, wanted);
    return toSelection(wanted, await describeTasks(found, tables));
  };
  let selection: Promise<Selection> | undefined;
  let account: Promise<ZouPerson> | undefined;
  return {
    zou,
    tables,
    readSelection: () => {
      if (selection === undefined && ids.length > 0) startReading(tables);
      selection ??= readTasks(ids, readsTeams ? startTeams : undefined);
      return selection;
    },
    readTasks: (wanted) => readTasks(wanted),
    readTeam,
    readAccount: () => {
      account ??= readOwnAccount(zou);
      return account;
    },
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

/** More projects at once are rare, and the number of requests per call is limited. */
const PARENT_PROJECTS_MAX = 3;
/** A project has tens of them, rarely hundreds. The rest of a larger one is read by id. */
const PARENTS_MAX = 500;
const ParentsPage = v.object({ data: v.array(Entity) });

/**
 * Reads a project's sequences and episodes beside its shots, which saves one round or two after
 * them.
 */
const openParents =
  (zou: Zou, tables: Tables, memory: EntityMemory): ReadParents =>
  async (projectIds) => {
    const unknown = projectIds.filter((id) => !memory.knowsParents(id));
    if (unknown.length === 0 || unknown.length > PARENT_PROJECTS_MAX) return;
    const types = [...(await tables.entityTypes()).values()].filter(({ name }) => PARENT_TYPES.includes(name));
    const query = `entity_type_id=${encodeURIComponent(JSON.stringify(types.map(({ id }) => id)))}`;
    const readOne = async (id: string) => {
      const page = `project_id=${id}&${query}&page=1&limit=${PARENTS_MAX}`;
      memory.rememberParents((await zou.read(`/data/entities?${page}`, ParentsPage)).data, id);
    };
    // Without them, the call goes on: they are read by id.
    await Promise.all(unknown.map((id) => readOne(id).catch(unlessFault)));
  };

function unlessFault(thrown: unknown): void {
  if (!(thrown instanceof Failure)) throw thrown;
}

const PARENT_TYPES: readonly string[] = ["Sequence", "Episode"];

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
