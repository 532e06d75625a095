/** The main column: search field, "select all" and the table of the page. */
import { button, element } from "./element.ts";
import { icon } from "./icons.ts";
import { drawMyTasks } from "./my-tasks.ts";
import { drawPlaylistPage } from "./playlist-page.ts";
import { pathOf } from "./route.ts";
import { type Router, routerLink } from "./router.ts";
import type { Store } from "./store.ts";
import { drawTaskList } from "./task-list.ts";
import { fill } from "./words.ts";

export function drawListPage(store: Store, router: Router): HTMLElement {
  const column = element("main", { id: "main-content", class: "main-column", tabindex: -1 });
  let drawSelection = () => {};
  const draw = () => {
    const { page, project } = store.route;
    document.title = `${titleOf(store)} - Kitsu playground`;
    if (page === "elsewhere" || page === "playlists") {
      drawSelection = () => {};
      column.replaceChildren(
        page === "playlists" && project ? drawPlaylistPage(store, router, project) : drawElsewhere(store, router),
      );
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
  return column;
}

function titleOf({ route, words }: Store): string {
  if (route.page === "my-tasks") return words.myTasks;
  const section = route.page === "playlists" ? words.playlists : route.page === "assets" ? words.assets : words.shots;
  return route.page === "elsewhere" ? words.notHere : `${route.project?.name} ${section}`;
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
    button({ id: "select-all", class: "button" }, () => store.selectOnly(tasks), `${words.selectAll} (${tasks.length})`),
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
