// Limits data from Kitsu to what clients and vendors may see. Zou hides the studio's internal members of a
// task from clients, and custom columns from both, but not in all lists, and not from the bot. So the data is
// filtered here before anything uses it. These are lists of what is visible: a member that a later Zou adds
// stays hidden until it is listed here.
import type { Kitsu } from "./kitsu.ts";
import type { SelectedTask } from "./selection.ts";
import type { Descriptor, Entity, PreviewFile, Role, Task } from "./zou-objects.ts";

/** Without a role, the viewer is not in the project's team. */
type Viewer = { role: Role | undefined; departments: readonly string[] };

/** Roles that see everything. */
const STUDIO_ROLES: readonly (Role | undefined)[] = ["admin", "manager", "supervisor", "user"];

/** Zou's own keys in `data`, next to the studio's columns. */
const ZOU_KEYS: readonly string[] = ["frame_in", "frame_out", "fps", "resolution", "max_retakes"];

/** The same Kitsu, limited to the data that this person may see. */
export function showKitsu(
  kitsu: Kitsu,
  departments: readonly string[],
  roleIn: (projectId: string) => Promise<Role | undefined>,
): Kitsu {
  const restrict = (tasks: readonly SelectedTask[]) =>
    Promise.all(tasks.map(async (one) => showTask(one, { role: await roleIn(one.task.project_id), departments })));
  const restrictSelection = async (selection: ReturnType<Kitsu["readSelection"]>) => {
    const read = await selection;
    return { ...read, tasks: await restrict(read.tasks) };
  };
  let selection: ReturnType<Kitsu["readSelection"]> | undefined;
  return {
    ...kitsu,
    readSelection: () => {
      selection ??= restrictSelection(kitsu.readSelection());
      return selection;
    },
    readTasks: (ids) => restrictSelection(kitsu.readTasks(ids)),
    readProject: async (id) => restrict(await kitsu.readProject(id)),
    readPreviews: async (tasks) => {
      const roles = new Map(
        await Promise.all(tasks.map(async ({ task }) => [task.id, await roleIn(task.project_id)] as const)),
      );
      const read = await kitsu.readPreviews(tasks);
      return new Map([...read].filter(([, preview]) => isShown(preview, roles.get(preview.task_id ?? ""))));
    },
  };
}

/** The task with only the columns that the viewer may see. */
export function showTask(one: SelectedTask, { role, departments }: Viewer): SelectedTask {
  if (STUDIO_ROLES.includes(role)) return one;
  const isVisible = ({ for_client, departments: of }: Descriptor) =>
    role === "vendor" ? of.length === 0 || of.some((id) => departments.includes(id)) : for_client;
  const columns = one.project?.descriptors.filter(isVisible) ?? [];
  const restrictEntity = (entity: Entity | undefined) =>
    entity && {
      ...entity,
      data: pickColumns(
        entity.data,
        columns.filter(({ entity_type }) => entity_type === entity.type),
      ),
    };
  const taskColumns = columns.filter(
    ({ entity_type, task_type_id }) =>
      entity_type === "Task" && (task_type_id === undefined || task_type_id === one.task.task_type_id),
  );
  return {
    ...one,
    task: { ...one.task, data: pickColumns(one.task.data, taskColumns) },
    entity: restrictEntity(one.entity),
    parent: restrictEntity(one.parent),
    episode: restrictEntity(one.episode),
  };
}

function pickColumns(data: Readonly<Record<string, unknown>>, columns: readonly Descriptor[]): Record<string, unknown> {
  const visible = new Set([...ZOU_KEYS, ...columns.map(({ field_name }) => field_name)]);
  return Object.fromEntries(Object.entries(data).filter(([key]) => visible.has(key)));
}

/** Clients do not see previews that the studio rejected. */
export const isShown = ({ validation_status }: PreviewFile, role: Role | undefined): boolean =>
  STUDIO_ROLES.includes(role) || role === "vendor" || validation_status !== "rejected";

const COMMON_MEMBERS = ["id", "type", "name", "description", "data", "created_at", "updated_at", "project_id"];

/** Members of Zou's Task that are not in its CLIENT_BLANK_TASK_VALUES (zou/app/services/entities_service.py, 1.0.97). */
const TASK_MEMBERS: readonly string[] = [
  ...COMMON_MEMBERS,
  "entity_id",
  "task_type_id",
  "task_status_id",
  "last_preview_file_id",
];

const ENTITY_MEMBERS: readonly string[] = [
  ...COMMON_MEMBERS,
  ...["code", "canceled", "status", "nb_frames", "entity_type_id", "parent_id", "source_id", "preview_file_id"],
];

const PREVIEW_MEMBERS: readonly string[] = [
  ...COMMON_MEMBERS,
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

const pickMembers = (object: Readonly<Members>, visible: readonly string[]): Members =>
  Object.fromEntries(Object.entries(object).filter(([name]) => visible.includes(name)));

/**
 * What clients see. They do not see who works on a task, for how long and until when, or how often it was
 * sent back.
 */
export const viewTaskAsClient = (task: Task): Members => pickMembers(task, TASK_MEMBERS);
export const viewEntityAsClient = (entity: Entity): Members => pickMembers(entity, ENTITY_MEMBERS);
export const viewPreviewAsClient = (preview: PreviewFile): Members => pickMembers(preview, PREVIEW_MEMBERS);
