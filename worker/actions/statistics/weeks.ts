// What was done week by week, and how much of the whole that makes.
import { min } from "d3-array";
import type { SelectedTask } from "../../services/selection.ts";
import { readMoment, weekAfter, weekOf } from "./dates.ts";
import { isDone, sum } from "./measure.ts";

/** What was done longer ago is counted, and not drawn. */
const WEEKS_MAX = 104;

export type Week = { start: number; done: number; doneSoFar: number; estimatedMinSoFar: number };

/** From the week of the first done task to this one, without a gap; none where nothing is done. */
export function listWeeks(tasks: readonly SelectedTask[], now: number): Week[] {
  const done = tasks.filter(isDone).map((one) => ({ at: doneAt(one), estimatedMin: one.task.estimation }));
  const dated = done.flatMap(({ at }) => at ?? []);
  if (dated.length === 0) return [];
  const last = weekOf(now);
  // A clock that is wrong says that something will have been done.
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

/** Older servers do not stamp the day a task was done, but its end. */
const doneAt = ({ task }: SelectedTask) => readMoment(task.done_date) ?? readMoment(task.end_date);
