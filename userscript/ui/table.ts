/** Outcomes and tables, which may be long. */

import type { Outcome, Table } from "../../contract.ts";
import * as m from "../../gen/userscript-messages.ts";
import { formatList, t } from "../i18n/index.ts";
import { renderLinkOrText } from "./button.ts";
import { createElement } from "./element.ts";
import { renderListButton } from "./list-dialog.ts";
import { renderRow } from "./row.ts";
import { renderText } from "./text.ts";

/** The run's page has the rest. */
const ROWS_MAX = 200;
/** A plan with at most this many rows is open from the start. */
const OPEN_ROWS_MAX = 8;
const STATES = ["planned", "waiting", "done", "running", "skipped", "failed"] as const;
const COUNTS = {
  planned: m.planned,
  waiting: m.waiting,
  running: m.running,
  done: m.done,
  skipped: m.skipped,
  failed: m.failed,
} as const;
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

export function tallyOutcomes(outcomes: readonly Outcome[]): Tally {
  const counts = STATES.flatMap((state) => {
    const { length } = outcomes.filter((outcome) => outcome.state === state);
    return length ? [t(COUNTS[state], { count: length })] : [];
  });
  return { counts: formatList(counts), total: outcomes.length };
}

/** Problems come first. */
export function sortOutcomes(outcomes: readonly Outcome[]): Outcome[] {
  return [...STATES].reverse().flatMap((state) => outcomes.filter((outcome) => outcome.state === state));
}

/** @param tally of all outcomes, if only some of them are here */
export function renderOutcomes(
  title: string,
  outcomes: readonly Outcome[],
  tally = tallyOutcomes(outcomes),
): HTMLElement {
  return renderListButton(title, tally.counts, (content) =>
    content.replaceChildren(...renderOutcomeRows(outcomes, tally.total)),
  );
}

export function renderTable(title: string, { title: own, columns, rows }: Table): HTMLElement {
  return renderListButton(title, own || columns.join(", "), (content) =>
    content.replaceChildren(
      createElement(
        "table",
        {},
        createElement("tr", {}, ...columns.map((column) => createElement("th", {}, column))),
        ...rows
          .slice(0, ROWS_MAX)
          .map((row) =>
            createElement("tr", {}, ...columns.map((_, at) => createElement("td", {}, String(row[at] ?? "")))),
          ),
      ),
      formatRest(rows.length),
    ),
  );
}

/**
 * What would happen to each task. Collapsed if it is long and not dangerous, and rendered when it
 * is opened.
 */
export function renderPlan(outcomes: readonly Outcome[], isDangerous: boolean): HTMLElement {
  const { counts, total } = tallyOutcomes(outcomes);
  const content = createElement("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": counts });
  const open = isDangerous || outcomes.length <= OPEN_ROWS_MAX;
  const fill = () => content.firstChild || content.append(...renderOutcomeRows(outcomes, total));
  if (open) fill();
  return createElement("details", { open, toggle: fill }, createElement("summary", {}, counts), content);
}

function renderOutcomeRows(outcomes: readonly Outcome[], total: number): (HTMLElement | string)[] {
  const shown = sortOutcomes(outcomes).slice(0, ROWS_MAX);
  return [createElement("ul", {}, ...shown.map(renderOutcome)), formatRest(total, shown.length)];
}

const formatRest = (total: number, shown = ROWS_MAX) => (total > shown ? t(m.more, { count: total - shown }) : "");

function renderOutcome({ label, state, reason = "", link, progress }: Outcome): HTMLElement {
  const progressText = progress && `${progress.done} / ${progress.total}`;
  const text = [progressText, reason].filter(Boolean).join(" · ");
  return renderRow(
    TONES[state],
    renderText({ class: "title" }, label),
    renderText({}, text),
    link ? renderLinkOrText(link) : "",
  );
}
