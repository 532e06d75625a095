// The statistics of some tasks, as tables and charts: every section in its order, and in words what there is nothing to say about.
import type { Chart, Table } from "../../../contract.ts";
import { formatList } from "../../format/list.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { showEffort, showMostRetaken, showRetakes, showSlowest } from "./effort.ts";
import { measure } from "./measure.ts";
import { showDeadlines, showFootage, showUnplanned, showWeeks } from "./planning.ts";
import { FEW_TASKS, percent, type Scope, type Sectioner, toDays } from "./scope.ts";
import {
  showAssetTypes,
  showAssignees,
  showEpisodes,
  showSequences,
  showStatuses,
  showTaskTypes,
} from "./status-progress.ts";

export type Report = { summary: string; charts: Chart[]; tables: Table[] };

const SECTIONS: readonly Sectioner[] = [
  showStatuses,
  showTaskTypes,
  showWeeks,
  showDeadlines,
  showEffort,
  showRetakes,
  showEpisodes,
  showSequences,
  showAssetTypes,
  showAssignees,
  showUnplanned,
  showFootage,
  showSlowest,
  showMostRetaken,
];

/** What can be counted without what clients are not shown. */
const FOR_CLIENTS: readonly Sectioner[] = [
  showStatuses,
  showTaskTypes,
  showEpisodes,
  showSequences,
  showAssetTypes,
  showFootage,
];

/** One bar, or one point of a line, is a number. */
const isWorthDrawing = ({ labels }: Chart) => labels.length > 1;

/** Tasks of what was canceled are nobody's work any more: they are said, and not counted. */
export function makeReport(all: readonly SelectedTask[], scope: Scope): Report {
  const tasks = all.filter(({ entity }) => entity?.canceled !== true);
  const canceled = all.length - tasks.length;
  const note =
    canceled > 0
      ? `${sayTasks(canceled)} of canceled shots or assets ${canceled === 1 ? "is" : "are"} not counted.`
      : "";
  if (tasks.length === 0)
    return { summary: ["There is no task to count.", note].filter(Boolean).join(" "), charts: [], tables: [] };
  const sections = (scope.isForClient ? FOR_CLIENTS : SECTIONS).map((section) => section(tasks, scope));
  const missing = sections.flatMap((section) => section.missing ?? []);
  const shared = sections.flatMap((section) => section.shared ?? []);
  return {
    summary: [
      [summarise(tasks, scope), note].filter(Boolean).join(" "),
      shared.length > 0 && `${tasks.length === 1 ? "It has" : "All have"} ${formatList(shared)}.`,
      missing.join(" "),
    ]
      .filter(Boolean)
      .join("\n\n"),
    charts: tasks.length > FEW_TASKS ? sections.flatMap(({ charts }) => charts ?? []).filter(isWorthDrawing) : [],
    tables: sections.flatMap(({ tables }) => tables ?? []),
  };
}

function summarise(tasks: readonly SelectedTask[], scope: Scope): string {
  const { done, overdue, dueThisWeek, retakes, estimatedMin, spentMin } = measure(tasks, scope.now);
  if (scope.isForClient) return `${sayTasks(tasks.length)}, ${number(done)} done (${percent(done, tasks.length)} %).`;
  const counts = `${sayTasks(tasks.length)}, ${number(done)} done (${percent(done, tasks.length)} %), ${number(overdue)} overdue, ${number(dueThisWeek)} due this week, ${number(retakes)} ${retakes === 1 ? "retake" : "retakes"}.`;
  if (estimatedMin === 0 && spentMin === 0) return counts;
  const share = estimatedMin > 0 ? ` (${percent(spentMin, estimatedMin)} %)` : "";
  const days = toDays(estimatedMin, scope);
  return `${counts} ${number(days)} ${days === 1 ? "day" : "days"} estimated, ${number(toDays(spentMin, scope))} spent${share}.`;
}

export const sayTasks = (count: number) => `${number(count)} ${count === 1 ? "task" : "tasks"}`;
const number = (value: number) => value.toLocaleString("en");
