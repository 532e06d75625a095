/** The person's own tasks in all productions, one per row. */
import type { Task } from "../data.ts";
import { nameEntity } from "../data-entities.ts";
import { findProject } from "../data-projects.ts";
import { element } from "./element.ts";
import { type GridItem, makeSelectable } from "./grid.ts";
import type { Store } from "./store.ts";
import { avatar, productionSquare, statusTag, thumbnail, typeName } from "./task-parts.ts";

/** @returns the table, and a function that redraws the selection in it */
export function drawMyTasks(store: Store): { table: HTMLElement; drawSelection: () => void } {
  const { words, tasks } = store;
  const heads = [words.production, words.taskType, words.entity, words.status, words.assigned];
  const items: GridItem[] = [];
  const rows = tasks.map((task, y) => drawRow(task, y, items));
  const table = element(
    "table",
    { class: "datatable my-tasks", role: "grid", "aria-multiselectable": "true", "aria-label": words.myTasks },
    element(
      "thead",
      { class: "datatable-head is-flat" },
      element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))),
    ),
    element("tbody", { class: "datatable-body" }, ...rows),
  );
  return { table, drawSelection: makeSelectable(table, items, store) };
}

function drawRow(task: Task, y: number, items: GridItem[]): HTMLElement {
  const { entity } = task;
  const row = element(
    "tr",
    { class: "datatable-row datatable-row--selectable", "data-task-id": task.id },
    element("td", { class: "production" }, element("span", { class: "flexrow" }, ...productionName(entity.projectId))),
    element("td", { class: "type" }, typeName(task.type)),
    element(
      "td",
      { class: "name" },
      element(
        "span",
        { class: "flexrow" },
        thumbnail(entity),
        element("span", { class: "entity-name" }, nameEntity(entity)),
      ),
    ),
    element("td", { class: "status" }, statusTag(task)),
    element(
      "td",
      { class: "assignees" },
      element("span", { class: "wrapper" }, ...task.assignees.map((person) => avatar(person))),
    ),
  );
  items.push({ task, element: row, x: 0, y });
  return row;
}

function productionName(projectId: string): HTMLElement[] {
  const project = findProject(projectId);
  return project ? [productionSquare(project), element("span", { class: "production-name" }, project.name)] : [];
}
