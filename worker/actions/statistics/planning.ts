// Planning: deadlines, tasks without an assignee or estimate, progress by week, and footage.

import { DAY_MS, dayOf, formatDay, readMoment } from "./dates.ts";
import { measureFootage } from "./footage.ts";
import { isDone, isDueThisWeek, isOverdue, measure, sum } from "./measure.ts";
import { FEW_TASKS, round, type SectionBuilder, toDays } from "./report-section.ts";
import { byEpisode, bySequence, byTaskType, groupTasks, NOBODY, UNKNOWN } from "./task-groups.ts";
import { listWeeks } from "./weeks.ts";

const LISTED_MAX = 100;

export const showDeadlines: SectionBuilder = (tasks, { now, persons }) => {
  if (tasks.every(({ task }) => readMoment(task.due_date) === undefined)) return { missing: "No task has a due date." };
  const due = tasks
    .filter((one) => isOverdue(one, now) || isDueThisWeek(one, now))
    .map((one) => ({ ...one, due: dayOf(readMoment(one.task.due_date) ?? now) }))
    .sort((one, other) => one.due - other.due);
  if (due.length === 0) return { missing: "Nothing is overdue or due this week." };
  return {
    tables: [
      {
        title:
          due.length > LISTED_MAX
            ? `Overdue and due this week (first ${LISTED_MAX} of ${due.length})`
            : "Overdue and due this week",
        columns: ["Task", "Due", "Days late", "Status", "Assignees"],
        rows: due
          .slice(0, LISTED_MAX)
          .map(({ label, due: day, taskStatus, task }) => [
            label,
            formatDay(day),
            Math.max(0, Math.round((dayOf(now) - day) / DAY_MS)),
            taskStatus?.name ?? UNKNOWN,
            task.assignees.map((id) => persons.get(id)?.full_name || UNKNOWN).join(", ") || NOBODY,
          ]),
      },
    ],
  };
};

export const showUnplanned: SectionBuilder = (tasks, { now }) => {
  if (tasks.every(isDone)) return {};
  const rows = groupTasks(tasks, byTaskType)
    .map(({ name, tasks: group }) => ({ name, ...measure(group, now) }))
    .filter(({ unassigned, unestimated }) => unassigned > 0 || unestimated > 0);
  if (rows.length === 0) return { missing: "Every open task has an assignee and an estimate." };
  return {
    tables: [
      {
        title: "Open tasks without an assignee or estimate",
        columns: ["Task type", "Open tasks", "No assignee", "No estimate"],
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

export const showFootage: SectionBuilder = (tasks, { withProject }) => {
  const whole = measureFootage(tasks);
  if (whole.shots === 0) return {};
  if (whole.measured === 0) return { missing: "No shot has a frame count or frame range." };
  const episodes = groupTasks(tasks, byEpisode(withProject));
  const groups = episodes.length > 1 ? episodes : groupTasks(tasks, bySequence(withProject));
  const rows = [...(groups.length > 1 ? groups : []), { name: "All", tasks: [...tasks] }].map(
    ({ name, tasks: group }) => {
      const { shots, measured, frames, seconds, withoutRate, framesDone } = measureFootage(group);
      return [name, shots, shots - measured, frames, withoutRate === measured ? null : round(seconds), framesDone];
    },
  );
  return {
    tables: [
      {
        title: "Footage",
        columns: [
          episodes.length > 1 ? "Episode" : "Sequence",
          "Shots",
          "No length",
          "Frames",
          "Seconds",
          "Frames done",
        ],
        rows,
      },
    ],
  };
};

export const showWeeks: SectionBuilder = (tasks, scope) => {
  const weeks = listWeeks(tasks, scope.now);
  if (weeks.length === 0) return { missing: "No task is done yet." };
  const labels = weeks.map(({ start }) => formatDay(start));
  const estimatedMin = sum(tasks, ({ task }) => task.estimation);
  const inDays = estimatedMin > 0;
  const whole = inDays ? toDays(estimatedMin, scope) : tasks.length;
  const soFar = weeks.map((week) => (inDays ? toDays(week.estimatedMinSoFar, scope) : week.doneSoFar));
  return {
    charts: [
      {
        title: inDays ? "Burn-up: estimated days done" : "Burn-up: tasks done",
        kind: "line",
        unit: inDays ? "days" : "tasks",
        labels,
        series: [
          { name: inDays ? "Estimated days done" : "Done", values: soFar },
          { name: inDays ? "All estimated days" : "All tasks", values: weeks.map(() => whole) },
        ],
      },
      {
        title: "Done per week",
        kind: "line",
        unit: "tasks",
        labels,
        series: [{ name: "Done", values: weeks.map(({ done }) => done) }],
      },
    ],
    tables: [
      {
        title: "Done per week",
        columns: [
          "Week of",
          "Done",
          "Done so far",
          "All tasks",
          ...(inDays ? ["Estimated days done", "All estimated days"] : []),
        ],
        rows: weeks.flatMap((week, at) => {
          if (week.done === 0 && tasks.length <= FEW_TASKS) return [];
          return [
            [
              formatDay(week.start),
              week.done,
              week.doneSoFar,
              tasks.length,
              ...(inDays ? [soFar[at] ?? 0, whole] : []),
            ],
          ];
        }),
      },
    ],
  };
};
