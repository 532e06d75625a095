// What clients and vendors see of what Kitsu knows. Zou blanks the studio's own side of a task for clients, and keeps columns from both, but not in the
// lists that are for all, and not from a bot: so what is read is cut down to what they see before anything is made of it. Lists of what is shown,
// for what a later Zou adds is not theirs until somebody says so.
import type { Kitsu } from "./kitsu.ts";
import type { SelectedTask } from "./selection.ts";
import type { Descriptor, Entity, PreviewFile, Role, Task } from "./zou-objects.ts";

/** Who looks at a task; without a role they are not of its team. */
export type Viewer = { role: Role | undefined; departments: readonly string[] };

/** Those see all of it. */
const STUDIO: readonly (Role | undefined)[] = ["admin", "manager", "supervisor", "user"];

/** Zou's own keys beside the studio's columns. */
const ZOUS_KEYS: readonly string[] = ["frame_in", "frame_out", "fps", "resolution", "max_retakes"];

/** Kitsu as this person sees it: of what it reads, only what they are shown. */
export function showKitsu(
  kitsu: Kitsu,
  departments: readonly string[],
  roleIn: (projectId: string) => Promise<Role | undefined>,
): Kitsu {
  const show = (tasks: readonly SelectedTask[]) =>
    Promise.all(tasks.map(async (one) => showTask(one, { role: await roleIn(one.task.project_id), departments })));
  const select = async (selection: ReturnType<Kitsu["readSelection"]>) => {
    const read = await selection;
    return { ...read, tasks: await show(read.tasks) };
  };
  let selection: ReturnType<Kitsu["readSelection"]> | undefined;
  return {
    ...kitsu,
    readSelection: () => {
      selection ??= select(kitsu.readSelection());
      return selection;
    },
    readTasks: (ids) => select(kitsu.readTasks(ids)),
    readProject: async (id) => show(await kitsu.readProject(id)),
    readPreviews: async (tasks) => {
      const roles = new Map(
        await Promise.all(tasks.map(async ({ task }) => [task.id, await roleIn(task.project_id)] as const)),
      );
      const read = await kitsu.readPreviews(tasks);
      return new Map([...read].filter(([, preview]) => isShown(preview, roles.get(preview.task_id ?? ""))));
    },
  };
}

/** The task with the columns that are the viewer's. */
export function showTask(one: SelectedTask, { role, departments }: Viewer): SelectedTask {
  if (STUDIO.includes(role)) return one;
  const isTheirs = ({ for_client, departments: of }: Descriptor) =>
    role === "vendor" ? of.length === 0 || of.some((id) => departments.includes(id)) : for_client;
  const columns = one.project?.descriptors.filter(isTheirs) ?? [];
  const showEntity = (entity: Entity | undefined) =>
    entity && {
      ...entity,
      data: pick(
        entity.data,
        columns.filter(({ entity_type }) => entity_type === entity.type),
      ),
    };
  const ofTask = columns.filter(
    ({ entity_type, task_type_id }) =>
      entity_type === "Task" && (task_type_id === undefined || task_type_id === one.task.task_type_id),
  );
  return {
    ...one,
    task: { ...one.task, data: pick(one.task.data, ofTask) },
    entity: showEntity(one.entity),
    parent: showEntity(one.parent),
    episode: showEntity(one.episode),
  };
}

function pick(data: Readonly<Record<string, unknown>>, columns: readonly Descriptor[]): Record<string, unknown> {
  const shown = new Set([...ZOUS_KEYS, ...columns.map(({ field_name }) => field_name)]);
  return Object.fromEntries(Object.entries(data).filter(([key]) => shown.has(key)));
}

/** Clients are shown no preview that the studio rejected. */
export const isShown = ({ validation_status }: PreviewFile, role: Role | undefined): boolean =>
  STUDIO.includes(role) || role === "vendor" || validation_status !== "rejected";

const COMMON = ["id", "type", "name", "description", "data", "created_at", "updated_at", "project_id"];

/** Members of Zou's Task that are not in its CLIENT_BLANK_TASK_VALUES (zou/app/services/entities_service.py, 1.0.97). */
const TASK: readonly string[] = [...COMMON, "entity_id", "task_type_id", "task_status_id", "last_preview_file_id"];

const ENTITY: readonly string[] = [
  ...COMMON,
  ...["code", "canceled", "status", "nb_frames", "entity_type_id", "parent_id", "source_id", "preview_file_id"],
];

const PREVIEW: readonly string[] = [
  ...COMMON,
  ...[
    "task_id",
    "revision",
    "position",
    "extension",
    "original_name",
    "status",
    "width",
    "height",
    "duration",
    "file_size",
  ],
];

type Members = Record<string, unknown>;

const keep = (object: Readonly<Members>, shown: readonly string[]): Members =>
  Object.fromEntries(Object.entries(object).filter(([name]) => shown.includes(name)));

/** What clients see of these: the studio's own side (who works on it, for how long, until when, how often it came back) is not theirs. */
export const viewTaskAsClient = (task: Task): Members => keep(task, TASK);
export const viewEntityAsClient = (entity: Entity): Members => keep(entity, ENTITY);
export const viewPreviewAsClient = (preview: PreviewFile): Members => keep(preview, PREVIEW);
