/** Selects tasks in a table as in Kitsu: by click, with Ctrl and Shift, and with the keyboard. */
import type { Task } from "../data.ts";
import type { Store } from "./store.ts";

/** The cell or row of a task, and its place in the table. */
export type GridItem = { task: Task; element: HTMLElement; x: number; y: number };

type Keys = { ctrlKey: boolean; metaKey: boolean; shiftKey: boolean };

/** @returns a function that redraws the selection */
export function makeSelectable(table: HTMLElement, items: readonly GridItem[], store: Store): () => void {
  const byElement = new Map<Element, GridItem>(items.map((item) => [item.element, item]));
  let focused = items[0];
  let anchor: GridItem | undefined;

  /** The table is one Tab stop; the arrow keys move within it. */
  const focus = (item: GridItem | undefined) => {
    if (!item) return;
    if (focused) focused.element.tabIndex = -1;
    focused = item;
    item.element.tabIndex = 0;
    item.element.focus();
  };

  const choose = (item: GridItem, keys: Keys) => {
    const isSelected = store.selection.has(item.task.id);
    const isAlone = isSelected && store.selection.size === 1;
    if (keys.shiftKey && anchor) store.select(rectangle(items, anchor, item));
    else if (isSelected && (keys.ctrlKey || keys.metaKey || isAlone)) store.unselect([item.task]);
    else if (keys.ctrlKey || keys.metaKey) store.select([item.task]);
    else store.selectOnly([item.task]);
    if (!keys.shiftKey) anchor = item;
  };

  table.addEventListener("click", (event) => {
    const item = findItem(byElement, event.target);
    if (!item) return;
    focus(item);
    choose(item, event);
  });

  table.addEventListener("keydown", (event) => {
    const item = findItem(byElement, event.target);
    if (!item) return;
    if (event.key === " " || event.key === "Enter")
      choose(item, { ...keysOf(event), ctrlKey: event.key === " " || event.ctrlKey });
    else if (event.key.startsWith("Arrow")) focus(neighbour(items, item, event.key));
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) store.select(items.map(({ task }) => task));
    else return;
    event.preventDefault();
  });

  for (const item of items) item.element.tabIndex = item === focused ? 0 : -1;
  return () => {
    for (const { task, element } of items) {
      const isSelected = store.selection.has(task.id);
      element.classList.toggle("selected", isSelected);
      element.setAttribute("aria-selected", String(isSelected));
    }
  };
}

const keysOf = ({ ctrlKey, metaKey, shiftKey }: Keys): Keys => ({ ctrlKey, metaKey, shiftKey });

/** A click on a link or button inside a cell does not select the cell. */
function findItem(byElement: ReadonlyMap<Element, GridItem>, target: EventTarget | null): GridItem | undefined {
  if (!(target instanceof Element) || target.closest("a, button")) return undefined;
  const element = target.closest("[data-task-id]");
  return element ? byElement.get(element) : undefined;
}

/** Everything between two corners, in any direction. */
function rectangle(items: readonly GridItem[], from: GridItem, to: GridItem): Task[] {
  const within = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);
  return items.filter(({ x, y }) => within(x, from.x, to.x) && within(y, from.y, to.y)).map(({ task }) => task);
}

/** The nearest item in that direction, skipping cells without a task. */
function neighbour(items: readonly GridItem[], { x, y }: GridItem, key: string): GridItem | undefined {
  const vertical = key === "ArrowUp" || key === "ArrowDown";
  const forward = key === "ArrowDown" || key === "ArrowRight";
  const line = items.filter((item) => (vertical ? item.x === x : item.y === y));
  const place = (item: GridItem) => (vertical ? item.y - y : item.x - x);
  const ahead = line.filter((item) => (forward ? place(item) > 0 : place(item) < 0));
  return forward ? ahead[0] : ahead.at(-1);
}
