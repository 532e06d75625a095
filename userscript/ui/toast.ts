/** How one toast looks. It stays when its content changes, so that the focus on it is not lost. */

import { words } from "../i18n/index.ts";
import { quietly } from "../realm.ts";
import type { Choice, Content } from "../toast-content.ts";
import { drawPress } from "./button.ts";
import { h, icon } from "./element.ts";
import { drawSelect } from "./field.ts";
import { patch } from "./patch.ts";
import { focused } from "./shadow-root.ts";
import type { Tally } from "./table.ts";
import { drawOutcomes, drawTable } from "./table.ts";
import { drawText } from "./text.ts";

/**
 * - `draw`: true where a tab or a program waits for a press, for the browser did not open it by itself
 * - `fold`: makes it one line, or whole again
 */
export type Toast = { element: HTMLElement; draw: (content: Content) => boolean; fold: (isFolded: boolean) => void };

/** @param onFold the person wants it to be one line, or whole again */
export function createToast(onClose: () => void, onFold: (isFolded: boolean) => void): Toast {
  const tone = h("span", { class: "tone" });
  const body = h("div", {});
  const close = h("button", { class: "close", click: onClose }, icon("close"));
  const folder = h("button", { class: "close fold", click: () => onFold(!isFolded) }, icon("fold"));
  // The focus comes here by key, never by itself.
  const element = h("div", { class: "card row toast", role: "group", tabindex: "-1" }, tone, body, folder, close);
  // All of the line is the button, for who has a mouse.
  element.addEventListener("click", ({ target }) => {
    if (isFolded && target instanceof Element && !target.closest("button,a")) quietly(() => onFold(false));
  });
  let isFolded = false;
  let isPaid = false;
  let isOwed = false;
  let wasWork = false;
  fold(false);
  return { element, draw, fold };

  function fold(next: boolean): void {
    isFolded = next;
    element.classList.toggle("row-only", next);
    folder.ariaExpanded = String(!next);
  }

  function draw(content: Content): boolean {
    const had = body.contains(focused()) ? focused()?.textContent : undefined;
    element.dataset.tone = content.tone;
    element.ariaLabel = content.title;
    tone.replaceChildren(icon(content.tone));
    const next = drawBody(content);
    const isWork = content.work !== undefined;
    if (wasWork && isWork) patch(body, next);
    else body.replaceChildren(...next);
    wasWork = isWork;
    close.ariaLabel = isWork ? words().hide : words().close;
    folder.ariaLabel = `${words().go}: ${content.title}`;
    const presses = [...body.querySelectorAll<HTMLElement>(".press")];
    if (had !== undefined && !body.contains(focused()))
      (presses.find(({ textContent }) => textContent === had) ?? element).focus();
    // The click on the action pays for one tab or program, and only for some seconds.
    const first = presses.find(({ dataset }) => dataset.atOnce !== undefined);
    const mayOpen = !isPaid && navigator.userActivation?.isActive;
    if (mayOpen) first?.click();
    isOwed = first !== undefined && (isOwed || !(isPaid || mayOpen));
    // What has gone on for an hour is not paid for any more.
    isPaid ||= isWork || first !== undefined;
    return isOwed;
  }
}

/** `tally`: of outcomes that are not all there any more. */
export function drawBody({
  name,
  title,
  text,
  outcomes = [],
  tally,
  tables = [],
  presses = [],
  choice,
  work,
  picture,
}: Omit<Content, "tone"> & { tally?: Tally | undefined }): HTMLElement[] {
  return [
    drawText({ class: "name" }, name),
    drawText({ class: "title" }, title),
    ...(work?.total ? [h("progress", { max: work.total, value: work.done, "aria-label": title })] : []),
    drawText({ class: "text" }, text),
    ...(work === undefined ? [] : [drawPicture(picture)]),
    h(
      "div",
      { class: "lists" },
      outcomes.length ? drawOutcomes(title, outcomes, tally) : undefined,
      ...tables.map((table) => drawTable(title, table)),
    ),
    h("div", { class: "presses" }, ...presses.map(drawPress), choice && drawChoice(choice)),
  ];
}

/** It is seen once it is loaded, which Kitsu's security policy may forbid. */
function drawPicture(src: string | undefined): HTMLElement {
  const picture = h("img", { src, alt: words().picture, hidden: true, referrerpolicy: "no-referrer" });
  const show = ({ type }: Event) => {
    picture.hidden = type === "error";
  };
  picture.addEventListener("load", show);
  picture.addEventListener("error", show);
  return picture;
}

function drawChoice({ label, options, chosen, choose }: Choice): HTMLElement {
  const select = drawSelect(options, [chosen], {
    class: "press",
    "aria-label": label,
    change: () => choose(select.value),
  });
  return select;
}
