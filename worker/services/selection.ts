// The selected tasks with their entities, projects and types.
import type { Entity, Project, Task, TaskStatus, TaskType } from "./zou-objects.ts";

/** A task with what belongs to it. Members that the account may not see are undefined. */
export type SelectedTask = {
  task: Task;
  /** undefined if it was deleted */
  entity: Entity | undefined;
  /** a shot's sequence, or the episode of an edit or sequence */
  parent: Entity | undefined;
  episode: Entity | undefined;
  /** "Characters", for assets */
  assetType: string | undefined;
  /** "SQ01 / SH010 / Animation": the same whatever else is selected */
  name: string;
  /** the name, preceded by the project and episode if the selection has several */
  label: string;
  /** the label without the task type */
  entityLabel: string;
  project: Project | undefined;
  taskType: TaskType | undefined;
  taskStatus: TaskStatus | undefined;
};

/** Some tasks, as Kitsu has them now. */
export type Selection = {
  /** in the order of the ids */
  tasks: SelectedTask[];
  /** ids that Zou did not return: deleted or not visible */
  missing: string[];
  projectIds: string[];
};
