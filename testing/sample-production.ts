// A production of the sample data, and its tasks as a test sees them.
import { entityRow } from "../playground/zou/entity-rows.ts";
import { previewRow } from "../playground/zou/preview-rows.ts";
import { projectRow } from "../playground/zou/project-rows.ts";
import { taskRow } from "../playground/zou/task-rows.ts";
import type { FakeZou } from "./fake-zou.ts";
import { idOf } from "./sample-ids.ts";
import { BOT, SAMPLE_PEOPLE } from "./sample-people.ts";
import {
  entityTypeId,
  nameStatus,
  type SampleEntityType,
  type SampleStatus,
  type SampleTaskType,
  statusId,
  taskTypeId,
} from "./sample-tables.ts";

/** A comment in Kitsu. `status` is the short name of the status that it set. */
export type SampleComment = { text: string; status: string; author: string };

/** A task in the fake Kitsu. */
export type SampleTask = {
  readonly id: string;
  /** "SQ010 / SH0010 / Animation" */
  readonly name: string;
  readonly entityType: "Shot" | "Asset";
  /** the short name of its status now: "wip" */
  readonly status: string;
  /** its comments now, the oldest first */
  readonly comments: readonly SampleComment[];
  /** the id of its newest preview */
  readonly preview: string | undefined;
};

/** A task to add. `sequence` and `episode` are created if they are new. */
export type NewTask = {
  /** the name of the shot or asset, created if it is new */
  entity: string;
  /** "Animation" if absent. Models are of assets, all others of shots. */
  type?: SampleTaskType;
  /** of a shot; "SQ010" if absent */
  sequence?: string;
  /** of a shot in a TV show; "E01" if absent */
  episode?: string;
  /** "wip" if absent */
  status?: SampleStatus;
  /** true if absent */
  hasPreview?: boolean;
};

/** A production in the fake Kitsu. Everybody of the sample data is in its team. */
export type SampleProduction = {
  readonly id: string;
  readonly name: string;
  readonly tasks: readonly SampleTask[];
  addTask(task: NewTask): SampleTask;
};

const TEAM = [...Object.values(SAMPLE_PEOPLE), BOT].map((person) => ({ person, project_role: null }));

export function addProduction(zou: FakeZou, name: string, production_type: "short" | "tvshow"): SampleProduction {
  const id = idOf("production", zou.projects.size + 1);
  const project_status_id = idOf("production-status", 1);
  zou.projects.set(id, projectRow({ id, name, production_type, fps: "24", project_status_id }));
  zou.teams.set(id, TEAM);
  const tasks: SampleTask[] = [];

  const addTask = (added: NewTask): SampleTask => {
    const { entity, type = "Animation", sequence = "SQ010", status = "wip", hasPreview = true } = added;
    const isShot = type !== "Modeling";
    const episode = production_type === "tvshow" ? (added.episode ?? "E01") : undefined;
    const parent = isShot ? findOrAdd("Sequence", sequence, episode && findOrAdd("Episode", episode)) : undefined;
    const entityId = findOrAdd(isShot ? "Shot" : "Characters", entity, parent);
    const task = makeTask(id, entityId, type, status, zou.tasks.size + 1);
    zou.tasks.set(task.id, task);
    if (hasPreview) addPreview(zou, task);
    const path = isShot ? [episode, sequence, entity] : ["Characters", entity];
    const made = describeTask(zou, task.id, [...path, type].filter(Boolean).join(" / "), isShot ? "Shot" : "Asset");
    tasks.push(made);
    return made;
  };

  function findOrAdd(type: SampleEntityType, entity: string, parent?: string): string {
    const entity_type_id = entityTypeId(type);
    const parent_id = parent ?? null;
    const known = [...zou.entities.values()].find(
      (one) =>
        one.name === entity &&
        one.project_id === id &&
        one.entity_type_id === entity_type_id &&
        one.parent_id === parent_id,
    );
    if (known !== undefined) return known.id;
    const row = entityRow({
      id: idOf("entity", zou.entities.size + 1),
      name: entity,
      type: type === "Characters" ? "Asset" : type,
      project_id: id,
      ...{ entity_type_id, parent_id },
      ...(type === "Shot" && { nb_frames: 48, data: { frame_in: 101, frame_out: 148 } }),
    });
    zou.entities.set(row.id, row);
    return row.id;
  }

  return { id, name, tasks, addTask };
}

const makeTask = (project_id: string, entity_id: string, type: SampleTaskType, status: SampleStatus, number: number) =>
  taskRow({
    ...{ id: idOf("task", number), project_id, entity_id },
    task_type_id: taskTypeId(type),
    task_status_id: statusId(status),
    assignees: [SAMPLE_PEOPLE.artist.id, SAMPLE_PEOPLE.vendor.id],
    duration: 480,
    estimation: 960,
  });

function addPreview(zou: FakeZou, task: ReturnType<typeof taskRow>): void {
  const preview = previewRow({
    id: idOf("preview", zou.previews.size + 1),
    task_id: task.id,
    person_id: SAMPLE_PEOPLE.artist.id,
    revision: 1,
    created_at: task.created_at,
    ...{ original_name: "preview", extension: "png", status: "ready", width: 1920, height: 1080 },
  });
  zou.previews.set(preview.id, preview);
  task.last_preview_file_id = preview.id;
}

const describeTask = (zou: FakeZou, id: string, name: string, entityType: "Shot" | "Asset"): SampleTask => ({
  id,
  name,
  entityType,
  get status() {
    return nameStatus(zou.tasks.get(id)?.task_status_id ?? "");
  },
  get comments() {
    return zou.comments
      .filter(({ object_id }) => object_id === id)
      .map(({ text, task_status_id, person_id }) => ({
        text,
        status: nameStatus(task_status_id),
        author: zou.persons.find((person) => person.id === person_id)?.full_name ?? "",
      }));
  },
  get preview() {
    return zou.tasks.get(id)?.last_preview_file_id ?? undefined;
  },
});
