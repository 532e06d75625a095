// The statistics of some tasks, as tables and charts: every section in its order, and in words what there is nothing to say about.
import type { Chart, Table } from "../../../contract.ts";
import { formatList } from "../../format/list.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { showEffort, showMostRetaken, showRetakes, showSlowest } from "./effort.ts";
import { measure } from "./measure.ts";
import { showDeadlines, showFootage, showUnplanned, showWeeks } from "./planning.ts";
import { FEW_TASKS, percent, type Scope, type SectionBuilder, toDays } from "./report-section.ts";
import {
  showAssetTypes,
  showAssignees,
  showEpisodes,
  showSequences,
  showStatuses,
  showTaskTypes,
} from "./status-progress.ts";

export type Report = { summary: string; charts: Chart[]; tables: Table[] };

const SECTIONS: readonly SectionBuilder[] = [
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
const CLIENT_SECTIONS: readonly SectionBuilder[] = [
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
  const sections = (scope.isForClient ? CLIENT_SECTIONS : SECTIONS).map((section) => section(tasks, scope));
  const missing = sections.flatMap((section) => section.missing ?? []);
  const shared = sections.flatMap((section) => section.shared ?? []);
  return {
    summary: [
      [summarize(tasks, scope), note].filter(Boolean).join(" "),
      shared.length > 0 && `${tasks.length === 1 ? "It has" : "All have"} ${formatList(shared)}.`,
      missing.join(" "),
    ]
      .filter(Boolean)
      .join("\n\n"),
    charts: tasks.length > FEW_TASKS ? sections.flatMap(({ charts }) => charts ?? []).filter(isWorthDrawing) : [],
    tables: sections.flatMap(({ tables }) => tables ?? []),
  };
}

function summarize(tasks: readonly SelectedTask[], scope: Scope): string {
  const { done, overdue, dueThisWeek, retakes, estimatedMin, spentMin } = measure(tasks, scope.now);
  if (scope.isForClient)
    return `${sayTasks(tasks.length)}, ${formatCount(done)} done (${percent(done, tasks.length)} %).`;
  const counts = `${sayTasks(tasks.length)}, ${formatCount(done)} done (${percent(done, tasks.length)} %), ${formatCount(overdue)} overdue, ${formatCount(dueThisWeek)} due this week, ${formatCount(retakes)} ${retakes === 1 ? "retake" : "retakes"}.`;
  if (estimatedMin === 0 && spentMin === 0) return counts;
  const share = estimatedMin > 0 ? ` (${percent(spentMin, estimatedMin)} %)` : "";
  const days = toDays(estimatedMin, scope);
  return `${counts} ${formatCount(days)} ${days === 1 ? "day" : "days"} estimated, ${formatCount(toDays(spentMin, scope))} spent${share}.`;
}

export const sayTasks = (count: number) => `${formatCount(count)} ${count === 1 ? "task" : "tasks"}`;
const formatCount = (value: number) => value.toLocaleString("en");
