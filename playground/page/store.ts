/** The state of the imitated Kitsu: person, theme, locale, page and selection. */
import type { CustomAction } from "../custom-actions.ts";
import { TASKS, type Task } from "../data.ts";
import type { Person } from "../data-people.ts";
import { PAPER_LANTERN, type Project } from "../data-projects.ts";
import { STATUSES } from "../data-tables.ts";
import { isList, LISTS, type Route, readRoute } from "./route.ts";
import { type Profile, readTask, saveProfile } from "./session.ts";
import { WORDS, type Words } from "./words.ts";

/** Sorts by name, which mixes the productions as due dates do in a real list. */
function tasksOf({ id }: Person): Task[] {
  const open = TASKS.filter(
    ({ assignees, status }) => assignees.some((person) => person.id === id) && status.shortName !== "done",
  );
  return open.sort((a, b) => a.entity.name.localeCompare(b.entity.name));
}

export type Change = "person" | "selection" | "theme" | "locale" | "route" | "task";

export class Store {
  readonly customActions: readonly CustomAction[];
  readonly selection = new Map<string, Task>();
  user: Person;
  isDark: boolean;
  route: Route;
  /** the last task that was loaded */
  loaded: Task | undefined;
  readonly #listeners: [readonly Change[], () => void][] = [];

  constructor(user: Person, customActions: readonly CustomAction[], path: string) {
    this.user = user;
    this.customActions = customActions;
    this.isDark = localStorage.getItem("dark-theme") === "true";
    this.route = readRoute(path);
  }

  /** Calls back immediately and after each of these changes. */
  watch(changes: readonly Change[], listener: () => void): void {
    this.#listeners.push([changes, listener]);
    listener();
  }

  /** The playground itself has only two languages. */
  get words(): Words {
    return WORDS[this.user.locale.startsWith("fr") ? "fr" : "en"];
  }

  /** The production of the page, or the first open one: Kitsu always has one. */
  get currentProduction(): Project {
    return this.route.project ?? PAPER_LANTERN;
  }

  /** Kitsu's side panel sends the project of the first selected task, even if others differ. */
  get selectedProjectId(): string {
    const [first] = this.selection.values();
    return first?.entity.projectId ?? this.currentProduction.id;
  }

  /**
   * The tasks of the page: those of a list, or the person's own on My Tasks. Unlike in the real
   * Kitsu, everyone sees every task, so that you can try what the action server refuses.
   */
  get tasks(): readonly Task[] {
    const { page, project, episode } = this.route;
    if (page === "my-tasks") return tasksOf(this.user);
    if (!isList(page)) return [];
    const kind = LISTS[page];
    const isShown = (id = "main"): boolean => episode === undefined || episode === "all" || episode === id;
    return TASKS.filter(
      ({ entity }) => entity.projectId === project?.id && entity.kind === kind && isShown(entity.episode?.id),
    );
  }

  /** The task that this page is about, if it is a task's own page. */
  get pageTask(): Task | undefined {
    return TASKS.find(({ id }) => id === this.route.taskId);
  }

  /** The actions that Kitsu offers for the selected tasks; none on the page of concepts. */
  get offeredActions(): readonly CustomAction[] {
    if (this.route.page === "concepts") return [];
    const kinds = new Set([...this.selection.values()].map(({ type }) => type.forEntity.toLowerCase()));
    return this.customActions.filter(({ entity_type }) => entity_type === "all" || kinds.has(entity_type));
  }

  /** Loads a task again. A task that this person may not see stays as it is. */
  async loadTask(taskId: string): Promise<void> {
    const row = await readTask(taskId).catch(() => undefined);
    if (row) this.setStatus(taskId, row.task_status_id);
  }

  setStatus(taskId: string, statusId: string): void {
    const task = TASKS.find(({ id }) => id === taskId);
    const status = STATUSES.find(({ id }) => id === statusId);
    if (!task || !status) return;
    task.status = status;
    this.loaded = task;
    this.#notify("task");
  }

  select(tasks: readonly Task[]): void {
    for (const task of tasks) this.selection.set(task.id, task);
    this.#notify("selection");
  }

  unselect(tasks: readonly Task[]): void {
    for (const task of tasks) this.selection.delete(task.id);
    this.#notify("selection");
  }

  /** Selects exactly these. */
  selectOnly(tasks: readonly Task[]): void {
    this.selection.clear();
    this.select(tasks);
  }

  clearSelection(): void {
    this.selectOnly([]);
  }

  toggleDarkTheme(): void {
    this.isDark = !this.isDark;
    localStorage.setItem("dark-theme", String(this.isDark));
    this.#notify("theme");
  }

  /** Keeps the selection to try the same tasks as someone else, except on My Tasks. */
  setUser(user: Person): void {
    this.user = user;
    if (this.route.page === "my-tasks") this.clearSelection();
    this.#notify("person");
    this.#notify("locale");
  }

  /** Changes the person's profile, in Zou, too. */
  async setProfile(profile: Partial<Profile>): Promise<void> {
    const user = { ...this.user, ...profile };
    await saveProfile(user, user);
    this.user = user;
    this.#notify("locale");
  }

  /** Kitsu clears the selection when the page changes. */
  setPath(path: string): void {
    this.route = readRoute(path);
    this.selection.clear();
    this.#notify("route");
    this.#notify("selection");
  }

  #notify(change: Change): void {
    for (const [changes, listener] of this.#listeners) if (changes.includes(change)) listener();
  }
}
