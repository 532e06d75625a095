// A task's variables for templates: names, frames, revisions.
import type { SelectedTask } from "../services/selection.ts";
import {
  type Entity,
  isShow,
  type PreviewFile,
  readNumber,
  readRate,
  type ZouPerson,
} from "../services/zou-objects.ts";
import type { Values } from "./template.ts";

export const FACT_VARIABLES = [
  "project",
  "project.id",
  "project.code",
  "episode",
  "sequence",
  "entity",
  "entity.id",
  "entity.type",
  "entity.data.*",
  "asset_type",
  "task",
  "task.id",
  "name",
  "revision",
  "frame_in",
  "frame_out",
  "fps",
  "person.id",
  "person.name",
  "person.email",
  "person.desktop_login",
] as const;

type FrameRange = { first: number; last: number };

export type TaskFacts = {
  taskId: string;
  entityId: string;
  /** for people: preceded by the project and episode if the selection has several */
  label: string;
  /** for programs: "SQ01 / SH010 / Animation", whatever else is selected */
  name: string;
  /** "Shot", "Asset" */
  entityType: string;
  /** "Animation" */
  taskType: string;
  taskTypeId: string;
  /** the project is a TV show, which has episodes */
  isShow: boolean;
  frames: FrameRange | undefined;
  fps: number | undefined;
  /** the newest one */
  preview: PreviewFile | undefined;
  values: Values;
};

type FactSources = {
  previews: ReadonlyMap<string, PreviewFile>;
  entityTypes: ReadonlyMap<string, { name: string }>;
  person: { id?: string | undefined; name: string; email?: string | undefined };
  /** the person's row in Zou */
  zouPerson: Pick<ZouPerson, "desktop_login"> | undefined;
};

export function readTaskFacts(one: SelectedTask, { previews, entityTypes, person, zouPerson }: FactSources): TaskFacts {
  const { task, entity, parent, episode, project, taskType } = one;
  const preview = previews.get(task.last_preview_file_id ?? "");
  const frames = entity && readFrames(entity);
  const fps = readRate(entity?.data.fps) ?? readRate(project?.fps);
  return {
    taskId: task.id,
    entityId: task.entity_id,
    label: one.label,
    name: one.name,
    entityType: entity?.type ?? "",
    taskType: taskType?.name ?? "",
    taskTypeId: task.task_type_id,
    isShow: isShow(project),
    frames,
    fps,
    preview,
    values: {
      ...(entity && readMetadata(entity)),
      project: project?.name,
      "project.id": task.project_id,
      "project.code": project?.code,
      episode: episode?.name,
      sequence: parent?.type === "Sequence" ? parent.name : undefined,
      entity: entity?.name,
      "entity.id": entity?.id,
      "entity.type": entity?.type,
      asset_type: entity?.type === "Asset" ? entityTypes.get(entity.entity_type_id)?.name : undefined,
      task: taskType?.name,
      "task.id": task.id,
      name: one.name,
      revision: preview?.revision,
      frame_in: frames?.first,
      frame_out: frames?.last,
      fps,
      "person.id": person.id,
      "person.name": person.name,
      "person.email": person.email,
      "person.desktop_login": zouPerson?.desktop_login,
    },
  };
}

/** The studio's own columns that hold text or a number. */
function readMetadata({ data }: Entity): Record<string, string | number> {
  const pairs = Object.entries(data).flatMap(([key, value]): [string, string | number][] =>
    typeof value === "string" || typeof value === "number" ? [[`entity.data.${key}`, value]] : [],
  );
  return Object.fromEntries(pairs);
}

/** The entity's frame range, else 1 to its number of frames; undefined if it has neither. */
export function readFrames({ nb_frames, data }: Pick<Entity, "nb_frames" | "data">): FrameRange | undefined {
  const [first, last] = [readNumber(data.frame_in), readNumber(data.frame_out)];
  if (first !== undefined && last !== undefined && Number.isInteger(first) && Number.isInteger(last) && last >= first)
    return { first, last };
  return nb_frames !== undefined && nb_frames > 0 ? { first: 1, last: nb_frames } : undefined;
}
