/** A list that is too long for a toast, read in a dialog of its own. */
import { words } from "../i18n/index.ts";
import { h } from "./element.ts";
import { openModally, sheet } from "./shadow-root.ts";
import { drawText } from "./text.ts";

type Fill = (content: Element) => void;
type List = { title: string; fill: Fill };

const lists = new WeakMap<Element, List>();
const heading = h("div", { id: "listed" });
/** It can be focused, so that it can be scrolled by key. */
const content = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "listed" });
const close = h("button", { click: () => sheet.close() });
sheet.append(heading, content, h("div", { class: "bar" }, close));

/** The button whose list is open. */
let source: Element | undefined;

/** @param title of what the list is about */
export function drawListPress(title: string, label: string, fill: Fill): HTMLElement {
  const press = h("button", { class: "press list", click: () => open(press) }, label);
  lists.set(press, { title, fill });
  return press;
}

/** Another list takes the place. Where it is open it stays so, and stays where it was scrolled to. */
export function replaceList(press: Element, next: Element): void {
  const list = lists.get(next);
  if (!list) return;
  lists.set(press, list);
  press.textContent = next.textContent;
  if (sheet.open && source === press) fillIn(press, list);
}

function open(press: Element): void {
  const list = lists.get(press);
  if (!list) return;
  source = press;
  content.replaceChildren();
  fillIn(press, list);
  close.textContent = words().shut;
  openModally(sheet);
  content.scrollTop = 0;
  content.focus();
}

function fillIn({ textContent }: Element, { title, fill }: List): void {
  heading.replaceChildren(drawText({ class: "name" }, title), drawText({ class: "title" }, textContent ?? ""));
  // Not under somebody's hands.
  if (!content.querySelector(":focus")) fill(content);
}
