// Progress: tasks by status, and by status per task type, person, sequence, episode or asset type.
import type { Chart } from "../../../contract.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { measure } from "./measure.ts";
import { percent, type Scope, type Section, type SectionBuilder, toDays } from "./report-section.ts";
import {
  byAssetType,
  byAssignee,
  byEpisode,
  bySequence,
  byStatus,
  byTaskType,
  type Group,
  groupTasks,
  NOBODY,
  UNKNOWN,
} from "./task-groups.ts";

export const showStatuses: SectionBuilder = (tasks) => {
  const groups = groupTasks(tasks, byStatus);
  const shared = findShared("status", tasks, groups);
  if (shared !== undefined) return shared;
  const title = "Tasks by status";
  return {
    charts: [
      {
        title,
        kind: "stack",
        unit: "tasks",
        labels: groups.map(({ name }) => name),
        series: stackStatuses(tasks, groups),
      },
    ],
    tables: [
      {
        title,
        columns: ["Status", "Tasks", "Share, %"],
        rows: groups.map((group) => [group.name, group.tasks.length, percent(group.tasks.length, tasks.length)]),
      },
    ],
  };
};

export const showTaskTypes: SectionBuilder = (tasks) => {
  const [groups, statuses] = [groupTasks(tasks, byTaskType), groupTasks(tasks, byStatus)];
  const shared = findShared("task type", tasks, groups);
  if (shared !== undefined) return shared;
  const title = "Task types by status";
  return {
    charts: [drawStatuses(title, tasks, groups)],
    tables: [
      {
        title,
        columns: ["Task type", ...statuses.map(({ name }) => name), "Tasks"],
        rows: groups.map((group) => [
          group.name,
          ...statuses.map((status) => countIn(group, status)),
          group.tasks.length,
        ]),
      },
    ],
  };
};

export const showAssignees: SectionBuilder = (tasks, scope) => {
  const groups = groupTasks(tasks, byAssignee(scope.persons));
  return showGroups("Tasks by assignee", "Assignee", tasks, groups, scope, false);
};

export const showSequences: SectionBuilder = (tasks, scope) =>
  showGroups("Tasks by sequence", "Sequence", tasks, groupTasks(tasks, bySequence(scope.withProject)), scope);

export const showEpisodes: SectionBuilder = (tasks, scope) => {
  const section = showGroups(
    "Tasks by episode",
    "Episode",
    tasks,
    groupTasks(tasks, byEpisode(scope.withProject)),
    scope,
  );
  const sequence = findShared("sequence", tasks, groupTasks(tasks, bySequence(scope.withProject)));
  // With a single sequence, its name already includes the episode.
  return section.shared !== undefined && sequence !== undefined ? {} : section;
};

export const showAssetTypes: SectionBuilder = (tasks, scope) =>
  showGroups("Tasks by asset type", "Asset type", tasks, groupTasks(tasks, byAssetType(scope.entityTypes)), scope);

/** By person there are no times: nothing says how assignees shared the time spent on a task. */
function showGroups(
  title: string,
  column: string,
  tasks: readonly SelectedTask[],
  groups: Group[],
  scope: Scope,
  showsTimes = !scope.isForClient,
): Section {
  if (groups.length === 0) return {};
  const shared = findShared(column.toLowerCase(), tasks, groups);
  if (shared !== undefined) return shared;
  const times = showsTimes ? ["Estimated days", "Spent days"] : [];
  return {
    charts: [drawStatuses(title, tasks, groups)],
    tables: [
      {
        title,
        columns: [
          column,
          "Tasks",
          "Done",
          "Done, %",
          ...(scope.isForClient ? [] : ["Overdue", "Due this week", "Retakes"]),
          ...times,
        ],
        rows: groups.map((group) => {
          const measured = measure(group.tasks, scope.now);
          const { done, overdue, dueThisWeek, retakes, estimatedMin, spentMin } = measured;
          const days = showsTimes ? [toDays(estimatedMin, scope), toDays(spentMin, scope)] : [];
          const studio = scope.isForClient ? [] : [overdue, dueThisWeek, retakes];
          return [group.name, measured.tasks, done, percent(done, measured.tasks), ...studio, ...days];
        }),
      },
    ],
  };
}

/** If one group has all tasks, the summary names it, and it needs no table. */
function findShared(
  what: string,
  tasks: readonly SelectedTask[],
  [first, another]: readonly Group[],
): Section | undefined {
  if (first === undefined || another !== undefined || first.tasks.length < tasks.length) return undefined;
  if (first.name === NOBODY) return { shared: `no ${what}` };
  return first.name === UNKNOWN ? {} : { shared: `the ${what} ${first.name}` };
}

const drawStatuses = (title: string, tasks: readonly SelectedTask[], groups: readonly Group[]): Chart => ({
  title,
  kind: "stack",
  unit: "tasks",
  labels: groups.map(({ name }) => name),
  series: stackStatuses(tasks, groups),
});

/** One series per status, in the color of the status. */
function stackStatuses(tasks: readonly SelectedTask[], groups: readonly Group[]): Chart["series"] {
  return groupTasks(tasks, byStatus).map((status) => ({
    name: status.name,
    color: status.tasks[0]?.taskStatus?.color,
    values: groups.map((group) => countIn(group, status)),
  }));
}

const countIn = (group: Group, status: Group) => {
  const id = status.tasks[0]?.task.task_status_id;
  return group.tasks.filter(({ task }) => task.task_status_id === id).length;
};
