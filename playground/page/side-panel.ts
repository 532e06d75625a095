/** The column on the right: the action panel and the selected tasks, if there are any. */
import { labelTask } from "../data.ts";
import { nameEntity } from "../data-entities.ts";
import { ActionPanel } from "./action-panel.ts";
import { button, element } from "./element.ts";
import { icon } from "./icons.ts";
import type { Store } from "./store.ts";
import { drawTask } from "./task-info.ts";
import { typeName } from "./task-parts.ts";
import { fill } from "./words.ts";

export function drawSidePanel(store: Store): HTMLElement {
  const panel = new ActionPanel(store);
  const info = element("div", { class: "task-info" });
  const column = element("section", { class: "side-column", hidden: true }, panel.element, info);

  // Kitsu listens on the window, and only while something is selected.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") store.clearSelection();
  };
  store.watch(["selection", "locale", "person"], () => {
    const isEmpty = store.selection.size === 0;
    column.hidden = isEmpty;
    column.setAttribute("aria-label", store.words.selectedTasks);
    if (isEmpty) {
      window.removeEventListener("keydown", onKeyDown);
      return;
    }
    window.addEventListener("keydown", onKeyDown);
    panel.draw();
    const [first] = store.selection.values();
    info.replaceChildren(...(store.selection.size === 1 && first ? drawTask(first, store) : drawMany(store)));
  });
  store.watch(["task"], () => {
    const [first] = store.selection.values();
    if (store.selection.size === 1 && first && first === store.loaded) info.replaceChildren(...drawTask(first, store));
  });
  return column;
}

/** Kitsu lists all tasks; for a selection of thousands, the number is enough. */
const LISTED_MAX = 200;

function drawMany(store: Store): HTMLElement[] {
  const { words, selection } = store;
  const lines = [...selection.values()].slice(0, LISTED_MAX).map((task) => {
    const label = fill(words.unselect, { task: labelTask(task) });
    return element(
      "li",
      { class: "selected-task-line flexrow" },
      typeName(task.type),
      element("span", { class: "filler entity-name" }, nameEntity(task.entity)),
      button({ class: "small-icon", "aria-label": label, title: label }, () => store.unselect([task]), icon("x", 12)),
    );
  });
  return [
    element("h2", { class: "title" }, `${words.selectedTasks} (${selection.size})`),
    element("ul", { class: "task-list" }, ...lines),
  ];
}
