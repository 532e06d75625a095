/** A dialog for lists that are too long for a toast. */
import * as m from "../../gen/userscript-messages.ts";
import { t } from "../i18n/index.ts";
import { createElement } from "./element.ts";
import { listDialog, openModal } from "./shadow-root.ts";
import { renderText } from "./text.ts";

type Fill = (content: Element) => void;
type List = { title: string; fill: Fill };

const lists = new WeakMap<Element, List>();
const heading = createElement("div", { id: "listed" });
/** Focusable, so that it can be scrolled with the keyboard. */
const content = createElement("div", { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "listed" });
const close = createElement("button", { click: () => listDialog.close() });
listDialog.append(heading, content, createElement("div", { class: "bar" }, close));

/** The button of the list that is open. */
let source: Element | undefined;

/** @param title of the run that the list belongs to */
export function renderListButton(title: string, label: string, fill: Fill): HTMLElement {
  const button = createElement("button", { class: "button list", click: () => open(button) }, label);
  lists.set(button, { title, fill });
  return button;
}

/** Replaces a button's list. If it is open, it stays open and keeps its scroll position. */
export function replaceList(button: Element, next: Element): void {
  const list = lists.get(next);
  if (!list) return;
  lists.set(button, list);
  button.textContent = next.textContent;
  if (listDialog.open && source === button) fillDialog(button, list);
}

function open(button: Element): void {
  const list = lists.get(button);
  if (!list) return;
  source = button;
  content.replaceChildren();
  fillDialog(button, list);
  close.textContent = t(m.close);
  openModal(listDialog);
  content.scrollTop = 0;
  content.focus();
}

function fillDialog({ textContent }: Element, { title, fill }: List): void {
  heading.replaceChildren(renderText({ class: "name" }, title), renderText({ class: "title" }, textContent ?? ""));
  // Not while a control in it has the focus.
  if (!content.querySelector(":focus")) fill(content);
}
