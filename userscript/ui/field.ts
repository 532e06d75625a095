/**
 * One field of a dialog. Uses the browser's own controls: people know their keys, and they handle
 * 300 options.
 */

import type { Field, Input, InputValue, Option } from "../../contract.ts";
import { ignoreErrors } from "../realm.ts";
import { createElement } from "./element.ts";

type Attributes = Parameters<typeof createElement>[1];

/** With more checkboxes than this, they are one stop for the Tab key instead of many. */
const TAB_STOPS_MAX = 8;

export function renderField(field: Field, value: InputValue | undefined, id: string): HTMLElement {
  const { name, label, type, help, required, error } = field;
  const aria = { "aria-describedby": `${id}-help ${id}-error`, "aria-invalid": error && "true" };
  return createElement(
    "div",
    { class: "field" },
    type === "toggle"
      ? ""
      : createElement(
          "label",
          { class: "name", for: id, id: `${id}-label` },
          label,
          required && !isChosenForGood(field, value) ? " *" : "",
        ),
    renderControl(field, [value ?? []].flat().map(String), { id, name, required, ...aria }),
    createElement("p", { id: `${id}-help` }, help),
    createElement("p", { id: `${id}-error`, class: "error" }, error),
  );
}

/** The current answers, by the names of their fields. */
export function readFields(form: HTMLFormElement, fields: readonly Field[]): Input {
  const data = new FormData(form);
  const input: Input = {};
  for (const { name, type, options } of fields) {
    const texts = data.getAll(name).map(String);
    if (type === "hidden") continue;
    input[name] = type === "toggle" ? texts.length > 0 : type === "several-of" && options ? texts : (texts[0] ?? "");
  }
  return input;
}

export function renderSelect(
  options: readonly Option[],
  chosen: readonly string[],
  attributes: Attributes,
): HTMLSelectElement {
  return createElement(
    "select",
    attributes,
    ...options.map(({ value, label }) => createElement("option", { value, selected: chosen.includes(value) }, label)),
  );
}

const isChoice = ({ type }: Field) => /^(one-of|person|task-status)$/.test(type);

/**
 * A required choice that has a value can't be emptied again, so it needs no asterisk and no empty
 * option.
 */
function isChosenForGood(field: Field, value: InputValue | undefined): boolean {
  return !!field.required && isChoice(field) && !!field.options?.some((option) => option.value === value);
}

/** An unknown type is a text field. */
function renderControl(field: Field, chosen: readonly string[], attributes: Attributes): HTMLElement {
  const { type, label, options, placeholder, min, max, maxLength: maxlength } = field;
  const [value = ""] = chosen;
  if (type === "toggle") return renderCheckbox({ value: "on", label }, value === "true", attributes);
  if (options && type === "several-of") return renderSeveralOf(options, chosen, attributes);
  if (options && isChoice(field)) {
    return renderOneOf(
      isChosenForGood(field, value) ? options : [{ value: "", label: "–" }, ...options],
      chosen,
      attributes,
    );
  }
  const textAttributes = { ...attributes, placeholder, maxlength };
  if (type === "long-text") return createElement("textarea", { ...textAttributes, rows: 4 }, value);
  // Not <input type=number>: it hides text that it can't parse, does not accept every language's
  // decimal comma, and changes its value when the mouse wheel scrolls.
  const inputmode = type === "number" && "decimal";
  return createElement("input", {
    ...textAttributes,
    type: type === "date" && type,
    inputmode,
    value,
    min,
    max,
  });
}

function renderOneOf(options: readonly Option[], chosen: readonly string[], attributes: Attributes): HTMLElement {
  const select = renderSelect(options, chosen, { ...attributes, change: updateTint });
  updateTint();
  return select;

  function updateTint(): void {
    tint(select, options[select.selectedIndex]);
  }
}

/**
 * The arrow keys move between the checkboxes, a letter jumps to the next label that starts with it.
 */
function renderSeveralOf(options: readonly Option[], chosen: readonly string[], attributes: Attributes): HTMLElement {
  const { id, required, ...others } = attributes;
  const boxes = options.map((option, at) =>
    renderCheckbox(option, chosen.includes(option.value), {
      ...others,
      tabindex: at && options.length > TAB_STOPS_MAX ? -1 : 0,
    }),
  );
  const list = createElement("div", { class: "scroll", role: "group", "aria-labelledby": `${id}-label` }, ...boxes);
  list.addEventListener("keydown", (event) => ignoreErrors(() => move(event)));
  return list;

  function move(event: KeyboardEvent): void {
    const { key } = event;
    const at = boxes.findIndex((box) => box.matches(":focus-within"));
    const startsWithKey = ({ textContent }: Node) =>
      !key[1] && textContent?.toLowerCase().startsWith(key.toLowerCase());
    const steps: Readonly<Record<string, HTMLElement | undefined>> = {
      ArrowDown: boxes[at + 1],
      ArrowUp: boxes[at - 1],
    };
    const next = steps[key] ?? [...boxes.slice(at + 1), ...boxes].find(startsWithKey);
    if (!next) return;
    event.preventDefault();
    next.querySelector("input")?.focus();
  }
}

function renderCheckbox(option: Option, isChosen: boolean, attributes: Attributes): HTMLElement {
  const { value, label } = option;
  const box = createElement(
    "label",
    {},
    createElement("input", { ...attributes, type: "checkbox", value, checked: isChosen }),
    label,
  );
  tint(box, option);
  return box;
}

/** A colored edge, because <option> elements can't have a color in every browser. */
function tint(element: HTMLElement, { color }: Partial<Option> = {}): void {
  element.style.borderInlineStart = color ? `10px solid ${color}` : "";
}
