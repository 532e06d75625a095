/** The main column: search field, "Select all" and the table. */
import { labelTask } from "../data.ts";
import { button, element } from "./element.ts";
import { icon } from "./icons.ts";
import { drawMyTasks } from "./my-tasks.ts";
import { drawPlaylistPage } from "./playlist-page.ts";
import { pathOf } from "./route.ts";
import { type Router, routerLink } from "./router.ts";
import type { Store } from "./store.ts";
import { drawTask } from "./task-info.ts";
import { drawTaskList } from "./task-list.ts";
import { statusTag } from "./task-parts.ts";
import { fill } from "./words.ts";

export function drawListPage(store: Store, router: Router): HTMLElement {
  const column = element("main", { id: "main-content", class: "main-column", tabindex: -1 });
  let drawSelection = () => {};
  const draw = () => {
    const { page, project } = store.route;
    document.title = `${titleOf(store)} - Kitsu playground`;
    if (page === "elsewhere" || page === "playlists" || page === "task") {
      drawSelection = () => {};
      const task = store.pageTask;
      if (page === "playlists" && project) column.replaceChildren(drawPlaylistPage(store, router, project));
      else if (task) column.replaceChildren(element("div", { class: "task-info task-page" }, ...drawTask(task, store)));
      else column.replaceChildren(drawElsewhere(store, router));
      return;
    }
    const list = page === "my-tasks" ? drawMyTasks(store) : drawTaskList(store);
    drawSelection = list.drawSelection;
    drawSelection();
    column.replaceChildren(drawHeader(store), element("div", { class: "datatable-wrapper" }, list.table));
  };
  store.watch(["route", "locale"], draw);
  store.watch(["person"], () => {
    if (store.route.page === "my-tasks" || store.route.page === "playlists") draw();
  });
  store.watch(["selection"], () => drawSelection());
  store.watch(["task"], () => {
    const { loaded } = store;
    if (!loaded) return;
    if (loaded === store.pageTask) draw();
    // Replace only the tag, so that the keyboard focus stays in the table.
    for (const tag of column.querySelectorAll(`[data-task-id="${loaded.id}"] .tag`)) tag.replaceWith(statusTag(loaded));
  });
  return column;
}

function titleOf(store: Store): string {
  const { route, words } = store;
  if (route.page === "my-tasks") return words.myTasks;
  if (store.pageTask) return labelTask(store.pageTask);
  return route.page === "elsewhere" || route.page === "task"
    ? words.notHere
    : `${route.project?.name} ${words[route.page]}`;
}

function drawHeader(store: Store): HTMLElement {
  const { words, tasks } = store;
  const search = element("input", {
    class: "input",
    type: "search",
    placeholder: words.search,
    "aria-label": "Search (not in the playground)",
    disabled: true,
  });
  return element(
    "div",
    { class: "page-header flexrow" },
    element("h1", { class: "visually-hidden" }, titleOf(store)),
    element("span", { class: "search-field flexrow" }, icon("search", 18), search),
    element("span", { class: "filler" }),
    button(
      { id: "select-all", class: "button" },
      () => store.selectOnly(tasks),
      `${words.selectAll} (${tasks.length})`,
    ),
  );
}

function drawElsewhere(store: Store, router: Router): HTMLElement {
  const { words, route } = store;
  return element(
    "div",
    { class: "elsewhere" },
    element("h1", {}, words.notHere),
    element("p", {}, fill(words.notHereText, { path: route.path })),
    routerLink(router, pathOf(store.currentProduction, "shots"), { class: "button" }, words.goProductions),
  );
}
