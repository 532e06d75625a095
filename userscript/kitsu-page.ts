/**
 * Everything we assume about Kitsu's page, as of Kitsu 1.0.54. All of it is internal and may
 * change, so every function has a fallback.
 */
import { exportToPage, ignoreErrors, page, readPath } from "./realm.ts";

const LOGIN_POLL_MS = 500;
/** Reloading a task is one request each. */
const TASKS_MAX = 20;

/**
 * What toasts must not cover: the column of the selected tasks with its actions and comment box
 * (src/components/layouts/PageLayout.vue and the list pages), a player's comments
 * (src/components/players/players), the comment box of a task's page
 * (src/components/widgets/AddComment.vue), the top bar and the menu on the left
 * (src/components/tops/Topbar.vue, src/components/sides/Sidebar.vue).
 */
const WORKPLACES = ".side-column, .task-info-column, .add-comment, .topbar nav, .navbar > aside";
/** src/components/players/players/PlaylistPlayer.vue: the whole player, and its controls. */
const PLAYER = ".playlist-player";
const PLAYER_CONTROLS = [".playlist-header", ".video-progress", ".playlist-footer"]
  .map((part) => `${PLAYER} ${part}`)
  .join();

/**
 * The name of the AJAX action at this URL; a form action may have the same URL.
 * src/store/modules/customactions.js: the getter `customActions` holds the API's answer: {id, name,
 * url, entity_type, is_ajax}.
 */
export function findAction(url: string): string | undefined {
  const actions = readGetter("customActions");
  for (let at = 0; readPath(actions, at); at++) {
    if (readPath(actions, at, "url") === url && readPath(actions, at, "is_ajax"))
      return String(readPath(actions, at, "name"));
  }
  return undefined;
}

/** src/store/modules/user.js: the getter `user`. "" if nobody is logged in. */
export function readPersonId(): string {
  return String(readGetter("user", "id") || "");
}

/** Calls back when someone is logged in. */
export function onceLoggedIn(callback: () => void): void {
  if (readPersonId()) ignoreErrors(callback);
  else setTimeout(() => onceLoggedIn(callback), LOGIN_POLL_MS);
}

/** The person who is logged in, as the fields that Kitsu's forms send. */
export function readPerson(): { personid: string; personemail: string } {
  return { personid: readPersonId(), personemail: String(readGetter("user", "email") || "") };
}

/** src/router/index.js: goes to a page of Kitsu, without a reload if possible. */
export function goTo(path: string): void {
  if (!callApp(["$router", "push"], path)) location.assign(path);
}

/** src/store/modules/tasks.js: the action `loadTask`. */
export function reloadTasks(ids: readonly string[]): void {
  for (const taskId of ids.slice(0, TASKS_MAX)) callApp(["$store", "dispatch"], "loadTask", { taskId });
}

/**
 * The rectangles that toasts avoid: at first all of them, then, if no room is left, only the most
 * important.
 */
export function findObstacles(): DOMRect[][] {
  return [`${WORKPLACES}, ${PLAYER}`, `${WORKPLACES}, ${PLAYER_CONTROLS}`].map((selectors) =>
    [...document.querySelectorAll(selectors)].map((element) => element.getBoundingClientRect()),
  );
}

/**
 * src/lib/lang.js: the person's own language, "en", "fr_FR", "zh_Hans_CN", then the browser's.
 * `$i18n` only exists in older Kitsus; it is the page's language.
 */
export function readLocales(): string[] {
  return [String(readGetter("user", "locale") || readApp("$i18n", "locale")), ...navigator.languages];
}

/** src/store/modules/user.js: the person's own time zone, "Europe/Paris", else the computer's. */
export function readTimeZone(): string {
  return String(readGetter("user", "timezone") || new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/**
 * src/App.vue: the class `dark` on `#app > .theme` (in Vue 2 on #app itself), never on html or
 * body.
 */
export function isDark(): boolean {
  return findTheme()?.classList.contains("dark") ?? false;
}

/**
 * Reports the theme now and at every change. Observes only that class and the children of #app: an
 * observer of the whole body would fire for every cell of Kitsu's tables.
 */
export function watchTheme(onTheme: (isDark: boolean) => void): void {
  const observer = new MutationObserver(observe);
  observe();
  function observe(): void {
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

/**
 * Calls a method of the app. Returns false if there is no such method; a rejected promise is
 * ignored.
 */
function callApp([owner, method]: [owner: string, method: string], ...args: unknown[]): boolean {
  const run = readApp(owner, method);
  if (typeof run !== "function") return false;
  ignoreErrors(() => {
    // The page can't read objects that are created in Firefox's content realm.
    const promise = Reflect.apply(
      run,
      readApp(owner),
      args.map((value) => page.JSON.parse(JSON.stringify(value))),
    );
    promise?.catch?.(exportToPage(() => {}));
  });
  return true;
}

/**
 * src/main.js: Vue 3 stores the app on its element, in production builds too. Vue 2, in older
 * Kitsus, stored the root component.
 */
function readApp(...path: string[]): unknown {
  return ignoreErrors(() => {
    const element = page.document.querySelector("#app");
    return readPath(
      readPath(element, "__vue_app__", "config", "globalProperties") ?? readPath(element, "__vue__"),
      ...path,
    );
  });
}
