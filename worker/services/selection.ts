// What was selected, with everything that belongs to it.
import type { Entity, Project, Task, TaskStatus, TaskType } from "./zou-objects.ts";

/** A task with all it belongs to. What could not be seen of it is absent. */
export type SelectedTask = {
  task: Task;
  /** absent where it was deleted */
  entity: Entity | undefined;
  /** the shot's sequence, the edit's or sequence's episode */
  parent: Entity | undefined;
  episode: Entity | undefined;
  /** of an asset: "Characters" */
  assetType: string | undefined;
  /** "SQ01 / SH010 / Animation": the same whatever else is selected */
  name: string;
  /** the same with the project and the episode in front, where they differ within the selection */
  label: string;
  /** the label without the task type */
  entityLabel: string;
  project: Project | undefined;
  taskType: TaskType | undefined;
  taskStatus: TaskStatus | undefined;
};

export type Selection = {
  /** in the order of the ids */
  tasks: SelectedTask[];
  /** ids Zou does not return: deleted, or not visible */
  missing: string[];
  projectIds: string[];
};
