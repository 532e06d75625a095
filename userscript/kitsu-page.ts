/**
 * Everything we assume about Kitsu's page, seen in Kitsu 1.0.54. All of it is internal to Kitsu and may change, so each reader
 * has an answer for the day it does.
 */
import { giveToPage, page, quietly, read } from "./realm.ts";

/** The most tasks that are read again: each is a request of its own. */
const TASKS_MAX = 20;

/**
 * What people work with, and what no toast may cover: the column of the selected tasks with its action panel and comment box
 * (src/components/layouts/PageLayout.vue and the list pages), the comments of a player (src/components/players/players), the comment box
 * of a task's own page (src/components/widgets/AddComment.vue), the bar on top and the menu at the left (src/components/tops/Topbar.vue,
 * src/components/sides/Sidebar.vue).
 */
const WORKPLACES = ".side-column, .task-info-column, .add-comment, .topbar nav, .navbar > aside";
/** src/components/players/players/PlaylistPlayer.vue: the whole of it, and what is pressed in it. */
const PLAYER = ".playlist-player";
const PLAYER_CONTROLS = [".playlist-header", ".video-progress", ".playlist-footer"]
  .map((part) => `${PLAYER} ${part}`)
  .join();

/**
 * The name of the AJAX action at this URL; the same URL may be there as a form, too. src/store/modules/customactions.js: the getter
 * `customActions` holds what the API gave: {id, name, url, entity_type, is_ajax}.
 */
export function findAction(url: string): string | undefined {
  const actions = readGetter("customActions");
  for (let at = 0; read(actions, at); at++) {
    if (read(actions, at, "url") === url && read(actions, at, "is_ajax")) return String(read(actions, at, "name"));
  }
  return undefined;
}

/** src/store/modules/user.js: the getter `user`. "" while nobody is logged in. */
export function personId(): string {
  return String(readGetter("user", "id") || "");
}

/** Who Kitsu says is logged in, in the words of its forms. */
export function namePerson(): { personid: string; personemail: string } {
  return { personid: personId(), personemail: String(readGetter("user", "email") || "") };
}

/** src/router/index.js. Goes to a page of Kitsu, without loading it anew where that can be. */
export function goTo(path: string): void {
  if (!call(["$router", "push"], path)) location.assign(path);
}

/** src/store/modules/tasks.js: the action `loadTask`. */
export function reloadTasks(ids: readonly string[]): void {
  for (const taskId of ids.slice(0, TASKS_MAX)) call(["$store", "dispatch"], "loadTask", { taskId });
}

/** Where not to be: first all that should be kept off, then only what has to be, where there is no room for the first. */
export function listObstacles(): DOMRect[][] {
  return [`${WORKPLACES}, ${PLAYER}`, `${WORKPLACES}, ${PLAYER_CONTROLS}`].map((selectors) =>
    [...document.querySelectorAll(selectors)].map((element) => element.getBoundingClientRect()),
  );
}

/**
 * src/lib/lang.js: the page is in the person's own language, "en", "fr_FR", "zh_TW", which their getter has. `$i18n` is there in older Kitsus
 * alone, and for whom has none of their own.
 */
export function locale(): string {
  return String(readGetter("user", "locale") || readApp("$i18n", "locale") || navigator.language);
}

/** src/App.vue: the class `dark` on `#app > .theme` (in Vue 2 on #app itself), never on html or body. */
export function isDark(): boolean {
  return findTheme()?.classList.contains("dark") ?? false;
}

/**
 * Tells the theme now and at every switch. Observes that one class and the children of #app, nothing below: an observer on
 * the whole body would wake up for every cell of Kitsu's tables.
 */
export function watchTheme(onTheme: (isDark: boolean) => void): void {
  const observer = new MutationObserver(look);
  look();
  function look(): void {
    observer.disconnect();
    const app = document.querySelector("#app");
    const theme = findTheme();
    if (app) observer.observe(app, { childList: true });
    if (theme) observer.observe(theme, { attributes: true, attributeFilter: ["class"] });
    onTheme(isDark());
  }
}

function findTheme(): Element | null {
  return document.querySelector("#app.theme, #app .theme");
}

function readGetter(...path: string[]): unknown {
  return readApp("$store", "getters", ...path);
}

/** Calls a method of the app's; what it promises may fail unheard. */
function call([owner, method]: [owner: string, method: string], ...given: unknown[]): boolean {
  const run = readApp(owner, method);
  if (typeof run !== "function") return false;
  quietly(() => {
    // The page may not look into what is made in Firefox's content realm.
    const promise = Reflect.apply(
      run,
      readApp(owner),
      given.map((value) => page.JSON.parse(JSON.stringify(value))),
    );
    promise?.catch?.(giveToPage(() => {}));
  });
  return true;
}

/** src/main.js: Vue 3 leaves the app on its element, in production builds too; Vue 2, in older Kitsus, left the root component. */
function readApp(...path: string[]): unknown {
  return quietly(() => {
    const element = page.document.querySelector("#app");
    return read(read(element, "__vue_app__", "config", "globalProperties") ?? read(element, "__vue__"), ...path);
  });
}
