/** Lists that may be long: the outcomes of a selection, and tables. Folded, scrollable, and drawn only once opened. */

import type { Outcome, Table } from "../../contract.ts";
import { words } from "../words/index.ts";
import { h } from "./h.ts";
import { drawLinkOrText } from "./press.ts";
import { drawRow } from "./row.ts";

/** More than this is for the run's page. */
const ROWS_MAX = 200;
const STATES = ["planned", "waiting", "done", "running", "skipped", "failed"] as const;
const TONES = {
  planned: "info",
  waiting: "info",
  running: "pending",
  done: "success",
  skipped: "warning",
  failed: "error",
} as const;

/** What fills a list once it is opened. */
const fills = new WeakMap<Element, (content: Element) => void>();

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

/** Another list takes the place: where it is open, it stays so, and stays where it was scrolled to. */
export function refold(fold: Element, next: Element): void {
  const fill = fills.get(next);
  const [summary, content] = fold.children;
  if (!fill || !summary || !content) return;
  fills.set(fold, fill);
  summary.textContent = content.ariaLabel = next.firstElementChild?.textContent ?? "";
  // Not under somebody's hands.
  if (fold.matches("[open]") && !content.querySelector(":focus")) fill(content);
}

function drawOutcome({ label, state, reason = "", link, progress }: Outcome): HTMLElement {
  const far = progress && `${progress.done} / ${progress.total}`;
  const text = [far, reason].filter(Boolean).join(" · ");
  return drawRow(TONES[state], h("p", { class: "title" }, label), h("p", {}, text), link ? drawLinkOrText(link) : "");
}

/** Its content can be focused, so that it can be scrolled by key. */
function drawFold<T>(title: string, entries: readonly T[], draw: (shown: readonly T[]) => HTMLElement): HTMLElement {
  const left = entries.length - ROWS_MAX;
  const content = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title });
  const fold = h("details", { toggle: () => fills.get(fold)?.(content) }, h("summary", {}, title), content);
  fills.set(fold, (place) => place.replaceChildren(draw(entries.slice(0, ROWS_MAX)), left > 0 ? words().more(left) : ""));
  return fold;
}
