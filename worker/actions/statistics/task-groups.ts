// Groups tasks by what they have in common, in the order people expect.

import { compareNames } from "../../format/locale-formats.ts";
import { localize } from "../../format/localize.ts";
import { message, type Text } from "../../format/message.ts";
import type { Reader } from "../../format/reader.ts";
import type { SelectedTask } from "../../services/selection.ts";
import type { TaskStatus } from "../../services/zou-objects.ts";

export type Group = { name: Text; tasks: SelectedTask[] };
type Key = { id: string; name: Text; rank?: number };

/**
 * A task without a key is left out; a task with several keys is in each of their groups.
 * @param reader sorts the names
 */
export function groupTasks(
  tasks: readonly SelectedTask[],
  keysOf: (one: SelectedTask) => Key | readonly Key[] | undefined,
  reader: Reader,
): Group[] {
  const groups = new Map<string, Group & { rank: number }>();
  for (const one of tasks) {
    for (const { id, name, rank = 0 } of [keysOf(one) ?? []].flat()) {
      const group = groups.get(id) ?? { name, rank, tasks: [] };
      group.tasks.push(one);
      groups.set(id, group);
    }
  }
  const toName = ({ name }: Group) => localize(name, reader);
  return [...groups.values()].sort(
    (one, other) => one.rank - other.rank || compareNames(toName(one), toName(other), reader),
  );
}

export const UNKNOWN = message("statistics.unknown");
export const NOBODY = message("statistics.nobody");

/** Sorts after everything else. */
const LAST = 1_000_000;

export const byTaskType = ({ task, taskType }: SelectedTask): Key => ({
  id: task.task_type_id,
  name: taskType === undefined ? UNKNOWN : taskType.name,
  rank: taskType?.priority ?? LAST,
});

export const byStatus = ({ task, taskStatus }: SelectedTask): Key => ({
  id: task.task_status_id,
  name: taskStatus?.name ?? UNKNOWN,
  rank: taskStatus === undefined ? LAST : rankStatus(taskStatus),
});

/** In the order in which a task moves from to do to done. */
function rankStatus(status: TaskStatus): number {
  if (status.is_done) return 5;
  if (status.is_retake) return 4;
  if (status.is_feedback_request) return 3;
  if (status.is_wip) return 2;
  return status.is_default ? 0 : 1;
}

export const byAssignee = (persons: ReadonlyMap<string, { full_name: string }>) => {
  return ({ task }: SelectedTask): Key[] =>
    task.assignees.length === 0
      ? [{ id: "", name: NOBODY, rank: LAST }]
      : task.assignees.map((id) => ({ id, name: persons.get(id)?.full_name || UNKNOWN }));
};

/** @param withProject puts the project's name in front */
export const bySequence = (withProject: boolean) => (one: SelectedTask) => {
  const sequence = one.entity?.type === "Sequence" ? one.entity : one.parent;
  return sequence?.type === "Sequence"
    ? nameKey(sequence.id, [one.episode?.name, sequence.name], one, withProject)
    : undefined;
};

export const byEpisode = (withProject: boolean) => (one: SelectedTask) =>
  one.episode && nameKey(one.episode.id, [one.episode.name], one, withProject);

export const byAssetType = (entityTypes: ReadonlyMap<string, { name: string }>) => (one: SelectedTask) =>
  one.entity?.type === "Asset"
    ? { id: one.entity.entity_type_id, name: entityTypes.get(one.entity.entity_type_id)?.name ?? UNKNOWN }
    : undefined;

/** Tasks of one shot or asset. Tasks whose entity was deleted are left out. */
export const byEntity = (withProject: boolean) => (one: SelectedTask) =>
  one.entity &&
  nameKey(
    one.entity.id,
    [one.parent?.type === "Sequence" ? one.episode?.name : undefined, one.parent?.name, one.entity.name],
    one,
    withProject,
  );

const nameKey = (id: string, names: (string | undefined)[], one: SelectedTask, withProject: boolean): Key => ({
  id,
  name: [withProject ? one.project?.name : undefined, ...names].filter(Boolean).join(" / "),
});
