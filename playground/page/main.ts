/** Starts the imitated Kitsu. */
import { ADA, PERSONS } from "../data-people.ts";
import { breakPage } from "./break-page.ts";
import { element } from "./element.ts";
import { drawListPage } from "./list-page.ts";
import { type PageData, readPageData } from "./page-data.ts";
import { fillPlaygroundBar } from "./playground-bar.ts";
import { startRouter } from "./router.ts";
import { drawSidePanel } from "./side-panel.ts";
import { Store } from "./store.ts";
import { drawTopBar } from "./top-bar.ts";
import { exposeVueApp } from "./vue-app.ts";

const LATE_MS = 1_500;

function start(
  root: HTMLElement,
  bar: HTMLElement,
  { worker, personId, profile, customActions, statuses, hasFarms, hasTexts }: PageData,
): void {
  const person = PERSONS.find(({ id }) => id === personId) ?? ADA;
  const store = new Store({ ...person, ...profile }, customActions, location.pathname);
  for (const [taskId, statusId] of Object.entries(statuses)) store.setStatus(taskId, statusId);
  const router = startRouter(store);
  const theme = element("div", { class: "theme" });
  theme.append(
    drawTopBar(store, router),
    element("div", { class: "columns fixed-page" }, drawListPage(store, router), drawSidePanel(store)),
  );
  store.watch(["theme"], () => {
    // As in Kitsu, the class is on the theme's element; <html> and <body> only get a color.
    theme.classList.toggle("dark", store.isDark);
    const background = store.isDark ? "#36393F" : "#FFF";
    document.documentElement.style.background = background;
    document.body.style.background = background;
  });
  breakPage(new URLSearchParams(location.search));
  root.append(theme);
  exposeVueApp(root, store, router);
  // In place of Kitsu's socket: load each task that changes.
  new EventSource("/changes").addEventListener("message", ({ data }) => void store.loadTask(String(data)));
  fillPlaygroundBar(bar, { worker, hasFarms, hasTexts }, store);
  const late = document.querySelector<HTMLTemplateElement>("#late-userscript");
  if (late) setTimeout(() => document.head.append(late.content.cloneNode(true)), LATE_MS);
}

const root = document.querySelector<HTMLElement>("#app");
const bar = document.querySelector<HTMLElement>("#playground-bar");
if (root && bar) start(root, bar, readPageData());
