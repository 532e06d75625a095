// Progress: tasks by status, and by status per task type, person, sequence, episode or asset type.

import { message, type Text } from "../../format/message.ts";
import type { Chart } from "../../format/reply.ts";
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

export const showStatuses: SectionBuilder = (tasks, { reader }) => {
  const groups = groupTasks(tasks, byStatus, reader);
  const shared = findShared("status", tasks, groups);
  if (shared !== undefined) return shared;
  const title = message("statistics.byStatusTitle");
  return {
    charts: [drawStatuses(title, groups, groups)],
    tables: [
      {
        title,
        columns: [
          message("statistics.statusColumn"),
          message("statistics.tasksColumn"),
          message("statistics.shareColumn"),
        ],
        rows: groups.map((group) => [group.name, group.tasks.length, percent(group.tasks.length, tasks.length)]),
      },
    ],
  };
};

export const showTaskTypes: SectionBuilder = (tasks, { reader }) => {
  const [groups, statuses] = [groupTasks(tasks, byTaskType, reader), groupTasks(tasks, byStatus, reader)];
  const shared = findShared("taskType", tasks, groups);
  if (shared !== undefined) return shared;
  const title = message("statistics.byTaskTypeTitle");
  return {
    charts: [drawStatuses(title, groups, statuses)],
    tables: [
      {
        title,
        columns: [
          message("statistics.taskTypeColumn"),
          ...statuses.map(({ name }) => name),
          message("statistics.tasksColumn"),
        ],
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
  const groups = groupTasks(tasks, byAssignee(scope.persons), scope.reader);
  return showGroups("assignee", tasks, groups, scope, false);
};

export const showSequences: SectionBuilder = (tasks, scope) =>
  showGroups("sequence", tasks, groupTasks(tasks, bySequence(scope.withProject), scope.reader), scope);

export const showEpisodes: SectionBuilder = (tasks, scope) => {
  const { reader, withProject } = scope;
  const section = showGroups("episode", tasks, groupTasks(tasks, byEpisode(withProject), reader), scope);
  const sequence = findShared("sequence", tasks, groupTasks(tasks, bySequence(withProject), reader));
  // With a single sequence, its name already includes the episode.
  return section.shared !== undefined && sequence !== undefined ? {} : section;
};

export const showAssetTypes: SectionBuilder = (tasks, scope) =>
  showGroups("assetType", tasks, groupTasks(tasks, byAssetType(scope.entityTypes), scope.reader), scope);

const TITLES = {
  assignee: message("statistics.byAssigneeTitle"),
  sequence: message("statistics.bySequenceTitle"),
  episode: message("statistics.byEpisodeTitle"),
  assetType: message("statistics.byAssetTypeTitle"),
};

const COLUMNS = {
  assignee: message("statistics.assigneeColumn"),
  sequence: message("statistics.sequenceColumn"),
  episode: message("statistics.episodeColumn"),
  assetType: message("statistics.assetTypeColumn"),
};

/** By person there are no times: nothing says how assignees shared the time spent on a task. */
function showGroups(
  what: keyof typeof TITLES,
  tasks: readonly SelectedTask[],
  groups: Group[],
  scope: Scope,
  showsTimes = !scope.isForClient,
): Section {
  if (groups.length === 0) return {};
  const shared = findShared(what, tasks, groups);
  if (shared !== undefined) return shared;
  const title = TITLES[what];
  const times = showsTimes ? [message("statistics.estimatedDaysColumn"), message("statistics.spentDaysColumn")] : [];
  return {
    charts: [drawStatuses(title, groups, groupTasks(tasks, byStatus, scope.reader))],
    tables: [
      {
        title,
        columns: [
          COLUMNS[what],
          message("statistics.tasksColumn"),
          message("statistics.doneColumn"),
          message("statistics.donePercentColumn"),
          ...(scope.isForClient
            ? []
            : [
                message("statistics.overdueColumn"),
                message("statistics.dueThisWeekColumn"),
                message("statistics.retakesColumn"),
              ]),
          ...times,
        ],
        rows: groups.map((group) => {
          const measured = measure(group.tasks, scope.calendar);
          const { done, overdue, dueThisWeek, retakes, estimatedMin, spentMin } = measured;
          const days = showsTimes ? [toDays(estimatedMin, scope), toDays(spentMin, scope)] : [];
          const studio = scope.isForClient ? [] : [overdue, dueThisWeek, retakes];
          return [group.name, measured.tasks, done, percent(done, measured.tasks), ...studio, ...days];
        }),
      },
    ],
  };
}

/** What all tasks have in common. */
const SHARED = {
  status: (name: Text) => message("statistics.commonStatus", { name }),
  taskType: (name: Text) => message("statistics.commonTaskType", { name }),
  assignee: (name: Text) => message("statistics.commonAssignee", { name }),
  sequence: (name: Text) => message("statistics.commonSequence", { name }),
  episode: (name: Text) => message("statistics.commonEpisode", { name }),
  assetType: (name: Text) => message("statistics.commonAssetType", { name }),
};

/** If one group has all tasks, the summary names it, and it needs no table. */
function findShared(
  what: keyof typeof SHARED,
  tasks: readonly SelectedTask[],
  [first, another]: readonly Group[],
): Section | undefined {
  if (first === undefined || another !== undefined || first.tasks.length < tasks.length) return undefined;
  if (first.name === NOBODY) return { shared: message("statistics.commonNobody") };
  return first.name === UNKNOWN ? {} : { shared: SHARED[what](first.name) };
}

/** One series per status, in the color of the status. */
const drawStatuses = (title: Text, groups: readonly Group[], statuses: readonly Group[]): Chart => ({
  title,
  kind: "stack",
  unit: message("statistics.tasksUnit"),
  labels: groups.map(({ name }) => name),
  series: statuses.map((status) => ({
    name: status.name,
    color: status.tasks[0]?.taskStatus?.color,
    values: groups.map((group) => countIn(group, status)),
  })),
});

const countIn = (group: Group, status: Group) => {
  const id = status.tasks[0]?.task.task_status_id;
  return group.tasks.filter(({ task }) => task.task_status_id === id).length;
};
