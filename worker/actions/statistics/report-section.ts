// What a report is made with, and what its parts are.
import type { Chart, Table } from "../../../contract.ts";
import type { SelectedTask } from "../../services/selection.ts";

export type Scope = {
  now: number;
  hoursByDay: number;
  /** Of a client, Zou keeps who works on a task, until when, for how long, and how often it came back: nothing is counted by that. */
  isForClient: boolean;
  persons: ReadonlyMap<string, { full_name: string }>;
  entityTypes: ReadonlyMap<string, { name: string }>;
  /** There are several projects: names say which one. */
  withProject: boolean;
};

/** Up to so many tasks are sooner read in tables than in pictures. */
export const FEW_TASKS = 8;

/** `missing` says in a sentence why there is nothing; `shared` what is the same for every task, and so needs no table: "the sequence SQ01". */
export type Section = { charts?: Chart[]; tables?: Table[]; missing?: string; shared?: string };
export type SectionBuilder = (tasks: readonly SelectedTask[], scope: Scope) => Section;

/** Minutes as the studio's working days, to a tenth. A studio without hours has eight. */
export const toDays = (minutes: number, { hoursByDay }: Scope) =>
  round(minutes / 60 / (Number.isFinite(hoursByDay) && hoursByDay > 0 ? hoursByDay : 8));

/** Nothing of nothing is no share. */
export const percent = (part: number, whole: number) => (whole > 0 ? Math.round((part / whole) * 100) : null);
export const round = (value: number) => Math.round(value * 10) / 10;
