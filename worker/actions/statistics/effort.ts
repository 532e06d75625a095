// Effort: estimated and spent time, retakes, and the shots and assets with the most of each.

import { measure } from "./measure.ts";
import { percent, round, type SectionBuilder, toDays } from "./report-section.ts";
import { byEntity, byTaskType, groupTasks } from "./task-groups.ts";

const RANKED_MAX = 10;

export const showEffort: SectionBuilder = (tasks, scope) => {
  const rows = groupTasks(tasks, byTaskType).map(({ name, tasks: group }) => ({ name, ...measure(group, scope.now) }));
  if (rows.every(({ estimatedMin, spentMin }) => estimatedMin === 0 && spentMin === 0))
    return { missing: "No task has an estimate or time spent." };
  // With one task type, the summary already has these numbers.
  if (rows.length === 1) return {};
  const title = "Estimated and spent days";
  return {
    charts: [
      {
        title,
        kind: "bars",
        unit: "days",
        labels: rows.map(({ name }) => name),
        series: [
          { name: "Estimated", values: rows.map(({ estimatedMin }) => toDays(estimatedMin, scope)) },
          { name: "Spent", values: rows.map(({ spentMin }) => toDays(spentMin, scope)) },
        ],
      },
    ],
    tables: [
      {
        title,
        columns: ["Task type", "Estimated days", "Spent days", "Spent, % of estimate"],
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

export const showRetakes: SectionBuilder = (tasks, { now }) => {
  const rows = groupTasks(tasks, byTaskType).map(({ name, tasks: group }) => ({ name, ...measure(group, now) }));
  if (rows.every(({ retakes }) => retakes === 0)) return { missing: "No task was retaken." };
  if (rows.length === 1) return {};
  const title = "Retakes";
  return {
    charts: [
      {
        title,
        kind: "bars",
        unit: "retakes",
        labels: rows.map(({ name }) => name),
        series: [{ name: "Retakes", values: rows.map(({ retakes }) => retakes) }],
      },
    ],
    tables: [
      {
        title,
        columns: ["Task type", "Tasks", "Retakes", "Retakes per task", "Retaken tasks", "Retaken, %"],
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
        title: "Most days spent",
        columns: ["Shot or asset", "Tasks", "Spent days", "Estimated days", "Spent, % of estimate"],
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
        title: "Most retaken",
        columns: ["Shot or asset", "Tasks", "Retakes"],
        rows: ranked.map(({ name, tasks: count, retakes }) => [name, count, retakes]),
      },
    ],
  };
};

function rankEntities(
  tasks: Parameters<SectionBuilder>[0],
  { now, withProject }: Parameters<SectionBuilder>[1],
  by: "spentMin" | "retakes",
) {
  const entities = groupTasks(tasks, byEntity(withProject));
  // A single entity makes no ranking.
  if (entities.length < 2) return [];
  return entities
    .map(({ name, tasks: group }) => ({ name, ...measure(group, now) }))
    .filter((one) => one[by] > 0)
    .sort((one, other) => other[by] - one[by])
    .slice(0, RANKED_MAX);
}
