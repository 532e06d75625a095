// Counts and sums over any list of tasks. Times are in minutes; the sections convert them to days.
import type { SelectedTask } from "../../services/selection.ts";
import { type Calendar, readDay, weekAfter } from "./dates.ts";

type Measure = {
  tasks: number;
  done: number;
  estimatedMin: number;
  spentMin: number;
  /** not done, and due before today */
  overdue: number;
  /** not done, and due from today to the end of the week */
  dueThisWeek: number;
  /** total number of retakes */
  retakes: number;
  /** tasks with at least one retake */
  retaken: number;
  /** not done, without an assignee */
  unassigned: number;
  /** not done, without an estimate */
  unestimated: number;
};

export function measure(tasks: readonly SelectedTask[], calendar: Calendar): Measure {
  const open = tasks.filter((one) => !isDone(one));
  return {
    tasks: tasks.length,
    done: tasks.length - open.length,
    estimatedMin: sum(tasks, ({ task }) => task.estimation),
    spentMin: sum(tasks, ({ task }) => task.duration),
    overdue: open.filter((one) => isOverdue(one, calendar)).length,
    dueThisWeek: open.filter((one) => isDueThisWeek(one, calendar)).length,
    retakes: sum(tasks, ({ task }) => task.retake_count),
    retaken: tasks.filter(({ task }) => task.retake_count > 0).length,
    unassigned: open.filter(({ task }) => task.assignees.length === 0).length,
    unestimated: open.filter(({ task }) => task.estimation <= 0).length,
  };
}

export const isDone = ({ taskStatus }: SelectedTask) => taskStatus?.is_done === true;

/** A task becomes overdue when its due date has ended where the reader lives. */
export function isOverdue(one: SelectedTask, { today }: Calendar): boolean {
  const due = readDay(one.task.due_date);
  return due !== undefined && !isDone(one) && due < today;
}

export function isDueThisWeek(one: SelectedTask, { today, weekOf }: Calendar): boolean {
  const due = readDay(one.task.due_date);
  return due !== undefined && !isDone(one) && due >= today && due < weekAfter(weekOf(today));
}

export const sum = <T>(list: readonly T[], numberOf: (one: T) => number) =>
  list.reduce((total, one) => {
    const value = numberOf(one);
    return Number.isFinite(value) ? total + value : total;
  }, 0);
