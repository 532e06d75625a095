/** How one toast looks. Its nodes stay when its content changes, so that the focus on one is not lost. */
import type { Content } from "../present.ts";
import { words } from "../words/index.ts";
import { h, icon } from "./h.ts";
import { drawPress } from "./press.ts";
import { focused } from "./root.ts";
import { drawOutcomes, drawTable } from "./table.ts";

export type Toast = { element: HTMLElement; draw: (content: Content) => void };

export function createToast(onClose: () => void): Toast {
  const tone = h("span", { class: "tone" });
  const name = h("p", { class: "name" });
  const title = h("p", { class: "title" });
  const text = h("p", { class: "text" });
  const more = h("div", {});
  const presses = h("div", { class: "presses" });
  const body = h("div", {}, name, title, text, more, presses);
  const close = h("button", { class: "close", click: onClose, "aria-label": words().close }, icon("close"));
  // The focus comes here by key, never by itself.
  const element = h("div", { class: "card row toast", role: "group", tabindex: "-1" }, tone, body, close);
  return { element, draw };

  function draw(content: Content): void {
    const hadFocus = body.contains(focused());
    element.dataset.tone = content.tone;
    element.ariaLabel = content.title;
    tone.replaceChildren(icon(content.tone));
    name.textContent = content.name ?? "";
    title.textContent = content.title;
    text.textContent = content.text;
    more.replaceChildren(
      ...(content.outcomes?.length ? [drawOutcomes(content.outcomes)] : []),
      ...(content.tables ?? []).map(drawTable),
    );
    const drawn = (content.presses ?? []).map(drawPress);
    presses.replaceChildren(...drawn);
    if (hadFocus) element.focus();
    // The click on the action pays for one tab, and only for some seconds.
    const first = content.presses?.findIndex((press) => press.kind === "link" && press.atOnce) ?? -1;
    if (navigator.userActivation?.isActive) drawn[first]?.click();
  }
}
