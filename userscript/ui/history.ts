/** The panel of the last runs. */

import type { PastRun } from "../history.ts";
import { listRuns } from "../history.ts";
import { personId } from "../kitsu.ts";
import { language, words } from "../words/index.ts";
import { h, icon } from "./h.ts";

export function drawHistory(title: string): HTMLElement {
  const runs = listRuns(personId());
  return h(
    "div",
    { class: "card panel", role: "group", "aria-label": title, tabindex: "-1" },
    h("div", { class: "row" }, icon("history"), h("p", { class: "title" }, title)),
    h(
      "ul",
      { class: "scroll", tabindex: "0" },
      ...runs.map(drawRun),
      runs[0] ? "" : h("li", { class: "row" }, icon("info"), words().noHistory),
    ),
  );
}

function drawRun({ at, tone, name, title, text }: PastRun): HTMLElement {
  const origin = `${name} · ${new Date(at).toLocaleString(language())}`;
  return h(
    "li",
    { class: "row", "data-tone": tone },
    h("span", { class: "tone" }, icon(tone)),
    h("div", {}, h("p", { class: "name" }, origin), h("p", { class: "title" }, title), h("p", {}, text)),
  );
}
