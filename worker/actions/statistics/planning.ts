// Planning: deadlines, tasks without an assignee or estimate, progress by week, and footage.

import { message } from "../../format/message.ts";
import { DAY_MS, describeDay, readDay, toIsoDay } from "./dates.ts";
import { measureFootage } from "./footage.ts";
import { isDone, isDueThisWeek, isOverdue, measure, sum } from "./measure.ts";
import { FEW_TASKS, round, type SectionBuilder, toDays } from "./report-section.ts";
import { byEpisode, bySequence, byTaskType, groupTasks, NOBODY, UNKNOWN } from "./task-groups.ts";
import { listWeeks } from "./weeks.ts";

const LISTED_MAX = 100;

export const showDeadlines: SectionBuilder = (tasks, { calendar, persons }) => {
  if (tasks.every(({ task }) => readDay(task.due_date) === undefined))
    return { missing: message("statistics.noDueDates") };
  const due = tasks
    .filter((one) => isOverdue(one, calendar) || isDueThisWeek(one, calendar))
    .map((one) => ({ ...one, due: readDay(one.task.due_date) ?? calendar.today }))
    .sort((one, other) => one.due - other.due);
  if (due.length === 0) return { missing: message("statistics.nothingDue") };
  return {
    tables: [
      {
        title:
          due.length > LISTED_MAX
            ? message("statistics.firstDueTitle", { shown: LISTED_MAX, all: due.length })
            : message("statistics.dueTitle"),
        columns: [
          message("statistics.taskColumn"),
          message("statistics.dueColumn"),
          message("statistics.daysLateColumn"),
          message("statistics.statusColumn"),
          message("statistics.assigneesColumn"),
        ],
        rows: due
          .slice(0, LISTED_MAX)
          .map(({ label, due: day, taskStatus, task }) => [
            label,
            toIsoDay(day),
            Math.max(0, (calendar.today - day) / DAY_MS),
            taskStatus?.name ?? UNKNOWN,
            task.assignees.length === 0
              ? NOBODY
              : message("shared.list", { names: task.assignees.map((id) => persons.get(id)?.full_name || UNKNOWN) }),
          ]),
      },
    ],
  };
};

export const showUnplanned: SectionBuilder = (tasks, { calendar, reader }) => {
  if (tasks.every(isDone)) return {};
  const rows = groupTasks(tasks, byTaskType, reader)
    .map(({ name, tasks: group }) => ({ name, ...measure(group, calendar) }))
    .filter(({ unassigned, unestimated }) => unassigned > 0 || unestimated > 0);
  if (rows.length === 0) return { missing: message("statistics.everythingPlanned") };
  return {
    tables: [
      {
        title: message("statistics.unplannedTitle"),
        columns: [
          message("statistics.taskTypeColumn"),
          message("statistics.openTasksColumn"),
          message("statistics.noAssigneeColumn"),
          message("statistics.noEstimateColumn"),
        ],
        rows: rows.map(({ name, tasks: count, done, unassigned, unestimated }) => [
          name,
          count - done,
          unassigned,
          unestimated,
        ]),
      },
    ],
  };
};

export const showFootage: SectionBuilder = (tasks, { reader, withProject }) => {
  const whole = measureFootage(tasks);
  if (whole.shots === 0) return {};
  if (whole.measured === 0) return { missing: message("statistics.noLengths") };
  const episodes = groupTasks(tasks, byEpisode(withProject), reader);
  const groups = episodes.length > 1 ? episodes : groupTasks(tasks, bySequence(withProject), reader);
  const rows = [...(groups.length > 1 ? groups : []), { name: message("statistics.all"), tasks: [...tasks] }].map(
    ({ name, tasks: group }) => {
      const { shots, measured, frames, seconds, withoutRate, framesDone } = measureFootage(group);
      return [name, shots, shots - measured, frames, withoutRate === measured ? null : round(seconds), framesDone];
    },
  );
  return {
    tables: [
      {
        title: message("statistics.footageTitle"),
        columns: [
          episodes.length > 1 ? message("statistics.episodeColumn") : message("statistics.sequenceColumn"),
          message("statistics.shotsColumn"),
          message("statistics.noLengthColumn"),
          message("statistics.framesColumn"),
          message("statistics.secondsColumn"),
          message("statistics.framesDoneColumn"),
        ],
        rows,
      },
    ],
  };
};

export const showWeeks: SectionBuilder = (tasks, scope) => {
  const weeks = listWeeks(tasks, scope.calendar);
  if (weeks.length === 0) return { missing: message("statistics.nothingDone") };
  const labels = weeks.map(({ start }) => describeDay(start));
  const estimatedMin = sum(tasks, ({ task }) => task.estimation);
  const inDays = estimatedMin > 0;
  const whole = inDays ? toDays(estimatedMin, scope) : tasks.length;
  const soFar = weeks.map((week) => (inDays ? toDays(week.estimatedMinSoFar, scope) : week.doneSoFar));
  return {
    charts: [
      {
        title: inDays ? message("statistics.burnUpDaysTitle") : message("statistics.burnUpTasksTitle"),
        kind: "line",
        unit: inDays ? message("statistics.daysUnit") : message("statistics.tasksUnit"),
        labels,
        series: [
          {
            name: inDays ? message("statistics.estimatedDaysDoneSeries") : message("statistics.doneSeries"),
            values: soFar,
          },
          {
            name: inDays ? message("statistics.allEstimatedDaysSeries") : message("statistics.allTasksSeries"),
            values: weeks.map(() => whole),
          },
        ],
      },
      {
        title: message("statistics.donePerWeekTitle"),
        kind: "line",
        unit: message("statistics.tasksUnit"),
        labels,
        series: [{ name: message("statistics.doneSeries"), values: weeks.map(({ done }) => done) }],
      },
    ],
    tables: [
      {
        title: message("statistics.donePerWeekTitle"),
        columns: [
          message("statistics.weekColumn"),
          message("statistics.doneColumn"),
          message("statistics.doneSoFarColumn"),
          message("statistics.allTasksColumn"),
          ...(inDays
            ? [message("statistics.estimatedDaysDoneColumn"), message("statistics.allEstimatedDaysColumn")]
            : []),
        ],
        rows: weeks.flatMap((week, at) => {
          if (week.done === 0 && tasks.length <= FEW_TASKS) return [];
          return [
            [toIsoDay(week.start), week.done, week.doneSoFar, tasks.length, ...(inDays ? [soFar[at] ?? 0, whole] : [])],
          ];
        }),
      },
    ],
  };
};
