/** How one toast looks. It stays when its content changes, so that the focus on it is not lost. */
import type { Choice, Content } from "../present.ts";
import { words } from "../words/index.ts";
import { drawSelect } from "./field.ts";
import { h, icon } from "./h.ts";
import { patch } from "./patch.ts";
import { drawPress } from "./press.ts";
import { focused } from "./root.ts";
import { drawOutcomes, drawTable } from "./table.ts";

export type Toast = { element: HTMLElement; draw: (content: Content) => void };

export function createToast(onClose: () => void): Toast {
  const tone = h("span", { class: "tone" });
  const body = h("div", {});
  const close = h("button", { class: "close", click: onClose }, icon("close"));
  const fold = h("button", { class: "close fold", click: toggle }, icon("fold"));
  // The focus comes here by key, never by itself.
  const element = h("div", { class: "card row toast", role: "group", tabindex: "-1" }, tone, body, fold, close);
  let isPaid = false;
  let wasWork = false;
  toggle();
  return { element, draw };

  /** In a list of many it is one row of it until it is opened. */
  function toggle(): void {
    fold.ariaExpanded = String(!element.classList.toggle("row-only"));
  }

  function draw(content: Content): void {
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
    fold.ariaLabel = `${words().go}: ${content.title}`;
    const presses = [...body.querySelectorAll<HTMLElement>(".press")];
    if (had !== undefined && !body.contains(focused())) (presses.find(({ textContent }) => textContent === had) ?? element).focus();
    // The click on the action pays for one tab or program, and only for some seconds.
    const first = presses.find(({ dataset }) => dataset.atOnce !== undefined);
    if (!isPaid && navigator.userActivation?.isActive) first?.click();
    // What has gone on for an hour is not paid for any more.
    isPaid ||= isWork || first !== undefined;
  }
}

export function drawBody({
  name,
  title,
  text,
  outcomes = [],
  tables = [],
  presses = [],
  choice,
  work,
  picture,
}: Omit<Content, "tone">): HTMLElement[] {
  return [
    h("p", { class: "name" }, name),
    h("p", { class: "title" }, title),
    ...(work?.total ? [h("progress", { max: work.total, value: work.done, "aria-label": title })] : []),
    h("p", { class: "text" }, text),
    ...(work === undefined ? [] : [drawPicture(picture)]),
    ...(outcomes.length ? [drawOutcomes(outcomes)] : []),
    ...tables.map(drawTable),
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
  const select = drawSelect(options, [chosen], { class: "press", "aria-label": label, change: () => choose(select.value) });
  return select;
}
