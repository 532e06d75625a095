// Tasks done per week, and in total up to that week.
import { min } from "d3-array";
import type { SelectedTask } from "../../services/selection.ts";
import { type Calendar, readDay, readMoment, weekAfter } from "./dates.ts";
import { isDone, sum } from "./measure.ts";

/** Tasks done before that only count towards the total. */
const WEEKS_MAX = 104;

export type Week = { start: number; done: number; doneSoFar: number; estimatedMinSoFar: number };

/** Every week from the first done task to today; empty if no task is done. */
export function listWeeks(tasks: readonly SelectedTask[], calendar: Calendar): Week[] {
  const { today, weekOf } = calendar;
  const done = tasks
    .filter(isDone)
    .map((one) => ({ at: findDoneDay(one, calendar), estimatedMin: one.task.estimation }));
  const dated = done.flatMap(({ at }) => at ?? []);
  if (dated.length === 0) return [];
  const last = weekOf(today);
  // A wrong clock can put a date in the future.
  const weekOfDone = (at: number | undefined) => (at === undefined ? -Infinity : Math.min(weekOf(at), last));
  const first = Math.max(min(dated, weekOfDone) ?? last, weekAfter(last, 1 - WEEKS_MAX));
  const before = done.filter(({ at }) => weekOfDone(at) < first);
  let [doneSoFar, estimatedMinSoFar] = [before.length, sum(before, ({ estimatedMin }) => estimatedMin)];
  const byWeek = Map.groupBy(done, ({ at }) => weekOfDone(at));
  const weeks: Week[] = [];
  for (let start = first; start <= last; start = weekAfter(start)) {
    const here = byWeek.get(start) ?? [];
    doneSoFar += here.length;
    estimatedMinSoFar += sum(here, ({ estimatedMin }) => estimatedMin);
    weeks.push({ start, done: here.length, doneSoFar, estimatedMinSoFar });
  }
  return weeks;
}

/** Older versions of Zou set only the end date of a done task. */
function findDoneDay({ task }: SelectedTask, { dayOf }: Calendar): number | undefined {
  const text = readMoment(task.done_date) === undefined ? task.end_date : task.done_date;
  const moment = readMoment(text);
  if (moment === undefined) return undefined;
  // A date without a time is the same day everywhere.
  return text?.includes("T") ? dayOf(moment) : readDay(text);
}
