/** The bar over the side panel: a row of menus, of which the playground knows one, "custom actions". */
import type { CustomAction } from "../custom-actions.ts";
import { drawActionForm, sendAction } from "./custom-action.ts";
import { button, element } from "./element.ts";
import { type IconName, icon } from "./icons.ts";
import type { Store } from "./store.ts";
import { fill, type Words } from "./words.ts";

const NOT_IMITATED: readonly (readonly [IconName, keyof Words])[] = [
  ["assign", "assignTasks"],
  ["priority", "changePriority"],
  ["image", "setThumbnails"],
  ["watch", "subscribe"],
  ["playlist", "generatePlaylist"],
  ["trash", "deleteTasks"],
];

export class ActionPanel {
  readonly element = element("div", { class: "action-topbar" });
  readonly #store: Store;
  #chosen: CustomAction | undefined;
  #isOpen = true;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Kitsu keeps the chosen action as long as it is offered for the selection. */
  draw(): void {
    const { offeredActions } = this.#store;
    this.#chosen = offeredActions.find(({ id }) => id === this.#chosen?.id) ?? offeredActions[0];
    this.element.replaceChildren(this.#drawMenu(), ...(this.#isOpen ? [this.#drawBar(offeredActions)] : []));
  }

  #drawMenu(): HTMLElement {
    const { words } = this.#store;
    const custom = button(
      {
        class: this.#isOpen ? "menu-item active" : "menu-item",
        title: words.runCustomAction,
        "aria-label": words.runCustomAction,
        "aria-expanded": String(this.#isOpen),
      },
      () => {
        this.#isOpen = !this.#isOpen;
        this.draw();
        this.element.querySelector<HTMLElement>(".menu-item[aria-expanded]")?.focus();
      },
      icon("playCircle"),
    );
    return element(
      "div",
      { class: "menu flexrow" },
      idleButton("status-item", words.changeStatus, words.status),
      ...NOT_IMITATED.map(([name, word]) => idleButton("", words[word], icon(name))),
      element("span", { class: "menu-separator" }),
      custom,
      element("span", { class: "filler" }),
      button(
        { class: "menu-item", title: words.clearSelection, "aria-label": words.clearSelection },
        () => this.#store.clearSelection(),
        icon("x", 16),
      ),
    );
  }

  #drawBar(actions: readonly CustomAction[]): HTMLElement {
    const { words, selection } = this.#store;
    const run = fill(words.run, { n: selection.size });
    const list = element("select", { id: "custom-action", "aria-label": words.actions });
    list.append(...actions.map(({ id, name }) => element("option", { value: id, selected: id === this.#chosen?.id }, name)));
    const runner = element("div", { class: "flexrow mt05" }, ...this.#drawRunner(run));
    list.addEventListener("change", () => {
      this.#chosen = actions.find(({ id }) => id === list.value);
      runner.replaceChildren(...this.#drawRunner(run));
    });
    return element("div", { class: "action-bar" }, element("span", { class: "select is-wide" }, list), runner);
  }

  #drawRunner(run: string): HTMLElement[] {
    const action = this.#chosen;
    if (!action) return [];
    if (!action.is_ajax) return [drawActionForm(action, this.#store, run)];
    return [button({ class: "button is-wide" }, () => sendAction(action, this.#store), run)];
  }
}

/** A menu that the real Kitsu has here. */
function idleButton(className: string, name: string, content: Node | string): HTMLElement {
  const title = `${name} (not in the playground)`;
  return element(
    "button",
    { type: "button", class: `menu-item ${className}`, disabled: true, title, "aria-label": title },
    content,
  );
}
