/** Lists that may be long: the outcomes of a selection, and tables. */

import type { Outcome, Table } from "../../contract.ts";
import { words } from "../i18n/index.ts";
import { drawLinkOrText } from "./button.ts";
import { h } from "./element.ts";
import { drawListPress } from "./list-dialog.ts";
import { drawRow } from "./row.ts";
import { drawText } from "./text.ts";

/** More than this is for the run's page. */
const ROWS_MAX = 200;
/** Of so many a plan is open at once. */
const OPEN_MAX = 8;
const STATES = ["planned", "waiting", "done", "running", "skipped", "failed"] as const;
const TONES = {
  planned: "info",
  waiting: "info",
  running: "pending",
  done: "success",
  skipped: "warning",
  failed: "error",
} as const;

/** `counts`: "9 done, 3 failed" */
export type Tally = { counts: string; total: number };

export function countAll(outcomes: readonly Outcome[]): Tally {
  const counts = STATES.flatMap((state) => {
    const { length } = outcomes.filter((outcome) => outcome.state === state);
    return length ? [`${length} ${words()[state]}`] : [];
  });
  return { counts: counts.join(", "), total: outcomes.length };
}

/** What went wrong first. */
export function sortOutcomes(outcomes: readonly Outcome[]): Outcome[] {
  return [...STATES].reverse().flatMap((state) => outcomes.filter((outcome) => outcome.state === state));
}

/** @param tally what there was, where not all of it is known any more */
export function drawOutcomes(title: string, outcomes: readonly Outcome[], tally = countAll(outcomes)): HTMLElement {
  return drawListPress(title, tally.counts, (place) =>
    place.replaceChildren(...drawOutcomeRows(outcomes, tally.total)),
  );
}

export function drawTable(title: string, { title: own, columns, rows }: Table): HTMLElement {
  return drawListPress(title, own || columns.join(", "), (place) =>
    place.replaceChildren(
      h(
        "table",
        {},
        h("tr", {}, ...columns.map((column) => h("th", {}, column))),
        ...rows
          .slice(0, ROWS_MAX)
          .map((row) => h("tr", {}, ...columns.map((_, at) => h("td", {}, String(row[at] ?? ""))))),
      ),
      sayRest(rows.length),
    ),
  );
}

/** What would happen to each task: folded where that is much, and nothing dangerous. It is drawn once it is opened. */
export function drawPlan(outcomes: readonly Outcome[], isDangerous: boolean): HTMLElement {
  const { counts, total } = countAll(outcomes);
  const content = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": counts });
  const open = isDangerous || outcomes.length <= OPEN_MAX;
  const fill = () => content.firstChild || content.append(...drawOutcomeRows(outcomes, total));
  if (open) fill();
  return h("details", { open, toggle: fill }, h("summary", {}, counts), content);
}

function drawOutcomeRows(outcomes: readonly Outcome[], total: number): (HTMLElement | string)[] {
  const shown = sortOutcomes(outcomes).slice(0, ROWS_MAX);
  return [h("ul", {}, ...shown.map(drawOutcome)), sayRest(total, shown.length)];
}

const sayRest = (total: number, shown = ROWS_MAX) => (total > shown ? words().more(total - shown) : "");

function drawOutcome({ label, state, reason = "", link, progress }: Outcome): HTMLElement {
  const far = progress && `${progress.done} / ${progress.total}`;
  const text = [far, reason].filter(Boolean).join(" · ");
  return drawRow(
    TONES[state],
    drawText({ class: "title" }, label),
    drawText({}, text),
    link ? drawLinkOrText(link) : "",
  );
}
