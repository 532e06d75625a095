/**
 * The list of custom actions. The real Kitsu lists all of them by name. This one shows a few, and
 * the rest on request, because the playground has more than any studio.
 */
import type { CustomAction } from "../custom-actions.ts";
import { groupActions } from "./action-groups.ts";
import { button, element } from "./element.ts";
import { fill, type Words } from "./words.ts";

const ROWS_MAX = 12;

type Part = {
  option: HTMLOptionElement;
  action: CustomAction;
  group: HTMLOptGroupElement | undefined;
  isFirst: boolean;
};

export class ActionMenu {
  /** the list, and the search field with the button that shows all actions */
  readonly list = element("select", { id: "custom-action" });
  readonly finder = element("div", { class: "action-finder flexrow" });
  readonly #search = element("input", { id: "find-action", class: "input", type: "search", autocomplete: "off" });
  readonly #toggle: HTMLButtonElement;
  readonly #choose: (action: CustomAction) => void;
  readonly #run: () => void;
  #parts: readonly Part[] = [];
  #words: Words | undefined;
  #isWide = false;

  /** @param run moves the focus to the button that runs the chosen action */
  constructor(choose: (action: CustomAction) => void, run: () => void) {
    this.#choose = choose;
    this.#run = run;
    this.#toggle = button({ class: "button", "aria-controls": this.list.id }, () => {
      this.#isWide = !this.#isWide;
      this.#search.value = "";
      this.#show();
    });
    this.finder.append(this.#search, this.#toggle);
    this.list.addEventListener("change", () => this.#change());
    this.list.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || this.list.size <= 1) return;
      // Otherwise the same key press would also press the button that gets the focus.
      event.preventDefault();
      this.#run();
    });
    this.#search.addEventListener("input", () => this.#find());
    this.#search.addEventListener("keydown", (event) => this.#onKeyDown(event));
  }

  draw(actions: readonly CustomAction[], chosen: CustomAction | undefined, words: Words): void {
    const { first, own, groups } = groupActions(actions);
    const parts = (some: readonly CustomAction[], isFirst: boolean, group?: HTMLOptGroupElement) =>
      some.map((action) => ({
        option: element("option", { value: action.id, selected: action === chosen }, action.name),
        action,
        group,
        isFirst,
      }));
    const titled = [{ title: words.newActions, actions: own }, ...groups].filter((group) => group.actions.length > 0);
    this.#parts = [
      ...parts(first, true),
      ...titled.flatMap(({ title, actions }) => parts(actions, actions === own, element("optgroup", { label: title }))),
    ];
    for (const { group, option } of this.#parts) group?.append(option);
    this.list.replaceChildren(...new Set(this.#parts.map(({ group, option }) => group ?? option)));
    this.list.setAttribute("aria-label", words.actions);
    this.#words = words;
    this.#search.placeholder = fill(words.findAction, { n: actions.length });
    this.#search.setAttribute("aria-label", this.#search.placeholder);
    this.#show();
  }

  /** Chooses the first match, unless a match is already chosen. */
  #find(): void {
    const found = this.#parts.filter(({ option }) => this.#isFound(option));
    const [first] = found;
    if (first && this.#search.value.trim() && !found.some(({ option }) => option.selected))
      first.option.selected = true;
    this.#change();
  }

  /** Matches if the name contains all the words, in any order. */
  #isFound({ text }: HTMLOptionElement): boolean {
    const sought = this.#search.value.toLowerCase().trim().split(/\s+/);
    return sought.every((word) => text.toLowerCase().includes(word));
  }

  /** The chosen action is always listed, because it is the one that would run. */
  #show(): void {
    const isSeeking = this.#search.value.trim() !== "";
    const fits = ({ option, isFirst }: Part) => (isSeeking ? this.#isFound(option) : this.#isWide || isFirst);
    for (const part of this.#parts) part.option.hidden = !fits(part) && !part.option.selected;
    const shown = this.#parts.filter(({ option }) => !option.hidden);
    const groups = new Set(this.#parts.flatMap(({ group }) => group ?? []));
    const open = new Set(shown.flatMap(({ group }) => group ?? []));
    for (const group of groups) group.hidden = !open.has(group);
    this.#search.setAttribute("aria-invalid", String(!this.#parts.some(({ option }) => this.#isFound(option))));
    const rows = Math.min(ROWS_MAX, shown.length + open.size);
    this.list.size = isSeeking || this.#isWide ? Math.max(2, rows) : 1;
    this.#toggle.setAttribute("aria-expanded", String(this.#isWide));
    const label = this.#isWide ? this.#words?.fewerActions : this.#words?.allActions;
    this.#toggle.textContent = fill(label ?? "", { n: this.#parts.length });
  }

  #change(): void {
    const chosen = this.#parts.find(({ option }) => option.selected);
    if (chosen) this.#choose(chosen.action);
    this.#show();
  }

  #onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter") this.#run();
    else if (event.key === "ArrowDown") this.list.focus();
    else if (event.key === "Escape" && this.#search.value) {
      this.#search.value = "";
      this.#show();
    } else return;
    event.preventDefault();
    // Otherwise Kitsu would handle Escape and clear the selection.
    event.stopPropagation();
  }
}
