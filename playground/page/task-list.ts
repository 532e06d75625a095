/** A production's list, such as its shots: rows are entities, columns are task types. */
import type { Task } from "../data.ts";
import type { Entity } from "../data-entities.ts";
import type { TaskType } from "../data-tables.ts";
import { button, element } from "./element.ts";
import { type GridItem, makeSelectable } from "./grid.ts";
import { icon } from "./icons.ts";
import { isList } from "./route.ts";
import type { Store } from "./store.ts";
import { avatar, statusTag, thumbnail } from "./task-parts.ts";
import { fill } from "./words.ts";

/** @returns the table, and a function that redraws the selection in it */
export function drawTaskList(store: Store): { table: HTMLElement; drawSelection: () => void } {
  const { words, tasks, route } = store;
  const types = [...new Set(tasks.map(({ type }) => type))];
  const entities = [...new Set(tasks.map(({ entity }) => entity))];
  const withFrames = route.page === "shots";
  const head = element(
    "tr",
    {},
    element("th", { scope: "col", class: "name datatable-row-header" }, words.name),
    ...(withFrames ? [element("th", { scope: "col", class: "frames" }, words.frames)] : []),
    ...types.map((type) => columnHead(store, type)),
    element("td", { class: "end-cell" }),
  );
  const items: GridItem[] = [];
  const width = types.length + (withFrames ? 3 : 2);
  const title = isList(route.page) ? words[route.page] : "";
  const bodies = groupsOf(entities, title, route.episode === "all").map(([group, members]) =>
    element(
      "tbody",
      { class: "datatable-body" },
      element("tr", { class: "datatable-type-header" }, element("th", { scope: "rowgroup", colspan: width }, group)),
      ...members.map((entity) => drawRow(entity, types, tasks, entities.indexOf(entity), items, withFrames)),
    ),
  );
  const label = `${route.project?.name ?? ""}, ${title}`;
  const table = element(
    "table",
    { class: "datatable multi-section", role: "grid", "aria-multiselectable": "true", "aria-label": label },
    element("thead", { class: "datatable-head" }, head),
    ...bodies,
  );
  return { table, drawSelection: makeSelectable(table, items, store) };
}

function columnHead(store: Store, type: TaskType): HTMLElement {
  const label = fill(store.words.selectColumn, { type: type.name });
  const ofColumn = store.tasks.filter((task) => task.type === type);
  const dot = element("span", { class: "department-dot" });
  dot.style.background = type.color;
  const select = button(
    { class: "header-icon", title: label, "aria-label": label },
    () => store.select(ofColumn),
    icon("chevronDown", 14),
  );
  const head = element("th", { scope: "col", class: "validation-cell" });
  head.append(
    element(
      "span",
      { class: "validation-content flexrow" },
      dot,
      element("span", { class: "task-type-name" }, type.name),
      select,
    ),
  );
  return head;
}

function drawRow(
  entity: Entity,
  types: readonly TaskType[],
  tasks: readonly Task[],
  y: number,
  items: GridItem[],
  withFrames: boolean,
): HTMLElement {
  const name = element("span", { class: "entity-name", title: entity.name }, entity.name);
  const cells = types.map((type, x) => {
    const task = tasks.find((candidate) => candidate.entity === entity && candidate.type === type);
    return task ? drawCell(task, x, y, items) : element("td", { class: "validation-cell" });
  });
  return element(
    "tr",
    { class: "datatable-row" },
    element(
      "th",
      { scope: "row", class: "name datatable-row-header" },
      element("span", { class: "flexrow" }, thumbnail(entity), name),
    ),
    ...(withFrames ? [element("td", { class: "frames" }, String(entity.frames ?? ""))] : []),
    ...cells,
    element("td", { class: "end-cell" }),
  );
}

function drawCell(task: Task, x: number, y: number, items: GridItem[]): HTMLElement {
  const content = element(
    "span",
    { class: "wrapper" },
    statusTag(task),
    ...task.assignees.map((person) => avatar(person)),
  );
  const cell = element("td", { class: "validation-cell selectable", "data-task-id": task.id }, content);
  cell.style.borderLeftColor = task.type.color;
  cell.style.setProperty("--type-color", task.type.color);
  items.push({ task, element: cell, x, y });
  return cell;
}

/**
 * If the list mixes episodes, a sequence has its episode's name before its own, because two may
 * have the same name. Entities without a sequence or type are listed under their episode, or else
 * under the title of the list.
 */
function groupsOf(entities: readonly Entity[], title: string, isMixed: boolean): [string, Entity[]][] {
  const nameOf = ({ kind, episode, group }: Entity): string => {
    if (group === "") return (isMixed && episode?.name) || title;
    return isMixed && kind === "Shot" && episode ? `${episode.name} / ${group}` : group;
  };
  const names = [...new Set(entities.map(nameOf))];
  return names.map((name) => [name, entities.filter((entity) => nameOf(entity) === name)]);
}
