/** What toasts, the history and lists of outcomes are made of: an icon in its tone, and what is said beside it. */
import type { Tone } from "../toast-content.ts";
import { h, icon } from "./element.ts";

export function drawRow(tone: Tone, ...said: Parameters<HTMLElement["append"]>): HTMLElement {
  return h("li", { class: "row", "data-tone": tone }, h("span", { class: "tone" }, icon(tone)), h("div", {}, ...said));
}
