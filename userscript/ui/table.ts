/** Lists that may be long: the outcomes of a selection, and tables. Folded, scrollable, and drawn only once opened. */

import type { Outcome, Table } from "../../contract.ts";
import { isOpenable } from "../../contract.ts";
import { CONFIG } from "../config.ts";
import { words } from "../words/index.ts";
import { h, icon } from "./h.ts";
import { drawLink } from "./press.ts";

/** More than this is for the run's page. */
const ROWS_MAX = 200;
const STATES = ["done", "skipped", "failed"] as const;
const TONES = { done: "success", skipped: "warning", failed: "error" } as const;

/** "9 done, 3 failed", and what went wrong first. */
export function drawOutcomes(outcomes: readonly Outcome[]): HTMLElement {
  const said = words();
  const groups = STATES.map((state) => outcomes.filter((outcome) => outcome.state === state));
  const counts = groups.flatMap(({ length }, at) => (length ? [`${length} ${said[STATES[at] ?? "done"]}`] : []));
  return drawFold(counts.join(", "), groups.reverse().flat(), (shown) => h("ul", {}, ...shown.map(drawOutcome)));
}

export function drawTable({ title, columns, rows }: Table): HTMLElement {
  return drawFold(title || columns.join(", "), rows, (shown) =>
    h(
      "table",
      {},
      h("tr", {}, ...columns.map((column) => h("th", {}, column))),
      ...shown.map((row) => h("tr", {}, ...columns.map((_, at) => h("td", {}, String(row[at] ?? ""))))),
    ),
  );
}

function drawOutcome({ label, state, reason, link }: Outcome): HTMLElement {
  const tone = TONES[state];
  return h(
    "li",
    { class: "row", "data-tone": tone },
    h("span", { class: "tone" }, icon(tone)),
    h(
      "div",
      {},
      h("p", { class: "title" }, label),
      h("p", {}, reason),
      link && (isOpenable(link.url, CONFIG.schemes) ? drawLink(link.label, link.url) : h("p", {}, `${link.label}: ${link.url}`)),
    ),
  );
}

/** Its content can be focused, so that it can be scrolled by key. */
function drawFold<T>(title: string, entries: readonly T[], draw: (shown: readonly T[]) => HTMLElement): HTMLElement {
  const content = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title });
  const left = entries.length - ROWS_MAX;
  const fill = () => content.replaceChildren(draw(entries.slice(0, ROWS_MAX)), left > 0 ? words().more(left) : "");
  return h("details", { toggle: fill }, h("summary", {}, title), content);
}
