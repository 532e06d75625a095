// The statistics of a list of tasks: a summary, and the charts and tables of all sections in order.
// The summary also mentions each section that has no data.
import type { Chart, Table } from "../../../contract.ts";
import { formatList } from "../../format/list.ts";
import { plural } from "../../format/plural.ts";
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

/** Sections that need no data that is hidden from clients. */
const CLIENT_SECTIONS: readonly SectionBuilder[] = [
  showStatuses,
  showTaskTypes,
  showEpisodes,
  showSequences,
  showAssetTypes,
  showFootage,
];

/** A single bar or point says no more than its number. */
const isWorthDrawing = ({ labels }: Chart) => labels.length > 1;

/** Tasks of canceled shots and assets are mentioned but not counted: nobody will work on them. */
export function makeReport(all: readonly SelectedTask[], scope: Scope): Report {
  const tasks = all.filter(({ entity }) => entity?.canceled !== true);
  const canceled = all.length - tasks.length;
  const note =
    canceled > 0
      ? `${plural(canceled, "task")} of canceled shots or assets ${canceled === 1 ? "is" : "are"} not counted.`
      : "";
  if (tasks.length === 0)
    return { summary: ["There are no tasks to count.", note].filter(Boolean).join(" "), charts: [], tables: [] };
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
  const progress = `${plural(tasks.length, "task")}, ${formatNumber(done)} done (${percent(done, tasks.length)} %)`;
  if (scope.isForClient) return `${progress}.`;
  const counts = [
    progress,
    `${formatNumber(overdue)} overdue`,
    `${formatNumber(dueThisWeek)} due this week`,
    plural(retakes, "retake"),
  ].join(", ");
  if (estimatedMin === 0 && spentMin === 0) return `${counts}.`;
  const share = estimatedMin > 0 ? ` (${percent(spentMin, estimatedMin)} %)` : "";
  const spent = formatNumber(toDays(spentMin, scope));
  return `${counts}. ${plural(toDays(estimatedMin, scope), "day")} estimated, ${spent} spent${share}.`;
}

const formatNumber = (value: number) => value.toLocaleString("en");
