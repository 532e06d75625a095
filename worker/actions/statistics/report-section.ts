// A section of the statistics, and what it is computed from.

import type { Text } from "../../format/message.ts";
import type { Reader } from "../../format/reader.ts";
import type { Chart, Table } from "../../format/reply.ts";
import type { SelectedTask } from "../../services/selection.ts";
import type { Calendar } from "./dates.ts";

export type Scope = {
  calendar: Calendar;
  /** names are sorted as in the reader's language */
  reader: Reader;
  hoursByDay: number;
  /**
   * The person is a client. Zou hides assignees, dates, times and retakes from clients, so no
   * section for them may depend on those.
   */
  isForClient: boolean;
  persons: ReadonlyMap<string, { full_name: string }>;
  entityTypes: ReadonlyMap<string, { name: string }>;
  /** Several projects are counted, so names include the project. */
  withProject: boolean;
};

/** Up to this number of tasks, tables are easier to read than charts. */
export const FEW_TASKS = 8;

/**
 * `missing`: a sentence that says why there is no data. `shared`: what all tasks have in common,
 * and so needs no table: "the sequence SQ01".
 */
export type Section = { charts?: Chart[]; tables?: Table[]; missing?: Text; shared?: Text };
export type SectionBuilder = (tasks: readonly SelectedTask[], scope: Scope) => Section;

/** Minutes as working days of the studio, to a tenth; 8 hours a day if the studio's are unknown. */
export const toDays = (minutes: number, { hoursByDay }: Scope) =>
  round(minutes / 60 / (Number.isFinite(hoursByDay) && hoursByDay > 0 ? hoursByDay : 8));

/** Null if there is no whole. */
export const percent = (part: number, whole: number) => (whole > 0 ? Math.round((part / whole) * 100) : null);
export const round = (value: number) => Math.round(value * 10) / 10;
