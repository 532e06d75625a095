/** The dates of the tasks, relative to today, so that overdue tasks are always overdue. */
import type { Task } from "./data.ts";
import { idOf, pickOf } from "./ids.ts";
import { formatTime } from "./zou/time.ts";

export type Preview = { id: string; revision: number; isMovie: boolean; at: string };

/** Dates as Zou writes them, for example "2026-11-20T00:00:00". Durations are minutes. */
export type Schedule = {
  estimation: number;
  duration: number;
  retakes: number;
  priority: number;
  difficulty: number;
  createdAt: string;
  start: string | null;
  due: string | null;
  realStart: string | null;
  end: string | null;
  done: string | null;
  commented: string | null;
  preview: Preview | undefined;
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTES_A_DAY = 480;

/** The due date by status: the first possible day from today, and the number of possible days. */
const DUE: Readonly<Record<string, readonly [from: number, days: number]>> = {
  done: [-80, 78],
  retake: [-9, 13],
  wfa: [-6, 9],
  wip: [-5, 17],
  ready: [1, 20],
  todo: [-2, 55],
};

/** @param today midnight, UTC */
export function scheduleOf({ id, type, status }: Task, today: number): Schedule {
  const pick = (what: string, limit: number) => pickOf(`${id}/${what}`, limit);
  const at = (day: number, hour: number) =>
    formatTime(today + day * DAY_MS + hour * HOUR_MS + pick(`minute${day}`, 3_600) * 1_000);
  const isDone = status.shortName === "done";
  const isSeen = isDone || status.shortName === "retake" || status.shortName === "wfa";
  const isBegun = isSeen || status.shortName === "wip";

  const days = type.days * (0.5 + pick("size", 4) / 2);
  const estimation = pick("estimated", 9) === 0 ? 0 : Math.round(days * 8) * 60;
  const share = isSeen ? 0.6 + pick("spent", 12) / 10 : 0.1 + pick("spent", 8) / 10;
  const [from, within] = DUE[status.shortName] ?? [0, 1];
  const due = workday(today, from + pick("due", within));
  const begun = Math.min(due - Math.ceil(days) - 1, -1);
  const done = isDone ? Math.min(due - 3 + pick("late", 9), -1) : 0;
  const shown = isDone ? done : -1 - pick("shown", 4);
  const isPlanned = isBegun || pick("planned", 6) !== 0;
  const hasPreview = isSeen ? pick("preview", 25) !== 0 : isBegun && pick("preview", 3) !== 0;
  const retakes =
    status.shortName === "retake" ? 1 + pick("retakes", 3) : isDone ? Math.max(0, pick("retakes", 5) - 1) : 0;
  return {
    estimation,
    duration: isBegun ? Math.round(days * MINUTES_A_DAY * share * 0.1) * 10 : 0,
    retakes,
    priority: pick("priority", 8) === 0 ? 1 + pick("urgent", 3) : 0,
    difficulty: 1 + pick("difficulty", 5),
    createdAt: at(-120, 9),
    start: isPlanned ? dayStamp(today, workday(today, due - Math.ceil(days))) : null,
    due: isPlanned ? dayStamp(today, due) : null,
    realStart: isBegun ? at(begun, 9) : null,
    end: isSeen ? at(shown, 16) : null,
    done: isDone ? at(done, 16) : null,
    commented: isBegun ? at(shown, 17) : null,
    preview: hasPreview
      ? {
          id: idOf(`preview/${id}`),
          revision: 1 + retakes + pick("tries", 3),
          isMovie: type.forEntity !== "Asset" && type.forEntity !== "Concept",
          at: at(shown, 15),
        }
      : undefined,
  };
}

const dayStamp = (today: number, day: number): string => formatTime(today + day * DAY_MS);

/** Moves a weekend day to Friday. */
function workday(today: number, day: number): number {
  const weekday = new Date(today + day * DAY_MS).getUTCDay();
  return day - (weekday === 6 ? 1 : weekday === 0 ? 2 : 0);
}
