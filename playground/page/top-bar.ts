/** Kitsu's top bar: production and section on the left, the person's settings on the right. */
import { TASKS } from "../data.ts";
import { episodesOf, findProject, PROJECTS, type Project } from "../data-projects.ts";
import { button, element } from "./element.ts";
import { icon } from "./icons.ts";
import { isList, LISTS, pathOf } from "./route.ts";
import { type Router, routerLink } from "./router.ts";
import type { Store } from "./store.ts";
import { avatar, productionSquare } from "./task-parts.ts";

export function drawTopBar(store: Store, router: Router): HTMLElement {
  const bar = element("header", { class: "topbar" });
  store.watch(["route", "locale", "theme", "person"], () => {
    const active = document.activeElement;
    const focusedId = active && bar.contains(active) ? active.id : "";
    bar.replaceChildren(drawLeft(store, router), drawRight(store, router));
    // Keep the focus on the control that was just used.
    if (focusedId) document.getElementById(focusedId)?.focus();
  });
  return bar;
}

function drawLeft(store: Store, router: Router): HTMLElement {
  const { words, route } = store;
  const logo = element("span", { class: "studio-logo", "aria-hidden": "true" }, "K");
  const current = store.currentProduction;
  if (route.page === "my-tasks") {
    const back = routerLink(
      router,
      pathOf(current, "shots"),
      { class: "nav-item flexrow" },
      icon("chevronLeft", 18),
      words.goProductions,
    );
    return element("div", { class: "nav-left" }, logo, back);
  }
  const section = isList(route.page) || route.page === "playlists" ? route.page : "shots";
  const productions = combobox(
    "production",
    words.production,
    PROJECTS.map(({ id, name }) => [id, name]),
    current.id,
    (id) => {
      const chosen = findProject(id) ?? current;
      router.push(pathOf(chosen, sectionsOf(chosen).includes(section) ? section : "shots"));
    },
  );
  const sections = combobox(
    "section",
    words.section,
    sectionsOf(current).map((name) => [name, words[name]]),
    section,
    (chosen) => router.push(pathOf(current, chosen, route.episode)),
  );
  const left = element(
    "div",
    { class: "nav-left" },
    logo,
    productionSquare(current),
    productions,
    icon("chevronRight", 18),
    sections,
  );
  if (route.episode !== undefined)
    left.append(icon("chevronRight", 18), drawEpisodes(store, router, section, route.episode));
  return left;
}

/** The sections that have tasks, in Kitsu's order. */
const sectionsOf = ({ id }: Project) => [
  ...LIST_NAMES.filter((list) => TASKS.some(({ entity }) => entity.projectId === id && entity.kind === LISTS[list])),
  "playlists" as const,
];

const LIST_NAMES = Object.keys(LISTS).filter(isList);

/** For TV shows only. Assets that belong to no episode are in the main pack. */
function drawEpisodes(
  { words, currentProduction }: Store,
  router: Router,
  section: string,
  chosen: string,
): HTMLElement {
  const episodes = episodesOf(currentProduction).map(({ id, name }) => [id, name] as const);
  const isPacked = section === "assets" || section === "playlists";
  const others = [["all", words.allEpisodes] as const, ...(isPacked ? [["main", words.mainPack] as const] : [])];
  return combobox("episode", words.episode, [...episodes, ...others], chosen, (id) =>
    router.push(pathOf(currentProduction, section, id)),
  );
}

/** Some of Kitsu's languages, by the locales in which Zou stores them. */
const LANGUAGES = Object.entries({
  en_US: "English",
  fr_FR: "Français",
  de_DE: "Deutsch",
  es_ES: "Español",
  pt_PT: "Português",
  it_IT: "Italiano",
  ja_JP: "日本語",
  zh_Hans_CN: "简体中文",
  ko_KR: "한국어",
  xa_XA: "Pseudo",
});

/** A day begins at other times in each. In Kitsu, this is on the page of the profile. */
const TIME_ZONES = ["Europe/Paris", "America/Vancouver", "Asia/Tokyo", "Pacific/Auckland"].map(
  (name) => [name, name.split("/")[1] ?? name] as const,
);

function drawRight(store: Store, router: Router): HTMLElement {
  const { words, isDark, route } = store;
  const theme = isDark ? words.lightTheme : words.darkTheme;
  const here = route.page === "my-tasks" ? { "aria-current": "page" } : {};
  return element(
    "nav",
    { class: "nav-right", "aria-label": "Kitsu" },
    routerLink(router, "/my-tasks", { class: "nav-item", ...here }, words.myTasks),
    combobox("language", words.language, LANGUAGES, store.user.locale, (locale) => void store.setProfile({ locale })),
    combobox(
      "time-zone",
      words.timeZone,
      TIME_ZONES,
      store.user.timezone,
      (timezone) => void store.setProfile({ timezone }),
    ),
    button(
      { id: "theme", class: "nav-icon", title: theme, "aria-label": theme },
      () => store.toggleDarkTheme(),
      icon(isDark ? "sun" : "moon"),
    ),
    element("span", { class: "nav-icon", title: words.notifications }, icon("bell")),
    avatar(store.user, "avatar user"),
  );
}

function combobox(
  id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const list = element("select", { id, "aria-label": label });
  list.append(
    ...options.map(([option, text]) => element("option", { value: option, selected: option === value }, text)),
  );
  list.addEventListener("change", () => onChange(list.value));
  return element("span", { class: "select thin" }, list);
}
