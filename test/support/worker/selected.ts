// Selected tasks with their details, as `kitsu.readSelection` returns them.
import * as v from "valibot";
import type { SelectedTask } from "../../../worker/services/selection.ts";
import { Entity, Project, Task, TaskStatus, TaskType } from "../../../worker/services/zou-objects.ts";

type TaskOptions = {
  task?: object;
  entity?: object | null;
  parent?: object;
  episode?: object;
  project?: object;
  type?: string;
  status?: string;
};

const FLAGS: Record<string, object> = {
  todo: { is_default: true },
  wip: { is_wip: true },
  wfa: { is_feedback_request: true },
  retake: { is_retake: true },
  done: { is_done: true },
};

let number = 0;

/** A task of a new shot, unless the options say otherwise. */
export function makeSelected({
  task,
  entity,
  parent,
  episode,
  project,
  type = "Animation",
  status = "wip",
}: TaskOptions = {}): SelectedTask {
  number += 1;
  const made = v.parse(Task, {
    id: `task-${number}`,
    project_id: "p",
    entity_id: `e-${number}`,
    task_type_id: `type-${type}`,
    task_status_id: `status-${status}`,
    ...task,
  });
  const entityOf = (rest: object) =>
    v.parse(Entity, {
      id: made.entity_id,
      type: "Shot",
      name: `SH${number}`,
      project_id: "p",
      entity_type_id: "shot",
      ...rest,
    });
  return {
    task: made,
    entity: entity === null ? undefined : entityOf({ ...entity }),
    parent: parent && entityOf(parent),
    episode: episode && entityOf({ type: "Episode", ...episode }),
    assetType: undefined,
    name: `SH${number} / ${type}`,
    label: `SH${number} / ${type}`,
    entityLabel: `SH${number}`,
    project: v.parse(Project, { id: made.project_id, name: `Project ${made.project_id}`, fps: "25.000", ...project }),
    taskType: v.parse(TaskType, { id: made.task_type_id, name: type }),
    taskStatus: v.parse(TaskStatus, {
      id: made.task_status_id,
      name: status,
      short_name: status,
      color: "#123456",
      ...FLAGS[status],
    }),
  };
}
