/** One toast. Its element stays the same when its content changes, so that it keeps the focus. */

import * as m from "../../gen/userscript-messages.ts";
import { t } from "../i18n/index.ts";
import { ignoreErrors } from "../realm.ts";
import type { Choice, Content } from "../toast-content.ts";
import { renderButton } from "./button.ts";
import { createElement, createIcon } from "./element.ts";
import { renderSelect } from "./field.ts";
import { patch } from "./patch.ts";
import { getFocused } from "./shadow-root.ts";
import type { Tally } from "./table.ts";
import { renderOutcomes, renderTable } from "./table.ts";
import { renderText } from "./text.ts";

/**
 * - `render`: returns true if a tab or a program waits for a click because the browser did not
 *   allow opening it
 * - `fold`: makes it a single line, or full again
 */
export type Toast = { element: HTMLElement; render: (content: Content) => boolean; fold: (isFolded: boolean) => void };

/** @param onFold the person wants it to be a single line, or full again */
export function createToast(onClose: () => void, onFold: (isFolded: boolean) => void): Toast {
  const tone = createElement("span", { class: "tone" });
  const body = createElement("div", {});
  const close = createElement("button", { class: "close", click: onClose }, createIcon("close"));
  const foldButton = createElement(
    "button",
    { class: "close fold", click: () => onFold(!isFolded) },
    createIcon("fold"),
  );
  // Focused by the shortcut only.
  const element = createElement(
    "div",
    { class: "card row toast", role: "group", tabindex: "-1" },
    tone,
    body,
    foldButton,
    close,
  );
  // With a mouse, the whole line is the button.
  element.addEventListener("click", ({ target }) => {
    if (isFolded && target instanceof Element && !target.closest("button,a")) ignoreErrors(() => onFold(false));
  });
  let isFolded = false;
  let isClickSpent = false;
  let isAwaitingClick = false;
  let wasActive = false;
  fold(false);
  return { element, render, fold };

  function fold(next: boolean): void {
    isFolded = next;
    element.classList.toggle("folded", next);
    foldButton.ariaExpanded = String(!next);
  }

  function render(content: Content): boolean {
    const focusedText = body.contains(getFocused()) ? getFocused()?.textContent : undefined;
    element.dataset.tone = content.tone;
    element.ariaLabel = content.title;
    tone.replaceChildren(createIcon(content.tone));
    const next = renderBody(content);
    const isActive = content.progress !== undefined;
    if (wasActive && isActive) patch(body, next);
    else body.replaceChildren(...next);
    wasActive = isActive;
    close.ariaLabel = isActive ? t(m.hide) : t(m.dismiss);
    foldButton.ariaLabel = t(m.show, { title: content.title });
    const buttons = [...body.querySelectorAll<HTMLElement>(".button")];
    if (focusedText !== undefined && !body.contains(getFocused()))
      (buttons.find(({ textContent }) => textContent === focusedText) ?? element).focus();
    // The click on the action allows one tab or program to open, within a few seconds.
    const first = buttons.find(({ dataset }) => dataset.autoOpen !== undefined);
    const mayOpen = !isClickSpent && navigator.userActivation?.isActive;
    if (mayOpen) first?.click();
    isAwaitingClick = first !== undefined && (isAwaitingClick || !(isClickSpent || mayOpen));
    // A long run may end hours after the click.
    isClickSpent ||= isActive || first !== undefined;
    return isAwaitingClick;
  }
}

/** `tally`: of all outcomes, if only some of them are here */
export function renderBody({
  name,
  title,
  text,
  outcomes = [],
  tally,
  tables = [],
  buttons = [],
  choice,
  progress,
  picture,
}: Omit<Content, "tone"> & { tally?: Tally | undefined }): HTMLElement[] {
  return [
    renderText({ class: "name" }, name),
    renderText({ class: "title" }, title),
    ...(progress?.total
      ? [createElement("progress", { max: progress.total, value: progress.done, "aria-label": title })]
      : []),
    renderText({ class: "text" }, text),
    ...(progress === undefined ? [] : [renderPicture(picture)]),
    createElement(
      "div",
      { class: "lists" },
      outcomes.length ? renderOutcomes(title, outcomes, tally) : undefined,
      ...tables.map((table) => renderTable(title, table)),
    ),
    createElement("div", { class: "buttons" }, ...buttons.map(renderButton), choice && renderChoice(choice)),
  ];
}

/** Visible once it has loaded; Kitsu's CSP may forbid that. */
function renderPicture(src: string | undefined): HTMLElement {
  const show = ({ type }: Event) => {
    picture.hidden = type === "error";
  };
  const attributes = { src, alt: t(m.picture), hidden: true, referrerpolicy: "no-referrer" };
  const picture: HTMLElement = createElement("img", { ...attributes, load: show, error: show });
  return picture;
}

function renderChoice({ label, options, chosen, choose }: Choice): HTMLElement {
  const change = () => choose(select.value);
  const select = renderSelect(options, [chosen], { class: "button", "aria-label": label, change });
  return select;
}
