// The statistics of a list of tasks: a summary, and the charts and tables of all sections in order.
// The summary also mentions each section that has no data.
import { joinParagraphs, joinSentences, message, type Text } from "../../format/message.ts";
import type { Chart, Table } from "../../format/reply.ts";
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

export type Report = { summary: Text | undefined; charts: Chart[]; tables: Table[] };

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
  const note = canceled > 0 && message("statistics.canceledTasks", { count: canceled });
  if (tasks.length === 0)
    return { summary: joinSentences([message("statistics.noTasks"), note]), charts: [], tables: [] };
  const sections = (scope.isForClient ? CLIENT_SECTIONS : SECTIONS).map((section) => section(tasks, scope));
  const traits = sections.flatMap((section) => section.shared ?? []);
  return {
    summary: joinParagraphs([
      joinSentences([...summarize(tasks, scope), note]),
      traits.length > 0 && message("statistics.inCommon", { tasks: tasks.length, traits }),
      joinSentences(sections.map((section) => section.missing)),
      // Clients see no dates.
      !scope.isForClient && message("statistics.timeZone", { timeZone: scope.reader.timeZone }),
    ]),
    charts: tasks.length > FEW_TASKS ? sections.flatMap(({ charts }) => charts ?? []).filter(isWorthDrawing) : [],
    tables: sections.flatMap(({ tables }) => tables ?? []),
  };
}

function summarize(tasks: readonly SelectedTask[], scope: Scope): Text[] {
  const { done, overdue, dueThisWeek, retakes, estimatedMin, spentMin } = measure(tasks, scope.calendar);
  const progress = { tasks: tasks.length, done, percent: percent(done, tasks.length) ?? 0 };
  if (scope.isForClient) return [message("statistics.clientSummary", progress)];
  const counts = message("statistics.summary", { ...progress, overdue, due: dueThisWeek, retakes });
  if (estimatedMin === 0 && spentMin === 0) return [counts];
  const [estimated, spent, share] = [
    toDays(estimatedMin, scope),
    toDays(spentMin, scope),
    percent(spentMin, estimatedMin),
  ];
  return [
    counts,
    share === null
      ? message("statistics.daysWithoutEstimate", { spent })
      : message("statistics.days", { estimated, spent, percent: share }),
  ];
}
