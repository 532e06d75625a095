/** Kitsu's row of menus above the side panel. Only "Run custom action" does something here. */
import type { CustomAction } from "../custom-actions.ts";
import { groupActions } from "./action-groups.ts";
import { ActionMenu } from "./action-menu.ts";
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
  readonly #runner = element("div", { class: "flexrow mt05" });
  readonly #menu = new ActionMenu(
    (action) => {
      this.#chosen = action;
      this.#drawRunner();
    },
    () => this.#runner.querySelector("button")?.focus(),
  );
  #isOpen = true;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Kitsu keeps the chosen action while it is offered for the selection. */
  draw(): void {
    const { offeredActions, words } = this.#store;
    const { first, own } = groupActions(offeredActions);
    this.#chosen = offeredActions.find(({ id }) => id === this.#chosen?.id) ?? first[0] ?? own[0] ?? offeredActions[0];
    this.#menu.draw(offeredActions, this.#chosen, words);
    const isOffered = offeredActions.length > 0;
    this.element.replaceChildren(this.#drawMenu(isOffered), ...(isOffered && this.#isOpen ? this.#drawBar() : []));
  }

  /** There is no menu of custom actions if there are none. */
  #drawMenu(isOffered: boolean): HTMLElement {
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
      ...(isOffered ? [element("span", { class: "menu-separator" }), custom] : []),
      element("span", { class: "filler" }),
      button(
        { class: "menu-item", title: words.clearSelection, "aria-label": words.clearSelection },
        () => this.#store.clearSelection(),
        icon("x", 16),
      ),
    );
  }

  #drawBar(): HTMLElement[] {
    const { list, finder } = this.#menu;
    this.#drawRunner();
    return [
      element("div", { class: "action-bar" }, element("span", { class: "select is-wide" }, list), this.#runner),
      finder,
    ];
  }

  #drawRunner(): void {
    const action = this.#chosen;
    const run = fill(this.#store.words.run, { n: this.#store.selection.size });
    if (!action) this.#runner.replaceChildren();
    else if (!action.is_ajax) this.#runner.replaceChildren(drawActionForm(action, this.#store, run));
    else this.#runner.replaceChildren(button({ class: "button is-wide" }, () => sendAction(action, this.#store), run));
  }
}

/** A menu that only the real Kitsu has. */
function idleButton(className: string, name: string, content: Node | string): HTMLElement {
  const title = `${name} (not in the playground)`;
  return element(
    "button",
    { type: "button", class: `menu-item ${className}`, disabled: true, title, "aria-label": title },
    content,
  );
}
