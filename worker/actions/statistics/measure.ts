// The numbers of any group of tasks. Minutes here; days are made of them where they are shown.
import type { SelectedTask } from "../../services/selection.ts";
import { dayOf, readMoment, weekAfter, weekOf } from "./dates.ts";

export type Measure = {
  tasks: number;
  done: number;
  estimatedMin: number;
  spentMin: number;
  /** not done, and its day is over */
  overdue: number;
  /** not done, and due from today to Sunday */
  dueThisWeek: number;
  /** how often tasks went back, over all of them */
  retakes: number;
  /** how many went back at least once */
  retaken: number;
  /** not done, and nobody's */
  unassigned: number;
  /** not done, and nobody said how long it takes */
  unestimated: number;
};

export function measure(tasks: readonly SelectedTask[], now: number): Measure {
  const open = tasks.filter((one) => !isDone(one));
  return {
    tasks: tasks.length,
    done: tasks.length - open.length,
    estimatedMin: sum(tasks, ({ task }) => task.estimation),
    spentMin: sum(tasks, ({ task }) => task.duration),
    overdue: open.filter((one) => isOverdue(one, now)).length,
    dueThisWeek: open.filter((one) => isDueThisWeek(one, now)).length,
    retakes: sum(tasks, ({ task }) => task.retake_count),
    retaken: tasks.filter(({ task }) => task.retake_count > 0).length,
    unassigned: open.filter(({ task }) => task.assignees.length === 0).length,
    unestimated: open.filter(({ task }) => task.estimation <= 0).length,
  };
}

export const isDone = ({ taskStatus }: SelectedTask) => taskStatus?.is_done === true;

/** A task is due until the end of its day. */
export function isOverdue(one: SelectedTask, now: number): boolean {
  const due = readMoment(one.task.due_date);
  return due !== undefined && !isDone(one) && dayOf(due) < dayOf(now);
}

export function isDueThisWeek(one: SelectedTask, now: number): boolean {
  const due = readMoment(one.task.due_date);
  return due !== undefined && !isDone(one) && dayOf(due) >= dayOf(now) && due < weekAfter(weekOf(now));
}

export const sum = <T>(list: readonly T[], numberOf: (one: T) => number) =>
  list.reduce((total, one) => {
    const value = numberOf(one);
    return Number.isFinite(value) ? total + value : total;
  }, 0);
