/** A row of a toast, of the history or of a list of outcomes: an icon and content. */
import type { Tone } from "../toast-content.ts";
import { createElement, createIcon } from "./element.ts";

export function renderRow(tone: Tone, ...children: Parameters<HTMLElement["append"]>): HTMLElement {
  return createElement(
    "li",
    { class: "row", "data-tone": tone },
    createElement("span", { class: "tone" }, createIcon(tone)),
    createElement("div", {}, ...children),
  );
}
