/** One question of a dialog, with the browser's own controls: their keys are known, and they hold 300 persons. */

import type { Field, Input, InputValue, Option } from "../../contract.ts";
import { quietly } from "../realm.ts";
import { h } from "./element.ts";

type Attributes = Parameters<typeof h>[1];

/** Beyond these, boxes are one stop for the Tab key instead of many. */
const STOPS_MAX = 8;

export function drawField(field: Field, value: InputValue | undefined, id: string): HTMLElement {
  const { name, label, type, help, required, error } = field;
  const describing = { "aria-describedby": `${id}-help ${id}-error`, "aria-invalid": error && "true" };
  return h(
    "div",
    { class: "field" },
    type === "toggle"
      ? ""
      : h(
          "label",
          { class: "name", for: id, id: `${id}-label` },
          label,
          required && !isSettled(field, value) ? " *" : "",
        ),
    drawControl(field, [value ?? []].flat().map(String), { id, name, required, ...describing }),
    h("p", { id: `${id}-help` }, help),
    h("p", { id: `${id}-error`, class: "error" }, error),
  );
}

/** What is in the fields, by their names. */
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

export function drawSelect(
  options: readonly Option[],
  chosen: readonly string[],
  attributes: Attributes,
): HTMLSelectElement {
  return h(
    "select",
    attributes,
    ...options.map(({ value, label }) => h("option", { value, selected: chosen.includes(value) }, label)),
  );
}

const isChoice = ({ type }: Field) => /^(one-of|person|task-status)$/.test(type);

/** It was chosen, and can't be left empty any more: nothing says so but the choices. */
function isSettled(field: Field, value: InputValue | undefined): boolean {
  return !!field.required && isChoice(field) && !!field.options?.some((option) => option.value === value);
}

/** What type is not known is a line of text. */
function drawControl(field: Field, chosen: readonly string[], attributes: Attributes): HTMLElement {
  const { type, label, options, placeholder, min, max, maxLength: maxlength } = field;
  const [value = ""] = chosen;
  if (type === "toggle") return drawBox({ value: "on", label }, value === "true", attributes);
  if (options && type === "several-of") return drawSeveral(options, chosen, attributes);
  if (options && isChoice(field)) {
    return drawOne(isSettled(field, value) ? options : [{ value: "", label: "–" }, ...options], chosen, attributes);
  }
  const given = { ...attributes, placeholder, maxlength };
  if (type === "long-text") return h("textarea", { ...given, rows: 4 }, value);
  // Not the browser's field for numbers: it hides what it can't read, does not know every language's comma, and changes under the wheel.
  const inputmode = type === "number" && "decimal";
  return h("input", { ...given, type: type === "date" && type, inputmode, value, min, max });
}

function drawOne(options: readonly Option[], chosen: readonly string[], attributes: Attributes): HTMLElement {
  const select = drawSelect(options, chosen, { ...attributes, change: paint });
  paint();
  return select;

  function paint(): void {
    tint(select, options[select.selectedIndex]);
  }
}

/** The arrows go from box to box, a letter to the next that begins with it. */
function drawSeveral(options: readonly Option[], chosen: readonly string[], attributes: Attributes): HTMLElement {
  const { id, required, ...others } = attributes;
  const boxes = options.map((option, at) =>
    drawBox(option, chosen.includes(option.value), { ...others, tabindex: at && options.length > STOPS_MAX ? -1 : 0 }),
  );
  const list = h("div", { class: "scroll", role: "group", "aria-labelledby": `${id}-label` }, ...boxes);
  list.addEventListener("keydown", (event) => quietly(() => move(event)));
  return list;

  function move(event: KeyboardEvent): void {
    const { key } = event;
    const at = boxes.findIndex((box) => box.matches(":focus-within"));
    const isMeant = ({ textContent }: Node) => !key[1] && textContent?.toLowerCase().startsWith(key.toLowerCase());
    const steps: Readonly<Record<string, HTMLElement | undefined>> = {
      ArrowDown: boxes[at + 1],
      ArrowUp: boxes[at - 1],
    };
    const next = steps[key] ?? [...boxes.slice(at + 1), ...boxes].find(isMeant);
    if (!next) return;
    event.preventDefault();
    next.querySelector("input")?.focus();
  }
}

function drawBox(option: Option, isChosen: boolean, attributes: Attributes): HTMLElement {
  const { value, label } = option;
  const box = h("label", {}, h("input", { ...attributes, type: "checkbox", value, checked: isChosen }), label);
  tint(box, option);
  return box;
}

/** The color at its edge: options themselves can't have one everywhere. */
function tint(element: HTMLElement, { color }: Partial<Option> = {}): void {
  element.style.borderInlineStart = color ? `10px solid ${color}` : "";
}
