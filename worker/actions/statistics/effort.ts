// Effort: estimated and spent time, retakes, and the shots and assets with the most of each.

import { message } from "../../format/message.ts";
import type { SelectedTask } from "../../services/selection.ts";
import { measure } from "./measure.ts";
import { percent, round, type Scope, type SectionBuilder, toDays } from "./report-section.ts";
import { byEntity, byTaskType, groupTasks } from "./task-groups.ts";

const RANKED_MAX = 10;

export const showEffort: SectionBuilder = (tasks, scope) => {
  const rows = measureTaskTypes(tasks, scope);
  if (rows.every(({ estimatedMin, spentMin }) => estimatedMin === 0 && spentMin === 0))
    return { missing: message("statistics.noTimes") };
  // With one task type, the summary already has these numbers.
  if (rows.length === 1) return {};
  const title = message("statistics.daysTitle");
  return {
    charts: [
      {
        title,
        kind: "bars",
        unit: message("statistics.daysUnit"),
        labels: rows.map(({ name }) => name),
        series: [
          {
            name: message("statistics.estimatedSeries"),
            values: rows.map(({ estimatedMin }) => toDays(estimatedMin, scope)),
          },
          { name: message("statistics.spentSeries"), values: rows.map(({ spentMin }) => toDays(spentMin, scope)) },
        ],
      },
    ],
    tables: [
      {
        title,
        columns: [
          message("statistics.taskTypeColumn"),
          message("statistics.estimatedDaysColumn"),
          message("statistics.spentDaysColumn"),
          message("statistics.spentPercentColumn"),
        ],
        rows: rows.map(({ name, estimatedMin, spentMin }) => [
          name,
          toDays(estimatedMin, scope),
          toDays(spentMin, scope),
          percent(spentMin, estimatedMin),
        ]),
      },
    ],
  };
};

export const showRetakes: SectionBuilder = (tasks, scope) => {
  const rows = measureTaskTypes(tasks, scope);
  if (rows.every(({ retakes }) => retakes === 0)) return { missing: message("statistics.noRetakes") };
  if (rows.length === 1) return {};
  const title = message("statistics.retakesTitle");
  return {
    charts: [
      {
        title,
        kind: "bars",
        unit: message("statistics.retakesUnit"),
        labels: rows.map(({ name }) => name),
        series: [{ name: message("statistics.retakesSeries"), values: rows.map(({ retakes }) => retakes) }],
      },
    ],
    tables: [
      {
        title,
        columns: [
          message("statistics.taskTypeColumn"),
          message("statistics.tasksColumn"),
          message("statistics.retakesColumn"),
          message("statistics.retakesPerTaskColumn"),
          message("statistics.retakenTasksColumn"),
          message("statistics.retakenPercentColumn"),
        ],
        rows: rows.map((row) => [
          row.name,
          row.tasks,
          row.retakes,
          round(row.retakes / Math.max(1, row.tasks)),
          row.retaken,
          percent(row.retaken, row.tasks),
        ]),
      },
    ],
  };
};

export const showSlowest: SectionBuilder = (tasks, scope) => {
  const ranked = rankEntities(tasks, scope, "spentMin");
  if (ranked.length === 0) return {};
  return {
    tables: [
      {
        title: message("statistics.mostDaysTitle"),
        columns: [
          message("statistics.shotOrAssetColumn"),
          message("statistics.tasksColumn"),
          message("statistics.spentDaysColumn"),
          message("statistics.estimatedDaysColumn"),
          message("statistics.spentPercentColumn"),
        ],
        rows: ranked.map(({ name, tasks: count, spentMin, estimatedMin }) => [
          name,
          count,
          toDays(spentMin, scope),
          toDays(estimatedMin, scope),
          percent(spentMin, estimatedMin),
        ]),
      },
    ],
  };
};

export const showMostRetaken: SectionBuilder = (tasks, scope) => {
  const ranked = rankEntities(tasks, scope, "retakes");
  if (ranked.length === 0) return {};
  return {
    tables: [
      {
        title: message("statistics.mostRetakenTitle"),
        columns: [
          message("statistics.shotOrAssetColumn"),
          message("statistics.tasksColumn"),
          message("statistics.retakesColumn"),
        ],
        rows: ranked.map(({ name, tasks: count, retakes }) => [name, count, retakes]),
      },
    ],
  };
};

const measureTaskTypes = (tasks: readonly SelectedTask[], { calendar, reader }: Scope) =>
  groupTasks(tasks, byTaskType, reader).map(({ name, tasks: group }) => ({ name, ...measure(group, calendar) }));

function rankEntities(
  tasks: readonly SelectedTask[],
  { calendar, reader, withProject }: Scope,
  by: "spentMin" | "retakes",
) {
  const entities = groupTasks(tasks, byEntity(withProject), reader);
  // A single entity makes no ranking.
  if (entities.length < 2) return [];
  return entities
    .map(({ name, tasks: group }) => ({ name, ...measure(group, calendar) }))
    .filter((one) => one[by] > 0)
    .sort((one, other) => other[by] - one[by])
    .slice(0, RANKED_MAX);
}
